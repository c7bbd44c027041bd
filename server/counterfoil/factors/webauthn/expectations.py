"""What a ceremony is held against, and what it yields: the facts on both sides of the rules.

All times are integer milliseconds since the epoch, all identifiers raw bytes.
"""

from dataclasses import dataclass
from enum import StrEnum


class UserVerification(StrEnum):
    """UserVerificationRequirement (WebAuthn §5.8.6)."""

    REQUIRED = "required"
    PREFERRED = "preferred"
    DISCOURAGED = "discouraged"


class AttestationPolicy(StrEnum):
    """How much an attestation statement has to prove."""

    # Statements `none` and self are verified, others are kept unread and count as unattested.
    NONE = "none"
    # Each statement is verified in form and signature, without a path: that is judged later.
    VERIFY = "verify"
    # A statement with a path to one of the anchors, or a refusal.
    TRUSTED = "trusted"


class AttestationTrust(StrEnum):
    """What a registration's attestation statement proved."""

    NONE = "none"
    SELF = "self"
    UNATTESTED = "unattested"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What both ceremonies are held against.

    `origins` are exact serialized origins; other origins of the same host, subdomains and
    ports are foreign. A page in a frame is refused unless `allow_cross_origin`, and then any
    `topOrigin` must be in `top_origins`.
    """

    challenge: bytes
    rp_id: str
    origins: frozenset[str]
    user_verification: UserVerification
    user_presence: bool = True
    allow_cross_origin: bool = False
    top_origins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedRegistration(Expected):
    """`algorithms`: the COSE identifiers that were offered. `trust_anchors`: DER certificates.

    `at` is used for the validity of certificates only; the ceremony's age is the caller's.
    """

    algorithms: tuple[int, ...]
    at: int
    attestation: AttestationPolicy = AttestationPolicy.NONE
    trust_anchors: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAssertion(Expected):
    """`allow_credentials`: what was sent, empty when the credential is to be discovered.

    `user_handle` is that of the account that was identified before; None means that nobody
    was, so that the response must say who it is.
    """

    user_handle: bytes | None
    allow_credentials: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCredential:
    """The credential record (WebAuthn §4) with the user handle of the account it belongs to."""

    credential_id: bytes
    public_key: bytes  # COSE_Key, as it was registered
    sign_count: int
    backup_eligible: bool
    backup_state: bool
    user_handle: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A new credential record (WebAuthn §7.1 step 27), not yet known to be unique.

    `discoverable` is what the client said in `credProps.rk`, unsigned; None when it did not.
    `attestation_object` and `client_data_json` are raw, to be judged anew later.
    """

    credential_id: bytes
    public_key: bytes  # COSE_Key, as it was received
    algorithm: int
    sign_count: int
    aaguid: bytes
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backup_state: bool
    transports: tuple[str, ...]
    attestation_format: str
    attestation_trust: AttestationTrust
    attestation_object: bytes
    client_data_json: bytes
    discoverable: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """What an assertion proved, and the new state of its record (WebAuthn §7.2 step 24)."""

    credential_id: bytes
    user_handle: bytes | None
    sign_count: int
    user_present: bool
    user_verified: bool
    backup_eligible: bool
    backup_state: bool
