"""`counterfoil keys`: the keys that sign tokens."""

import typer

from counterfoil.cli.opened import opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, moment, show, table
from counterfoil.kit import strict_json
from counterfoil.tokens import SigningKeyRow, list_signing_keys

keys = typer.Typer(help="The keys that sign tokens.", rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.add_typer(keys, name="keys")


@keys.command("list", epilog=exit_codes(Exit.BUSY))
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List the keys with their public halves, the oldest first."""
    with opened(config) as house:
        found = house.store.read_now(list_signing_keys)
    rows = [(k.kid, k.algorithm, k.state, moment(k.made_ms)) for k in found]
    show(
        [_facts(key) for key in found],
        table(("KID", "ALGORITHM", "STATE", "MADE"), rows),
        as_json=as_json,
    )


def _facts(key: SigningKeyRow) -> strict_json.Json:
    return {
        "kid": key.kid,
        "alg": key.algorithm,
        "state": key.state,
        "made_ms": key.made_ms,
        "public_jwk": strict_json.parse(key.public_jwk),
    }
