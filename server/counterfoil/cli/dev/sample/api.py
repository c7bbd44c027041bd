"""A protected API: it greets whoever brings an access token for it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from counterfoil.cli.dev.sample.tokens import BadToken, Issuer

SCOPE = "greetings:read"


def routes(issuer: Issuer, audience: str) -> list[Route]:
    """The API's routes; `audience` is its own address, which its tokens must name."""

    async def hello(request: Request) -> Response:
        """Greet the person of the token; RFC 6750 §3 says how to refuse."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _refuse(401, "")
        try:
            claims = await issuer.access_token(token, audience)
        except BadToken as error:
            return _refuse(401, "invalid_token", str(error))
        if SCOPE not in str(claims.get("scope", "")).split():
            return _refuse(403, "insufficient_scope", f"{SCOPE} is needed")
        facts = {name: claims.get(name) for name in ("sub", "acr", "amr", "auth_time")}
        return JSONResponse({"greeting": "Hello! The token holds.", **facts})

    return [Route("/api/hello", hello)]


def _refuse(status: int, error: str, description: str = "") -> Response:
    """A request without a token learns only that it needs one (RFC 6750 §3.1)."""
    challenge = "Bearer"
    if error:
        challenge += f' error="{error}", error_description="{description}"'
    body = {"error": error, "error_description": description} if error else {}
    return JSONResponse(body, status, {"WWW-Authenticate": challenge})
