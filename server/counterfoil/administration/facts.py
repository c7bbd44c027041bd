"""What administration shows: people with their numbers, one person whole, and how things stand."""

from dataclasses import dataclass

from counterfoil.accounts import Account, AccountState, Authenticator, Role
from counterfoil.audit import DayCount, Event
from counterfoil.sessions import Session

MOST_PEOPLE = 200
RECENT_EVENTS = 20
OVERVIEW_DAYS = 14


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Whom to show: those who fit everything that is said.

    `search` is part of a name, a display name or an e-mail address, in whatever case.
    `lacks_token`: nothing live to sign in with beside a password and recovery codes.
    """

    search: str = ""
    state: AccountState | None = None
    role: Role | None = None
    lacks_token: bool = False


EVERYBODY = PeopleFilter()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """`tokens` are live and neither a password nor recovery codes."""

    account: Account
    tokens: int
    last_used_ms: int | None


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """One person whole; `invited_until_ms` is None without an open invitation."""

    account: Account
    authenticators: tuple[Authenticator, ...]
    sessions: tuple[Session, ...]
    invited_until_ms: int | None
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How far active people have come: how many have no token, one, two or more; and of all
    of them, how many have recovery codes left."""

    none: int
    one: int
    more: int
    recovery: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How things stand. `days` are the last OVERVIEW_DAYS (UTC), today's so far among them."""

    people: int
    disabled_people: int
    helpdesk: int
    administrators: int
    disabled_tokens: int
    open_invitations: int
    undelivered_letters: int
    clients: int
    enrolment: Enrolment
    since_ms: int
    days: tuple[DayCount, ...]
