"""What the pages of the administration are told: plain values, closed sets of codes.

Roles, states and kinds are the service's words for them; times are milliseconds since 1970.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from counterfoil_web.facts import Problem, drawing_for

AREAS = {
    "overview": "see_overview",
    "people": "find_people",
    "applications": "see_clients",
    "events": "see_events",
}
"""The areas, each with what a role must be able to do there."""

ATTENTION = frozenset({"no_way_in", "disabled_ways", "letters", "one_administrator"})
"""What somebody should look at, each with the address of what it is about."""

DONE = frozenset(
    {
        "disabled",
        "enabled",
        "deleted",
        "signed_out",
        "session_ended",
        "suspended",
        "resumed",
        "removed",
        "changed",
        "role",
        "client_added",
        "client_changed",
        "client_deleted",
    }
)
"""What was just done, told on the page that comes after it."""

QUESTIONS = frozenset(
    {
        "disable",
        "enable",
        "delete",
        "invite",
        "invite_again",
        "reset_password",
        "sign_out",
        "session_end",
        "suspend",
        "resume",
        "remove",
        "rotate",
        "client_delete",
    }
)
"""What is asked before it is done."""

LINKS = frozenset({"invitation", "reset"})
"""What is handed over as a link."""

LETTERS = frozenset({"sent", "no_address", "no_mail"})
"""Whether an invitation's letter goes out, and why not."""

BULK = ("disable", "invite", "sign_out")
"""What can be done with several people at once."""

OUTCOMES = frozenset({"will", "done", "refused"})


@dataclass(frozen=True, slots=True)
class Office:
    """Around every page: who administers, what the role may do at all, and where we are."""

    person: str
    can: frozenset[str]
    area: str

    @property
    def areas(self) -> tuple[str, ...]:
        """Those of AREAS where this role may look around."""
        return tuple(area for area, needed in AREAS.items() if needed in self.can)


# --- the first page ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC) of one kind: how many proofs were accepted, and how many refused."""

    at_ms: int
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The days of one kind of token, oldest first."""

    kind: str
    days: tuple[Day, ...]

    @property
    def accepted(self) -> int:
        """All of them together."""
        return sum(day.accepted for day in self.days)

    @property
    def refused(self) -> int:
        """All of them together."""
        return sum(day.refused for day in self.days)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """How many people have no token, one, or more, and how many have recovery codes."""

    none: int
    one: int
    more: int
    recovery: int

    @property
    def people(self) -> int:
        """Everybody."""
        return self.none + self.one + self.more


@dataclass(frozen=True, slots=True)
class Attention:
    """Something to look at: `code` is one of ATTENTION, `address` leads there ("" for nowhere)."""

    code: str
    number: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """A number with the address of what it counts."""

    code: str
    number: int
    address: str


# --- people -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """The filters of the list of people, and behind whom it begins, as they are in its address."""

    search: str = ""
    state: str = ""
    role: str = ""
    tokens: str = ""
    after: str = ""

    @property
    def filtered(self) -> bool:
        """Whether anybody is left out."""
        return bool(self.search or self.state or self.role or self.tokens)

    def address(self, path: str = "/admin/people", **more: str) -> str:
        """The path with the filters that say something, changed by `more`."""
        return with_query(path, _filters(self) | more)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list; `tokens` are the ways in beside a password.

    `open`: whoever looks at the list may look at this person, too.
    """

    id: str
    name: str
    display_name: str
    role: str
    state: str
    tokens: int
    used_ms: int | None = None
    open: bool = True

    @property
    def shown(self) -> str:
        """What we call this person."""
        return self.display_name or self.name


@dataclass(frozen=True, slots=True)
class PersonToken:
    """One token of somebody else, and what may be done with it (of suspend, resume, remove)."""

    id: str
    kind: str
    label: str
    state: str
    made_ms: int
    used_ms: int | None = None
    used_from: str = ""
    transports: tuple[str, ...] = ()
    can: frozenset[str] = frozenset()

    @property
    def drawing(self) -> str:
        """Which of our drawings shows it."""
        return _DRAWINGS.get(self.kind) or drawing_for(self.transports)


@dataclass(frozen=True, slots=True)
class PersonSession:
    """A browser in which somebody is signed in."""

    id: str
    browser: str
    address: str
    made_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event: to whom, by whom, and why it was refused, in the operator's words.

    `actor` is "" where people did it themselves; `kind` is that of a token.
    """

    at_ms: int
    what: str
    person: str = ""
    person_id: str = ""
    actor: str = ""
    subject: str = ""
    kind: str = ""
    reason: str = ""
    reason_words: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """Everything of one person; `begun` when they have set up anything beside a password.

    `can` is what whoever looks may do to this person.
    """

    row: PersonRow
    email: str
    email_verified: bool
    made_ms: int
    invited_until_ms: int | None
    begun: bool
    has_password: bool
    tokens: tuple[PersonToken, ...]
    sessions: tuple[PersonSession, ...]
    events: tuple[EventRow, ...]
    can: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several people in a bulk action: `outcome` is one of OUTCOMES.

    `problem` says why nothing happens; `link` is the invitation, which is shown only once.
    """

    row: PersonRow
    outcome: str
    problem: Problem | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing that a change would end: a token with its kind, or a session and its browser."""

    what: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done: `code` of QUESTIONS, about `about`, at `action`."""

    code: str
    about: str
    action: str
    back: str
    endings: tuple[Ending, ...] = ()


# --- applications -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application, or a service that acts for itself."""

    id: str
    name: str
    kind: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    audience: str
    made_ms: int

    @property
    def has_secret(self) -> bool:
        """Whether it proves itself with a secret."""
        return self.kind != "public"


# --- events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EventQuery:
    """The filters of the list of events, as they stand in its address; `since` is a date."""

    what: str = ""
    person: str = ""
    reason: str = ""
    address: str = ""
    since: str = ""

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return any(_filters(self).values())

    def path(self, **more: str) -> str:
        """The list's address with the filters that say something, and `more`."""
        return with_query("/admin/events", _filters(self) | more)


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into a form, by the field's name, and what is wrong, by the same.

    `detail` is the rule's own sentence, where it has one.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)
    detail: str = ""

    def value(self, name: str, otherwise: str = "") -> str:
        """What stands in that field."""
        return self.values.get(name, otherwise)


def with_query(path: str, query: Mapping[str, str]) -> str:
    """The path with those parameters that are not empty."""
    told = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(told)}" if told else path


def _filters(query: PeopleQuery | EventQuery) -> dict[str, str]:
    names: Sequence[str] = query.__slots__
    return {name: getattr(query, name) for name in names}


_DRAWINGS = {"password": "password", "totp": "phone", "recovery": "recovery"}
