"""The facts of this slice. `sub`, user handle and name are three different things."""

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.factors.kind import KindName, Person
from counterfoil.kit.ids import AccountId, AuthenticatorId
from counterfoil.kit.secret import Secret


class Role(StrEnum):
    """What somebody may do to others; each may do what those before it may."""

    PERSON = "person"
    HELPDESK = "helpdesk"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        """Higher for who may do more: 0 for a person."""
        return list(Role).index(self)


class AccountState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class AuthenticatorState(StrEnum):
    """Whether it may be used. A disabled one is bound again, never switched back on.

    live --lost--> suspended --found--> live
      '--100 failures without a success--> disabled (bound again, never switched back on)
    """

    LIVE = "live"
    SUSPENDED = "suspended"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Account:
    id: AccountId
    name: str
    display_name: str
    user_handle: bytes
    role: Role
    state: AccountState
    made_ms: int
    email: str | None = None
    email_verified: bool = False
    language: str | None = None  # of letters

    @property
    def active(self) -> bool:
        return self.state is AccountState.ACTIVE

    def as_person(self) -> Person:
        return Person(self.id, self.user_handle, self.name, self.display_name)


@dataclass(frozen=True, slots=True)
class Authenticator:
    id: AuthenticatorId
    account: AccountId
    kind: KindName
    label: str
    state: AuthenticatorState
    failures: int
    blocked_until_ms: int
    made_ms: int
    used_ms: int | None
    used_from: str | None
    facts: str

    @property
    def live(self) -> bool:
        return self.state is AuthenticatorState.LIVE


class LinkPurpose(StrEnum):
    """What the bearer of a link may do."""

    FIRST_VISIT = "first_visit"
    PASSWORD = "password"  # choose a new one, and nothing else
    EMAIL = "email"  # confirm an address


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link's token, shown once."""

    token: Secret
    expires_ms: int
