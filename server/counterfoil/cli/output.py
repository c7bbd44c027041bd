"""What a command says: data on stdout, messages on stderr, colour only where a person reads.

Errors are one sentence, then `try:` and a command that can be pasted.
"""

import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from counterfoil.errors import Reason, Refused, voice
from counterfoil.kit.strict_json import Json


class Exit(IntEnum):
    """The exit codes of every command."""

    DONE = 0
    WRONG = 1
    USAGE = 2
    NOT_FOUND = 3
    BUSY = 75
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """The sentence of the reference."""
        return _MEANINGS[self]


_MEANINGS = {
    Exit.DONE: "it was done",
    Exit.WRONG: "it was refused, or a check found something wrong",
    Exit.USAGE: "the command line or the settings cannot be used",
    Exit.NOT_FOUND: "what was named is not there",
    Exit.BUSY: "the database did not answer: the same command may work later",
    Exit.INTERRUPTED: "interrupted by Ctrl-C",
}


class Problem(Exception):
    """A command cannot go on: one sentence, what to try, and the exit code."""

    def __init__(self, message: str, try_: str, code: Exit = Exit.WRONG) -> None:
        super().__init__(message)
        self.message = message
        self.try_ = try_
        self.code = code


class Enough(Exception):
    """Whoever reads our answer has closed the pipe, as `head` does."""


def refusal(refused: Refused, try_: str) -> Problem:
    """The problem that a refusal of ours is to an operator."""
    code = Exit.NOT_FOUND if refused.reason is Reason.NOT_FOUND else Exit.WRONG
    return Problem(sentence(refused.detail or voice(refused.reason).operator), try_, code)


def sentence(text: str) -> str:
    """The words with a capital and a full stop, on one line."""
    text = printable(" ".join(text.split())).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def show(value: Json, text: str, *, as_json: bool) -> None:
    """Print the answer of a command: the same facts as JSON or for a person. Raises Enough."""
    try:
        if as_json:
            print(json.dumps(value, indent=2, ensure_ascii=False), flush=True)
        elif text:
            terminal().print(Text(text), soft_wrap=True)
    except BrokenPipeError as error:
        raise Enough from error


def terminal(*, stderr: bool = False) -> Console:
    """Where a person may read; with NO_COLOR, or into a pipe, nothing but text is written."""
    if os.environ.get("NO_COLOR"):
        return Console(stderr=stderr, highlight=False, color_system=None)
    return Console(stderr=stderr, highlight=False)


def say(message: str = "", style: str = "") -> None:
    """Tell the person at the terminal."""
    terminal(stderr=True).print(Text(message, style), soft_wrap=True)


def say_problem(message: str, try_: str) -> None:
    """Say what is wrong and what to try."""
    say(message, "bold")
    say(f"try: {try_}")


def confirm(question: str) -> bool:
    """Ask at the terminal; without one the answer is no."""
    if not sys.stdin.isatty():
        return False
    say(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns that align, also for wide characters; the last one is not padded."""
    cells = [[printable(cell) for cell in row] for row in (headers, *rows)]
    widths = [max(cell_len(row[i]) for row in cells) for i in range(len(headers))]
    return "\n".join(_line(row, widths) for row in cells)


def pairs(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values, one pair on a line."""
    width = max((cell_len(name) for name, _ in rows), default=0)
    return "\n".join(_line([name, printable(value)], [width, 0]) for name, value in rows)


def printable(text: str) -> str:
    """The text without anything that could move the cursor of a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def moment(at_ms: int | None) -> str:
    """A time for a person: UTC, to the minute; a dash for never."""
    if at_ms is None:
        return "-"
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell + " " * (width - cell_len(cell)) for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join(padded).rstrip()
