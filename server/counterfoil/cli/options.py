"""Options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.output import Exit

Config = Annotated[
    Path | None,
    typer.Option(
        help="The configuration file; else COUNTERFOIL_CONFIG, else the default places.",
        metavar="FILE",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print complete, stable JSON on stdout.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name that the person types.")]


def exit_codes(*codes: Exit) -> str:
    """The end of a command's help."""
    listed = (Exit.DONE, *codes, Exit.USAGE)
    lines = [f"  {int(code):<4} {code.meaning}" for code in sorted(set(listed))]
    return "\b\nExit codes:\n" + "\n".join(lines)
