"""The list of people, and inviting somebody new."""

from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account, AccountState, Invitation, Role
from counterfoil.accounts.rules import INVITATION_MS
from counterfoil.administration import Action, PeopleFilter, PersonRow
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin.door import Desk, Typed, asking, changing, office_page, seeing
from counterfoil.http.admin.shown import plain_row, problem_for, row_of
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page
from counterfoil.notices import Letter
from counterfoil.store import Transaction
from counterfoil_web import admin_facts
from counterfoil_web.admin_facts import DONE, Form, PeopleQuery

PAGE = 50
MOST_CHARACTERS = 128
MINUTE_MS = 60_000


class Link(StrEnum):
    """What is handed over, by the first word of its address."""

    INVITATION = "invitation"
    RESET = "reset"


LETTERS = {Link.INVITATION: Letter.INVITATION, Link.RESET: Letter.PASSWORD_LINK}
FIELDS = {
    Reason.NAME_REFUSED: "name",
    Reason.NAME_TAKEN: "name",
    Reason.EMAIL_REFUSED: "email",
}


async def people(request: Request, desk: Desk) -> Response:
    query = query_of(request)
    found = await find_page(request, desk, query)
    if isinstance(found, Refused):
        return error_page(request, found, start_again="/admin")
    done = request.query_params.get("done", "")
    return office_page(
        request,
        desk,
        "admin/people",
        "people",
        query=query,
        rows=rows_of(found, desk),
        next=next_address(found, query, "/admin/people"),
        again=query.address(after="") if query.after else "",
        done=done if done in DONE else "",
    )


async def ask_whom(request: Request, desk: Desk, kept: Typed) -> Response:
    return _form(request, desk, kept)


async def add(request: Request, desk: Desk, form: Typed) -> Response:
    house, role = house_of(request), form.get("role", Role.PERSON.value)

    def add_and_invite(tx: Transaction) -> tuple[Account, Invitation] | Refused:
        added = house.sessions.hold(tx, desk.session.id) or house.administration.add_person(
            tx,
            desk.account,
            form.get("name", ""),
            form.get("display_name", ""),
            form.get("email", ""),
            Role(role) if role in list(Role) else Role.PERSON,
        )
        if not isinstance(added, Refused):
            write_letter(house, tx, *added, Link.INVITATION)
        return added

    added = await house.store.write(add_and_invite)
    if isinstance(added, Refused):
        return _form(request, desk, form, added)
    return link_page(request, desk, *added, Link.INVITATION)


def link_page(
    request: Request, desk: Desk, account: Account, invitation: Invitation, link: Link
) -> Response:
    """The link, once: nobody can read it again."""
    return office_page(
        request,
        desk,
        "admin/invited",
        "people",
        what=link.value,
        row=plain_row(account, desk.account),
        link=link_of(house_of(request), invitation, link),
        expires_ms=invitation.expires_ms,
        email=account.email or "",
        letter=letter_for(house_of(request), account),
    )


def link_of(house: House, invitation: Invitation, link: Link) -> str:
    return f"{house.settings.issuer}/{link.value}/{invitation.token.reveal()}"


def letter_for(house: House, account: Account) -> str:
    """Whether a letter goes out, and why not: `sent`, `no_address`, `no_mail`."""
    if not house.settings.smtp_host:
        return "no_mail"
    return "sent" if account.email and account.email_verified else "no_address"


def write_letter(
    house: House, tx: Transaction, account: Account, invitation: Invitation, link: Link
) -> None:
    """The link to the person's address, where there is one and somebody delivers."""
    if account.email and letter_for(house, account) == "sent":
        left_ms = invitation.expires_ms - house.clock.now_ms()
        house.notices.write_letter(
            tx,
            account.id,
            account.email,
            LETTERS[link],
            link=link_of(house, invitation, link),
            minutes=left_ms // MINUTE_MS,
        )


# --- what the list and the drawer share ------------------------------------------------------


def query_of(request: Request) -> PeopleQuery:
    """The filters in the address; what is none of them filters nothing."""
    told = request.query_params
    state, role = told.get("state", ""), told.get("role", "")
    return PeopleQuery(
        search=told.get("search", "").strip()[:MOST_CHARACTERS],
        state=state if state in list(AccountState) else "",
        role=role if role in list(Role) else "",
        tokens="none" if told.get("tokens") == "none" else "",
        after=told.get("after", "")[:MOST_CHARACTERS],
    )


async def find_page(request: Request, desk: Desk, query: PeopleQuery) -> list[PersonRow] | Refused:
    """A page of people, and one more when there is a next page."""
    house = house_of(request)
    wanted = PeopleFilter(
        search=query.search,
        state=AccountState(query.state) if query.state else None,
        role=Role(query.role) if query.role else None,
        lacks_token=bool(query.tokens),
    )
    return await house.store.read(
        lambda tx: house.administration.find_people(tx, desk.account, wanted, query.after, PAGE + 1)
    )


def rows_of(found: list[PersonRow], desk: Desk) -> tuple[admin_facts.PersonRow, ...]:
    return tuple(row_of(one, desk.account) for one in found[:PAGE])


def next_address(found: list[PersonRow], query: PeopleQuery, path: str) -> str:
    """Where the list goes on; "" at its end."""
    if len(found) <= PAGE:
        return ""
    return query.address(path, after=found[PAGE - 1].account.name)


def form_of(form: Typed, refused: Refused | None) -> Form:
    """What was typed, and what is wrong at its own field."""
    field = None if refused is None else FIELDS.get(refused.reason)
    if refused is None or field is None:
        return Form(form)
    return Form(form, {field: problem_for(refused)})


def _form(request: Request, desk: Desk, form: Typed, refused: Refused | None = None) -> Response:
    if Action.ADD_PERSON not in desk.can:
        return error_page(request, Refused(Reason.FORBIDDEN), start_again="/admin/people")
    return office_page(
        request,
        desk,
        "admin/add_person",
        "people",
        refused=refused,
        minutes=INVITATION_MS // MINUTE_MS,
        form=form_of(form, refused),
    )


routes = [
    Route("/admin/people", seeing(people)),
    Route("/admin/people/add", asking(ask_whom)),
    Route("/admin/people/add", changing(add), methods=["POST"]),
]
