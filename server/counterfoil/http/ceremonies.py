"""The one dialect for all token kinds: begin, prove, cancel. Bodies are tagged by `kind`."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterfoil.ceremonies import Begun
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.http.bodies import read_json
from counterfoil.http.browser import (
    current_session,
    refuse_foreign_origin,
    set_session_cookie,
    where,
)
from counterfoil.http.house import house_of
from counterfoil.http.problems import log_refusal, problem
from counterfoil.http.steps import next_path
from counterfoil.kit.ids import CeremonyId, InteractionId, is_id
from counterfoil.kit.strict_json import Json
from counterfoil.sessions import Session

NO_STORE = {"Cache-Control": "no-store"}


async def begin(request: Request) -> Response:
    """`{interaction, kind, purpose, alone}` -> 201 `{ceremony, kind, expires_in_s, challenge}`."""
    asked = await _asked(request)
    if isinstance(asked, Refused):
        return _refuse(request, asked)
    session, body = asked
    try:
        kind = KindName(str(body.get("kind")))
        purpose = Purpose(str(body.get("purpose")))
    except ValueError:
        return _refuse(request, Refused(Reason.MALFORMED, "an unknown kind or purpose"))
    interaction = body.get("interaction")
    if not isinstance(interaction, str) or not is_id(interaction):
        return _refuse(request, Refused(Reason.MALFORMED, "no interaction's id"))
    house, whence = house_of(request), where(request)
    begun = await house.store.write(
        lambda tx: house.interactions.begin(
            tx,
            InteractionId(interaction),
            session,
            kind,
            purpose,
            whence,
            alone=body.get("alone") is True,
        )
    )
    if isinstance(begun, Refused):
        return _refuse(request, begun)
    return JSONResponse(_begun(begun), 201, NO_STORE)


async def prove(request: Request) -> Response:
    """`{kind, …}` -> 200 `{next}`, with a new secret in the cookie."""
    asked = await _asked(request)
    if isinstance(asked, Refused):
        return _refuse(request, asked)
    session, body = asked
    try:
        proof = Proof(KindName(str(body.get("kind"))), body)
    except ValueError:
        return _refuse(request, Refused(Reason.MALFORMED, "an unknown kind"))
    label = body.get("label")
    house = house_of(request)
    shown = await house.interactions.prove(
        CeremonyId(request.path_params["ceremony"]),
        session,
        proof,
        label if isinstance(label, str) else "",
        where(request),
    )
    if isinstance(shown, Refused):
        return _refuse(request, shown)
    response = JSONResponse({"next": next_path(shown.interaction)}, 200, NO_STORE)
    return set_session_cookie(response, house, shown.cookie)


async def cancel(request: Request) -> Response:
    """`{}` -> 204; the challenge is spent."""
    asked = await _asked(request)
    if isinstance(asked, Refused):
        return _refuse(request, asked)
    session, _ = asked
    house, whence = house_of(request), where(request)
    ceremony = CeremonyId(request.path_params["ceremony"])
    refused = await house.store.write(
        lambda tx: house.interactions.cancel(tx, ceremony, session.id, whence)
    )
    return Response(status_code=204) if refused is None else _refuse(request, refused)


async def _asked(request: Request) -> tuple[Session, dict[str, Json]] | Refused:
    """The browser's session and the body of a request that came from our own page."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return foreign
    body = await read_json(request)
    if isinstance(body, Refused):
        return body
    session = await current_session(request)
    return Refused(Reason.SIGNED_OUT) if session is None else (session, body)


def _begun(begun: Begun) -> dict[str, Json]:
    return {
        "ceremony": begun.ceremony,
        "kind": begun.kind.value,
        "expires_in_s": begun.expires_in_s,
        "challenge": begun.challenge,
    }


def _refuse(request: Request, refused: Refused) -> Response:
    log_refusal(request, refused)
    return problem(refused)


routes = [
    Route("/ceremonies", begin, methods=["POST"]),
    Route("/ceremonies/{ceremony}/proof", prove, methods=["POST"]),
    Route("/ceremonies/{ceremony}/cancel", cancel, methods=["POST"]),
]
