"""What happened, to whom, by whom, from where; never a secret, code or token."""

from dataclasses import dataclass
from enum import StrEnum


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
    NAME_CHANGED = "name_changed"
    DISPLAY_NAME_CHANGED = "display_name_changed"
    EMAIL_PROPOSED = "email_proposed"
    EMAIL_CHANGED = "email_changed"
    AUTHENTICATOR_DISABLED = "authenticator_disabled"
    CLIENT_ADDED = "client_added"
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
