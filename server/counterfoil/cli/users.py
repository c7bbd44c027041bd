"""`counterfoil users`: people, as an operator sees them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.accounts import Account, Accounts, AccountState, Authenticator, Invitation, Role
from counterfoil.cli.opened import OPERATOR, Opened, opened
from counterfoil.cli.options import AsJson, Config, Name, exit_codes
from counterfoil.cli.output import (
    Exit,
    Problem,
    confirm,
    moment,
    pairs,
    printable,
    refusal,
    say,
    show,
    table,
)
from counterfoil.errors import Refused
from counterfoil.factors.kind import AuthenticatorRecord
from counterfoil.factors.password.kind import hash_password
from counterfoil.kit.strict_json import Json
from counterfoil.store import Transaction

SALT_BYTES = 16
PAGE = 500
MAX_PASSWORD_BYTES = 4096

users = typer.Typer(help="People and their accounts.", rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.add_typer(users, name="users")


@users.command("add", epilog=exit_codes(Exit.WRONG, Exit.BUSY))
def add(
    name: Name,
    *,
    display_name: Annotated[
        str, typer.Option(metavar="TEXT", help="How pages address the person; else the name.")
    ] = "",
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Make an administrator.")
    ] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read a password from standard input.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Add a person and print an invitation link.

    The link is good once and for 15 minutes; whoever opens it enrols a security key.

    A password alone opens nothing: it is the other half of a second factor.
    """
    password = _read_password() if password_stdin else None
    with opened(config) as house:
        record = None if password is None else _hash(house, password, (name, display_name))
        role = Role.ADMINISTRATOR if administrator else Role.PERSON

        def unit(tx: Transaction) -> tuple[Account, Invitation] | Refused:
            account = house.accounts.add(
                tx, name, display_name=display_name, role=role, actor=OPERATOR
            )
            if isinstance(account, Refused):
                return account
            if record is not None:
                kept = house.accounts.set_password(tx, account.id, record, OPERATOR)
                if isinstance(kept, Refused):
                    return kept
            invitation = house.accounts.invite(tx, account.id, OPERATOR)
            return invitation if isinstance(invitation, Refused) else (account, invitation)

        added = house.store.write_now(unit)
        if isinstance(added, Refused):
            raise refusal(added, "counterfoil users list")
        account, invitation = added
        say(f"Added {account.name}.")
        _show_invitation(house, account, invitation, as_json=as_json)


@users.command("list", epilog=exit_codes(Exit.BUSY))
def list_(config: Config = None, as_json: AsJson = False) -> None:
    """List everybody, in the order of their names."""
    with opened(config) as house:
        accounts = house.store.read_now(lambda tx: everybody(house.accounts, tx))
    headers = ("NAME", "DISPLAY NAME", "ROLE", "STATE", "MADE")
    rows = [(a.name, a.display_name, a.role, a.state, moment(a.made_ms)) for a in accounts]
    show([account_facts(a) for a in accounts], table(headers, rows), as_json=as_json)


