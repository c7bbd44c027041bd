"""`counterfoil events` and `counterfoil overview`: what happened, and how things stand."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from counterfoil.accounts import Account
from counterfoil.administration import OPERATOR, Overview
from counterfoil.audit import Event, EventFilter, What
from counterfoil.cli.opened import opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, moment, pairs, show, table
from counterfoil.errors import Reason, Refused
from counterfoil.kit.strict_json import Json
from counterfoil.store import Transaction

MOST = 200


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    app.command("events", epilog=exit_codes(Exit.NOT_FOUND, Exit.BUSY))(events)
    app.command("overview", epilog=exit_codes(Exit.BUSY))(overview)


def events(
    *,
    what: Annotated[
        list[What] | None,
        typer.Option(metavar="WHAT", help="Only such events, as signed_in. Repeatable."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only what happened to this person.")
    ] = None,
    reason: Annotated[
        Reason | None, typer.Option(metavar="REASON", help="Only refusals for this reason.")
    ] = None,
    address: Annotated[
        str | None, typer.Option(metavar="IP", help="Only what came from this address.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(metavar="DATE", help="Not before this time (UTC).")
    ] = None,
    before: Annotated[
        int | None, typer.Option(metavar="ID", help="Only events older than this one: a page on.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST, help="How many at most.")] = 50,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Show what happened, the newest first."""
    since_ms = None if since is None else int(since.replace(tzinfo=UTC).timestamp() * 1000)
    with opened(config) as house:

        def unit(tx: Transaction) -> list[Event] | Refused | None:
            account: Account | None = None
            if user is not None:
                account = house.accounts.find_by_name(tx, user)
                if account is None:
                    return None
            wanted = EventFilter(
                what=frozenset(what) if what else None,
                account=None if account is None else account.id,
                reason=reason,
                address=address,
                since_ms=since_ms,
            )
            return house.administration.events(tx, OPERATOR, wanted, before, limit)

        found = house.store.read_now(unit)
    if found is None:
        raise Problem(f"There is nobody named {user}.", "counterfoil users list", Exit.NOT_FOUND)
    assert not isinstance(found, Refused), "the operator may see everything"
    show([event_facts(event) for event in found], _events_text(found), as_json=as_json)


def overview(config: Config = None, as_json: AsJson = False) -> None:
    """Show how things stand: people, tokens, and what was proved and refused in two weeks."""
    with opened(config) as house:
        found = house.store.read_now(lambda tx: house.administration.overview(tx, OPERATOR))
    assert not isinstance(found, Refused), "the operator may see everything"
    show(overview_facts(found), _overview_text(found), as_json=as_json)


def event_facts(event: Event) -> dict[str, Json]:
    """An event as JSON."""
    return {
        "id": event.id,
        "at_ms": event.at_ms,
        "what": event.what,
        "account": event.account,
        "actor": event.actor,
        "subject": event.subject,
        "reason": event.reason,
        "address": event.address,
        "details": dict(event.details),
    }


def overview_facts(shown: Overview) -> dict[str, Json]:
    """The overview as JSON; `since_ms` is the beginning of the first day (UTC)."""
    return {
        "people": shown.people,
        "disabled_people": shown.disabled_people,
        "helpdesk": shown.helpdesk,
        "administrators": shown.administrators,
        "disabled_tokens": shown.disabled_tokens,
        "open_invitations": shown.open_invitations,
        "undelivered_letters": shown.undelivered_letters,
        "clients": shown.clients,
        "enrolment": {
            "none": shown.enrolment.none,
            "one": shown.enrolment.one,
            "more": shown.enrolment.more,
            "recovery": shown.enrolment.recovery,
        },
        "since_ms": shown.since_ms,
        "days": [
            {
                "day": day.day.isoformat(),
                "kind": day.kind,
                "verified": day.verified,
                "refused": day.refused,
            }
            for day in shown.days
        ],
    }


def _events_text(found: list[Event]) -> str:
    headers = ("ID", "WHEN", "WHAT", "WHOSE", "BY", "REASON", "ADDRESS")
    rows = [
        (str(e.id), moment(e.at_ms), e.what, e.account or "-", e.actor, e.reason or "-", e.address)
        for e in found
    ]
    return table(headers, rows)


def _overview_text(shown: Overview) -> str:
    numbers = pairs(
        [
            ("people", str(shown.people)),
            ("disabled", str(shown.disabled_people)),
            ("helpdesk", str(shown.helpdesk)),
            ("administrators", str(shown.administrators)),
            ("without a token", str(shown.enrolment.none)),
            ("with one token", str(shown.enrolment.one)),
            ("with more", str(shown.enrolment.more)),
            ("with recovery codes", str(shown.enrolment.recovery)),
            ("tokens shut by failures", str(shown.disabled_tokens)),
            ("open invitations", str(shown.open_invitations)),
            ("letters given up", str(shown.undelivered_letters)),
            ("applications", str(shown.clients)),
        ]
    )
    if not shown.days:
        return numbers
    rows = [(d.day.isoformat(), d.kind, str(d.verified), str(d.refused)) for d in shown.days]
    return f"{numbers}\n\n{table(('DAY', 'KIND', 'HELD', 'REFUSED'), rows)}"
