"""The line drawings of what the hand does: in pages with the page's colours, and on their own for
documents, where nobody's stylesheet reaches."""

from pathlib import Path

_DRAWINGS = Path(__file__).parent / "templates" / "parts" / "drawings"

# As the stylesheet draws them; in the dark, as it does in the dark.
_STYLE = (
    "<style>.drawing{fill:none;stroke:#14191c;stroke-width:2.5;stroke-linecap:round;"
    "stroke-linejoin:round}.paper{fill:#fff}.accent{stroke:#06584d}"
    ".accent-fill{fill:#06584d;stroke:none}@media(prefers-color-scheme:dark){"
    ".drawing{stroke:#f2f5f6}.paper{fill:#1b2124}.accent{stroke:#74d9c6}"
    ".accent-fill{fill:#74d9c6}}</style>"
)


def drawing_names() -> tuple[str, ...]:
    """The names of all drawings, in order."""
    return tuple(sorted(file.stem for file in _DRAWINGS.glob("*.svg")))


def standalone(name: str) -> str:
    """The drawing as a file of its own. Raises FileNotFoundError for one that there is not."""
    svg = (_DRAWINGS / f"{name}.svg").read_text(encoding="utf-8")
    opening, rest = svg.split(">", 1)
    return f'{opening} xmlns="http://www.w3.org/2000/svg">{_STYLE}{rest}'
