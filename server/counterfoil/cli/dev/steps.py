"""What a person reads of the main job: numbered steps, short lines, and what was refused."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from counterfoil.cli.output import printable, terminal
from counterfoil.kit.strict_json import Json

WIDTH = 92
INDENT = 4
NAME_WIDTH = 8


class StepFailed(Exception):
    """A step did not do what it says: one sentence."""


@dataclass(slots=True)
class Told:
    """The steps so far, for `--json`; printed while they happen unless `quiet`."""

    quiet: bool
    console: Console = field(default_factory=terminal)
    steps: list[Json] = field(default_factory=list)

    def step(self, name: str, sentence: str, rows: Sequence[tuple[str, str]] = ()) -> None:
        """One step and what it showed."""
        shown: dict[str, Json] = dict(rows)
        self.steps.append({"step": name, "sentence": sentence, "shown": shown})
        line = Text()
        line.append(f"{len(self.steps):>2}  {name:<{NAME_WIDTH}}", "bold")
        line.append(f"  {printable(sentence)}")
        self._print(line)
        self.rows(rows, self._indent)

    def rows(self, rows: Sequence[tuple[str, str]], indent: int = 2) -> None:
        """Names and values, aligned; a long value goes on below itself."""
        width = max((len(name) for name, _ in rows), default=0)
        room = WIDTH - indent - width - 2
        for name, value in rows:
            first, *others = textwrap.wrap(printable(value), room, break_on_hyphens=False) or [""]
            line = Text(" " * indent)
            line.append(f"{name:<{width}}", "dim")
            line.append(f"  {first}")
            self._print(line)
            for other in others:
                self._print(Text(" " * (indent + width + 2) + other))

    def line(self, sentence: str = "", style: str = "") -> None:
        """A line of its own."""
        self._print(Text(sentence, style))

    @property
    def _indent(self) -> int:
        return INDENT + NAME_WIDTH + 2

    def _print(self, text: Text) -> None:
        if not self.quiet:
            self.console.print(text, soft_wrap=True)
