"""What a token stands on: every token belongs to one grant, and says only what is in it.

A grant is a person's, with the factors that were verified for it, or a service's, with none.
A `PersonGrant` without factors is refused by the type checker; one whose factors reach no
level (a password alone) is refused when it is built.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from counterfoil.assurance import Assurance, assess
from counterfoil.factors.kind import VerifiedFactor
from counterfoil.kit.ids import AccountId, ClientId, GrantId, SessionId

Factors: TypeAlias = tuple[VerifiedFactor, *tuple[VerifiedFactor, ...]]


class TooLittleProof(ValueError):
    """Factors that reach no level were about to become a token: the caller had to look first."""


@dataclass(frozen=True, slots=True)
class PersonGrant:
    """What a person gave a client in one sign-in; `assurance` follows from `factors` alone."""

    id: GrantId
    client: ClientId
    account: AccountId
    session: SessionId | None
    scopes: tuple[str, ...]
    factors: Factors
    assurance: Assurance = field(init=False)

    def __post_init__(self) -> None:
        assurance = assess(self.factors)
        if assurance is None:
            raise TooLittleProof("these factors reach no level")
        object.__setattr__(self, "assurance", assurance)

    @property
    def subject(self) -> str:
        return self.account


@dataclass(frozen=True, slots=True)
class ServiceGrant:
    """What a service has by itself: no person, hence no `amr`, `acr` or `auth_time`."""

    id: GrantId
    client: ClientId
    scopes: tuple[str, ...]

    @property
    def subject(self) -> str:
        return self.client


Grant: TypeAlias = PersonGrant | ServiceGrant


def as_factors(factors: Sequence[VerifiedFactor]) -> Factors | None:
    """The same factors as a type that is never empty; None for none."""
    if not factors:
        return None
    first, *others = factors
    return first, *others
