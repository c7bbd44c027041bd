"""`counterfoil db`: the schema's versions."""

import typer

from counterfoil.cli.opened import check_schema, load, unreachable
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, pairs, say, show
from counterfoil.kit.strict_json import Json
from counterfoil.store.engines import DatabaseError
from counterfoil.store.upgrades import SchemaState, SchemaTooNew, upgrade

db = typer.Typer(help="The database's schema.", rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.add_typer(db, name="db")


@db.command("check", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def check(config: Config = None, as_json: AsJson = False) -> None:
    """Compare the database with this version.

    Changes nothing.
    """
    state = check_schema(load(config).database_url)
    _show(state, as_json=as_json)
    if not state.current:
        raise Problem(_what_is_wrong(state), "make a backup, then: counterfoil db upgrade")


@db.command("upgrade", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def upgrade_(config: Config = None, as_json: AsJson = False) -> None:
    """Bring the schema to this version.

    In one transaction; make a backup first.
    """
    url = load(config).database_url
    before = check_schema(url)
    try:
        after = upgrade(url)
    except SchemaTooNew as error:
        raise Problem(
            f"The database was upgraded by a newer counterfoil (schema {before.found}).",
            "install that version again, or restore the backup made before the upgrade",
        ) from error
    except DatabaseError as error:
        raise unreachable(error) from error
    if before.found == after.found:
        say("Nothing to do.")
    else:
        say(f"Upgraded from {before.found or 'nothing'} to {after.found}.")
    _show(after, as_json=as_json)
    if not after.current:
        raise Problem(_what_is_wrong(after), "restore the backup")


def _show(state: SchemaState, *, as_json: bool) -> None:
    facts: Json = {
        "found": state.found,
        "newest": state.newest,
        "current": state.current,
        "differences": list(state.differences),
    }
    rows = [("found", state.found or "nothing"), ("newest", state.newest)]
    rows += [("differs", difference) for difference in state.differences]
    show(facts, pairs(rows), as_json=as_json)


def _what_is_wrong(state: SchemaState) -> str:
    if state.found is None:
        return "The database is empty."
    if state.found != state.newest:
        return f"The database has schema {state.found}, this counterfoil needs {state.newest}."
    return "The database's tables are not those of its schema version."
