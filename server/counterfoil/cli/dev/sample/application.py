"""An application that people sign in to: OpenID Connect by authorization code and PKCE.

Its sessions live in its memory; a restart signs everybody out here, and nowhere else.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.cli.dev.sample import api, pages
from counterfoil.cli.dev.sample.tokens import BadToken, Issuer

# Cookie jars ignore ports: the service on this host must not be given our cookie's name.
COOKIE = "sample_application"
MAX_SESSIONS = 1000


@dataclass(frozen=True, slots=True)
class Registration:
    """How the application is known at the issuer."""

    address: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    audience: str

    @property
    def callback(self) -> str:
        """The redirect URI."""
        return f"{self.address}/callback"


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun: what must come back, and what proves that it was us."""

    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class Session:
    """One browser."""

    pending: Pending | None = None
    claims: dict[str, Any] | None = None
    access_token: str = ""
    answer: dict[str, Any] | None = None


@dataclass(slots=True)
class Application:
    """The routes and what they share."""

    registration: Registration
    issuer: Issuer
    client: httpx2.AsyncClient
    sessions: dict[str, Session] = field(default_factory=dict)

    async def home(self, request: Request) -> Response:
        """Who you are here, or the way to sign in."""
        session = self._session(request)
        if session is None or session.claims is None:
            return pages.signed_out(self.issuer.address)
        return pages.signed_in(session.claims, session.answer)

    async def sign_in(self, request: Request) -> Response:
        """Send the browser to the issuer, with what must come back remembered."""
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        query = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": self.registration.callback,
            "scope": " ".join(self.registration.scopes),
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": s256(pending.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = await self.issuer.endpoint("authorization_endpoint")
        response = RedirectResponse(f"{endpoint}?{urlencode(query)}", 303, pages.HEADERS)
        return self._keep(response, Session(pending))

    async def callback(self, request: Request) -> Response:
        """Take the code that belongs to this browser's sign-in, and redeem it."""
        session, query = self._session(request), request.query_params
        pending = None if session is None else session.pending
        if session is None or pending is None or query.get("state") != pending.state:
            return pages.failed("This sign-in was not begun here, or is over.")
        session.pending = None
        # RFC 9207: an answer of another issuer is not for us.
        if query.get("iss") != self.issuer.address:
            return pages.failed("The answer came from another issuer.")
        if "error" in query:
            return pages.failed(f"The service said: {query['error']}.")
        try:
            tokens = await self._redeem(query.get("code", ""), pending)
            claims = await self.issuer.id_token(
                str(tokens["id_token"]), self.registration.client_id, pending.nonce
            )
            about = await self._userinfo(str(tokens["access_token"]), str(claims["sub"]))
        except (BadToken, httpx2.HTTPError, KeyError) as error:
            return pages.failed(f"The code gave no token ({type(error).__name__}).")
        response = RedirectResponse("/", 303, pages.HEADERS)
        signed_in = Session(claims={**about, **claims}, access_token=str(tokens["access_token"]))
        return self._keep(response, signed_in, instead_of=request)

    async def call_api(self, request: Request) -> Response:
        """Call the protected API with the person's token."""
        session = self._own_post(request)
        if session is None:
            return pages.failed("Please sign in first.", 403)
        response = await self.client.get(
            f"{self.registration.address}/api/hello",
            headers={"Authorization": f"Bearer {session.access_token}"},
        )
        session.answer = {"status": response.status_code, **response.json()}
        return RedirectResponse("/", 303, pages.HEADERS)

    async def sign_out(self, request: Request) -> Response:
        """Forget the person here."""
        if self._own_post(request) is not None:
            self.sessions.pop(request.cookies.get(COOKIE, ""), None)
        response = RedirectResponse("/", 303, pages.HEADERS)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return response

    async def style(self, _request: Request) -> Response:
        """The style sheet."""
        return PlainTextResponse(pages.STYLE, media_type="text/css")

    async def _redeem(self, code: str, pending: Pending) -> Mapping[str, Any]:
        endpoint = await self.issuer.endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.registration.callback,
            "code_verifier": pending.verifier,
        }
        # RFC 6749 §2.3.1: both halves are form-encoded before they become Basic.
        basic = (quote(self.registration.client_id), quote(self.registration.client_secret))
        response = await self.client.post(endpoint, data=form, auth=basic)
        response.raise_for_status()
        tokens: Mapping[str, Any] = response.json()
        return tokens

    async def _userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """What the person agreed to tell; OpenID Connect Core §5.3.2: of the same subject."""
        response = await self.client.get(
            await self.issuer.endpoint("userinfo_endpoint"),
            headers={"Authorization": f"Bearer {access_token}"},
        )
        response.raise_for_status()
        about: dict[str, Any] = response.json()
        if about.get("sub") != subject:
            raise BadToken("userinfo is about somebody else")
        return about

    def _session(self, request: Request) -> Session | None:
        return self.sessions.get(request.cookies.get(COOKIE, ""))

    def _own_post(self, request: Request) -> Session | None:
        """The signed-in session of a request that one of our own pages sent."""
        session = self._session(request)
        ours = request.headers.get("origin") == self.registration.address
        return session if ours and session is not None and session.claims is not None else None

    def _keep(
        self, response: Response, session: Session, *, instead_of: Request | None = None
    ) -> Response:
        """Give the browser a new session; the one before sign-in is forgotten."""
        if instead_of is not None:
            self.sessions.pop(instead_of.cookies.get(COOKIE, ""), None)
        while len(self.sessions) >= MAX_SESSIONS:
            self.sessions.pop(next(iter(self.sessions)))
        name = secrets.token_urlsafe(32)
        self.sessions[name] = session
        response.set_cookie(COOKIE, name, httponly=True, samesite="lax")
        return response


def make_sample(registration: Registration, issuer: Issuer, client: httpx2.AsyncClient) -> ASGIApp:
    """The application and its API as one ASGI application, which answers to its own name only."""
    application = Application(registration, issuer, client)
    routes = [
        Route("/", application.home),
        Route("/sign-in", application.sign_in),
        Route("/callback", application.callback),
        Route("/call-api", application.call_api, methods=["POST"]),
        Route("/sign-out", application.sign_out, methods=["POST"]),
        Route("/sample.css", application.style),
        *api.routes(issuer, registration.audience),
    ]
    return OnlyHost(Starlette(routes=routes), registration.address.partition("://")[2])


def s256(verifier: str) -> str:
    """The code challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class OnlyHost:
    """Answers to one Host header, so that no other name can be made to lead here."""

    app: ASGIApp
    host: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is meant for us."""
        if scope["type"] == "http" and dict(scope["headers"]).get(b"host") != self.host.encode():
            refused = PlainTextResponse(f"This is http://{self.host}.\n", 421)
            await refused(scope, receive, send)
            return
        await self.app(scope, receive, send)
