"""A relying party that we did not write: Authlib, over real HTTP, with an emulated key."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import uvicorn
from authlib.integrations.base_client import BaseApp, OAuthError  # type: ignore[import-untyped]  # Authlib has no types
from authlib.integrations.base_client.sync_app import OAuth2Mixin  # type: ignore[import-untyped]
from authlib.integrations.base_client.sync_openid import OpenIDMixin  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]

from counterfoil.accounts import Account, Invitation
from counterfoil.app import make_app
from counterfoil.errors import Refused
from counterfoil.http.house import House
from counterfoil.oauth import ClientKind, ConsentRule
from counterfoil.tokens import Algorithm
from counterfoil_devices.emulated.demonstration.person import Person
from counterfoil_devices.emulated.demonstration.state import Belongings
from counterfoil_devices.emulated.security_key import SecurityKey
from counterfoil_devices.emulated.world import World
from tests.house import HandClock, house_on, install
from tests.oauth.town import API, CALLBACK, App

PIN = "271828"


@dataclass(frozen=True, slots=True)
class Running:
    """A served house, and somebody with a key that is enrolled there."""

    house: House
    issuer: str
    ada: Account
    person: Person

    def client(self, kind: ClientKind, algorithm: Algorithm) -> App:
        added = self.house.store.write_now(
            lambda tx: self.house.clients.add(
                tx,
                "Authlib",
                kind=kind,
                redirect_uris=() if kind is ClientKind.SERVICE else (CALLBACK,),
                scopes=("read",) if kind is ClientKind.SERVICE else ("openid", "profile"),
                audience=API,
                id_token_alg=algorithm,
                consent=ConsentRule.ASK,
            )
        )
        assert not isinstance(added, Refused), added
        return App(*added)

    def relying_party(self, app: App, **changes: Any) -> Any:
        """Configured by our metadata alone. Proxies of the environment are not for loopback."""
        return RelyingParty(
            framework=None,
            client_id=app.id,
            client_secret=app.secret.reveal() if app.secret else None,
            server_metadata_url=f"{self.issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "trust_env": False,
                **changes,
            },
        )

    def visit(self, url: str) -> dict[str, str]:
        """The person goes where the application sends them, and comes back."""
        told: list[dict[str, Any]] = []
        self.person.tell = told.append
        self.person.sign_in(url, CALLBACK, try_again=False)
        back = next(event["url"] for event in told if event["event"] == "sent_back")
        return dict(parse_qsl(urlsplit(back).query))


class RelyingParty(OAuth2Mixin, OpenIDMixin, BaseApp):  # type: ignore[misc]  # Authlib has no types
    client_cls = OAuth2Client


@contextmanager
def served(house: House, bound: socket.socket) -> Iterator[None]:
    config = uvicorn.Config(make_app(house), log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def running(upgraded_database_url: str) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        issuer = f"http://localhost:{bound.getsockname()[1]}"
        install(upgraded_database_url, issuer=issuer)
        # Authlib reads the machine's clock, so that ours shows the same.
        clock = HandClock(time.time_ns() // 1_000_000)
        house = house_on(upgraded_database_url, clock, issuer=issuer)
        with served(house, bound):
            world = World.by_hand(pin=PIN)
            person = Person(Belongings(SecurityKey(world, pin=PIN), world), print)
            ada = house.store.write_now(lambda tx: house.accounts.add(tx, "ada"))
            assert isinstance(ada, Account)
            invited = house.store.write_now(lambda tx: house.accounts.invite(tx, ada.id, "test"))
            assert isinstance(invited, Invitation)
            person.enrol(f"{issuer}/invitation/{invited.token.reveal()}")
            yield Running(house, issuer, ada, person)


@pytest.mark.parametrize(
    ("kind", "method", "algorithm"),
    [
        (ClientKind.CONFIDENTIAL, "client_secret_basic", Algorithm.ES256),
        (ClientKind.CONFIDENTIAL, "client_secret_post", Algorithm.RS256),
        (ClientKind.PUBLIC, "none", Algorithm.ES256),
    ],
)
def test_a_touch_becomes_a_token_that_authlib_believes(
    running: Running, kind: ClientKind, method: str, algorithm: Algorithm
) -> None:
    app = running.client(kind, algorithm)
    party = running.relying_party(app, token_endpoint_auth_method=method)
    asked = party.create_authorization_url(CALLBACK, max_age="60")
    answer = running.visit(asked["url"])
    assert (answer["state"], answer["iss"]) == (asked["state"], running.issuer)
    tokens = party.fetch_access_token(
        CALLBACK, code=answer["code"], code_verifier=asked["code_verifier"]
    )
    claims = party.parse_id_token(tokens, nonce=asked["nonce"])
    assert claims["sub"] == running.ada.id
    assert claims["acr"] == "phr"
    assert claims["amr"] == ["pop", "user", "mfa"]
    about = party.userinfo(token=tokens)
    assert (about["sub"], about["preferred_username"]) == (running.ada.id, "ada")
    with pytest.raises(OAuthError, match="invalid_grant"):
        party.fetch_access_token(
            CALLBACK, code=answer["code"], code_verifier=asked["code_verifier"]
        )


def test_authlib_notices_another_nonce(running: Running) -> None:
    app = running.client(ClientKind.PUBLIC, Algorithm.ES256)
    party = running.relying_party(app, token_endpoint_auth_method="none")
    asked = party.create_authorization_url(CALLBACK)
    answer = running.visit(asked["url"])
    tokens = party.fetch_access_token(
        CALLBACK, code=answer["code"], code_verifier=asked["code_verifier"]
    )
    with pytest.raises(Exception, match="nonce"):
        party.parse_id_token(tokens, nonce="another")


def test_a_service_gets_its_token_through_authlib(running: Running) -> None:
    app = running.client(ClientKind.SERVICE, Algorithm.ES256)
    party = running.relying_party(app, scope="read")
    tokens = party.fetch_access_token(grant_type="client_credentials")
    assert (tokens["token_type"], tokens["scope"]) == ("Bearer", "read")
