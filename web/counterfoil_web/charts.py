"""Charts as SVG: facts in, markup out; no script, no style, no number that is not in its table.

A direction and a pattern say everything that a colour says. Widths are percentages and heights
are pixels, so that letters keep their size from 320 px on; in a language that is written from
the right, time runs from there, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

UP_PX = 64
DOWN_PX = 40
BLOCK_PX = 44
_TOP_PX = 24
_LABELS_PX = 26
_LEAST_PX = 2.0  # one is seen beside a thousand
_BAR = 0.7  # of a day's width
_HATCH = Markup(
    '<defs><pattern id="{id}-hatch" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path class="hatch" d="M1.5 0v6"/></pattern></defs>'
)
_RECT = Markup('<rect class="{look}" x="{x}%" y="{y}" width="{w}%" height="{h}"{fill}/>')
_TEXT = Markup('<text class="{look}" x="{x}" y="{y}">{text}</text>')
_LINE = Markup('<line class="{look}" x1="0" x2="100%" y1="{y}" y2="{y}"/>')
_SVG = Markup(
    '<svg class="chart" role="img" width="100%" height="{height}" aria-labelledby="{id}-title'
    ' {id}-desc"><title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>'
    "{hatch}{drawn}</svg>"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: so many up (it went well), so many down (it was refused)."""

    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a whole: how many, and how it is drawn (`full`, `hatched`, `blank`)."""

    number: int
    look: str


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said of a chart; `id` is its own on the page."""

    id: str
    title: str
    description: str
    right_to_left: bool = False


def mirror_bars(caption: Caption, bars: Sequence[Bar], first: str, last: str) -> Markup:
    """A bar up and a hatched bar down for each of `bars`, oldest first, on one scale.

    `first` and `last` are written below the ends. Without any number there is the line alone.
    """
    most = max((bar.up for bar in bars), default=0)
    unit = _unit(most, max((bar.down for bar in bars), default=0))
    line, width = _TOP_PX + UP_PX, 100 / max(1, len(bars))
    drawn = [_LINE.format(look="base", y=line)]
    for place, bar in enumerate(reversed(bars) if caption.right_to_left else bars):
        x, up, down = width * (place + (1 - _BAR) / 2), _px(bar.up, unit), _px(bar.down, unit)
        drawn.append(_rect("full", x, line - up, width * _BAR, up, caption))
        drawn.append(_rect("hatched", x, line, width * _BAR, down, caption))
    begin, end = ("100%", "0") if caption.right_to_left else ("0", "100%")
    below = line + DOWN_PX + _LABELS_PX - 8
    drawn.append(_TEXT.format(look="start", x=begin, y=below, text=first))
    drawn.append(_TEXT.format(look="end", x=end, y=below, text=last))
    if most:
        top = line - _px(most, unit)
        drawn.append(_LINE.format(look="grid", y=_n(top)))
        drawn.append(_TEXT.format(look="start", x=begin, y=_n(top - 6), text=most))
    return _svg(caption, line + DOWN_PX + _LABELS_PX, drawn)


def share_bar(caption: Caption, parts: Sequence[Part]) -> Markup:
    """One bar whose parts lie side by side, as wide as their numbers; an empty frame for none."""
    whole = sum(part.number for part in parts)
    drawn, begun = [], 0.0
    for part in parts:
        width = 100 * part.number / whole if whole else 0
        x = 100 - begun - width if caption.right_to_left else begun
        drawn.append(_rect(part.look, x, 1, width, BLOCK_PX - 2, caption))
        begun += width
    drawn.append(_rect("frame", 0, 1, 100, BLOCK_PX - 2, caption))
    return _svg(caption, BLOCK_PX, drawn)


def _unit(most: int, deepest: int) -> float:
    """Pixels for one; the same in both directions, so that equal lengths are equal numbers."""
    up = UP_PX / most if most else float(DOWN_PX)
    return min(up, DOWN_PX / deepest) if deepest else up


def _px(number: int, unit: float) -> float:
    return max(_LEAST_PX, number * unit) if number else 0


def _rect(look: str, x: float, y: float, width: float, height: float, caption: Caption) -> Markup:
    if not width or not height:
        return Markup("")
    fill = Markup(' fill="url(#{id}-hatch)"').format(id=caption.id) if look == "hatched" else ""
    return _RECT.format(look=look, x=_n(x), y=_n(y), w=_n(width), h=_n(height), fill=fill)


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _svg(caption: Caption, height: int, drawn: list[Markup]) -> Markup:
    return _SVG.format(
        id=caption.id,
        height=height,
        title=caption.title,
        description=caption.description,
        hatch=_HATCH.format(id=caption.id),
        drawn=Markup("").join(drawn),
    )
