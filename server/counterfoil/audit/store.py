"""The SQL of events: appended in the transaction of their cause, and never changed."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from counterfoil.audit.event import Event, What
from counterfoil.errors import Reason
from counterfoil.kit import strict_json
from counterfoil.store import Transaction
from counterfoil.store.schema import events

_INSERT = insert(events)


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
    return [
        Event(
            r.id, r.at_ms, r.what, r.account_id, r.actor, r.subject, r.reason, r.address, r.details
        )
        for r in rows
    ]
