"""The reference, made from the settings and the command line themselves; a test keeps it current.

The same descriptions become the comments of the configuration file that `init` writes.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic.fields import FieldInfo
from typer.core import TyperCommand, TyperGroup

from counterfoil.cli.options import exit_codes
from counterfoil.cli.output import Exit, Problem
from counterfoil.settings import DOCUMENTED_VARIABLES, PREFIX, Settings, configurable_fields

HELP_WIDTH = 88
PARTS = ("settings", "command-line", "admin-api")


def add_to(app: typer.Typer) -> None:
    """Put the command into its place; it serves those who write the documents."""
    app.command("reference", hidden=True, epilog=exit_codes())(reference)


def reference(
    context: typer.Context,
    part: Annotated[str, typer.Argument(metavar="PART", help=f"One of: {', '.join(PARTS)}.")],
) -> None:
    """Print a part of the reference: Markdown, or JSON for the API's description."""
    match part:
        case "settings":
            print(settings_reference(), end="")
        case "command-line":
            root = context.find_root().command
            assert isinstance(root, TyperGroup)
            print(command_line_reference(root), end="")
        case "admin-api":
            print(admin_api_reference(), end="")
        case _:
            raise Problem(
                f"There is no part named {part}.", "counterfoil reference settings", Exit.USAGE
            )


def configuration_text(settings: Settings) -> str:
    """A configuration file with every setting: those that were chosen, and the rest commented."""
    lines = [
        "# The configuration of counterfoil (TOML). An unknown name stops the start.",
        "# Flags come first, then the environment (COUNTERFOIL_ISSUER, ...), then secret files,",
        "# then this file. What is commented out shows the default.",
    ]
    for name, field in _fields():
        value = getattr(settings, name)
        chosen = field.is_required() or value != field.default
        # The host is the default of rp_id; written down, it survives a change of the issuer.
        lines += ["", *_comment(field.description or "")]
        lines.append(f"{'' if chosen else '# '}{name} = {_toml(value)}")
    return "\n".join(lines) + "\n"


def settings_reference() -> str:
    """The settings as Markdown."""
    lines = [
        "# Settings",
        "",
        "<!-- Made by `counterfoil reference settings`; a test keeps it current. -->",
        "",
        "A setting comes from a flag, else from the environment, else from a secret file, else",
        "from the configuration file (TOML), else it has its default. An unknown name in any of",
        "them stops the start.",
        "",
    ]
    for name, field in _fields():
        lines += [f"## {name}", "", field.description or "", ""]
        lines += [f"- default: {_default(field)}", f"- environment: `{PREFIX}{name.upper()}`"]
        bounds = _bounds(field)
        lines += [f"- bounds: {bounds}", ""] if bounds else [""]
    lines += ["## Environment variables that are no settings", ""]
    lines += [f"- `{name}`: {meaning}" for name, meaning in DOCUMENTED_VARIABLES.items()]
    lines += [
        "- `COUNTERFOIL_TEST_…`: read by our own tests only",
        "",
        "## The root key",
        "",
        "The file's bytes are the key, exactly as they are: 32 to 4096 of them, as from",
        "`head -c 32 /dev/urandom`. Whoever has it and the database can open every secret in it;",
        "without it nobody can. Keep a copy of it apart from the backups of the database.",
    ]
    return "\n".join(lines) + "\n"


def admin_api_reference() -> str:
    """The administration's API as OpenAPI 3.1."""
    # The routes bring FastAPI with them, which no other command here needs.
    from counterfoil.http.admin_api.description import describe  # noqa: PLC0415

    return json.dumps(describe(), indent=2, ensure_ascii=False) + "\n"


def command_line_reference(command: TyperGroup) -> str:
    """The help of every command as Markdown."""
    lines = [
        "# Command line",
        "",
        "<!-- Made by `counterfoil reference command-line`; a test keeps it current. -->",
        "",
        "Data goes to stdout, messages to stderr. An error is one sentence, then `try:` and",
        "something to type. With `NO_COLOR`, or into a pipe, nothing is coloured.",
        "",
        "| exit code | meaning |",
        "|---|---|",
        *(f"| {int(code)} | {code.meaning} |" for code in Exit),
        "",
    ]
    for path, text in _helps(command, "counterfoil"):
        lines += [f"## {path}", "", "```text", text, "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def _helps(
    command: TyperCommand | TyperGroup, name: str, parent: typer.Context | None = None
) -> Iterator[tuple[str, str]]:
    """The path and help of a command and, below it, of its own commands."""
    context = typer.Context(command, info_name=name, parent=parent, terminal_width=HELP_WIDTH)
    yield context.command_path, command.get_help(context).rstrip()
    if isinstance(command, TyperGroup):
        for below, child in command.commands.items():
            if isinstance(child, TyperCommand | TyperGroup) and not child.hidden:
                yield from _helps(child, below, context)


def _fields() -> Iterator[tuple[str, FieldInfo]]:
    known = configurable_fields()
    return ((name, field) for name, field in Settings.model_fields.items() if name in known)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: it must be set"
    value = field.default
    return f"`{_toml(value)}`" if value not in {None, "", ()} else "see above"


def _bounds(field: FieldInfo) -> str:
    found = {
        name: getattr(bound, name)
        for bound in field.metadata
        for name in ("ge", "le", "min_length", "max_length")
        if getattr(bound, name, None) is not None
    }
    words = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}
    unit = {"min_length": " characters", "max_length": " characters"}
    return ", ".join(f"{words[n]} {value}{unit.get(n, '')}" for n, value in found.items())


def _toml(value: object) -> str:
    """A value as TOML writes it; JSON's strings and numbers are TOML's too."""
    if value is None:
        return '""'
    if isinstance(value, tuple):
        return json.dumps(list(value))
    return json.dumps(value if isinstance(value, int) else str(value), ensure_ascii=False)


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 92)]
