"""Signing in and out, and the touch in between (step-up): one page for each due step."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused, voice
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.bodies import read_form
from counterfoil.http.browser import (
    current_session,
    drop_session_cookie,
    in_session,
    refuse_foreign_origin,
    set_session_cookie,
    where,
)
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, problem_of, see_other
from counterfoil.http.problems import log_refusal
from counterfoil.http.steps import HOME, next_path
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.kit.ids import InteractionId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Asking
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import WAYS, Application

WAY_COOKIE = "counterfoil_way"


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
        return page(
            request,
            "second_step",
            interaction=interaction.id,
            application=application(asking),
            transports=await transports_of(house, interaction),
        )
    return _sign_in_page(request, interaction, asking, name=asking.login_hint if asking else "")


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
        return _sign_in_page(request, interaction, asking, name=name, refused=shown)
    return set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)


async def step_up(request: Request) -> Response:
    found = await find_interaction(request, InteractionPurpose.STEP_UP)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=HOME)
    _, interaction = found
    if due(interaction) is Step.NOTHING:
        return see_other(next_path(interaction))
    why = request.query_params.get("why", "")
    return page(
        request,
        "step_up",
        interaction=interaction.id,
        transports=await transports_of(house_of(request), interaction),
        why=why if why in ("add", "remove", "rename") else "",
        back=HOME,
    )


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
    return page(request, "signed_out", removed=request.query_params.get("done") == "removed")


# --- what these and the other pages share ----------------------------------------------------


async def own_form(request: Request) -> dict[str, str] | Refused:
    """The form of a page of ours."""
    foreign = refuse_foreign_origin(request)
    return foreign if foreign is not None else await read_form(request)


async def find_interaction(
    request: Request, purpose: InteractionPurpose
) -> tuple[Session, Interaction] | Refused:
    """The interaction in the address, when it is this browser's and of this purpose."""
    house, session = house_of(request), await current_session(request)
    if session is None:
        return Refused(Reason.SIGNED_OUT)
    interaction_id, session_id = InteractionId(request.path_params["interaction"]), session.id

    def find(tx: Transaction) -> Interaction | Refused:
        return house.interactions.find(tx, interaction_id, session_id)

    interaction = await house.store.read(find)
    if isinstance(interaction, Refused):
        return interaction
    if interaction.purpose is not purpose:
        return Refused(Reason.NOT_FOUND)
    return session, interaction


async def asking_of(house: House, interaction: Interaction) -> Asking | None:
    """The application that waits behind the sign-in; None when that is ourselves."""
    return await house.store.read(lambda tx: house.oauth.authorization.asking(tx, interaction))


async def transports_of(house: House, interaction: Interaction) -> tuple[str, ...]:
    """How the person's keys are reached, for the drawing; told only after a first factor."""
    account_id = interaction.account
    if account_id is None:
        return ()
    enrolled = await house.store.read(lambda tx: house.accounts.authenticators(tx, account_id))
    keys = [a for a in enrolled if a.kind is KindName.WEBAUTHN and a.live]
    reached = {t for key in keys for t in CredentialFacts.load(key.facts).transports}
    return tuple(sorted(reached))


def application(asking: Asking | None) -> Application | None:
    """Who asks, with the address that a phishing page could not show."""
    return None if asking is None else Application(asking.client, asking.address)


def _sign_in_page(
    request: Request,
    interaction: Interaction,
    asking: Asking | None,
    *,
    name: str = "",
    refused: Refused | None = None,
) -> Response:
    way = request.cookies.get(WAY_COOKIE, "")
    status, problem = 200, None
    if refused is not None:
        problem = problem_of(house_of(request), refused)
        status = voice(refused.reason).status
        log_refusal(request, refused, problem.reference)
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
    Route("/step-up/{interaction}", step_up),
    Route("/sign-out", sign_out, methods=["POST"]),
    Route("/signed-out", signed_out),
]
