"""What the pages that a signed-in person comes back to are told, as plain values.

Codes are closed sets; a page that is given another code is a defect of the caller.
"""

from dataclasses import dataclass, field

from counterfoil_web.changes import Details

TABS = {
    "tokens": "/tokens",
    "sessions": "/account/sessions",
    "activity": "/account/activity",
    "applications": "/account/applications",
    "profile": "/account/profile",
}
"""The pages of this area, in their order, and where they are."""

ADVICE = frozenset(
    {"none_left", "only_codes", "only_one", "only_one_and_codes", "few_codes", "no_codes"}
)
"""The one thing that somebody should do about their tokens next."""

OFFERS = frozenset({"webauthn", "totp", "recovery", "password"})
"""What can be added, by the service's name of its kind."""

EVENTS = frozenset(
    {
        "account_added",
        "account_disabled",
        "account_enabled",
        "role_changed",
        "invited",
        "invitation_used",
        "enrolled",
        "codes_made",
        "renamed",
        "removed",
        "suspended",
        "resumed",
        "authenticator_disabled",
        "started_over",
        "password_link_sent",
        "password_link_used",
        "password_set",
        "password_right",
        "refused_password",
        "refused_code",
        "refused_key",
        "refused_enrolment",
        "refused_often",
        "refused",
        "signed_in",
        "stepped_up",
        "signed_out",
        "signed_out_elsewhere",
        "name_changed",
        "display_name_changed",
        "email_proposed",
        "email_changed",
        "consent_given",
        "consent_denied",
        "consent_revoked",
        "entered",
        "grant_revoked",
    }
)
"""What can have happened to somebody's account, each with its sentence."""

DONE = frozenset({"display_name", "name", "email_sent", "email", "unlinked", "ended", "others"})
"""What was just done on a page of this area."""

FIELDS = ("display_name", "name", "email")
"""The fields of a profile, in the order of the page."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser where somebody is signed in. `browser` and `system` are names, "" if unknown.

    `user_agent` is how the browser calls itself; times are milliseconds since 1970.
    """

    id: str
    browser: str
    system: str
    user_agent: str
    address: str
    since_ms: int
    seen_ms: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of somebody's account; `what` is in EVENTS.

    `label` is what a token is called, `kind` its kind; `ways` are the kinds that were shown at a
    sign-in. `by_others`: the people who run the service did it. `amiss`: something was refused.
    """

    id: int
    what: str
    at_ms: int
    address: str = ""
    kind: str = ""
    label: str = ""
    application: str = ""
    ways: tuple[str, ...] = ()
    by_others: bool = False
    amiss: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """A notice that was not seen yet: one of counterfoil_web.changes, with its details."""

    id: int
    what: str
    at_ms: int
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """An application that somebody has linked. `asked`: they were asked, and will be again."""

    id: str
    name: str
    address: str
    scopes: tuple[str, ...]
    asked: bool
    since_ms: int
    used_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says of its person; `waiting` is an address that was not confirmed yet.

    `editable` is a subset of FIELDS. `typed` is what a form had, by field, to be offered again.
    """

    name: str
    display_name: str
    email: str = ""
    email_verified: bool = False
    waiting: str = ""
    editable: tuple[str, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)
