"""The form that changes the language: it sends nobody elsewhere, and takes nobody's word."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest

from counterfoil.app import close_house, make_house
from counterfoil.errors import Reason
from counterfoil.http.house import House
from counterfoil.kit.sealing import RootKey
from tests.house import ROOT_KEY_MATERIAL, HandClock, settings_for
from tests.http.visitor import Visitor
from tests.rules.web.babel import pages_in

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "https:evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?x",
    "#x",
    "",
    "/ok\r\nSet-Cookie: a=b",
    "/ok\r\n\r\n<script>alert(1)</script>",
    "/\x85/evil.example",
    "/\u2215evil.example",
    "/" + "a" * 9000,
]


@pytest.fixture
def engine_name() -> str:
    """Nothing here asks the database."""
    return "sqlite"


def house_speaking(url: str, clock: HandClock, issuer: str) -> House:
    return make_house(
        settings_for(url, issuer=issuer),
        RootKey(ROOT_KEY_MATERIAL),
        clock=clock,
        pages=pages_in("de"),
    )


@pytest.fixture
def visitor(installed_database_url: str, clock: HandClock) -> Iterator[Visitor]:
    opened = house_speaking(installed_database_url, clock, "http://localhost:8080")
    yield Visitor(opened)
    close_house(opened)


@pytest.mark.parametrize("back", ELSEWHERE, ids=lambda text: repr(text)[:40])
def test_a_way_back_that_is_not_ours_leads_to_the_door(visitor: Visitor, back: str) -> None:
    answer = visitor.submit("/language", language="de", back=back)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert len(answer.headers.get_list("set-cookie")) == 1


@pytest.mark.parametrize("back", ["/tokens", "/?a=//b", "/a//b", "/.//evil.example", "/a#b:c@d"])
def test_a_way_back_that_is_ours_stays_ours(visitor: Visitor, back: str) -> None:
    location = visitor.submit("/language", language="de", back=back).headers["location"]
    assert location == back
    assert urlsplit(urljoin("http://localhost:8080/language", location)).netloc == "localhost:8080"


def test_another_site_changes_nobodys_language(visitor: Visitor) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
        answer = visitor.client.post(
            "/language",
            content="language=de&back=/",
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_link_changes_nobodys_language(visitor: Visitor) -> None:
    answer = visitor.get("/language?language=de&back=/")
    assert answer.status_code == 405
    assert answer.json()["reason"] == Reason.METHOD_NOT_ALLOWED
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("language", ["", "tlh", "../en", "de ", "DE", "de\r\nX: y", "fr"])
def test_a_language_that_we_do_not_speak_is_no_choice(visitor: Visitor, language: str) -> None:
    answer = visitor.submit("/language", language=language, back="/")
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("value", ["tlh", "../../etc/passwd", '"><script>', "fr", "de; Path=/", ""])
def test_a_cookie_that_we_did_not_set_is_not_believed(visitor: Visitor, value: str) -> None:
    cookie = {"Cookie": f"counterfoil_language={value}"}
    answer = visitor.get("/", headers=cookie)
    assert answer.status_code == 200
    assert answer.headers["content-language"] == ("de" if value == "de; Path=/" else "en")
    assert "<script>" not in answer.text.partition("<body>")[2]


@pytest.mark.parametrize("header", ["de" * 5000, "de;q=" + "9" * 5000, "," * 9000, "-" * 9000])
def test_a_header_of_any_length_is_answered(visitor: Visitor, header: str) -> None:
    assert visitor.get("/", headers={"Accept-Language": header}).status_code == 200


def test_behind_tls_the_cookie_keeps_to_it(installed_database_url: str, clock: HandClock) -> None:
    opened = house_speaking(installed_database_url, clock, "https://login.example.org")
    cookie = Visitor(opened).submit("/language", language="de", back="/").headers["set-cookie"]
    close_house(opened)
    assert "secure" in cookie.lower().split("; ")


def test_an_address_in_the_page_is_never_markup(visitor: Visitor) -> None:
    injected = '/nothing"><script>alert(1)</script>'
    answer = visitor.get(injected, headers={"Accept": "text/html"})
    assert "<script>alert" not in answer.text
