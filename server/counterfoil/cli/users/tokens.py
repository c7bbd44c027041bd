"""`counterfoil users suspend-token`, `resume-token`, `remove-token` and `sign-out`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from counterfoil.accounts import Account
from counterfoil.administration import OPERATOR, Actor, Administration
from counterfoil.audit import Where
from counterfoil.cli.opened import Opened
from counterfoil.cli.options import AsJson, Config, Name
from counterfoil.cli.output import say, show
from counterfoil.cli.users.acting import HERE, TokenId, act
from counterfoil.errors import Refused
from counterfoil.kit.ids import AccountId, AuthenticatorId, SessionId
from counterfoil.store import Transaction

OnToken: TypeAlias = Callable[
    [Administration, Transaction, Actor, AccountId, AuthenticatorId, Where], None | Refused
]


def suspend_token(
    name: Name, token: TokenId, config: Config = None, as_json: AsJson = False
) -> None:
    """Shut a lost token until it is found. What it had opened ends."""
    _on_token(name, token, Administration.suspend_token, "suspended", config, as_json=as_json)


def resume_token(
    name: Name, token: TokenId, config: Config = None, as_json: AsJson = False
) -> None:
    """Open a suspended token again."""
    _on_token(name, token, Administration.resume_token, "live", config, as_json=as_json)


def remove_token(
    name: Name, token: TokenId, config: Config = None, as_json: AsJson = False
) -> None:
    """Take a token away for good. What it had opened ends.

    The last way in stays: whoever has lost everything is invited again.
    """
    _on_token(name, token, Administration.remove_token, "removed", config, as_json=as_json)


def sign_out(
    name: Name,
    *,
    session: Annotated[
        str | None,
        typer.Option(metavar="SESSION_ID", help="One browser only, as `users show` shows it."),
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Sign a person out everywhere, or in one browser, and revoke what was granted there."""

    def flow(house: Opened, tx: Transaction, who: Account) -> int | Refused:
        flows = house.administration
        if session is None:
            return flows.end_all_sessions(tx, OPERATOR, who.id, HERE)
        return flows.end_session(tx, OPERATOR, who.id, SessionId(session), HERE) or 1

    account, ended = act(config, name, flow)
    say(f"{account.name} was signed in {ended} times and is signed out.")
    show({"id": account.id, "ended": ended}, "", as_json=as_json)


def _on_token(
    name: str,
    token: str,
    flow: OnToken,
    outcome: str,
    config: Path | None,
    *,
    as_json: bool,
) -> None:
    authenticator = AuthenticatorId(token)

    def on(house: Opened, tx: Transaction, who: Account) -> bool | Refused:
        return flow(house.administration, tx, OPERATOR, who.id, authenticator, HERE) or True

    account, _ = act(config, name, on)
    say(f"The token of {account.name} is {outcome}.")
    show({"id": account.id, "token": token, "state": outcome}, "", as_json=as_json)
