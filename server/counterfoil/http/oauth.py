"""The protocol's routes: plain ones, since programs call them often.

The authorization endpoint answers a browser; the others answer programs, in the words of
RFC 6749 §5.2 and RFC 6750 §3, and nothing of theirs is ever kept by a cache or a log.
"""

from typing import assert_never
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused, voice
from counterfoil.http.bearer import REALM, challenge, read_bearer
from counterfoil.http.bodies import read_form
from counterfoil.http.browser import (
    current_session,
    refuse_foreign_origin,
    set_session_cookie,
    where,
)
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, see_other
from counterfoil.http.problems import log_refusal, retry_after
from counterfoil.http.steps import next_path
from counterfoil.kit.ids import InteractionId
from counterfoil.kit.strict_json import Json
from counterfoil.oauth import (
    ConsentAsked,
    Issued,
    Presented,
    Redemption,
    SendBack,
    Unfinished,
    describe,
    read_credentials,
    read_parameters,
    read_redemption,
)
from counterfoil.oauth import metadata as paths
from counterfoil.sessions import Session
from counterfoil.tokens import AccessClaims
from counterfoil_web import Application, Person

# RFC 6749 §5.1.
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CACHED = {"Cache-Control": "public, max-age=300"}

# --- for a browser ---------------------------------------------------------------------------


async def authorize(request: Request) -> Response:
    """RFC 6749 §4.1.1: on to the client with a code or an error, or on to the sign-in."""
    parameters = read_parameters(request.scope["query_string"].decode("latin-1"))
    if parameters is None:
        return error_page(request, Refused(Reason.INVALID_REQUEST, "the query is unreadable"))
    session, whence, house = await current_session(request), where(request), house_of(request)
    answer = await house.store.write(
        lambda tx: house.oauth.authorization.authorize(tx, parameters, session, whence)
    )
    if isinstance(answer, Refused) and answer.reason is Reason.FLOODED:
        # The request is a good one: after the wait it can be made again, as it is.
        again = f"{paths.AUTHORIZE}?{request.scope['query_string'].decode('latin-1')}"
        return error_page(request, answer, start_again=again)
    return _answered(request, answer)


async def authorize_by_form(request: Request) -> Response:
    """The same request as a form (OpenID Connect Core §3.1.2.1).

    Another site's form brings no cookie of ours, so that a session would look absent: the
    browser is sent to the same request as a link, which does.
    """
    form = await read_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    return see_other(f"{paths.AUTHORIZE}?{urlencode(form)}")


async def resume(request: Request) -> Response:
    """After the sign-in: on to the client, or the question whether the person agrees."""
    session = await current_session(request)
    if session is None:
        return error_page(request, Refused(Reason.SIGNED_OUT))
    house, whence = house_of(request), where(request)
    interaction = InteractionId(request.path_params["interaction"])
    answer = await house.store.write(
        lambda tx: house.oauth.authorization.resume(tx, interaction, session, whence)
    )
    if isinstance(answer, ConsentAsked):
        return _consent_page(request, answer)
    return _answered(request, answer)


async def consent(request: Request) -> Response:
    """The person's decision, from our own page."""
    decided = await _decided(request)
    if isinstance(decided, Refused):
        return error_page(request, decided)
    session, allowed = decided
    house, whence = house_of(request), where(request)
    interaction = InteractionId(request.path_params["interaction"])
    answer = await house.store.write(
        lambda tx: house.oauth.authorization.decide(
            tx, interaction, session, whence, allowed=allowed
        )
    )
    return _answered(request, answer)


async def _decided(request: Request) -> tuple[Session, bool] | Refused:
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return foreign
    form = await read_form(request)
    if isinstance(form, Refused):
        return form
    decision = form.get("decision")
    if decision not in ("allow", "deny"):
        return Refused(Reason.MALFORMED, "decision: neither allow nor deny")
    session = await current_session(request)
    return Refused(Reason.SIGNED_OUT) if session is None else (session, decision == "allow")


def _answered(request: Request, answer: SendBack | Unfinished | Refused) -> Response:
    match answer:
        case Refused():
            return error_page(request, answer)
        case SendBack():
            return see_other(answer.location)
        case Unfinished():
            path = next_path(answer.interaction)
            return set_session_cookie(see_other(path), house_of(request), answer.cookie)
        case _:
            assert_never(answer)


def _consent_page(request: Request, asked: ConsentAsked) -> Response:
    account, asking = asked.account, asked.asking
    return page(
        request,
        "consent",
        form_action=[asking.source],
        interaction=asked.interaction,
        application=Application(asking.client, asking.address),
        person=Person(account.name, account.display_name),
        scopes=asking.scopes,
    )


# --- for programs ----------------------------------------------------------------------------


