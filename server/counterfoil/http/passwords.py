"""A forgotten password: a letter with a link, which changes the password and nothing else.

Every name gets the same answer in the same transaction, whether or not somebody has it.
"""

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import LinkPurpose
from counterfoil.accounts.rules import LINK_MS
from counterfoil.audit import Where
from counterfoil.errors import Refused
from counterfoil.http.browser import in_session, refuse_foreign_origin, set_session_cookie, where
from counterfoil.http.enrolling import Enrolling
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.steps import next_path
from counterfoil.http.turns import own_form
from counterfoil.interactions import InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited
from counterfoil.notices import Letter
from counterfoil.store import Transaction
from counterfoil_web import Person

NEW_PASSWORD = Enrolling("/new-password", InteractionPurpose.NEW_PASSWORD, "/")
_MINUTES = LINK_MS[LinkPurpose.PASSWORD] // 60_000


async def forgotten(request: Request) -> Response:
    return page(request, "forgotten", letters=sends_letters(house_of(request)))


async def send(request: Request) -> Response:
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    house, whence, name = house_of(request), where(request), form.get("name", "")
    if not sends_letters(house):
        return page(request, "forgotten", letters=False)

    flooded = await house.store.write(
        lambda tx: house.limits.refuse_flood(tx, whence.address, Limited.MAIL)
    )
    if flooded is not None:
        status, problem = said(request, flooded)
        return page(request, "forgotten", status, name=name, problem=problem)
    answer = page(request, "forgotten", sent=True)
    # Behind the answer: its time must not tell whether there was anything to write.
    answer.background = BackgroundTask(_write_letter, house, name, whence)
    return answer


async def _write_letter(house: House, name: str, whence: Where) -> None:
    def unit(tx: Transaction) -> None:
        forgot = house.accounts.forgot_password(tx, name, whence)
        if forgot is None:
            return
        account, made = forgot
        assert account.email is not None, "only who has an address gets a link"
        address = f"{house.settings.issuer}/reset/{made.token.reveal()}"
        house.notices.write_letter(
            tx, account.id, account.email, Letter.PASSWORD_LINK, link=address, minutes=_MINUTES
        )

    await house.store.write(unit)


async def link(request: Request) -> Response:
    """Looking spends nothing: mail programs open every link to see where it goes."""
    house, token = house_of(request), Secret(request.path_params["token"])
    found = await house.store.read(
        lambda tx: house.accounts.read_link(tx, LinkPurpose.PASSWORD, token)
    )
    if isinstance(found, Refused):
        return error_page(request, found, start_again="/forgotten")
    return page(
        request,
        "password_link",
        link=token.reveal(),
        person=Person(found.account.name, found.account.display_name),
        expires_ms=found.expires_ms,
        now_ms=house.clock.now_ms(),
    )


async def begin(request: Request) -> Response:
    """Spends the link and binds it to this browser."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house, token, whence = house_of(request), Secret(request.path_params["token"]), where(request)
    opened = await in_session(
        request,
        lambda tx, session: house.interactions.open_new_password(tx, session.id, token, whence),
    )
    if isinstance(opened, Refused):
        return error_page(request, opened, start_again=f"/reset/{token.reveal()}")
    interaction, cookie = opened
    if isinstance(interaction, Refused):
        refused = error_page(request, interaction, start_again="/forgotten")
        return set_session_cookie(refused, house, cookie)
    return set_session_cookie(see_other(next_path(interaction)), house, cookie)


async def new_password(request: Request) -> Response:
    turn = await NEW_PASSWORD.turn(request)
    if isinstance(turn, Refused):
        return error_page(request, turn, start_again="/forgotten")
    if due(turn.interaction) is Step.NOTHING:
        return page(request, "done", person=turn.person, what="password")
    return NEW_PASSWORD.password_page(request, turn)


def sends_letters(house: House) -> bool:
    return bool(house.settings.smtp_host)


routes = [
    Route("/forgotten", forgotten),
    Route("/forgotten", send, methods=["POST"]),
    Route("/reset/{token}", link),
    Route("/reset/{token}", begin, methods=["POST"]),
    Route("/new-password/{interaction}", new_password),
    *NEW_PASSWORD.routes(),
]
