"""The checks that registration and assertion share: one refusal each, named by it.

A check returns None when it has nothing against the response.
"""

import hashlib

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.authenticator_data import AuthenticatorData
from counterfoil.factors.webauthn.client_data import CollectedClientData
from counterfoil.factors.webauthn.expectations import Expected, UserVerification
from counterfoil.kit import base64url


def refuse_foreign_type(client_data: CollectedClientData, expected: str) -> Refused | None:
    """`webauthn.create` is no sign-in, and `webauthn.get` no registration."""
    if client_data.type != expected:
        return Refused(Reason.FOREIGN_TYPE, "the client data is of another operation")
    return None


def refuse_foreign_challenge(client_data: CollectedClientData, challenge: bytes) -> Refused | None:
    """Compared as text: one challenge has exactly one spelling."""
    if client_data.challenge != base64url.encode(challenge):
        return Refused(Reason.FOREIGN_CHALLENGE, "the challenge is not this ceremony's")
    return None


def refuse_foreign_origin(
    client_data: CollectedClientData, origins: frozenset[str]
) -> Refused | None:
    """Exact serialized origins: no other port, no subdomain, no path (§13.4.9)."""
    if client_data.origin not in origins:
        return Refused(Reason.FOREIGN_ORIGIN, "the origin is not one of ours")
    return None


def refuse_cross_origin(client_data: CollectedClientData, expected: Expected) -> Refused | None:
    """A page inside of somebody else's page."""
    if client_data.cross_origin and not expected.allow_cross_origin:
        return Refused(Reason.CROSS_ORIGIN, "the page was framed by another origin")
    return None


def refuse_foreign_top_origin(
    client_data: CollectedClientData, expected: Expected
) -> Refused | None:
    """`topOrigin` present: frames are expected, and that page is one that may frame us."""
    if client_data.top_origin is None:
        return None
    if not expected.allow_cross_origin:
        return Refused(Reason.CROSS_ORIGIN, "the page was framed by another origin")
    if client_data.top_origin not in expected.top_origins:
        return Refused(Reason.FOREIGN_TOP_ORIGIN, "the framing page is not an expected one")
    return None


def refuse_token_binding(client_data: CollectedClientData) -> Refused | None:
    """Level 2's step: our TLS connections have no token binding, so none can be present."""
    if client_data.token_binding not in (None, "supported", "not-supported"):
        return Refused(Reason.TOKEN_BINDING, "the client bound a token that we did not see")
    return None


def refuse_foreign_rp_id(data: AuthenticatorData, rp_id: str) -> Refused | None:
    """The authenticator signed for another relying party."""
    if data.rp_id_hash != hashlib.sha256(rp_id.encode()).digest():
        return Refused(Reason.FOREIGN_RP_ID, "the RP ID hash is not ours")
    return None


def refuse_absent_user(data: AuthenticatorData, expected: Expected) -> Refused | None:
    """Nobody touched the authenticator."""
    if expected.user_presence and not data.user_present:
        return Refused(Reason.USER_ABSENT, "UP is not set")
    return None


def refuse_unverified_user(data: AuthenticatorData, expected: Expected) -> Refused | None:
    """Touched, but without PIN or biometrics where they are required."""
    required = expected.user_verification is UserVerification.REQUIRED
    if required and not data.user_verified:
        return Refused(Reason.USER_UNVERIFIED, "UV is required and not set")
    return None


def refuse_backup_without_eligibility(data: AuthenticatorData) -> Refused | None:
    """§6.1.3: a credential that cannot be backed up is not backed up."""
    if data.backup_state and not data.backup_eligible:
        return Refused(Reason.BACKUP_STATE, "BS is set without BE")
    return None
