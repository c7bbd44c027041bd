"""The operator's commands: init, serve, doctor, users, clients, events, mail, keys, db, and dev.

Data goes to stdout and messages to stderr; whatever goes wrong is one sentence with what to try,
and never a traceback.
"""

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import typer
from typer.exceptions import TyperException

from counterfoil.cli import (
    clients,
    database,
    doctor,
    events,
    installation,
    keys,
    mail,
    overview,
    reference,
    serve,
    users,
)
from counterfoil.cli.dev import command as dev
from counterfoil.cli.opened import unreachable
from counterfoil.cli.options import exit_codes
from counterfoil.cli.output import Enough, Exit, Problem, say_problem, sentence
from counterfoil.settings import BadSettings
from counterfoil.store import StoreBusy
from counterfoil.store.engines import BadDatabaseUrl, DatabaseError

app = typer.Typer(
    name="counterfoil",
    help="counterfoil: a touch becomes a signed access token.",
    epilog=exit_codes(*Exit),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback(invoke_without_command=True)
def counterfoil(
    context: typer.Context,
    *,
    version: bool = typer.Option(False, "--version", help="Print the version and end."),
) -> None:
    """counterfoil: a touch becomes a signed access token."""
    if version:
        print(_version())
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


installation.add_to(app)
serve.add_to(app)
doctor.add_to(app)
users.add_to(app)
clients.add_to(app)
events.add_to(app)
overview.add_to(app)
mail.add_to(app)
keys.add_to(app)
database.add_to(app)
dev.add_to(app)
reference.add_to(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        return int(app(args=arguments, prog_name="counterfoil", standalone_mode=False) or Exit.DONE)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Enough:
        # Python must not notice it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except typer.Abort:
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place: people get a sentence
        return _tell(error)


def _version() -> str:
    try:
        return metadata.version("counterfoil")
    except metadata.PackageNotFoundError:
        return "unknown: run from a folder, not installed"


def _tell(error: Exception) -> int:
    problem = as_problem(error)
    say_problem(problem.message, problem.try_)
    return problem.code


def as_problem(error: Exception) -> Problem:
    """What an error is to the person at the terminal."""
    match error:
        case Problem():
            return error
        case BadSettings():
            return Problem(error.message, error.try_, Exit.USAGE)
        case BadDatabaseUrl():
            return Problem(sentence(str(error)), "counterfoil init --help", Exit.USAGE)
        case StoreBusy():
            return Problem("The database is busy.", "the same command again", Exit.BUSY)
        case DatabaseError():
            return unreachable(error)
        case TyperException():
            context = getattr(error, "ctx", None)
            path = context.command_path if context else "counterfoil"
            return Problem(sentence(error.format_message()), f"{path} --help", Exit.USAGE)
        case _:
            return _defect(error)


def _defect(error: Exception) -> Problem:
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    return Problem(
        f"This is a defect of counterfoil: {type(error).__name__} at {place}.",
        "counterfoil doctor; and please report this sentence",
    )