async def token(request: Request) -> Response:
    """RFC 6749 §3.2: a form in, tokens out."""
    if request.scope["query_string"]:
        # §3.2: parameters, credentials above all, do not belong in an address that is logged.
        return _refuse(request, Refused(Reason.INVALID_REQUEST, "the query must be empty"))
    form = await read_form(request)
    if isinstance(form, Refused):
        return _refuse(request, Refused(Reason.INVALID_REQUEST, form.detail or form.reason.value))
    asked = _read_asked(form)
    if isinstance(asked, Refused):
        return _refuse(request, asked)
    presented = read_credentials(request.headers.get("authorization"), form)
    if isinstance(presented, Refused):
        return _refuse(request, presented)
    issued = await _issue(request, presented, asked, form.get("scope") or None)
    if isinstance(issued, Refused):
        return _refuse(request, issued)
    return JSONResponse(house_of(request).oauth.exchange.mint(issued), 200, NO_STORE)


def _read_asked(form: dict[str, str]) -> Redemption | None | Refused:
    """A code to redeem, or None for client credentials."""
    match form.get("grant_type"):
        case "authorization_code":
            return read_redemption(form)
        case "client_credentials":
            return None
        case None | "":
            return Refused(Reason.INVALID_REQUEST, "grant_type: missing")
        case _:
            return Refused(Reason.UNSUPPORTED_GRANT_TYPE)


async def _issue(
    request: Request, presented: Presented, asked: Redemption | None, scope: str | None
) -> Issued | Refused:
    house, whence = house_of(request), where(request)
    exchange = house.oauth.exchange
    if asked is None:
        return await house.store.write(
            lambda tx: exchange.grant_to_service(tx, presented, scope, whence)
        )
    return await house.store.write(lambda tx: exchange.redeem(tx, presented, asked, whence))


async def userinfo(request: Request) -> Response:
    """OpenID Connect Core §5.3, with the token in the header and nowhere else."""
    presented = read_bearer(request.headers.get("authorization"))
    if presented is None:
        # RFC 6750 §3.1: whoever brings no token is told how, and not what went wrong.
        return Response(None, 401, {**NO_STORE, "WWW-Authenticate": f"Bearer {REALM}"})
    house = house_of(request)
    claims = house.tokens.verify_access(presented, audience=None)
    told = claims if isinstance(claims, Refused) else await _tell(house, claims)
    if not isinstance(told, Refused):
        return JSONResponse(told, 200, NO_STORE)
    log_refusal(request, told)
    said = voice(told.reason)
    more = {"scope": "openid"} if told.reason is Reason.INSUFFICIENT_SCOPE else {}
    body = {"error": said.oauth, "error_description": said.public}
    return JSONResponse(
        body, said.status, {**NO_STORE, "WWW-Authenticate": challenge(told, **more)}
    )


async def _tell(house: House, claims: AccessClaims) -> dict[str, Json] | Refused:
    return await house.store.read(lambda tx: house.oauth.exchange.userinfo(tx, claims))


async def jwks(request: Request) -> Response:
    """RFC 7517 §5: the keys by which our tokens are verified."""
    keys = house_of(request).tokens.keys
    headers = {**CACHED, "ETag": keys.etag}
    if request.headers.get("if-none-match") == keys.etag:
        return Response(None, 304, headers)
    return Response(keys.jwks, 200, headers, "application/jwk-set+json")


async def openid_configuration(request: Request) -> Response:
    """OpenID Connect Discovery §4."""
    issuer = house_of(request).settings.issuer
    return JSONResponse(paths.openid_configuration(issuer), 200, CACHED)


async def authorization_server(request: Request) -> Response:
    """RFC 8414 §3."""
    issuer = house_of(request).settings.issuer
    return JSONResponse(paths.authorization_server(issuer), 200, CACHED)


def _refuse(request: Request, refused: Refused) -> Response:
    """RFC 6749 §5.2; with 401 comes the scheme that would do (RFC 9110 §15.5.2)."""
    log_refusal(request, refused)
    said = voice(refused.reason)
    headers = NO_STORE | retry_after(said.status, refused.by_s)
    if said.status == 401:
        headers["WWW-Authenticate"] = f"Basic {REALM}"
    body = {"error": said.oauth, "error_description": describe(refused)}
    return JSONResponse(body, said.status, headers)


routes = [
    Route(paths.AUTHORIZE, authorize, methods=["GET"]),
    Route(paths.AUTHORIZE, authorize_by_form, methods=["POST"]),
    Route(f"{paths.CONTINUE}/{{interaction}}", resume, methods=["GET"]),
    Route(f"{paths.CONSENT}/{{interaction}}", consent, methods=["POST"]),
    Route(paths.TOKEN, token, methods=["POST"]),
    Route(paths.USERINFO, userinfo, methods=["GET", "POST"]),
    Route(paths.JWKS, jwks, methods=["GET"]),
    Route(paths.OPENID_CONFIGURATION, openid_configuration, methods=["GET"]),
    Route(paths.AUTHORIZATION_SERVER, authorization_server, methods=["GET"]),
]
