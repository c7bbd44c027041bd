"""A service with applications and people, over HTTP as programs and browsers speak it.

People are signed in by flows; the key itself is exercised elsewhere and in the Authlib test.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from httpx2 import Response
from starlette.testclient import TestClient

from counterfoil.accounts import Account, AccountState
from counterfoil.app import make_app
from counterfoil.audit import Where
from counterfoil.errors import Refused
from counterfoil.factors.kind import Purpose, VerifiedFactor
from counterfoil.http.browser import cookie_name
from counterfoil.http.house import House
from counterfoil.interactions import InteractionState
from counterfoil.interactions import rules as interaction_rules
from counterfoil.interactions import store as interaction_store
from counterfoil.kit import base64url
from counterfoil.kit.ids import InteractionId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, ClientKind, ConsentRule
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil.tokens import Algorithm
from tests.house import ISSUER, HandClock, events_of, house_on, install
from tests.rules.tokens.factors import key

CALLBACK = "https://app.example/cb"
API = "https://api.example"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
HERE = Where("192.0.2.7", "a browser")


@dataclass(frozen=True, slots=True)
class App:
    """A registered client, with the secret that was shown once."""

    client: Client
    secret: Secret | None

    @property
    def id(self) -> str:
        return self.client.id

    @property
    def basic(self) -> tuple[str, str]:
        assert self.secret is not None
        return self.id, self.secret.reveal()


@dataclass(slots=True)
class Town:
    house: House
    clock: HandClock
    http: TestClient = field(repr=False)

    # --- who there is -------------------------------------------------------------------------

    def application(
        self,
        kind: ClientKind = ClientKind.CONFIDENTIAL,
        *,
        redirect_uris: tuple[str, ...] = (CALLBACK,),
        scopes: tuple[str, ...] = ("openid", "profile", "read"),
        id_token_alg: Algorithm = Algorithm.ES256,
        consent: ConsentRule = ConsentRule.GIVEN,
    ) -> App:
        added = self.house.store.write_now(
            lambda tx: self.house.clients.add(
                tx,
                "Sample",
                kind=kind,
                redirect_uris=redirect_uris,
                scopes=scopes,
                audience=API,
                id_token_alg=id_token_alg,
                consent=consent,
            )
        )
        assert not isinstance(added, Refused), added
        return App(*added)

    def service(self, scopes: tuple[str, ...] = ("read", "write")) -> App:
        return self.application(ClientKind.SERVICE, redirect_uris=(), scopes=scopes)

    def person(self, name: str = "ada") -> Account:
        added = self.house.store.write_now(
            lambda tx: self.house.accounts.add(tx, name, display_name=name.title())
        )
        assert isinstance(added, Account), added
        return added

    def disable(self, person: Account) -> None:
        self.house.store.write_now(
            lambda tx: self.house.accounts.set_state(
                tx, person.id, AccountState.DISABLED, "operator"
            )
        )

    # --- what a browser does -------------------------------------------------------------------

    def sign_in(self, person: Account, *factors: VerifiedFactor) -> Session:
        """The browser becomes the person's, with a key touched just now."""
        shown = factors or (key(self.clock.now_ms()),)

        def unit(tx: Transaction) -> tuple[Session, Secret]:
            session, _ = self.house.sessions.open(tx, HERE)
            signed_in = self.house.sessions.sign_in(tx, session, person.id, shown, HERE)
            assert not isinstance(signed_in, Refused)
            return signed_in

        session, cookie = self.house.store.write_now(unit)
        self._take_cookie(cookie)
        return session

    def prove(self, interaction: str, person: Account, *factors: VerifiedFactor) -> None:
        """The person touches the key in a waiting sign-in."""
        session, cookie = self.session(), Secret(self._cookie())

        def unit(tx: Transaction) -> Secret:
            before = interaction_store.find(tx, InteractionId(interaction))
            assert before is not None
            after = before
            for factor in factors or (key(self.clock.now_ms()),):
                after = interaction_rules.after(after, person.id, Purpose.SIGN_IN, factor)
            secret = cookie
            if after.state is InteractionState.DONE:
                moved = self.house.sessions.sign_in(tx, session, person.id, after.factors, HERE)
                assert not isinstance(moved, Refused)
                secret = moved[1]
                after = replace(after, session=moved[0].id)
            assert interaction_store.advance(tx, before, after)
            return secret

        self._take_cookie(self.house.store.write_now(unit))

    def session(self) -> Session:
        """The browser's session."""
        cookie = Secret(self._cookie())
        found = self.house.store.read_now(lambda tx: self.house.sessions.find(tx, cookie))
        assert found is not None
        return found

    def forget_cookies(self) -> None:
        self.http.cookies.clear()

    def authorize(self, app: App, **changes: str | None) -> Response:
        """The authorization request, honest but for the changes; None leaves one out."""
        return self.http.get("/oauth2/authorize", params=self.asked(app, **changes))

    def asked(self, app: App, **changes: str | None) -> dict[str, str]:
        asked: dict[str, str | None] = {
            "client_id": app.id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid profile",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def code(self, app: App, **changes: str | None) -> str:
        """A code for whoever is signed in."""
        return answer_of(self.authorize(app, **changes))["code"]

    def decide(self, interaction: str, decision: str = "allow", origin: str = ISSUER) -> Response:
        return self.http.post(
            f"/oauth2/consent/{interaction}",
            data={"decision": decision},
            headers={"Origin": origin},
        )

    # --- what a client does ----------------------------------------------------------------------

    def redeem(self, app: App, code: str, **changes: str | None) -> Response:
        """The code at the token endpoint, by client_secret_basic where there is a secret."""
        form: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **({} if app.secret else {"client_id": app.id}),
            **changes,
        }
        return self.token(
            {name: value for name, value in form.items() if value is not None},
            auth=app.basic if app.secret else None,
        )

    def token(
        self, form: Mapping[str, str], auth: tuple[str, str] | None = None, **more: Any
    ) -> Response:
        if auth is not None:
            more["auth"] = auth
        return self.http.post("/oauth2/token", data=dict(form), **more)

    def tokens(self, app: App, **changes: str | None) -> dict[str, Any]:
        """Everything that a code gives."""
        return good(self.redeem(app, self.code(app, **changes)))

    def userinfo(self, access_token: str) -> Response:
        return self.http.get(
            "/oauth2/userinfo", headers={"Authorization": f"Bearer {access_token}"}
        )

    def events(self) -> list[tuple[str, str | None]]:
        return [(event.what, event.reason) for event in events_of(self.house)]

    def _cookie(self) -> str:
        cookie = self.http.cookies.get(cookie_name(self.house))
        assert cookie is not None
        return str(cookie)

    def _take_cookie(self, cookie: Secret) -> None:
        self.http.cookies.clear()
        self.http.cookies.set(cookie_name(self.house), cookie.reveal())


@contextmanager
def town_on(url: str) -> Iterator[Town]:
    """A town in an upgraded, empty database."""
    install(url)
    clock = HandClock()
    house = house_on(url, clock)
    with TestClient(make_app(house), base_url=ISSUER, follow_redirects=False) as http:
        yield Town(house, clock, http)


def answer_of(response: Response) -> dict[str, str]:
    """What the client learns from the redirect back to it."""
    assert response.status_code == 303, response.text
    location = response.headers["location"]
    assert location.startswith(CALLBACK), location
    answer = dict(parse_qsl(urlsplit(location).query, strict_parsing=True))
    assert answer.pop("iss") == ISSUER
    return answer


def waiting(response: Response) -> str:
    """The interaction to which the browser is sent."""
    assert response.status_code == 303, response.text
    path, _, interaction = response.headers["location"].rpartition("/")
    assert path in ("/sign-in", "/oauth2/continue"), path
    return str(interaction)


def good(response: Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def refused(response: Response, error: str, status: int = 400) -> None:
    """An error of RFC 6749 §5.2, which no cache keeps."""
    assert (response.status_code, response.json()["error"]) == (status, error), response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    assert "access_token" not in response.text


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64url.decode(token.split(".")[1]))
    return claims
