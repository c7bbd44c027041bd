"""One event: what happened, to whom, by whom, from where; never a secret, code or token."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select

from counterfoil.errors import Reason
from counterfoil.kit import strict_json
from counterfoil.store import Transaction
from counterfoil.store.schema import events


class What(StrEnum):
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"
    INVITED = "invited"
    INVITATION_USED = "invitation_used"
    ENROLLED = "enrolled"
    RENAMED = "renamed"
    REMOVED = "removed"
    PASSWORD_SET = "password_set"
    VERIFIED = "verified"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    SIGNED_IN = "signed_in"
    STEPPED_UP = "stepped_up"
    SIGNED_OUT = "signed_out"
    AUTHENTICATOR_DISABLED = "authenticator_disabled"
    CLIENT_ADDED = "client_added"
    CLIENT_SECRET_ROTATED = "client_secret_rotated"
    CLIENT_DELETED = "client_deleted"
    CONSENT_GIVEN = "consent_given"
    CONSENT_DENIED = "consent_denied"
    GRANTED = "granted"
    GRANT_REVOKED = "grant_revoked"
    TOKEN_ISSUED = "token_issued"
    TOKEN_REFUSED = "token_refused"
    SIGNING_KEY_MADE = "signing_key_made"


@dataclass(frozen=True, slots=True)
class Where:
    """Whence a request came: for people to recognise, never to decide by."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    at_ms: int
    what: str
    account: str | None
    actor: str
    subject: str | None
    reason: str | None
    address: str
    details: str


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
        insert(events).values(
            at_ms=at_ms,
            what=what.value,
            account_id=account,
            actor=actor,
            subject=subject,
            reason=None if reason is None else reason.value,
            address=address,
            details=strict_json.dump(details),
        )
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
