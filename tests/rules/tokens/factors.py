"""Verified factors as tests need them."""

from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.kit.ids import AuthenticatorId

AT_MS = 1_800_000_000_000


def key(at_ms: int = AT_MS, *, verified: bool = True) -> VerifiedFactor:
    return VerifiedFactor(
        kind=KindName.WEBAUTHN,
        authenticator=AuthenticatorId("aut_key"),
        at_ms=at_ms,
        user_present=True,
        user_verified=verified,
        phishing_resistant=True,
    )


def password(at_ms: int = AT_MS) -> VerifiedFactor:
    return VerifiedFactor(KindName.PASSWORD, AuthenticatorId("aut_password"), at_ms)
