"""Why something is refused: stable codes, and a refusal as a value."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused: stable codes, which logs, events and tests name."""

    # What a client sent
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    FOREIGN_REQUEST = "foreign_request"
    # The lifecycle of a ceremony
    WRONG = "wrong"
    REPLAYED = "replayed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FOREIGN_CEREMONY = "foreign_ceremony"
    WRONG_KIND = "wrong_kind"
    BLOCKED = "blocked"
    LOST_RACE = "lost_race"
    TRIES_SPENT = "tries_spent"
    # Codes
    CODE_USED = "code_used"
    CODE_LATE = "code_late"
    TOO_MANY = "too_many"
    NEEDS_PASSWORD = "needs_password"
    # Accounts, sessions, invitations
    NAME_REFUSED = "name_refused"
    NAME_TAKEN = "name_taken"
    ACCOUNT_DISABLED = "account_disabled"
    INVITATION_REFUSED = "invitation_refused"
    LINK_REFUSED = "link_refused"
    EMAIL_REFUSED = "email_refused"
    FORBIDDEN = "forbidden"
    HAS_TOKENS = "has_tokens"
    NO_PASSWORD = "no_password"
    ONESELF = "oneself"
    FLOODED = "flooded"
    SIGNED_OUT = "signed_out"
    LEVEL_TOO_LOW = "level_too_low"
    LAST_AUTHENTICATOR = "last_authenticator"
    ALREADY_ENROLLED = "already_enrolled"
    NOTHING_ENROLLED = "nothing_enrolled"
    # Passwords
    PASSWORD_TOO_SHORT = "password_too_short"
    PASSWORD_TOO_LONG = "password_too_long"
    PASSWORD_COMMON = "password_common"
    BUSY = "busy"
    BROKEN = "broken"
    # WebAuthn
    FOREIGN_TYPE = "foreign_type"
    FOREIGN_CHALLENGE = "foreign_challenge"
    FOREIGN_ORIGIN = "foreign_origin"
    CROSS_ORIGIN = "cross_origin"
    FOREIGN_TOP_ORIGIN = "foreign_top_origin"
    TOKEN_BINDING = "token_binding"
    FOREIGN_RP_ID = "foreign_rp_id"
    USER_ABSENT = "user_absent"
    USER_UNVERIFIED = "user_unverified"
    BACKUP_STATE = "backup_state"
    BACKUP_ELIGIBILITY_CHANGED = "backup_eligibility_changed"
    ALGORITHM_NOT_OFFERED = "algorithm_not_offered"
    KEY_REFUSED = "key_refused"
    ATTESTATION_FORMAT = "attestation_format"
    ATTESTATION_WRONG = "attestation_wrong"
    ATTESTATION_UNTRUSTED = "attestation_untrusted"
    CREDENTIAL_ID_TOO_LONG = "credential_id_too_long"
    CREDENTIAL_ID_MISMATCH = "credential_id_mismatch"
    FOREIGN_CREDENTIAL = "foreign_credential"
    USER_HANDLE_MISSING = "user_handle_missing"
    FOREIGN_USER_HANDLE = "foreign_user_handle"
    SIGNATURE_WRONG = "signature_wrong"
    COUNTER_NOT_GREATER = "counter_not_greater"
    # OAuth: what an operator registers
    CLIENT_REFUSED = "client_refused"
    REDIRECT_URI_REFUSED = "redirect_uri_refused"
    SCOPE_REFUSED = "scope_refused"
    # OAuth: the authorization request
    UNKNOWN_CLIENT = "unknown_client"
    FOREIGN_REDIRECT_URI = "foreign_redirect_uri"
    INVALID_REQUEST = "invalid_request"
    UNAUTHORIZED_CLIENT = "unauthorized_client"
    UNSUPPORTED_RESPONSE_TYPE = "unsupported_response_type"
    INVALID_SCOPE = "invalid_scope"
    REQUEST_NOT_SUPPORTED = "request_not_supported"
    REQUEST_URI_NOT_SUPPORTED = "request_uri_not_supported"
    REGISTRATION_NOT_SUPPORTED = "registration_not_supported"
    LOGIN_REQUIRED = "login_required"
    CONSENT_REQUIRED = "consent_required"
    UNMET_AUTHENTICATION_REQUIREMENTS = "unmet_authentication_requirements"
    ACCESS_DENIED = "access_denied"
    # OAuth: the token endpoint and what the tokens open
    INVALID_CLIENT = "invalid_client"
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type"
    CODE_UNKNOWN = "code_unknown"
    CODE_FOREIGN = "code_foreign"
    CODE_WORN_OUT = "code_worn_out"
    CODE_EXPIRED = "code_expired"
    CODE_REUSED = "code_reused"
    VERIFIER_WRONG = "verifier_wrong"
    GRANT_REVOKED = "grant_revoked"
    INVALID_TOKEN = "invalid_token"
    INSUFFICIENT_SCOPE = "insufficient_scope"


@dataclass(frozen=True, slots=True)
class Refused:
    """No, and why. `detail` is for the operator: it never holds a secret or foreign bytes.

    `by_s` is a number of seconds that the words to the person tell: how long to wait, or how
    far a clock is behind.
    """

    reason: Reason
    detail: str = ""
    by_s: int = 0
