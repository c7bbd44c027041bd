"""The demonstration fails when something that must be refused is not: it is a test, not a show."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from counterfoil.cli.dev.errands import Event
from counterfoil.cli.dev.sample.tokens import Issuer
from counterfoil.cli.dev.setup import Addresses, SampleClients
from counterfoil.cli.dev.steps import StepFailed, Told
from counterfoil.cli.dev.story import Story, with_one_bit_changed
from counterfoil.kit.strict_json import Json

ADDRESSES = Addresses("http://localhost:1", "http://localhost:2")
KEY = ECKey.generate_key("P-256", {"kid": "k"})
FAR = 4_000_000_000


@dataclass
class Service:
    """A service and an API that do everything right, except what is asked for in `lax`."""

    lax: str = ""
    claims: Mapping[str, Json] = field(default_factory=dict)
    redeemed: bool = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        match path:
            case "/.well-known/openid-configuration":
                return httpx2.Response(200, json=self.metadata())
            case "/jwks":
                return httpx2.Response(200, json={"keys": [KEY.as_dict(private=False)]})
            case "/token":
                if self.redeemed and self.lax != "code":
                    return httpx2.Response(400, json={"error": "invalid_grant"})
                self.redeemed = True
                return httpx2.Response(200, json={"access_token": self.token()})
            case "/userinfo":
                return httpx2.Response(200, json={}) if self.lax == "revoked" else refuse()
            case _:
                return self.api(request.headers.get("authorization", ""))

    def metadata(self) -> dict[str, str]:
        issuer = ADDRESSES.issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "userinfo_endpoint": f"{issuer}/userinfo",
            "jwks_uri": f"{issuer}/jwks",
        }

    def token(self) -> str:
        claims: dict[str, Json] = {
            "iss": ADDRESSES.issuer,
            "sub": "acc_x",
            "aud": ADDRESSES.api,
            "acr": "phr",
            "iat": 1,
            "exp": FAR,
            **self.claims,
        }
        header = {"alg": "ES256", "kid": "k", "typ": "at+jwt"}
        return jwt.encode(header, claims, KEY)

    def api(self, authorization: str) -> httpx2.Response:
        token = authorization.removeprefix("Bearer ")
        if not token:
            challenge = {"WWW-Authenticate": "Bearer"}
            return greet() if self.lax == "none" else httpx2.Response(401, headers=challenge)
        try:
            jwt.decode(token, KEY)
        except JoseError:
            return greet() if self.lax == "bit" else refuse()
        return httpx2.Response(500) if self.lax == "api" else greet()


def greet() -> httpx2.Response:
    return httpx2.Response(200, json={"greeting": "Hello"})


def refuse() -> httpx2.Response:
    return httpx2.Response(401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


@dataclass
class Person:
    """Somebody who signs in, and whose second tries end as they are told."""

    again: tuple[int, str] = (409, "replayed")
    elsewhere: tuple[int, str] = (403, "foreign_challenge")
    answer: str = "code=c&iss=http://localhost:1&state={state}"

    async def do(self, errand: Mapping[str, Json]) -> list[Event]:
        state = str(errand["url"]).partition("state=")[2].partition("&")[0]
        back = f"{errand['until']}?{self.answer.format(state=state)}"
        return [
            {"event": "signed_in", "counter": 2},
            {"event": "sent_back", "url": back},
            {"event": "tried", "what": "one", "status": self.again[0], "reason": self.again[1]},
            {
                "event": "tried",
                "what": "other",
                "status": self.elsewhere[0],
                "reason": self.elsewhere[1],
            },
        ]


def tell(service: Service, person: Person) -> list[Json]:
    async def play() -> list[Json]:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(service)) as http:
            told = Told(quiet=True)
            issuer = Issuer(ADDRESSES.issuer, http)
            clients = SampleClients("cli_web", "secret", "cli_terminal")
            await Story(told, ADDRESSES, clients, person, http, issuer).main_job()
            return told.steps

    return asyncio.run(play())


def test_with_a_service_that_does_everything_right_it_is_told_to_the_end() -> None:
    steps = json.loads(json.dumps(tell(Service(), Person())))
    assert [s["step"] for s in steps] == ["Sign in", "Redeem", "Verify", "Call", "Refused"]


@pytest.mark.parametrize(
    ("lax", "says"),
    [
        ("code", "the code again"),
        ("revoked", "the token whose code was tried twice"),
        ("bit", "the token with one bit changed"),
        ("none", "no token"),
        ("api", "The sample API answered 500"),
    ],
)
def test_what_is_not_refused_is_a_failure(lax: str, says: str) -> None:
    with pytest.raises(StepFailed, match=says):
        tell(Service(lax=lax), Person())


@pytest.mark.parametrize(
    "person",
    [
        Person(again=(200, "")),
        Person(again=(409, "expired")),
        Person(elsewhere=(200, "")),
        Person(answer="error=access_denied&iss=http://localhost:1&state={state}"),
        Person(answer="code=c&iss=http://localhost:1&state=other"),
        Person(answer="code=c&iss=http://localhost:3&state={state}"),
        Person(answer="code=c&state={state}"),
    ],
)
def test_an_answer_that_is_not_as_it_must_be_is_a_failure(person: Person) -> None:
    with pytest.raises(StepFailed):
        tell(Service(), person)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://localhost:3"},
        {"aud": "http://localhost:3/api"},
        {"acr": "urn:counterfoil:acr:otp"},
        {"exp": 2},
        {"iat": FAR},
    ],
)
def test_a_token_that_says_something_else_is_a_failure(claims: Mapping[str, Json]) -> None:
    with pytest.raises(StepFailed):
        tell(Service(claims=claims), Person())


def test_one_bit_is_one_bit() -> None:
    changed = with_one_bit_changed("a.b.AAAA")
    assert changed == "a.b.gAAA"
