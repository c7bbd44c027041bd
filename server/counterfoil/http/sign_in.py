"""Signing in and out: one page for each due step."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.http.browser import (
    current_session,
    drop_session_cookie,
    in_session,
    refuse_foreign_origin,
    set_session_cookie,
    where,
)
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.second_step import WAY_COOKIE, remember_way, second_step_page
from counterfoil.http.steps import HOME, next_path
from counterfoil.http.turns import application, asking_of, find_interaction, own_form
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Asking
from counterfoil_web import SIGNED_OUT_BY, WAYS

# After these the password is asked for again.
BEGINS_ANEW = frozenset({Reason.TRIES_SPENT, Reason.EXPIRED, Reason.REPLAYED})


async def welcome(request: Request) -> Response:
    session = await current_session(request)
    if session is not None and session.signed_in:
        return see_other(HOME)
    return page(request, "welcome")


async def start(request: Request) -> Response:
    """Opens an interaction without an application: to one's own tokens."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house = house_of(request)
    opened = await in_session(
        request, lambda tx, session: house.interactions.open_sign_in(tx, session.id, None)
    )
    if isinstance(opened, Refused):
        return error_page(request, opened)
    interaction, cookie = opened
    return set_session_cookie(see_other(next_path(interaction)), house, cookie)


async def sign_in(request: Request) -> Response:
    """The step that is due: the key or the password, then the key beside the password."""
    found = await find_interaction(request, InteractionPurpose.SIGN_IN)
    if isinstance(found, Refused):
        return error_page(request, found)
    _, interaction = found
    house = house_of(request)
    asking = await asking_of(house, interaction)
    if due(interaction) is Step.NOTHING:
        return see_other(next_path(interaction))
    if due(interaction) is Step.SECOND_FACTOR:
        return await second_step_page(request, interaction, asking)
    return sign_in_page(request, interaction, asking, name=asking.login_hint if asking else "")


async def password(request: Request) -> Response:
    """The name and the password, from a form that works without JavaScript."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    found = await find_interaction(request, InteractionPurpose.SIGN_IN)
    if isinstance(found, Refused):
        return error_page(request, found)
    session, interaction = found
    house, name = house_of(request), form.get("name", "")
    shown = await house.interactions.prove_password(
        interaction.id,
        session,
        Purpose.SIGN_IN,
        name,
        Secret(form.get("password", "")),
        where(request),
    )
    if isinstance(shown, Refused):
        asking = await asking_of(house, interaction)
        return sign_in_page(request, interaction, asking, name=name, refused=shown)
    return set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)


async def code(request: Request) -> Response:
    """The code of a phone, beside the password."""
    return await _second(request, KindName.TOTP, "code")


async def recovery(request: Request) -> Response:
    """A recovery code, beside the password."""
    return await _second(request, KindName.RECOVERY, "recovery")


async def _second(request: Request, kind: KindName, way: str) -> Response:
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    found = await find_interaction(request, InteractionPurpose.SIGN_IN)
    if isinstance(found, Refused):
        return error_page(request, found)
    session, interaction = found
    house, proof = house_of(request), Proof(kind, {"code": form.get("code", "")})
    shown = await house.interactions.prove_form(
        interaction.id, session, Purpose.SIGN_IN, proof, where(request)
    )
    if isinstance(shown, Refused):
        asking = await asking_of(house, interaction)
        if shown.reason in BEGINS_ANEW:
            return sign_in_page(request, interaction, asking, refused=shown)
        return await second_step_page(request, interaction, asking, way=way, refused=shown)
    response = set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)
    return remember_way(response, house, way)


async def sign_out(request: Request) -> Response:
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house, session, whence = house_of(request), await current_session(request), where(request)
    if session is not None:
        ending = session
        await house.store.write(
            lambda tx: house.sessions.end(
                tx, ending, actor=ending.account or "nobody", where=whence
            )
        )
    return drop_session_cookie(see_other("/signed-out"), house)


async def signed_out(request: Request) -> Response:
    done = request.query_params.get("done", "")
    return page(request, "signed_out", done=done if done in SIGNED_OUT_BY else "")


def sign_in_page(
    request: Request,
    interaction: Interaction,
    asking: Asking | None,
    *,
    name: str = "",
    refused: Refused | None = None,
) -> Response:
    way = request.cookies.get(WAY_COOKIE, "")
    status, problem = said(request, refused)
    return page(
        request,
        "sign_in",
        status,
        interaction=interaction.id,
        application=application(asking),
        name=name,
        first_way=way if way in WAYS else "key",
        problem=problem,
    )


routes = [
    Route("/", welcome),
    Route("/sign-in", start, methods=["POST"]),
    Route("/sign-in/{interaction}", sign_in),
    Route("/sign-in/{interaction}/password", password, methods=["POST"]),
    Route("/sign-in/{interaction}/code", code, methods=["POST"]),
    Route("/sign-in/{interaction}/recovery", recovery, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/signed-out", signed_out),
]
