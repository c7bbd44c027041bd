"""What happened, to whom, by whom, from where; never a secret, code or token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName

Details: TypeAlias = "Mapping[str, str | int | bool | None]"


class What(StrEnum):
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ACCOUNT_DELETED = "account_deleted"
    ROLE_CHANGED = "role_changed"
    INVITED = "invited"
    INVITATION_USED = "invitation_used"
    ENROLLED = "enrolled"
    RENAMED = "renamed"
    REMOVED = "removed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    STARTED_OVER = "started_over"
    PASSWORD_LINK_SENT = "password_link_sent"
    PASSWORD_LINK_USED = "password_link_used"
    PASSWORD_SET = "password_set"
    VERIFIED = "verified"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    SIGNED_IN = "signed_in"
    STEPPED_UP = "stepped_up"
    SIGNED_OUT = "signed_out"
    NAME_CHANGED = "name_changed"
    DISPLAY_NAME_CHANGED = "display_name_changed"
    EMAIL_PROPOSED = "email_proposed"
    EMAIL_CHANGED = "email_changed"
    AUTHENTICATOR_DISABLED = "authenticator_disabled"
    CLIENT_ADDED = "client_added"
    CLIENT_CHANGED = "client_changed"
    CLIENT_SECRET_ROTATED = "client_secret_rotated"
    CLIENT_DELETED = "client_deleted"
    CONSENT_GIVEN = "consent_given"
    CONSENT_DENIED = "consent_denied"
    CONSENT_REVOKED = "consent_revoked"
    GRANTED = "granted"
    GRANT_REVOKED = "grant_revoked"
    TOKEN_ISSUED = "token_issued"
    TOKEN_REFUSED = "token_refused"
    SIGNING_KEY_MADE = "signing_key_made"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the log; `what` and `reason` as they were written, by whichever version."""

    id: int
    at_ms: int
    what: str
    account: str | None
    actor: str
    subject: str | None
    reason: str | None
    address: str
    details: Details


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for: those that fit everything that is not None.

    `since_ms` is within, `until_ms` is not. `kind` is that of the token that was proved.
    """

    what: frozenset[What] | None = None
    account: str | None = None
    actor: str | None = None
    reason: Reason | None = None
    address: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    kind: KindName | None = None


EVERYTHING = EventFilter()


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often a kind of token was proved, and refused, on one day (UTC).

    `kind` is the name as it was written: it may be one that this version does not know.
    """

    day: date
    kind: str
    verified: int
    refused: int
