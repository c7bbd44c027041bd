"""The command `counterfoil-agent`: what is attached here, and what is in its way.

Data goes to stdout, messages to stderr. Nothing is changed on the machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from counterfoil_devices.ctap.attached import Attached, attached_keys
from counterfoil_devices.doctor import Finding, Verdict, examine
from counterfoil_devices.readers import Readers, attached_readers
from counterfoil_devices.trouble import Trouble

EXIT_CODES: Final = "Exit codes: 0 all is well; 1 something is in the way; 2 wrong usage."

AsJson = Annotated[bool, typer.Option("--json", help="Everything that is known, as JSON.")]


def main() -> None:
    """Run the command line on this machine."""
    command_line(attached_keys, attached_readers, Path("/"))(prog_name="counterfoil-agent")


def command_line(
    look: Callable[[], Attached], ask: Callable[[], Readers], root: Path
) -> typer.Typer:
    """The commands, for a machine that is looked at through these."""
    app = typer.Typer(
        help="Security keys and card readers at this workstation.",
        epilog=EXIT_CODES,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )

    @app.command("list", epilog=EXIT_CODES)
    def list_attached(as_json: AsJson = False) -> None:
        """List the security keys and card readers that are plugged in."""
        attached, readers = look(), ask()
        if as_json:
            _print_json(_listed(attached, readers))
        else:
            _print_list(attached, readers)
        for trouble in attached.troubles:
            _tell(trouble)
        if readers.trouble is not None:
            _tell(readers.trouble)
        # A missing extra is no failure; a key that cannot be used is one.
        raise typer.Exit(1 if attached.troubles else 0)

    @app.command(epilog=EXIT_CODES)
    def doctor(as_json: AsJson = False) -> None:
        """Check what keys and readers need here, and say what to do."""
        findings = list(examine(root, look(), ask()))
        if as_json:
            _print_json([{**asdict(f), "verdict": f.verdict.value} for f in findings])
        else:
            _print_findings(findings)
        raise typer.Exit(1 if any(f.verdict is Verdict.BAD for f in findings) else 0)

    return app


def _listed(attached: Attached, readers: Readers) -> dict[str, object]:
    reader_trouble = [] if readers.trouble is None else [asdict(readers.trouble)]
    return {
        "security_keys": [asdict(key) for key in attached.keys],
        "readers": list(readers.names),
        "troubles": [asdict(t) for t in attached.troubles] + reader_trouble,
    }


def _print_list(attached: Attached, readers: Readers) -> None:
    keys, names = len(attached.keys), len(readers.names)
    _messages().print(f"Ready: {_count(keys, 'security key')}, {_count(names, 'card reader')}.")
    if not keys and not names:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("kind", "name", "serial", "where"):
        table.add_column(heading, overflow="fold")
    for key in attached.keys:
        name = key.product or f"{key.vendor_id:04x}:{key.product_id:04x}"
        table.add_row("security key", _plain(name), _plain(key.serial or ""), _plain(key.path))
    for reader in readers.names:
        table.add_row("card reader", _plain(reader), "", "PC/SC")
    Console().print(table)


def _plain(text: str) -> Text:
    # A device chooses its own name: it may neither colour the list nor steer the terminal.
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def _print_findings(findings: list[Finding]) -> None:
    wrong = sum(f.verdict is Verdict.BAD for f in findings)
    _messages().print(f"{_count(wrong, 'thing').capitalize()} in the way of keys and readers.")
    table = Table(box=None, pad_edge=False)
    for heading in ("verdict", "what", "found"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        table.add_row(finding.verdict.value, finding.name, _plain(finding.sentence))
    Console().print(table)
    for finding in findings:
        if finding.remedy:
            _tell(Trouble(finding.sentence, finding.remedy))


def _print_json(data: object) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _tell(trouble: Trouble) -> None:
    console = _messages()
    # Not folded: what is to be pasted stays on one line.
    console.print(_plain(trouble.sentence), highlight=False, soft_wrap=True)
    console.print(_plain(f"try: {trouble.remedy}"), highlight=False, soft_wrap=True)


def _messages() -> Console:
    return Console(stderr=True)


if __name__ == "__main__":
    main()
