"""`counterfoil users add`, `invite`, `disable`, `enable` and `delete`: how an account lives."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.accounts import Account, AccountState, Invitation, Role
from counterfoil.administration import OPERATOR
from counterfoil.cli.opened import OPERATOR as OPERATOR_ID
from counterfoil.cli.opened import Opened, opened
from counterfoil.cli.options import AsJson, Config, Name
from counterfoil.cli.output import Exit, Problem, confirm, moment, printable, refusal, say, show
from counterfoil.cli.users.acting import HERE, act, find
from counterfoil.cli.users.said import (
    account_facts,
    password_link,
    show_account,
    show_invitation,
)
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import AuthenticatorRecord
from counterfoil.factors.password.kind import hash_password
from counterfoil.store import Transaction

SALT_BYTES = 16
MAX_PASSWORD_BYTES = 4096


def add(
    name: Name,
    *,
    display_name: Annotated[
        str, typer.Option(metavar="TEXT", help="How pages address the person; else the name.")
    ] = "",
    email: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where letters go. Your word counts: verified.")
    ] = "",
    role: Annotated[Role, typer.Option(help="What the person may do to others.")] = Role.PERSON,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="The same as --role administrator.")
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
        wanted = Role.ADMINISTRATOR if administrator else role

        def unit(tx: Transaction) -> tuple[Account, Invitation] | Refused:
            added = house.administration.add_person(tx, OPERATOR, name, display_name, email, wanted)
            if record is not None and not isinstance(added, Refused):
                kept = house.accounts.set_password(tx, added[0].id, record, OPERATOR_ID)
                if isinstance(kept, Refused):
                    return kept
            return added

        added = house.store.write_now(unit)
        if isinstance(added, Refused):
            raise refusal(added, "counterfoil users list")
        account, invitation = added
        say(f"Added {account.name}.")
        show_invitation(house, account, invitation, as_json=as_json)


def invite(
    name: Name,
    *,
    again: Annotated[
        bool,
        typer.Option(
            "--again",
            help="For somebody who has tokens: end all of them, every session and every grant.",
        ),
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Print a new invitation link.

    It is good once and for 15 minutes; the person's earlier links are void.

    Somebody who has lost everything is invited again: nothing that they had opens anything
    any more.
    """
    with opened(config) as house:

        def unit(tx: Transaction) -> tuple[Account, Invitation | Refused]:
            account = find(house, tx, name)
            flows = house.administration
            return account, flows.invite(tx, OPERATOR, account.id, HERE, again=again)

        account, invitation = house.store.write_now(unit)
        if isinstance(invitation, Refused):
            raise _not_invited(invitation, account)
        show_invitation(house, account, invitation, as_json=as_json)


def reset_password(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Print a link to a new password, good once and for half an hour.

    It replaces the password and nothing else: the person's tokens stay as they are.
    """
    with opened(config) as house:

        def unit(tx: Transaction) -> tuple[Account, Invitation | Refused]:
            account = find(house, tx, name)
            return account, house.administration.reset_password(tx, OPERATOR, account.id, HERE)

        account, link = house.store.write_now(unit)
        if isinstance(link, Refused):
            raise _not_invited(link, account)
        address = password_link(house.settings.issuer, link)
    facts = account_facts(account)
    facts["password_link"] = {"link": address, "expires_ms": link.expires_ms}
    say(f"This link is good once, until {moment(link.expires_ms)} UTC:")
    show(facts, address, as_json=as_json)


def disable(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Shut a person out.

    Ends every session and revokes all that was granted. An access token that an API checks by
    itself stays good until it expires.
    """
    _set_state(name, AccountState.DISABLED, config, as_json=as_json)


def enable(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Let a disabled person in again.

    They sign in with what they had enrolled.
    """
    _set_state(name, AccountState.ACTIVE, config, as_json=as_json)


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
        account = house.store.read_now(lambda tx: find(house, tx, name))
        if not yes and not confirm(f"Delete {printable(account.name)} for good?"):
            raise Problem("Nothing was deleted.", f"counterfoil users delete {name} --yes")
        refused = house.store.write_now(
            lambda tx: house.administration.delete_person(tx, OPERATOR, account.id, HERE)
        )
        if refused is not None:
            raise refusal(refused, "counterfoil users list")
    say(f"Deleted {account.name}.")
    show({"deleted": account.id}, "", as_json=as_json)


def _set_state(name: str, state: AccountState, config: Path | None, *, as_json: bool) -> None:
    _, account = act(
        config,
        name,
        lambda house, tx, who: house.administration.set_state(tx, OPERATOR, who.id, state, HERE),
    )
    say(f"{account.name} is {account.state}.")
    show_account(account, as_json=as_json)


def _not_invited(refused: Refused, account: Account) -> Problem:
    match refused.reason:
        case Reason.ACCOUNT_DISABLED:
            return Problem(
                f"{account.name} is disabled.", f"counterfoil users enable {account.name}"
            )
        case Reason.HAS_TOKENS:
            return Problem(
                f"{account.name} can sign in already; inviting again ends all that they have.",
                f"counterfoil users invite {account.name} --again",
            )
        case _:
            return refusal(refused, f"counterfoil users show {account.name}")


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
