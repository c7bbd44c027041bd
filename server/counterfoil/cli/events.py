"""`counterfoil events`: what happened, the newest first."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from counterfoil.audit import Event, EventFilter, What, find_events
from counterfoil.cli.opened import Opened, opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, moment, show, table
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.kit.ids import AccountId, is_id
from counterfoil.kit.strict_json import Json
from counterfoil.store import Transaction

MOST = 10_000
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SPAN = re.compile(r"[0-9]{1,6}", re.ASCII)
_WHEN = "a time in UTC (2026-11-24, 2026-11-24T13:30) or how long ago (90m, 24h, 7d)"


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("events", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))(events)


def events(
    *,
    account: Annotated[
        str,
        typer.Option(
            "--account",
            "--user",
            metavar="NAME",
            help="Of this person: a name, or the account's id.",
        ),
    ] = "",
    what: Annotated[
        list[What] | None,
        typer.Option(metavar="WHAT", help="Of this sort, e.g. refused, signed_in. Repeatable."),
    ] = None,
    kind: Annotated[
        KindName | None, typer.Option(help="Where this kind of token was proved, or refused.")
    ] = None,
    reason: Annotated[
        Reason | None, typer.Option(metavar="REASON", help="Refused for this reason, e.g. wrong.")
    ] = None,
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="From this address.")] = "",
    since: Annotated[str, typer.Option(metavar="WHEN", help=f"From then on: {_WHEN}.")] = "",
    until: Annotated[str, typer.Option(metavar="WHEN", help="Up to then, not including it.")] = "",
    before: Annotated[
        int | None,
        typer.Option(metavar="ID", min=1, help="Older than this event: the next page."),
    ] = None,
    limit: Annotated[
        int, typer.Option(metavar="NUMBER", min=1, max=MOST, help="How many at most.")
    ] = 100,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened, the newest first.

    Everything that is asked for must fit. Events of a deleted person are found by the id that
    the account had.
    """
    with opened(config) as house:
        now_ms = house.clock.now_ms()

        def unit(tx: Transaction) -> tuple[list[Event], dict[str, str]]:
            wanted = EventFilter(
                what=frozenset(what) if what else None,
                account=_account(house, tx, account) if account else None,
                reason=reason,
                address=address or None,
                since_ms=read_moment(since, now_ms) if since else None,
                until_ms=read_moment(until, now_ms) if until else None,
                kind=kind,
            )
            found = find_events(tx, wanted, before=before, limit=limit)
            return found, _names(house, tx, found)

        found, names = house.store.read_now(unit)
    headers = ("ID", "WHEN (UTC)", "WHAT", "WHO", "BY", "REASON", "FROM", "MORE")
    rows = [_row(event, names) for event in found]
    show([event_facts(event, names) for event in found], table(headers, rows), as_json=as_json)


def read_moment(text: str, now_ms: int) -> int:
    """The milliseconds of a time in UTC, or of so long ago. Raises Problem."""
    number, unit = text[:-1], text[-1:]
    try:
        if unit in _UNITS and _SPAN.fullmatch(number):
            return now_ms - int(number) * (_UNITS[unit] // timedelta(milliseconds=1))
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise Problem(
            f"This is neither a time in UTC nor how long ago: {text}.",
            "counterfoil events --since 24h",
            Exit.USAGE,
        ) from error
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _account(house: Opened, tx: Transaction, name: str) -> str:
    """The id of a person; an id is taken as it is, since events outlive accounts."""
    found = house.accounts.find_by_name(tx, name)
    if found is not None:
        return found.id
    if is_id(name) and name.startswith("acc_"):
        return name
    raise Problem(f"There is nobody named {name}.", "counterfoil users list", Exit.NOT_FOUND)


def _names(house: Opened, tx: Transaction, found: list[Event]) -> dict[str, str]:
    """What the people in these events are called today, by their accounts' ids."""
    ids = {event.account for event in found} | {event.actor for event in found}
    accounts = [
        house.accounts.find(tx, AccountId(one)) for one in ids if one and one.startswith("acc_")
    ]
    return {account.id: account.name for account in accounts if account is not None}


def _row(event: Event, names: dict[str, str]) -> tuple[str, ...]:
    account = event.account or "-"
    more = " ".join(f"{name}={value}" for name, value in event.details.items() if value != "")
    return (
        str(event.id),
        moment(event.at_ms),
        event.what,
        names.get(account, account),
        names.get(event.actor, event.actor),
        event.reason or "-",
        event.address or "-",
        more,
    )


def event_facts(event: Event, names: dict[str, str]) -> dict[str, Json]:
    """An event as JSON, with what its person is called today."""
    return {
        "id": event.id,
        "at_ms": event.at_ms,
        "what": event.what,
        "account": event.account,
        "name": names.get(event.account or ""),
        "actor": event.actor,
        "subject": event.subject,
        "reason": event.reason,
        "address": event.address,
        "details": dict(event.details),
    }
