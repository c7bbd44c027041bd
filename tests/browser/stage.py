"""A served house and an application on another port, for a browser that is real."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from counterfoil.accounts import Account
from counterfoil.app import make_app
from counterfoil.http.house import House
from counterfoil.oauth import ClientKind, ConsentRule
from counterfoil.tokens import Algorithm
from tests.ceremonies.desk import must
from tests.house import HandClock, events_of, house_on
from tests.http.visitor import invite
from tests.oauth.town import API, CHALLENGE, App

APPLICATION = "Sample application"
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample</title>
<link rel="icon" href="data:,"><main><h1>You are back</h1></main></html>"""


@dataclass(slots=True)
class BackHome:
    """The application's own page: it remembers with what the browser came back."""

    answers: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        self.answers.append(dict(parse_qsl(scope["query_string"].decode(), strict_parsing=True)))
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": _PAGE})


@dataclass(frozen=True, slots=True)
class Stage:
    """The service at `issuer`, and an application whose site is another one."""

    house: House
    clock: HandClock
    issuer: str
    application: str
    home: BackHome

    def add(self, name: str = "Ada", display_name: str = "") -> Account:
        return must(
            self.house.store.write_now(
                lambda tx: self.house.accounts.add(tx, name, display_name=display_name)
            )
        )

    def invitation(self, account: Account) -> str:
        return f"{self.issuer}/invitation/{invite(self.house, account)}"

    def register(self, name: str = APPLICATION) -> App:
        """An application that people are asked about."""
        return App(
            *must(
                self.house.store.write_now(
                    lambda tx: self.house.clients.add(
                        tx,
                        name,
                        kind=ClientKind.CONFIDENTIAL,
                        redirect_uris=(f"{self.application}/callback",),
                        scopes=("openid", "profile", "read"),
                        audience=API,
                        id_token_alg=Algorithm.ES256,
                        consent=ConsentRule.ASK,
                    )
                )
            )
        )

    def authorize(self, app: App, **more: str) -> str:
        """The address to which the application sends the browser."""
        asked = {
            "client_id": app.id,
            "redirect_uri": f"{self.application}/callback",
            "response_type": "code",
            "scope": "openid profile read",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        return f"{self.issuer}/oauth2/authorize?{urlencode(asked | more)}"

    def whats(self) -> list[str]:
        return [event.what for event in events_of(self.house)]


@contextmanager
def stage_on(url: str, **changes: object) -> Iterator[Stage]:
    """Both servers on free ports of loopback. Time stands still until the test moves it."""
    with ExitStack() as stack:
        bound = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        other = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        issuer = f"http://localhost:{bound.getsockname()[1]}"
        clock, home = HandClock(), BackHome()
        house = house_on(url, clock, issuer=issuer, **changes)
        stack.enter_context(_served(make_app(house), bound))
        stack.enter_context(_served(home, other))
        # Another host, not another port alone: what is same-site is not held back by browsers.
        yield Stage(house, clock, issuer, f"http://127.0.0.1:{other.getsockname()[1]}", home)


@contextmanager
def _served(app: ASGIApp, bound: socket.socket) -> Iterator[None]:
    # A browser keeps its connections: without a limit the end waits for them.
    config = uvicorn.Config(app, log_config=None, ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