@users.command("show", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))
def show_(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Show one person and what they sign in with."""
    with opened(config) as house:
        account, held = house.store.read_now(lambda tx: _with_authenticators(house, tx, name))
    facts = account_facts(account)
    facts["authenticators"] = [_authenticator_facts(a) for a in held]
    show(facts, _page(account, held), as_json=as_json)


@users.command("disable", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))
def disable(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Shut a person out.

    Ends every session and revokes all that was granted. An access token that an API checks by
    itself stays good until it expires.
    """
    _set_state(name, AccountState.DISABLED, config, as_json=as_json)


@users.command("enable", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))
def enable(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Let a disabled person in again.

    They sign in with what they had enrolled.
    """
    _set_state(name, AccountState.ACTIVE, config, as_json=as_json)


@users.command("delete", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def delete(
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Delete a person.

    All that hangs on the account goes too; the log of events stays.
    """
    with opened(config) as house:
        account = house.store.read_now(lambda tx: _find(house, tx, name))
        if not yes and not confirm(f"Delete {printable(account.name)} for good?"):
            raise Problem("Nothing was deleted.", f"counterfoil users delete {name} --yes")
        refused = house.store.write_now(lambda tx: house.accounts.delete(tx, account.id, OPERATOR))
        if refused is not None:
            raise refusal(refused, "counterfoil users list")
    say(f"Deleted {account.name}.")
    show({"deleted": account.id}, "", as_json=as_json)


@users.command("invite", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))
def invite(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Print a new invitation link.

    It is good once and for 15 minutes; the person's earlier links are void.
    """
    with opened(config) as house:

        def unit(tx: Transaction) -> tuple[Account, Invitation] | Refused:
            account = _find(house, tx, name)
            invitation = house.accounts.invite(tx, account.id, OPERATOR)
            return invitation if isinstance(invitation, Refused) else (account, invitation)

        invited = house.store.write_now(unit)
        if isinstance(invited, Refused):
            raise Problem(f"{name} is disabled.", f"counterfoil users enable {name}")
        _show_invitation(house, *invited, as_json=as_json)


def _set_state(name: str, state: AccountState, config: Path | None, *, as_json: bool) -> None:
    with opened(config) as house:

        def unit(tx: Transaction) -> Account | Refused:
            account = _find(house, tx, name)
            return house.accounts.set_state(tx, account.id, state, OPERATOR)

        account = house.store.write_now(unit)
    if isinstance(account, Refused):
        raise refusal(account, "counterfoil users list")
    say(f"{account.name} is {account.state}.")
    show(account_facts(account), "", as_json=as_json)


def _find(house: Opened, tx: Transaction, name: str) -> Account:
    account = house.accounts.find_by_name(tx, name)
    if account is None:
        raise Problem(f"There is nobody named {name}.", "counterfoil users list", Exit.NOT_FOUND)
    return account


def everybody(accounts: Accounts, tx: Transaction) -> list[Account]:
    """All accounts, in the order of their names."""
    found: list[Account] = []
    while page := accounts.list_accounts(tx, after=found[-1].name if found else "", limit=PAGE):
        found += page
    return found


def _with_authenticators(
    house: Opened, tx: Transaction, name: str
) -> tuple[Account, list[Authenticator]]:
    account = _find(house, tx, name)
    return account, house.accounts.authenticators(tx, account.id)


def _read_password() -> str:
    """The first line of standard input. Raises Problem when there is none."""
    line = sys.stdin.buffer.readline(MAX_PASSWORD_BYTES).rstrip(b"\r\n")
    try:
        password = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("The password is not UTF-8.", "locale", Exit.USAGE) from error
    if not password:
        raise Problem(
            "There is no password on standard input.",
            "counterfoil users add NAME --password-stdin < FILE",
            Exit.USAGE,
        )
    return password


def _hash(house: Opened, password: str, names: tuple[str, ...]) -> AuthenticatorRecord:
    record = hash_password(password, house.entropy(SALT_BYTES), names=names)
    if isinstance(record, Refused):
        raise refusal(record, "a longer password, or none: an invitation is enough")
    return record


def _show_invitation(
    house: Opened, account: Account, invitation: Invitation, *, as_json: bool
) -> None:
    facts = account_facts(account)
    facts["invitation"] = invitation_facts(house.settings.issuer, invitation)
    say(f"This link is good once, until {moment(invitation.expires_ms)} UTC:")
    show(facts, invitation_link(house.settings.issuer, invitation), as_json=as_json)


def invitation_facts(issuer: str, invitation: Invitation) -> dict[str, Json]:
    """An invitation as JSON."""
    return {"link": invitation_link(issuer, invitation), "expires_ms": invitation.expires_ms}


def invitation_link(issuer: str, invitation: Invitation) -> str:
    """The address that the person opens."""
    return f"{issuer}/invitation/{invitation.token.reveal()}"


def _page(account: Account, held: list[Authenticator]) -> str:
    rows = [
        ("name", account.name),
        ("display name", account.display_name),
        ("id", account.id),
        ("role", account.role),
        ("state", account.state),
        ("made", moment(account.made_ms)),
    ]
    text = pairs(rows)
    if not held:
        return f"{text}\n\nNothing is enrolled yet: counterfoil users invite {account.name}"
    headers = ("SIGNS IN WITH", "NAME", "STATE", "FAILURES", "MADE", "LAST USED")
    lines = [
        (a.kind, a.label, a.state, str(a.failures), moment(a.made_ms), moment(a.used_ms))
        for a in held
    ]
    return f"{text}\n\n{table(headers, lines)}"


def account_facts(account: Account) -> dict[str, Json]:
    """An account as JSON."""
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.display_name,
        "role": account.role.value,
        "state": account.state.value,
        "made_ms": account.made_ms,
    }


def _authenticator_facts(held: Authenticator) -> dict[str, Json]:
    return {
        "id": held.id,
        "kind": held.kind.value,
        "label": held.label,
        "state": held.state.value,
        "failures": held.failures,
        "blocked_until_ms": held.blocked_until_ms,
        "made_ms": held.made_ms,
        "used_ms": held.used_ms,
        "used_from": held.used_from,
    }
