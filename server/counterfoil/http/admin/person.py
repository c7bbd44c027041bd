"""One person whole, beside the list; and what is done to a person, a token, a session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account, AccountState, Invitation, Role
from counterfoil.administration import Administration, PersonDetails
from counterfoil.audit import Where
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin.door import Desk, Typed, asking, changing, office_page, seeing
from counterfoil.http.admin.people import (
    Link,
    find_page,
    form_of,
    link_page,
    next_address,
    query_of,
    rows_of,
    write_letter,
)
from counterfoil.http.admin.shown import details_of, endings_of
from counterfoil.http.browser import where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, see_other
from counterfoil.kit.ids import AccountId, AuthenticatorId, SessionId
from counterfoil.store import Transaction
from counterfoil_web.admin_facts import DONE, Ending, Form, Question

LIST = "/admin/people"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom, by whom, and from where; `part` is a token's or a session's id."""

    actor: Account
    person: AccountId
    where: Where
    part: str = ""


Doing: TypeAlias = Callable[[Administration, Transaction, Target], object]


@dataclass(frozen=True, slots=True)
class Act:
    """`question` is asked before, `done` is told afterwards; `link` is handed over instead."""

    question: str
    done: str
    do: Doing
    link: Link = Link.INVITATION


TO_A_PERSON: Mapping[str, Act] = {
    "disable": Act(
        "disable",
        "disabled",
        lambda a, tx, t: a.set_state(tx, t.actor, t.person, AccountState.DISABLED, t.where),
    ),
    "enable": Act(
        "enable",
        "enabled",
        lambda a, tx, t: a.set_state(tx, t.actor, t.person, AccountState.ACTIVE, t.where),
    ),
    "sign_out": Act(
        "sign_out",
        "signed_out",
        lambda a, tx, t: a.end_all_sessions(tx, t.actor, t.person, t.where),
    ),
    "delete": Act(
        "delete", "deleted", lambda a, tx, t: a.delete_person(tx, t.actor, t.person, t.where)
    ),
    "invite": Act("invite", "", lambda a, tx, t: a.invite(tx, t.actor, t.person, t.where)),
    "invite_again": Act(
        "invite_again", "", lambda a, tx, t: a.invite(tx, t.actor, t.person, t.where, again=True)
    ),
    "reset_password": Act(
        "reset_password",
        "",
        lambda a, tx, t: a.reset_password(tx, t.actor, t.person, t.where),
        Link.RESET,
    ),
}
TO_A_TOKEN: Mapping[str, Act] = {
    "suspend": Act(
        "suspend",
        "suspended",
        lambda a, tx, t: a.suspend_token(tx, t.actor, t.person, AuthenticatorId(t.part), t.where),
    ),
    "resume": Act(
        "resume",
        "resumed",
        lambda a, tx, t: a.resume_token(tx, t.actor, t.person, AuthenticatorId(t.part), t.where),
    ),
    "remove": Act(
        "remove",
        "removed",
        lambda a, tx, t: a.remove_token(tx, t.actor, t.person, AuthenticatorId(t.part), t.where),
    ),
}
TO_A_SESSION: Mapping[str, Act] = {
    "end": Act(
        "session_end",
        "session_ended",
        lambda a, tx, t: a.end_session(tx, t.actor, t.person, SessionId(t.part), t.where),
    )
}


async def person(request: Request, desk: Desk) -> Response:
    done = request.query_params.get("done", "")
    return await _drawer(request, desk, done=done if done in DONE else "")


async def ask(request: Request, desk: Desk, _kept: Typed) -> Response:
    """What will happen, before it does; what ends with it is listed one by one."""
    act, found = _act(request), await _find(request, desk)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=LIST)
    account, query = found.account, query_of(request)
    return office_page(
        request,
        desk,
        "admin/question",
        "people",
        question=Question(
            code=act.question,
            about=account.display_name or account.name,
            action=query.address(request.url.path),
            back=query.address(f"{LIST}/{account.id}"),
            endings=_endings(request, act, found),
        ),
    )


async def do(request: Request, desk: Desk, _form: Typed) -> Response:
    """One change in one transaction, and back to the person, who tells what was done."""
    act, house, target = _act(request), house_of(request), _target(request, desk)

    def change(tx: Transaction) -> object:
        held = house.sessions.hold(tx, desk.session.id)
        outcome = held or act.do(house.administration, tx, target)
        if not isinstance(outcome, Invitation):
            return outcome
        account = house.accounts.find(tx, target.person)
        assert account is not None, "the flow found whom it invited"
        write_letter(house, tx, account, outcome, act.link)
        return account, outcome

    outcome = await house.store.write(change)
    if isinstance(outcome, Refused):
        return await _drawer(request, desk, refused=outcome)
    if isinstance(outcome, tuple):
        account, invitation = outcome
        return link_page(request, desk, account, invitation, act.link)
    path = LIST if act.done == "deleted" else f"{LIST}/{target.person}"
    return see_other(query_of(request).address(path, done=act.done))


