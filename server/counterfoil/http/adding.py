"""Adding to what one signs in with: a key, a phone, recovery codes, another password.

Adding needs the strongest level that is held, proven just now: the way there leads through a
step-up, and then on to what was asked for.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Authenticator
from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.enrolling import Enrolling, Turn
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, see_other
from counterfoil.http.signed_in import prove_first, signed_in
from counterfoil.http.steps import HOME, next_path
from counterfoil.http.turns import own_form
from counterfoil.interactions import InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.sessions import Session

ENROL = Enrolling("/enrol", InteractionPurpose.ENROL, HOME)

# What a form may ask to add, and the way of its page.
_WAYS = {
    KindName.WEBAUTHN: "key",
    KindName.TOTP: "phone",
    KindName.RECOVERY: "recovery",
    KindName.PASSWORD: "password",
}


async def add(request: Request) -> Response:
    """`kind` in the form; a key when it says nothing."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again=HOME)
    return await _add(request, form.get("kind", ""), ask=True)


async def add_after_proof(request: Request) -> Response:
    """Where a step-up goes on to: a fresh proof may begin, a stale one is not asked for again."""
    return await _add(request, request.query_params.get("kind", ""), ask=False)


async def _add(request: Request, kind: str, *, ask: bool) -> Response:
    asked = await signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    house, (session, account) = house_of(request), asked
    named = next((name for name in _WAYS if name.value == kind), KindName.WEBAUTHN)
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, account.id))
    if house.interactions.refuse_stale(session, least) is not None:
        if not ask:
            return see_other(HOME)
        return await prove_first(request, session, f"/tokens/add?kind={named.value}", "add", least)
    return await _open(request, session, _WAYS[named])


async def _open(request: Request, session: Session, way: str) -> Response:
    house = house_of(request)
    interaction = await house.store.write(lambda tx: house.interactions.open_enrolment(tx, session))
    if isinstance(interaction, Refused):
        return error_page(request, interaction, start_again=HOME)
    return see_other(f"{next_path(interaction)}?way={way}")


async def enrol(request: Request) -> Response:
    turn = await ENROL.turn(request)
    if isinstance(turn, Refused):
        return error_page(request, turn, start_again=HOME)
    if due(turn.interaction) is Step.NOTHING:
        return see_other(next_path(turn.interaction))
    house, way = house_of(request), request.query_params.get("way", "")
    kind = next((kind for kind, known in _WAYS.items() if known == way), KindName.WEBAUTHN)
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, turn.account.id))
    if house.interactions.refuse_stale(turn.session, least) is not None:
        # The page may have waited; a secret is shown only while the last proof is fresh.
        back = f"/tokens/add?kind={kind.value}"
        return await prove_first(request, turn.session, back, "add", least)
    held = await house.store.read(lambda tx: house.accounts.authenticators(tx, turn.account.id))
    return await _page(request, turn, kind, held)


async def _page(
    request: Request, turn: Turn, kind: KindName, held: list[Authenticator]
) -> Response:
    has_password = any(a.kind is KindName.PASSWORD and a.live for a in held)
    match kind:
        case KindName.TOTP if has_password:
            return ENROL.phone_page(request, turn)
        case KindName.RECOVERY if has_password:
            return await ENROL.recovery_page(request, turn)
        case KindName.WEBAUTHN:
            return page(
                request,
                "enrol_key",
                interaction=turn.interaction.id,
                alone=not has_password,
                held=sum(a.kind is KindName.WEBAUTHN for a in held),
                back=HOME,
            )
        case _:
            # Codes work beside a password: that is chosen first.
            return ENROL.password_page(request, turn)


routes = [
    Route("/tokens/add", add, methods=["POST"]),
    Route("/tokens/add", add_after_proof),
    Route("/enrol/{interaction}", enrol),
    *ENROL.routes(),
]
