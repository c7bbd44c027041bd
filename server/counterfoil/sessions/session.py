"""A session is anonymous until somebody has signed in, and then that person's to its end."""

from dataclasses import dataclass

from counterfoil.factors.kind import VerifiedFactor
from counterfoil.kit.ids import AccountId, SessionId


@dataclass(frozen=True, slots=True)
class Session:
    id: SessionId
    account: AccountId | None
    factors: tuple[VerifiedFactor, ...]
    user_agent: str
    address: str
    made_ms: int
    seen_ms: int
    expires_ms: int

    @property
    def signed_in(self) -> bool:
        return self.account is not None


def with_newer(
    old: tuple[VerifiedFactor, ...], new: tuple[VerifiedFactor, ...]
) -> tuple[VerifiedFactor, ...]:
    """The factors of a session after new proofs: the newest of each kind."""
    kinds = {factor.kind for factor in new}
    return tuple(factor for factor in old if factor.kind not in kinds) + new