async def ask_change(request: Request, desk: Desk, kept: Typed) -> Response:
    """After a touch in between: the form as it was."""
    return await _drawer(request, desk, form=kept)


async def change(request: Request, desk: Desk, form: Typed) -> Response:
    """The names and the address, all of it or nothing."""
    house, target = house_of(request), _target(request, desk)
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.change_profile(
                tx,
                target.actor,
                target.person,
                target.where,
                name=form.get("name"),
                display_name=form.get("display_name"),
                email=form.get("email"),
            )
        )
    )
    if isinstance(refused, Refused):
        return await _drawer(request, desk, refused=refused, form=form)
    return _back(request, target, "changed")


async def change_role(request: Request, desk: Desk, form: Typed) -> Response:
    house, target, role = house_of(request), _target(request, desk), form.get("role", "")
    if role not in list(Role):
        return await _drawer(request, desk, refused=Refused(Reason.MALFORMED, "no such role"))
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.set_role(
                tx, target.actor, target.person, Role(role), target.where
            )
        )
    )
    if isinstance(refused, Refused):
        return await _drawer(request, desk, refused=refused, form=form)
    return _back(request, target, "role")


# --- steps -----------------------------------------------------------------------------------


async def _drawer(
    request: Request,
    desk: Desk,
    *,
    done: str = "",
    refused: Refused | None = None,
    form: Typed | None = None,
) -> Response:
    """The person beside the list from which one came."""
    query, found = query_of(request), await _find(request, desk)
    if isinstance(found, Refused):
        # What was refused first is what to tell, when there is nobody to show it with.
        return error_page(request, refused or found, start_again=LIST)
    house, person = house_of(request), found
    people = await find_page(request, desk, query)
    if isinstance(people, Refused):
        return error_page(request, people, start_again="/admin")
    details = await house.store.read(lambda tx: details_of(house, tx, person, desk.account))
    return office_page(
        request,
        desk,
        "admin/person",
        "people",
        refused=refused,
        query=query,
        rows=rows_of(people, desk),
        next=next_address(people, query, f"{LIST}/{person.account.id}"),
        details=details,
        done=done,
        form=Form() if form is None else form_of(form, refused),
    )


def _back(request: Request, target: Target, done: str) -> Response:
    return see_other(query_of(request).address(f"{LIST}/{target.person}", done=done))


async def _find(request: Request, desk: Desk) -> PersonDetails | Refused:
    house, person = house_of(request), AccountId(request.path_params["person"])
    return await house.store.read(lambda tx: house.administration.person(tx, desk.account, person))


def _act(request: Request) -> Act:
    named, acts = request.path_params["act"], TO_A_PERSON
    if "authenticator" in request.path_params:
        acts = TO_A_TOKEN
    elif "session" in request.path_params:
        acts = TO_A_SESSION
    if named not in acts:
        raise HTTPException(404)
    return acts[named]


def _target(request: Request, desk: Desk) -> Target:
    told = request.path_params
    part = told.get("authenticator") or told.get("session") or ""
    return Target(desk.account, AccountId(told["person"]), where(request), part)


def _endings(request: Request, act: Act, found: PersonDetails) -> tuple[Ending, ...]:
    part = request.path_params.get("authenticator") or request.path_params.get("session")
    if part is not None:
        tokens = [a for a in found.authenticators if a.id == part]
        sessions = [s for s in found.sessions if s.id == part]
        return endings_of(tokens, sessions)
    if act.question in ("invite_again", "delete"):
        return endings_of(found.authenticators, found.sessions)
    return endings_of((), found.sessions) if act.question in ("sign_out", "disable") else ()


_PERSON = f"{LIST}/{{person}}"
_TOKEN = f"{_PERSON}/tokens/{{authenticator}}/{{act}}"
_SESSION = f"{_PERSON}/sessions/{{session}}/{{act}}"

routes = [
    Route(_PERSON, seeing(person)),
    Route(f"{_PERSON}/change", asking(ask_change)),
    Route(f"{_PERSON}/change", changing(change), methods=["POST"]),
    Route(f"{_PERSON}/role", asking(ask_change)),
    Route(f"{_PERSON}/role", changing(change_role), methods=["POST"]),
    *(Route(path, asking(ask)) for path in (f"{_PERSON}/{{act}}", _TOKEN, _SESSION)),
    *(
        Route(path, changing(do), methods=["POST"])
        for path in (f"{_PERSON}/{{act}}", _TOKEN, _SESSION)
    ),
]
