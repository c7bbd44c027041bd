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
    """The factors of a session after new proofs: the newest of each kind.

    An older one stays beside a newer one that says less: a touch without the PIN does not
    take back that the PIN was right before.
    """
    kept = (factor for factor in old if not any(_says_as_much(newer, factor) for newer in new))
    return (*kept, *new)


def _says_as_much(newer: VerifiedFactor, older: VerifiedFactor) -> bool:
    return newer.kind is older.kind and not (
        (older.user_present and not newer.user_present)
        or (older.user_verified and not newer.user_verified)
        or (older.phishing_resistant and not newer.phishing_resistant)
        or (older.hardware_attested and not newer.hardware_attested)
    )
