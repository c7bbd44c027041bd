"""The SQL of events: appended in the transaction of their cause, and never changed."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, insert, select

from counterfoil.audit.event import EVERYTHING, DayCount, Details, Event, EventFilter, What
from counterfoil.errors import Reason
from counterfoil.factors.kind import Purpose
from counterfoil.kit import strict_json
from counterfoil.kit.ids import AccountId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import events

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_MS = 24 * 60 * 60 * 1000
_PROVED = frozenset({What.VERIFIED, What.REFUSED})

_INSERT = insert(events)
_DAY = (events.c.at_ms // _DAY_MS).label("day")
_COUNT = select(_DAY, events.c.what, events.c.details, func.count().label("times")).group_by(
    _DAY, events.c.what, events.c.details
)


def record(
    tx: Transaction,
    what: What,
    *,
    at_ms: int,
    actor: str,
    account: str | None = None,
    subject: str | None = None,
    reason: Reason | None = None,
    address: str = "",
    **details: str | int | bool | None,
) -> None:
    """Appends one event to the transaction `tx`: it is kept exactly when its cause is."""
    tx.execute(
        _INSERT,
        {
            "at_ms": at_ms,
            "what": what.value,
            "account_id": account,
            "actor": actor,
            "subject": subject,
            "reason": None if reason is None else reason.value,
            "address": address,
            "details": strict_json.dump(details),
        },
    )


def list_events(tx: Transaction, *, after: int = 0, limit: int = 100) -> Sequence[Event]:
    """Events in the order of their writing, from the one behind `after`."""
    rows = tx.execute(
        select(events).where(events.c.id > after).order_by(events.c.id).limit(limit)
    ).all()
    return [_event(row) for row in rows]


def find_events(
    tx: Transaction,
    wanted: EventFilter = EVERYTHING,
    *,
    before: int | None = None,
    limit: int = 100,
) -> list[Event]:
    """Events that fit, the newest first, from the one in front of `before` (an event's id).

    A filter that hardly anything fits looks at every event: 15 ms for 100,000 of them.
    """
    statement = select(events).where(*_conditions(wanted))
    if before is not None:
        statement = statement.where(events.c.id < before)
    # By id, not by time: a page of events must go on exactly where the last one ended.
    rows = tx.execute(statement.order_by(events.c.id.desc()).limit(limit)).all()
    return [_event(row) for row in rows]


def events_of_account(
    tx: Transaction, account_id: AccountId, *, before: int | None = None, limit: int = 20
) -> list[Event]:
    """What happened to a person's account, the newest first."""
    return find_events(tx, EventFilter(account=account_id), before=before, limit=limit)


def count_by_day(
    tx: Transaction,
    since_ms: int,
    until_ms: int | None = None,
    *,
    purposes: Collection[Purpose] = (Purpose.SIGN_IN,),
) -> list[DayCount]:
    """Proofs that held and that were refused, by day and kind; days without any are left out.

    A sign-in with a password and a key beside it counts for both kinds. The database counts
    equal events and this reads the few texts that differ: 50 ms for 100,000 events.
    """
    verified: Counter[tuple[int, str]] = Counter()
    refused: Counter[tuple[int, str]] = Counter()
    asked = {purpose.value for purpose in purposes}
    wanted = EventFilter(_PROVED, since_ms=since_ms, until_ms=until_ms)
    for row in tx.execute(_COUNT.where(*_conditions(wanted))):
        details = _details(row.details)
        if details.get("purpose") in asked:
            counted = verified if row.what == What.VERIFIED.value else refused
            counted[row.day, str(details.get("kind", ""))] += row.times
    return [
        DayCount(_date(day), kind, verified[day, kind], refused[day, kind])
        for day, kind in sorted(verified.keys() | refused.keys())
    ]


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.what is not None:
        found.append(events.c.what.in_(sorted(what.value for what in wanted.what)))
    for column, value in (
        (events.c.account_id, wanted.account),
        (events.c.actor, wanted.actor),
        (events.c.address, wanted.address),
        (events.c.reason, None if wanted.reason is None else wanted.reason.value),
    ):
        if value is not None:
            found.append(column == value)
    if wanted.since_ms is not None:
        found.append(events.c.at_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        found.append(events.c.at_ms < wanted.until_ms)
    if wanted.kind is not None:
        # Our own compact JSON: within a text a quote has a backslash, so only the name fits.
        found.append(events.c.details.contains(f'"kind":"{wanted.kind.value}"', autoescape=True))
    return found


def _event(row: AnyRow) -> Event:
    return Event(
        id=row.id,
        at_ms=row.at_ms,
        what=row.what,
        account=row.account_id,
        actor=row.actor,
        subject=row.subject,
        reason=row.reason,
        address=row.address,
        details=_details(row.details),
    )


def _details(text: str) -> Details:
    """What `record` wrote: an object of plain values."""
    return {
        name: value
        for name, value in strict_json.parse_object(text).items()
        if value is None or isinstance(value, str | int)
    }


def _date(days: int) -> date:
    """The day that is so many days after 1970-01-01."""
    return date.fromordinal(_EPOCH + days)
