"""The sample application's pages: plain, without scripts, and marked as a demonstration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from starlette.responses import HTMLResponse

STYLE = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 0 auto; padding: 1rem; }
.banner { padding: .5rem 1rem; border: 2px solid; border-radius: .5rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid; border-radius: .5rem; }
a.button, button { display: inline-block; min-height: 44px; padding: .5rem 1.25rem; font: inherit;
  line-height: 1.75rem; border: 2px solid; border-radius: .5rem; color: inherit;
  background: none; text-decoration: none; cursor: pointer; box-sizing: border-box; }
form { display: inline-block; margin: 0 .5rem .5rem 0; }
"""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def signed_out(issuer: str) -> HTMLResponse:
    """The page of somebody whom the application does not know yet."""
    return _page(
        "Sample application",
        f"<p>This application has no passwords. It asks {escape(issuer)} who you are.</p>"
        '<p><a class="button" href="/sign-in">Sign in</a></p>',
    )


def signed_in(claims: Mapping[str, Any], answer: Mapping[str, Any] | None) -> HTMLResponse:
    """What the application knows about the person, and what its API answered if it was asked."""
    name = str(claims.get("name") or claims.get("sub"))
    asked = f"<h2>The API answered</h2>{_pre(answer)}" if answer is not None else ""
    return _page(
        f"Hello, {name}",
        "<p>You are signed in. The ID token and userinfo say:</p>"
        f"{_pre(claims)}"
        '<form method="post" action="/call-api"><button>Call the protected API</button></form>'
        '<form method="post" action="/sign-out"><button>Sign out here</button></form>'
        f"{asked}",
    )


def failed(sentence: str, status: int = 400) -> HTMLResponse:
    """What went wrong, and the way back."""
    return _page(
        "That did not work",
        f'<p>{escape(sentence)}</p><p><a class="button" href="/">Start again</a></p>',
        status,
    )


def _pre(value: Mapping[str, Any]) -> str:
    return f"<pre>{escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Sample application</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/sample.css"></head><body>'
        '<p class="banner" role="note"><strong>This is a demonstration.</strong> Nothing here'
        f" guards anything.</p><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    return HTMLResponse(html, status, HEADERS)
