"""One's profile: what the operator lets people change of it, and an address that is confirmed."""

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.account.asked import Asked, by_the_person, for_the_person
from counterfoil.http.browser import refuse_foreign_origin, where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, see_other
from counterfoil.http.signed_in import prove_first
from counterfoil.kit.email import MAX_EMAIL_CHARACTERS
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited
from counterfoil.store import Transaction
from counterfoil_web import FIELDS, Person, Profile

PATH = "/account/profile"
CONFIRM = "/email"
CONFIRMED = "/email-confirmed"
DONE = frozenset({"display_name", "name", "email_sent", "email"})

Flow: TypeAlias = Callable[[Transaction, Asked, str], None | Refused]


async def profile(asked: Asked) -> Response:
    """What was typed before a fresh proof comes back in the address, and is offered again."""
    typed = {field: asked.query(field) for field in FIELDS if asked.query(field)}
    return await _page(asked, typed)


async def change(asked: Asked) -> Response:
    """One field, when the operator lets people change it and the proof is fresh."""
    field = asked.path["field"]
    if field not in asked.house.settings.editable:
        return await _page(asked, {}, Refused(Reason.FORBIDDEN, "not in the setting `editable`"))
    value = asked.form.get(field, "")[:MAX_EMAIL_CHARACTERS]
    house, session, account = asked.house, asked.session, asked.account
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, account.id))
    if house.interactions.refuse_stale(session, least) is not None:
        way_back = f"{PATH}?{urlencode({str(field): value})}#{field}"
        return await prove_first(asked.request, session, way_back, "profile", least)
    flow = _FLOWS[field]
    refused = await house.store.write(
        lambda tx: house.sessions.hold(tx, session.id) or flow(tx, asked, value)
    )
    if refused is not None:
        return await _page(asked, {field: value}, refused)
    return see_other(f"{PATH}?done={'email_sent' if field == 'email' else field}")


async def confirm(request: Request) -> Response:
    """Looking spends nothing: mail programs open every link to see where it goes."""
    house, token = house_of(request), Secret(request.path_params["token"])
    found = await house.store.read(lambda tx: house.profiles.read_email_link(tx, token))
    if isinstance(found, Refused):
        return error_page(request, found)
    person = Person(found.account.name, found.account.display_name)
    return page(
        request,
        "account/confirm_email",
        person=person,
        email=found.details,
        link=token.reveal(),
    )


async def confirmed(request: Request) -> Response:
    """Whoever has the link reads the letters of that address: that is all it needs."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house, token, whence = house_of(request), Secret(request.path_params["token"]), where(request)
    account = await house.store.write(lambda tx: house.profiles.confirm_email(tx, token, whence))
    return error_page(request, account) if isinstance(account, Refused) else see_other(CONFIRMED)


async def has_confirmed(request: Request) -> Response:
    """A page of its own, so that a reload confirms nothing twice."""
    return page(request, "account/confirm_email", confirmed=True)


def _change_display_name(tx: Transaction, asked: Asked, value: str) -> None | Refused:
    profiles = asked.house.profiles
    return profiles.change_display_name(tx, asked.account.id, value, asked.where)


def _change_name(tx: Transaction, asked: Asked, value: str) -> None | Refused:
    return asked.house.profiles.change_name(tx, asked.account.id, value, asked.where)


def _propose_email(tx: Transaction, asked: Asked, value: str) -> None | Refused:
    house = asked.house
    return house.limits.refuse_flood(
        tx, asked.where.address, Limited.MAIL
    ) or house.profiles.propose_email(tx, asked.account.id, value, asked.where)


_FLOWS: dict[str, Flow] = {
    "display_name": _change_display_name,
    "name": _change_name,
    "email": _propose_email,
}


async def _page(asked: Asked, typed: dict[str, str], refused: Refused | None = None) -> Response:
    house, account = asked.house, asked.account

    def read(tx: Transaction) -> tuple[str, bool]:
        enrolled = house.accounts.authenticators(tx, account.id)
        has_password = any(a.kind is KindName.PASSWORD for a in enrolled)
        return house.profiles.waiting_email(tx, account.id), has_password

    waiting, has_password = await house.store.read(read)
    editable = house.settings.editable
    done = asked.done(DONE)
    return asked.page(
        "account/profile",
        refused=refused,
        profile=Profile(
            name=account.name,
            display_name=account.display_name,
            email=account.email or "",
            email_verified=account.email_verified,
            waiting=waiting,
            editable=tuple(field for field in FIELDS if field in editable),
            typed={name: value for name, value in typed.items() if name in editable},
        ),
        has_password=has_password,
        done=done if done != "email_sent" or waiting else "",
    )


routes = [
    Route(PATH, for_the_person(profile)),
    Route(f"{PATH}/{{field}}", by_the_person(change), methods=["POST"]),
    Route(CONFIRMED, has_confirmed),
    Route(f"{CONFIRM}/{{token}}", confirm, methods=["GET"]),
    Route(f"{CONFIRM}/{{token}}", confirmed, methods=["POST"]),
]
