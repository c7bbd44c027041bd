"""The screen of the phone: it ticks and shows the next code in time, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from counterfoil_devices.emulated.demonstration.phone import Shown

_STYLE: Final = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-inline-size: 30rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.banner, li { padding: .5rem 1rem; border: 2px solid; border-radius: .5rem; }
ul { list-style: none; padding: 0; display: grid; gap: 1rem; }
.code { font: 2rem/1.5 ui-monospace, monospace; letter-spacing: .2em; margin: 0; user-select: all; }
.bar { block-size: 4px; background: currentColor; transform-origin: left; margin-block: .25rem; }
a.button, button { display: inline-block; min-block-size: 44px; padding: .5rem 1.25rem;
  font: inherit; line-height: 1.75rem; border: 2px solid; border-radius: .5rem; color: inherit;
  background: none; text-decoration: none; cursor: pointer; box-sizing: border-box; }
:focus-visible { outline: 3px solid; outline-offset: 3px; }
input { display: block; inline-size: 100%; min-block-size: 44px; padding: .5rem; font: inherit;
  box-sizing: border-box; margin-block-end: 1rem; }
form { margin-block: .5rem; }
label { display: block; margin-block-end: .5rem; }
.apart { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: nowrap; }
@property --left { syntax: "<integer>"; inherits: false; initial-value: 0; }
.left::before { counter-reset: left var(--left); content: counter(left) " s"; }
@keyframes count { to { --left: 0; } }
@keyframes shrink { to { transform: scaleX(0); } }
@media (prefers-reduced-motion: reduce) { .bar { display: none; } }
"""


def headers(nonce: str) -> dict[str, str]:
    """What goes with every page; `nonce` is that of its style."""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def refresh(screen: Sequence[Shown]) -> dict[str, str]:
    """Has the codes loaded again when the first of them ends.

    A page that reloads by itself disturbs readers; here the codes are over (WCAG 2.2.1, real time).
    """
    soonest = min((s.seconds_left for s in screen if s.seconds_left is not None), default=None)
    return {} if soonest is None else {"Refresh": str(soonest)}


def codes(nonce: str, screen: Sequence[Shown], skew_s: int) -> str:
    """All codes, and by how much the phone's clock is off."""
    ticks = "".join(_ticks(shown) for shown in screen)
    entries = "".join(_entry(shown) for shown in screen)
    content = f"<ul>{entries}</ul>" if screen else "<p>No codes yet.</p>"
    return _page(
        nonce,
        "Phone codes",
        f'{content}<p><a class="button" href="/add">Add a code</a>'
        f' <a class="button" href="/clock">Set the clock</a></p>{_off(skew_s)}',
        ticks,
    )


def add(nonce: str, problem: str = "") -> str:
    """The form for a link or a secret, and what was wrong with the last one."""
    told = f'<p role="alert"><strong>{escape(problem)}</strong></p>' if problem else ""
    return _page(
        nonce,
        "Add a code",
        f'{told}<form method="post" action="/add">'
        '<label for="link">The link that a QR code holds (otpauth:…), or the secret</label>'
        '<input id="link" name="link" autocomplete="off" spellcheck="false" required autofocus>'
        '<label for="account">A name, if it is only a secret</label>'
        '<input id="account" name="account" autocomplete="off">'
        '<button>Add</button> <a class="button" href="/">Back</a></form>',
    )


def clock(nonce: str, skew_s: int) -> str:
    """The form that sets the phone's clock wrong, or right again."""
    return _page(
        nonce,
        "Set the phone’s clock",
        "<p>A phone whose clock is off shows the codes of another time.</p>"
        '<form method="post" action="/clock">'
        '<label for="skew">Fast by so many seconds; -90 is slow by 90</label>'
        f'<input id="skew" name="skew_s" inputmode="numeric" value="{skew_s}" required>'
        '<button>Set</button> <a class="button" href="/">Back</a></form>',
    )


def failed(nonce: str, sentence: str) -> str:
    """What did not work, and the way back."""
    back = '<p><a class="button" href="/">Back to the codes</a></p>'
    return _page(nonce, "That did not work", f"<p>{escape(sentence)}</p>{back}")


def _entry(shown: Shown) -> str:
    number = f'<input type="hidden" name="entry" value="{shown.entry}">'
    if shown.seconds_left is None:
        moves = f'<form method="post" action="/press">{number}<button>Next code</button></form>'
    else:
        moves = (
            f'<div class="bar bar-{shown.entry}"></div>'
            f'<span class="left left-{shown.entry}" aria-hidden="true"></span>'
            f'<span class="apart">{shown.seconds_left} seconds left</span>'
        )
    return (
        f'<li><h2>{escape(shown.name)}</h2><p class="code">{escape(shown.code)}</p>{moves}'
        f'<form method="post" action="/forget">{number}<button>Remove</button></form></li>'
    )


def _ticks(shown: Shown) -> str:
    """The count down from what is left, begun when the page is there."""
    left, period = shown.seconds_left, shown.period_s
    if left is None or period is None:
        return ""
    return (
        f".left-{shown.entry}::before {{ --left: {left};"
        f" animation: count {left}s steps({left}) forwards; }}\n"
        f".bar-{shown.entry} {{ inline-size: {100 * left / period:.1f}%;"
        f" animation: shrink {left}s linear forwards; }}\n"
    )


def _off(skew_s: int) -> str:
    if skew_s == 0:
        return ""
    return f"<p>This phone’s clock is {'fast' if skew_s > 0 else 'slow'} by {abs(skew_s)} s.</p>"


def _page(nonce: str, title: str, content: str, style: str = "") -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Emulated phone</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style nonce="{nonce}">{_STYLE}{style}</style></head><body>'
        '<header class="banner"><strong>This is a demonstration.</strong> It guards'
        " nothing: add no link or secret of a real account.</header>"
        f"<main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
