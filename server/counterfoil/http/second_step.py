"""Beside a password, and when a signed-in person proves it again: by key, code or recovery code.

The page leads with what this browser used last; the others are one tap away.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Authenticator
from counterfoil.assurance import Level
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.factors.recovery.facts import left
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.browser import set_session_cookie, where
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.steps import HOME, next_path
from counterfoil.http.turns import application, find_interaction, own_form
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import due, level_of
from counterfoil.oauth import Asking
from counterfoil_web import STEP_UP_REASONS

WAY_COOKIE = "counterfoil_way"
WAY_COOKIE_S = 365 * 24 * 60 * 60

_WAYS = {
    "key": KindName.WEBAUTHN,
    "code": KindName.TOTP,
    "recovery": KindName.RECOVERY,
}


async def second_step_page(
    request: Request,
    interaction: Interaction,
    asking: Asking | None,
    *,
    way: str = "",
    refused: Refused | None = None,
) -> Response:
    held = await _held(house_of(request), interaction)
    wished = asking.least if asking is not None else None
    # Where nothing reaches what the application asks for, the token will tell it so.
    ways = ways_of(held, wished or Level.OTP) or ways_of(held, Level.OTP)
    if not ways and refused is None:
        refused = Refused(Reason.NOTHING_ENROLLED)
    status, problem = said(request, refused)
    return page(
        request,
        "second_step",
        status,
        interaction=interaction.id,
        application=application(asking),
        way=_leading(request, ways, way),
        ways=ways,
        transports=transports_of(held),
        problem=problem,
    )


async def step_up(request: Request) -> Response:
    found = await find_interaction(request, InteractionPurpose.STEP_UP)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=HOME)
    _, interaction = found
    if due(interaction) is Step.NOTHING:
        return see_other(next_path(interaction))
    return await _step_up_page(request, interaction)


async def step_up_code(request: Request) -> Response:
    return await _step_up(request, KindName.TOTP, "code")


async def step_up_recovery(request: Request) -> Response:
    return await _step_up(request, KindName.RECOVERY, "recovery")


async def _step_up(request: Request, kind: KindName, way: str) -> Response:
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again=HOME)
    found = await find_interaction(request, InteractionPurpose.STEP_UP)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=HOME)
    session, interaction = found
    house, proof = house_of(request), Proof(kind, {"code": form.get("code", "")})
    shown = await house.interactions.prove_form(
        interaction.id, session, Purpose.STEP_UP, proof, where(request)
    )
    if not isinstance(shown, Refused):
        return set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)
    if shown.reason in (Reason.TRIES_SPENT, Reason.REPLAYED, Reason.LEVEL_TOO_LOW):
        return error_page(request, shown, start_again=HOME)
    return await _step_up_page(request, interaction, way=way, refused=shown)


async def _step_up_page(
    request: Request, interaction: Interaction, *, way: str = "", refused: Refused | None = None
) -> Response:
    held = await _held(house_of(request), interaction)
    ways = ways_of(held, interaction.least or Level.OTP)
    if not ways and refused is None:
        refused = Refused(Reason.NOTHING_ENROLLED)
    status, problem = said(request, refused)
    why = request.query_params.get("why", "")
    return page(
        request,
        "step_up",
        status,
        interaction=interaction.id,
        way=_leading(request, ways, way),
        ways=ways,
        transports=transports_of(held),
        why=why if why in STEP_UP_REASONS else "",
        back=HOME,
        problem=problem,
    )


# --- what somebody has, told only to who has shown a first factor ------------------------------


def ways_of(held: Sequence[Authenticator], least: Level) -> tuple[str, ...]:
    """The ways that these tokens open and that reach `least`, the strongest first."""
    return tuple(
        way
        for way, kind in _WAYS.items()
        if level_of(kind) >= least and any(_opens(a, kind) for a in held)
    )


def transports_of(held: Sequence[Authenticator]) -> tuple[str, ...]:
    """How the person's keys are reached, for the drawing."""
    keys = [a for a in held if a.kind is KindName.WEBAUTHN and a.live]
    reached = {t for key in keys for t in CredentialFacts.load(key.facts).transports}
    return tuple(sorted(reached))


def remember_way(response: Response, house: House, way: str) -> Response:
    """The browser remembers which way worked last, so that nobody need look up a name."""
    if way == "recovery":
        # An emergency is no habit.
        return response
    response.set_cookie(
        WAY_COOKIE,
        way,
        max_age=WAY_COOKIE_S,
        path="/sign-in",
        secure=house.settings.issuer.startswith("https:"),
        samesite="lax",
    )
    return response


def _opens(held: Authenticator, kind: KindName) -> bool:
    if held.kind is not kind or not held.live:
        return False
    return kind is not KindName.RECOVERY or left(held.facts) > 0


def _leading(request: Request, ways: tuple[str, ...], way: str) -> str:
    for wished in (way, request.query_params.get("way", ""), request.cookies.get(WAY_COOKIE, "")):
        if wished in ways:
            return wished
    return ways[0] if ways else ""


async def _held(house: House, interaction: Interaction) -> list[Authenticator]:
    account_id = interaction.account
    if account_id is None:
        return []
    return await house.store.read(lambda tx: house.accounts.authenticators(tx, account_id))


routes = [
    Route("/step-up/{interaction}", step_up),
    Route("/step-up/{interaction}/code", step_up_code, methods=["POST"]),
    Route("/step-up/{interaction}/recovery", step_up_recovery, methods=["POST"]),
]
