"""How sure we are, from verified facts only.

The ladder: `urn:counterfoil:acr:otp` < `phr` < `phrh` (the last two are registered values of
"OpenID Connect Extended Authentication Profile ACR Values"). A password alone is no level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from counterfoil.factors.kind import KindName, VerifiedFactor

# Codes that the person has, on a phone or on paper. Whatever a record of one may say, it is
# typed into a page, and a page can be anybody's.
_CODES = frozenset({KindName.TOTP, KindName.RECOVERY})


class Level(IntEnum):
    """Ordered: a higher level satisfies a lower one."""

    OTP = 1
    PHISHING_RESISTANT = 2
    PHISHING_RESISTANT_HARDWARE = 3

    @property
    def acr(self) -> str:
        return _ACR[self]

    @classmethod
    def from_acr(cls, acr: str) -> "Level | None":
        return next((level for level in cls if level.acr == acr), None)


_ACR = {
    Level.OTP: "urn:counterfoil:acr:otp",
    Level.PHISHING_RESISTANT: "phr",
    Level.PHISHING_RESISTANT_HARDWARE: "phrh",
}


@dataclass(frozen=True, slots=True)
class Assurance:
    """What a token may say: the level, the methods, and the oldest factor that counts in it."""

    level: Level
    amr: tuple[str, ...]
    auth_time_ms: int

    @property
    def acr(self) -> str:
        return self.level.acr


def assess(factors: Sequence[VerifiedFactor]) -> Assurance | None:
    """The highest level that `factors` reach, and of that the freshest way; None for none.

    `auth_time` is the time of the oldest factor in the combination that reaches the level, and
    `amr` names that combination alone: what was shown long before it is no part of it.
    """
    ways = [(_level(way), min(f.at_ms for f in way), way) for way in _sufficient_ways(factors)]
    if not ways:
        return None
    level, auth_time_ms = max(way[:2] for way in ways)
    counted = [f for way in ways if way[:2] == (level, auth_time_ms) for f in way[2]]
    return Assurance(level, _amr(counted), auth_time_ms)


def meets(
    assurance: Assurance | None, *, least: Level | None, max_age_s: int | None, now_ms: int
) -> bool:
    """Whether `assurance` is enough, and recent enough. `max_age_s` counts from `auth_time`."""
    if assurance is None or (least is not None and assurance.level < least):
        return False
    return max_age_s is None or now_ms - assurance.auth_time_ms <= max_age_s * 1000


def fresh_level(factors: Sequence[VerifiedFactor], within_s: int, now_ms: int) -> Level | None:
    """The strongest level of what a person held and proved in the last `within_s` seconds.

    This is the freshness that step-up asks for: one proof, whatever the password's age.
    """
    fresh = (f for f in factors if now_ms - f.at_ms <= within_s * 1000)
    return max((_level((f,)) for f in fresh if f.kind is not KindName.PASSWORD), default=None)


def _sufficient_ways(
    factors: Sequence[VerifiedFactor],
) -> Iterable[tuple[VerifiedFactor, ...]]:
    """Each minimal combination that is two factors: possession and something else."""
    known = [f for f in factors if f.kind is KindName.PASSWORD]
    for held in (f for f in factors if f.kind is KindName.WEBAUTHN or f.kind in _CODES):
        if held.user_verified and held.kind not in _CODES:
            yield (held,)
        # Two codes are twice the same factor: what one knows is missing.
        for secret in known:
            yield (held, secret)


def _level(way: tuple[VerifiedFactor, ...]) -> Level:
    resistant = [f for f in way if f.phishing_resistant and f.kind not in _CODES]
    if any(f.hardware_attested for f in resistant):
        return Level.PHISHING_RESISTANT_HARDWARE
    if resistant:
        return Level.PHISHING_RESISTANT
    return Level.OTP


def _amr(factors: Sequence[VerifiedFactor]) -> tuple[str, ...]:
    """RFC 8176 values, each backed by a verified fact, in a stable order."""
    held = [f for f in factors if f.kind is KindName.WEBAUTHN]
    facts = {
        "pwd": any(f.kind is KindName.PASSWORD for f in factors),
        "otp": any(f.kind in _CODES for f in factors),
        "pop": bool(held),
        "hwk": any(f.hardware_attested for f in held),
        "user": any(f.user_present for f in held),
        "mfa": True,
    }
    return tuple(value for value, holds in facts.items() if holds)
