"""Facts for every page of the administration; whatever somebody may choose is `text`."""

from collections.abc import Mapping

from counterfoil_web import Problem
from counterfoil_web.admin_facts import (
    ApplicationRow,
    Attention,
    Choice,
    Count,
    Day,
    Ending,
    Enrolment,
    EventQuery,
    EventRow,
    Form,
    Office,
    PeopleQuery,
    PersonDetails,
    PersonRow,
    PersonSession,
    PersonToken,
    Question,
    Trend,
)

DAY_MS = 86_400_000
NOON_MS = 1_800_000_000_000


EVERYTHING = frozenset(
    {
        "see_overview",
        "find_people",
        "see_clients",
        "see_events",
        "add_person",
        "set_role",
        "change_profile",
        "set_state",
        "delete_person",
        "invite",
        "reset_password",
        "end_sessions",
    }
)


def trend(kind: str, *days: tuple[int, int]) -> Trend:
    """Days from the first one on: (signed in, refused)."""
    return Trend(kind, tuple(Day(NOON_MS + n * DAY_MS, *day) for n, day in enumerate(days)))


def admin_facts(text: str = "Ada") -> Mapping[str, Mapping[str, object]]:
    """The facts of the administration's pages, with something in every place."""
    office = Office(text, EVERYTHING, "people")
    rows = (
        PersonRow("acc_1", text, text, "administrator", "active", 2, NOON_MS),
        PersonRow("acc_2", f"{text}2", text, "person", "disabled", 0),
    )
    events = (
        EventRow(1, "signed_in", text, "acc_1", text, text, "webauthn", "", "", text),
        EventRow(
            2, "refused", text, "", "operator", "", "", "wrong", "The proof does not match.", text
        ),
    )
    tokens = (
        PersonToken("aut_1", "password", "", "live", 1),
        PersonToken(
            "aut_2", "webauthn", text, "suspended", 1, 2, text, ("nfc",), frozenset({"resume"})
        ),
        PersonToken("aut_4", "totp", text, "disabled", 1, 2, text),
        PersonToken("aut_5", "recovery", "", "live", 1),
        PersonToken("aut_3", "webauthn", text, "live", 1, can=frozenset({"suspend", "remove"})),
    )
    details = PersonDetails(
        row=rows[0],
        email=text,
        email_verified=False,
        made_ms=1,
        invited_until_ms=2,
        begun=True,
        has_password=True,
        tokens=tokens,
        sessions=(PersonSession("ses_1", text, text, 1, 2),),
        events=events,
        can=EVERYTHING,
    )
    client = ApplicationRow("cli_1", text, "confidential", (text,), (text,), text, 1)
    form = Form(
        {"name": text, "redirect_uris": text},
        {"name": Problem("odd", text), "redirect_uris": Problem("wrong")},
        text,
    )
    people = PeopleQuery(text, "active", "person", "none")
    choices = (
        Choice(rows[0], "will"),
        Choice(rows[1], "refused", Problem("forbidden")),
        Choice(rows[0], "done", link=text),
    )
    return {
        "admin/door": {},
        "admin/overview": {
            "office": office,
            "trends": (trend("webauthn", (3, 1), (0, 0)), trend("totp", (0, 2), (9, 0))),
            "enrolment": Enrolment(1, 2, 3, 4),
            "counts": (Count("people", 6, "/admin/people"), Count("invitations", 2, "")),
            "attention": (
                Attention("no_way_in", 1, "/admin/people?tokens=none"),
                Attention("letters", 2),
            ),
        },
        "admin/people": {
            "office": office,
            "query": people,
            "rows": rows,
            "next": people.address(after=text),
            "again": people.address(),
            "done": "deleted",
        },
        "admin/person": {
            "office": office,
            "query": people,
            "rows": rows,
            "details": details,
            "next": people.address(after=text),
            "done": "changed",
            "form": form,
        },
        "admin/add_person": {"office": office, "minutes": 15, "form": form},
        "admin/invited": {
            "office": office,
            "what": "invitation",
            "row": rows[0],
            "link": text,
            "expires_ms": 1,
            "email": text,
            "letter": "sent",
        },
        "admin/question": {
            "office": office,
            "question": Question(
                "invite_again",
                text,
                "/admin/people/acc_1/invite_again",
                "/admin/people/acc_1",
                (Ending("token", text, "webauthn"), Ending("session", text)),
            ),
        },
        "admin/bulk": {
            "office": office,
            "act": "disable",
            "choices": choices[:2],
            "query": people,
        },
        "admin/bulk_result": {
            "office": office,
            "act": "invite",
            "choices": choices[1:],
            "query": people,
        },
        "admin/applications": {"office": office, "rows": (client,), "done": "client_deleted"},
        "admin/add_application": {"office": office, "form": form},
        "admin/client": {
            "office": office,
            "rows": (client,),
            "client": client,
            "done": "client_changed",
            "form": form,
        },
        "admin/secret": {"office": office, "client": client, "secret": text},
        "admin/events": {
            "office": office,
            "query": EventQuery("signed_in", text, "wrong", text, "2026-11-24"),
            "rows": events,
            "whats": ("signed_in", "refused"),
            "reasons": ("wrong",),
            "next": "/admin/events?before=1",
            "again": "/admin/events",
        },
    }
