"""The first visit: an invitation is looked at, taken up once, and ends with what one signs in with.

A password or a key alone, then the first token, a second one, and recovery codes.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.browser import in_session, refuse_foreign_origin, set_session_cookie, where
from counterfoil.http.enrolling import Enrolling, Turn
from counterfoil.http.house import house_of
from counterfoil.http.negotiation import language_of
from counterfoil.http.pages import error_page, page, see_other
from counterfoil.http.steps import next_path
from counterfoil.http.turns import own_form
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import TOKENS, due
from counterfoil.kit.secret import Secret
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import Person

FIRST_VISIT = Enrolling("/first-visit", InteractionPurpose.FIRST_VISIT, "/")


async def invitation(request: Request) -> Response:
    """Looking spends nothing: mail programs open every link to see where it goes."""
    house, token = house_of(request), Secret(request.path_params["token"])
    account = await house.store.read(lambda tx: house.accounts.read_invitation(tx, token))
    if isinstance(account, Refused):
        return error_page(request, account)
    return page(
        request,
        "invitation",
        invitation=token.reveal(),
        person=Person(account[0].name, account[0].display_name),
        expires_ms=account[1],
        now_ms=house.clock.now_ms(),
    )


async def begin(request: Request) -> Response:
    """Spends the invitation and binds it to this browser."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house, token, whence = house_of(request), Secret(request.path_params["token"]), where(request)
    language = language_of(request)

    def take_up(tx: Transaction, session: Session) -> Interaction | Refused:
        visit = house.interactions.open_first_visit(tx, session.id, token, whence)
        if not isinstance(visit, Refused) and visit.account is not None:
            house.accounts.speak(tx, visit.account, language)
        return visit

    opened = await in_session(request, take_up)
    if isinstance(opened, Refused):
        return error_page(request, opened, start_again=f"/invitation/{token.reveal()}")
    interaction, cookie = opened
    if isinstance(interaction, Refused):
        return set_session_cookie(error_page(request, interaction), house, cookie)
    return set_session_cookie(see_other(next_path(interaction)), house, cookie)


async def first_visit(request: Request) -> Response:
    """The step that is due, by the way that the person chose."""
    turn = await FIRST_VISIT.turn(request)
    if isinstance(turn, Refused):
        return error_page(request, turn)
    interaction, way = turn.interaction, request.query_params.get("way", "")
    base = FIRST_VISIT.base(interaction)
    match due(interaction):
        case Step.NOTHING:
            return page(request, "done", person=turn.person, what=_what_was_done(interaction))
        case Step.OFFER_RECOVERY:
            return await FIRST_VISIT.recovery_page(request, turn)
        case Step.CHOOSE_FIRST if way == "password":
            return FIRST_VISIT.password_page(request, turn)
        case Step.CHOOSE_FIRST if way == "key":
            return _key_page(request, interaction, alone=True, held=0)
        case Step.CHOOSE_FIRST:
            return page(request, "first_visit", interaction=interaction.id, person=turn.person)
        case step:
            return _token_page(request, turn, way, base, second=step is Step.OFFER_SECOND)


async def decline(request: Request) -> Response:
    """Not now: a second token, or recovery codes."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    turn = await FIRST_VISIT.turn(request)
    if isinstance(turn, Refused):
        return error_page(request, turn)
    house = house_of(request)
    declined = await house.store.write(
        lambda tx: house.interactions.decline(tx, turn.interaction.id, turn.session.id)
    )
    if isinstance(declined, Refused):
        return error_page(request, declined, start_again=FIRST_VISIT.base(turn.interaction))
    return see_other(next_path(declined))


def _token_page(request: Request, turn: Turn, way: str, base: str, *, second: bool) -> Response:
    interaction = turn.interaction
    held = sum(factor.kind is KindName.WEBAUTHN for factor in interaction.factors)
    if way == "key":
        return _key_page(request, interaction, alone=not interaction.has_password, held=held)
    if way == "phone" and interaction.has_password:
        return FIRST_VISIT.phone_page(request, turn)
    codes = interaction.has_password
    return page(request, "choose_token", base=base, second=second, codes=codes)


def _key_page(request: Request, interaction: Interaction, *, alone: bool, held: int) -> Response:
    return page(
        request,
        "enrol_key",
        interaction=interaction.id,
        alone=alone,
        held=held,
        back=FIRST_VISIT.base(interaction),
    )


def _what_was_done(interaction: Interaction) -> str:
    held = sum(factor.kind in TOKENS for factor in interaction.factors)
    return "one_token" if held == 1 else "all"


routes = [
    Route("/invitation/{token}", invitation),
    Route("/invitation/{token}", begin, methods=["POST"]),
    Route("/first-visit/{interaction}", first_visit),
    Route("/first-visit/{interaction}/decline", decline, methods=["POST"]),
    *FIRST_VISIT.routes(),
]
