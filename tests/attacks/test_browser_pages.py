"""What a page may do in a browser: nothing that ours do not need, and never an echo."""

import re

import pytest
from httpx2 import Response
from starlette.requests import Request
from starlette.responses import Response as Answer
from starlette.routing import Route
from starlette.testclient import TestClient

from counterfoil.app import close_house, make_app
from counterfoil.http.house import House
from tests.ceremonies.desk import PASSWORD, add_account
from tests.house import house_on
from tests.http.visitor import Visitor, invite

INJECTED = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{1234567*7}}'


@pytest.fixture
def visitor(house: House) -> Visitor:
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD)
    return visitor


def pages(visitor: Visitor) -> dict[str, Response]:
    """Every page that a person meets, good and bad."""
    house = visitor.house
    bob = add_account(house, "Bob")
    token = invite(house, bob)
    found = {"welcome": visitor.get("/"), "signed out": visitor.get("/signed-out")}
    found["invitation"] = visitor.get(f"/invitation/{token}")
    first_visit = visitor.visit(token)
    for way in ("", "?way=password", "?way=key"):
        found[f"first visit{way}"] = visitor.get(f"/first-visit/{first_visit}{way}")
    found["weak password"] = visitor.post(
        f"/first-visit/{first_visit}/password", data={"password": "short"}
    )
    interaction = visitor.start()
    found["sign-in"] = visitor.get(f"/sign-in/{interaction}")
    found["wrong password"] = visitor.type_password(interaction, "ada", "not the password")
    visitor.type_password(interaction, "ada")
    found["second step"] = visitor.get(f"/sign-in/{interaction}")
    visitor.touch_in(interaction)
    found["tokens"] = visitor.get("/tokens")
    enrol = visitor.post("/tokens/add").headers["location"]
    found["enrol"] = visitor.get(enrol)
    found["gone"] = visitor.get(f"/sign-in/{interaction}x")
    found["nothing here"] = visitor.get("/nothing", headers={"Accept": "text/html"})
    found["foreign"] = visitor.client.post("/sign-out", headers={"Origin": "null"})
    return found


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_page_has_a_policy_without_loopholes(engine_name: str, visitor: Visitor) -> None:
    for name, answer in pages(visitor).items():
        assert answer.headers["content-type"] == "text/html; charset=utf-8", name
        policy = dict(
            part.strip().partition(" ")[::2]
            for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'", name
        assert policy["frame-ancestors"] == "'none'", name
        assert policy["base-uri"] == "'none'", name
        assert policy["script-src"] == "'self'", name
        assert policy["form-action"] == "'self'", name
        assert policy["require-trusted-types-for"] == "'script'", name
        assert "unsafe" not in answer.headers["content-security-policy"], name
        assert "*" not in answer.headers["content-security-policy"], name
        assert answer.headers["cache-control"] == "no-store", name


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_page_runs_anything_inline(engine_name: str, visitor: Visitor) -> None:
    for name, answer in pages(visitor).items():
        text = answer.text
        assert " style=" not in text, name
        assert "<style" not in text, name
        assert "javascript:" not in text, name
        assert " onclick" not in text, name
        for attributes in re.findall(r"<script([^>]*)>", text):
            # Words for our modules are data, which no browser runs.
            assert 'src="/static/' in attributes or 'type="application/json"' in attributes, name


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_answer_has_the_headers(engine_name: str, visitor: Visitor) -> None:
    answers = {
        **pages(visitor),
        "problem": visitor.post("/ceremonies", json={}),
        "not found": visitor.get("/nothing"),
        "method": visitor.client.delete("/sign-in"),
        "nul": visitor.get("/sign-in/%00"),
        "redirect": visitor.post("/sign-in"),
        "keys": visitor.get("/.well-known/openid-configuration"),
        "no file": visitor.get("/static/x/y"),
    }
    for name, answer in answers.items():
        assert_headers(answer, name)


def assert_headers(answer: Response, name: str) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff", name
    assert answer.headers["x-frame-options"] == "DENY", name
    assert answer.headers["referrer-policy"] == "same-origin", name
    assert answer.headers["cross-origin-opener-policy"] == "same-origin", name
    assert "publickey-credentials-get=(self)" in answer.headers["permissions-policy"], name
    assert "server" not in answer.headers, name
    assert "strict-transport-security" not in answer.headers, name


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_where_there_is_tls_browsers_are_told_to_keep_to_it(
    engine_name: str, installed_database_url: str
) -> None:
    house = house_on(installed_database_url, issuer="https://login.example.org")
    answer = Visitor(house).get("/")
    close_house(house)
    assert answer.headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_breaks_is_told_without_details_and_with_the_headers(
    engine_name: str, house: House
) -> None:
    async def broken(_request: Request) -> Answer:
        raise ZeroDivisionError("a secret is in this message")

    app = make_app(house)
    app.router.routes.append(Route("/broken", broken))
    client = TestClient(app, base_url=house.settings.issuer, raise_server_exceptions=False)
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["reason"] == "broken"
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert_headers(answer, "broken")


def test_a_name_on_the_sign_in_page_is_text(visitor: Visitor) -> None:
    interaction = visitor.start()
    answer = visitor.type_password(interaction, INJECTED, INJECTED)
    assert answer.status_code == 403
    assert "<script>alert" not in answer.text
    assert "<img" not in answer.text
    assert "{{1234567*7}}" in answer.text
    assert "8641969" not in answer.text


def test_a_password_is_never_sent_back(visitor: Visitor) -> None:
    secret = "a password of mine 1984"
    interaction = visitor.start()
    assert secret not in visitor.type_password(interaction, "ada", secret).text
    bob = add_account(visitor.house, "Bob")
    first_visit = visitor.visit(invite(visitor.house, bob))
    answer = visitor.post(f"/first-visit/{first_visit}/password", data={"password": "geheim"})
    assert answer.status_code == 400
    assert "geheim" not in answer.text


def test_a_label_is_text(house: House) -> None:
    visitor = Visitor(house)
    account = visitor.enrol()
    visitor.touch_in()
    (key,) = house.store.read_now(lambda tx: house.accounts.authenticators(tx, account.id))
    assert visitor.post(f"/tokens/{key.id}/rename", data={"label": INJECTED}).status_code == 303
    page = visitor.get("/tokens").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_way_and_a_reason_in_the_address_are_not_repeated(visitor: Visitor) -> None:
    visitor.touch_in()
    for path in ("/tokens?done=", "/?x=", "/signed-out?done="):
        answer = visitor.get(path + "injected-text")
        assert answer.status_code in (200, 303)
        assert "injected-text" not in answer.text
    step_up = "/step-up/int_AAAAAAAAAAAAAAAAAAAAAA?why=injected-text"
    assert "injected-text" not in visitor.get(step_up).text


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_demonstration_answers_to_its_own_name_only(
    engine_name: str, installed_database_url: str
) -> None:
    house = house_on(installed_database_url, demonstration=True)
    client = Visitor(house).client
    assert client.get("/").status_code == 200
    for host in ("evil.example", "localhost", "localhost:8081", "127.0.0.1:8080", ""):
        answer = client.get("/", headers={"Host": host})
        assert answer.status_code == 404, host
        assert_headers(answer, host)
    close_house(house)
