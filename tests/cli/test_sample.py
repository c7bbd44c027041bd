"""The sample application: it shows how to do it, so it does it right."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.testclient import TestClient

from counterfoil.cli.dev.sample.application import COOKIE, Registration, make_sample
from counterfoil.cli.dev.sample.tokens import BadToken, Issuer

ISSUER = "http://localhost:1"
SAMPLE = "http://localhost:2"
API = f"{SAMPLE}/api"
KEY = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
OTHER = ECKey.generate_key("P-256", {"kid": "k", "alg": "ES256"})
RSA = RSAKey.generate_key(2048, {"kid": "r"})
GOOD = {
    "iss": ISSUER,
    "sub": "acc_x",
    "aud": API,
    "iat": 1,
    "exp": 4_000_000_000,
    "scope": "openid greetings:read",
}


def token(key: Any = KEY, typ: str = "at+jwt", without: str = "", **claims: object) -> str:
    kept = {k: v for k, v in {**GOOD, **claims}.items() if k != without}
    algorithm = "RS256" if key is RSA else "ES256"
    return jwt.encode({"alg": algorithm, "kid": key.kid, "typ": typ}, kept, key)


class Published:
    """What the issuer answers; the nonce of the last sign-in goes into the ID token."""

    def __init__(self) -> None:
        self.nonce = ""
        self.subject = "acc_x"
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        match request.url.path:
            case "/.well-known/openid-configuration":
                names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint")
                found = {name: f"{ISSUER}/{name}" for name in (*names, "jwks_uri")}
                return httpx2.Response(200, json={"issuer": ISSUER, **found})
            case "/jwks_uri":
                keys = [KEY.as_dict(private=False), RSA.as_dict(private=False)]
                return httpx2.Response(200, json={"keys": keys})
            case "/token_endpoint":
                id_token = token(typ="JWT", aud="cli_web", nonce=self.nonce)
                return httpx2.Response(200, json={"access_token": token(), "id_token": id_token})
            case "/userinfo_endpoint":
                return httpx2.Response(200, json={"sub": self.subject, "name": "Ada <b>"})
            case "/api/hello":
                return httpx2.Response(200, json={"greeting": "Hello"})
            case path:
                raise AssertionError(path)


@pytest.fixture
def published() -> Published:
    return Published()


@pytest.fixture
def browser(published: Published) -> Iterator[TestClient]:
    client = httpx2.AsyncClient(transport=httpx2.MockTransport(published))
    registration = Registration(SAMPLE, "cli_web", "se:cret", ("openid",), API)
    app = make_sample(registration, Issuer(ISSUER, client), client)
    with TestClient(app, base_url=SAMPLE, follow_redirects=False) as opened:
        yield opened


def begun(browser: TestClient, published: Published) -> dict[str, str]:
    """Begin a sign-in; what was sent to the issuer."""
    response = browser.get("/sign-in")
    assert response.status_code == 303
    query = parse_qs(urlsplit(response.headers["location"]).query)
    published.nonce = query["nonce"][0]
    return {name: values[0] for name, values in query.items()}


def ask_api(browser: TestClient, authorization: str) -> httpx2.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return browser.get("/api/hello", headers=headers)


def test_the_api_greets_whoever_brings_a_token_for_it(browser: TestClient) -> None:
    response = ask_api(browser, f"Bearer {token()}")
    assert response.status_code == 200
    assert response.json()["sub"] == "acc_x"


@pytest.mark.parametrize(
    "bad",
    [
        token(OTHER),
        token(RSA),
        token(typ="JWT"),
        token(typ=""),
        token(iss="http://localhost:3"),
        token(aud="http://localhost:3/api"),
        token(aud=[]),
        token(exp=2),
        token(exp="4000000000"),
        token(exp=True),
        token(iat=3_999_999_999),
        *(token(without=name) for name in ("iss", "sub", "aud", "exp", "iat")),
        token().rpartition(".")[0] + ".",
        token() + "A",
        "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.",
        "nonsense",
        "a.b.c",
    ],
)
def test_the_api_takes_no_other_token(browser: TestClient, bad: str) -> None:
    response = ask_api(browser, f"Bearer {bad}")
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


@pytest.mark.parametrize("authorization", ["", "Basic YTpi", "Bearer", "Bearer "])
def test_without_a_token_the_api_asks_for_one(browser: TestClient, authorization: str) -> None:
    response = ask_api(browser, authorization)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_token_without_the_scope_is_not_enough(browser: TestClient) -> None:
    response = ask_api(browser, f"Bearer {token(scope='openid greetings:reader')}")
    assert response.status_code == 403


def test_an_issuer_that_answers_for_another_one_is_refused() -> None:
    async def ask() -> None:
        transport = httpx2.MockTransport(Published())
        async with httpx2.AsyncClient(transport=transport) as client:
            await Issuer("http://localhost:9", client).endpoint("jwks_uri")

    with pytest.raises(BadToken, match="another issuer"):
        asyncio.run(ask())


def test_a_sign_in_asks_for_a_code_with_pkce(browser: TestClient, published: Published) -> None:
    sent = begun(browser, published)
    assert sent["response_type"] == "code"
    assert sent["code_challenge_method"] == "S256"
    assert sent["redirect_uri"] == f"{SAMPLE}/callback"
    assert len({sent["state"], sent["nonce"], sent["code_challenge"]}) == 3


def test_the_code_is_redeemed_and_the_person_is_greeted(
    browser: TestClient, published: Published
) -> None:
    sent = begun(browser, published)
    before = browser.cookies[COOKIE]
    response = browser.get(f"/callback?code=c&state={sent['state']}&iss={ISSUER}")
    assert response.status_code == 303
    assert browser.cookies[COOKIE] != before
    page = browser.get("/").text
    assert "Hello, Ada &lt;b&gt;" in page
    assert "This is a demonstration." in page
    assert browser.post("/call-api", headers={"Origin": SAMPLE}).status_code == 303
    assert "The API answered" in browser.get("/").text
    assert published.asked[-1].headers["authorization"].startswith("Bearer ey")


@pytest.mark.parametrize(
    "query",
    [
        "code=c&state={state}",
        "code=c&state={state}&iss=http://localhost:3",
        "code=c&state=other&iss=http://localhost:1",
        "code=c&iss=http://localhost:1",
        "error=access_denied&state={state}&iss=http://localhost:1",
    ],
)
def test_an_answer_that_is_not_for_this_sign_in_is_refused(
    browser: TestClient, published: Published, query: str
) -> None:
    sent = begun(browser, published)
    response = browser.get(f"/callback?{query.format(state=sent['state'])}")
    assert response.status_code == 400
    assert not any(r.url.path == "/token_endpoint" for r in published.asked)


def test_an_answer_is_taken_once_and_by_the_browser_that_asked(
    browser: TestClient, published: Published
) -> None:
    sent = begun(browser, published)
    address = f"/callback?code=c&state={sent['state']}&iss={ISSUER}"
    mine = browser.cookies[COOKIE]
    browser.cookies.clear()
    assert browser.get(address).status_code == 400
    browser.cookies.set(COOKIE, mine)
    assert browser.get(address).status_code == 303
    browser.cookies.set(COOKIE, mine)
    assert browser.get(address).status_code == 400


def test_an_id_token_with_another_nonce_is_refused(
    browser: TestClient, published: Published
) -> None:
    sent = begun(browser, published)
    published.nonce = "other"
    response = browser.get(f"/callback?code=c&state={sent['state']}&iss={ISSUER}")
    assert response.status_code == 400


def test_userinfo_about_somebody_else_is_refused(browser: TestClient, published: Published) -> None:
    sent = begun(browser, published)
    published.subject = "acc_other"
    response = browser.get(f"/callback?code=c&state={sent['state']}&iss={ISSUER}")
    assert response.status_code == 400


@pytest.mark.parametrize("origin", [None, "http://localhost:1", "null"])
@pytest.mark.parametrize("path", ["/call-api", "/sign-out"])
def test_a_foreign_page_does_nothing_here(
    browser: TestClient, published: Published, path: str, origin: str | None
) -> None:
    sent = begun(browser, published)
    browser.get(f"/callback?code=c&state={sent['state']}&iss={ISSUER}")
    mine = browser.cookies[COOKIE]
    browser.post(path, headers={"Origin": origin} if origin else {})
    browser.cookies.set(COOKIE, mine)
    page = browser.get("/").text
    assert "Hello, Ada" in page
    assert "The API answered" not in page


@pytest.mark.parametrize("host", ["127.0.0.1:2", "localhost", "localhost:1", "evil.example"])
def test_only_its_own_name_leads_to_it(browser: TestClient, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 421
