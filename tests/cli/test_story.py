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
            "amr": ["pop", "user", "mfa"],
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
    codes: tuple[tuple[int, str], ...] = ((403, "wrong"), (403, "used"))
    clock: list[Json] = field(default_factory=list)

    async def do(self, errand: Mapping[str, Json]) -> list[Event]:
        match errand["do"]:
            case "enrol-phone":
                return [{"event": "enrolled_phone", "name": "Service: ann"}]
            case "phone-clock":
                self.clock.append(errand["skew_s"])
                return []
            case "sign-in-with-phone":
                return [self.sent_back(errand), *map(self.tried_code, self.codes)]
            case _:
                return self.with_key(errand)

    def tried_code(self, code: tuple[int, str]) -> Event:
        return {"event": "tried", "what": "a code", "status": code[0], "sentence": code[1]}

    def sent_back(self, errand: Mapping[str, Json]) -> Event:
        state = str(errand["url"]).partition("state=")[2].partition("&")[0]
        back = f"{errand['until']}?{self.answer.format(state=state)}"
        return {"event": "sent_back", "url": back}

    def with_key(self, errand: Mapping[str, Json]) -> list[Event]:
        return [
            {"event": "signed_in", "counter": 2},
            self.sent_back(errand),
            {"event": "tried", "what": "one", "status": self.again[0], "reason": self.again[1]},
            {
                "event": "tried",
                "what": "other",
                "status": self.elsewhere[0],
                "reason": self.elsewhere[1],
            },
        ]


def tell(service: Service, person: Person, *, phone: bool = False) -> list[Json]:
    async def play() -> list[Json]:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(service)) as http:
            told = Told(quiet=True)
            issuer = Issuer(ADDRESSES.issuer, http)
            clients = SampleClients("cli_web", "secret", "cli_terminal")
            story = Story(told, ADDRESSES, clients, person, http, issuer)
            if phone:
                await story.with_phone("http://localhost:1/invitation/i", "ann")
            else:
                await story.main_job()
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
        {"amr": ["pop"]},
        {"amr": "pop user"},
        {"exp": 2},
        {"iat": FAR},
    ],
)
def test_a_token_that_says_something_else_is_a_failure(claims: Mapping[str, Json]) -> None:
    with pytest.raises(StepFailed):
        tell(Service(claims=claims), Person())


BY_CODE: Mapping[str, Json] = {"acr": "urn:counterfoil:acr:otp", "amr": ["pwd", "otp", "mfa"]}


def test_a_phone_is_told_to_the_end_and_its_clock_is_right_again() -> None:
    person = Person()
    steps = json.loads(json.dumps(tell(Service(claims=BY_CODE), person, phone=True)))
    assert [s["step"] for s in steps] == ["Phone", "Code"]
    assert steps[1]["shown"]["amr"] == "pwd otp mfa"
    assert person.clock == [30, 0]


@pytest.mark.parametrize(
    "codes",
    [
        ((200, "wrong"), (403, "used")),
        ((403, "wrong"), (200, "used")),
        ((403, "wrong"), (403, "wrong")),
        ((403, "wrong"),),
        (),
    ],
)
def test_a_code_that_is_not_refused_as_it_must_is_a_failure(
    codes: tuple[tuple[int, str], ...],
) -> None:
    with pytest.raises(StepFailed, match="was not refused"):
        tell(Service(claims=BY_CODE), Person(codes=codes), phone=True)


@pytest.mark.parametrize(
    "claims", [{"acr": "phr"}, {"amr": ["pwd", "otp"]}, {"amr": ["pop", "user", "mfa"]}]
)
def test_a_token_that_says_more_of_a_code_than_is_so_is_a_failure(
    claims: Mapping[str, Json],
) -> None:
    with pytest.raises(StepFailed, match="does not say what happened"):
        tell(Service(claims={**BY_CODE, **claims}), Person(), phone=True)


def test_one_bit_is_one_bit() -> None:
    changed = with_one_bit_changed("a.b.AAAA")
    assert changed == "a.b.gAAA"
