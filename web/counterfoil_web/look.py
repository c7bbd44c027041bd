"""An operator's look: an accent for both themes, measured as WCAG 2.2 measures, and a logo.

Nothing here is guessed by eye: what cannot be read is refused, with the nearest colour that can.
Colours are texts like `#06584d`.
"""

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, field

from counterfoil_web.static_files import StaticFile

AA = 4.5
AAA = 7.0
MOST_TINT_PERCENT = 12


@dataclass(frozen=True, slots=True)
class Theme:
    """What our stylesheet shows accents on, and the text that stands on the ticket's stub."""

    name: str
    accent: str
    paper: str
    table: str
    quiet: str


LIGHT = Theme("light", "#06584d", "#ffffff", "#eef1f2", "#424c52")
DARK = Theme("dark", "#74d9c6", "#1b2124", "#0e1214", "#c3ccd1")


@dataclass(frozen=True, slots=True)
class Look:
    """The operator's own files, which are served beside ours; `logo` names the one in the header.

    `files` may have a `look.css`: it is for after our stylesheet.
    """

    files: Mapping[str, StaticFile] = field(default_factory=dict)
    logo: str = ""


OUR_LOOK = Look()


def make_look(accent: str = "", accent_dark: str = "", logo: StaticFile | None = None) -> Look:
    """Return the look of an accent ("" is ours) and a logo; a dark accent is derived when absent.

    Whether they can be read is the caller's question, by `legibility`.
    """
    files: dict[str, StaticFile] = {}
    if accent or accent_dark:
        css = stylesheet(accent or LIGHT.accent, accent_dark or dark_of(accent))
        files["look.css"] = StaticFile(css.encode(), "text/css; charset=utf-8")
    if logo is None:
        return Look(files)
    name = f"logo.{'png' if logo.media_type == 'image/png' else 'svg'}"
    return Look({**files, name: logo}, name)


def stylesheet(accent: str, accent_dark: str) -> str:
    """Return the custom properties that differ from our own, for both themes."""
    light, dark = _properties(accent, LIGHT), _properties(accent_dark, DARK)
    return f":root{{{light}}}\n@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"


def dark_of(accent: str) -> str:
    """Return the same hue, as light as text on the dark theme's paper must be."""
    return nearest(accent, DARK, AAA)


def legibility(accent: str, theme: Theme) -> float:
    """Return the accent's lowest contrast with what it stands on as text and as a focus ring."""
    return min(contrast(accent, theme.paper), contrast(accent, theme.table))


def nearest(accent: str, theme: Theme, least: float) -> str:
    """Return the accent itself or, in its hue, the first colour towards black or white that does.

    `least` is a contrast of at most 15, which black on light and white on dark always have.
    """
    if legibility(accent, theme) >= least:
        return accent
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(accent))
    step = -1 if theme is LIGHT else 1
    for level in range(round(lightness * 255), 255 * (step > 0) + step, step):
        colour = _hex(colorsys.hls_to_rgb(hue, level / 255, saturation))
        if legibility(colour, theme) >= least:
            return colour
    return _extreme(theme)


def on(accent: str) -> str:
    """Return black or white, whichever is easier to read on that colour: 4.58 at least."""
    return max(("#000000", "#ffffff"), key=lambda text: contrast(text, accent))


def stub(accent: str, theme: Theme) -> str:
    """Return the ticket's stub: paper with a breath of the accent, under text that stays AAA."""
    tints = (_mixed(accent, theme.paper, percent) for percent in range(MOST_TINT_PERCENT, 0, -1))
    return next((t for t in tints if contrast(theme.quiet, t) >= AAA), theme.paper)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, contrast ratio)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return how light a colour is, 0 to 1 (WCAG 2.2, relative luminance)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _parts(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _properties(accent: str, theme: Theme) -> str:
    return f"--accent:{accent};--on-accent:{on(accent)};--stub:{stub(accent, theme)}"


def _extreme(theme: Theme) -> str:
    return "#000000" if theme is LIGHT else "#ffffff"


def _mixed(one: str, other: str, percent: int) -> str:
    red, green, blue = (
        (a * percent + b * (100 - percent)) / 100
        for a, b in zip(_parts(one), _parts(other), strict=True)
    )
    return _hex((red, green, blue))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + bytes(round(part * 255) for part in parts).hex()
