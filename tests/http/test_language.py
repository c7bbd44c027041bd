"""In which language a browser is answered, and how a person changes it."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from counterfoil.app import close_house, make_house
from counterfoil.http.house import House
from counterfoil.http.negotiation import best_language, own_path
from counterfoil.kit.sealing import RootKey
from counterfoil_web import LANGUAGES
from tests.ceremonies.desk import PASSWORD
from tests.house import ROOT_KEY_MATERIAL, HandClock, settings_for
from tests.http.visitor import Visitor
from tests.rules.web.babel import pages_in

SPOKEN = tuple(LANGUAGES)


@pytest.mark.parametrize(
    ("header", "best"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de-DE-1996", "de"),
        ("zh-Hant-TW", "en"),
        ("zh, ja;q=0.2", "ja"),
        ("fr;q=0.7, de;q=0.8", "de"),
        ("fr;q=0.7,de;q=0.70", "fr"),
        ("da, en-GB;q=0.8, en;q=0.7", "en"),
        ("de;q=0", "en"),
        ("de;q=0.000, *", "en"),
        ("en;q=0, *;q=0.5", "de"),
        ("*", "en"),
        ("*, nl", "en"),
        ("*;q=0.1, nl", "nl"),
        ("de-AT;q=0, de", "de"),
        # Unreadable members are passed over.
        ("de;q=2, nl", "nl"),
        ("de;q=0.1234, nl;q=0.5", "nl"),
        ("de;q, nl", "nl"),
        ("de_AT, nl", "nl"),
        ("deutschland, nl", "nl"),
        (" ,, \tde ; q=1.000 ,", "de"),
        ("de;q=0.5;v=1, nl;q=0.1", "nl"),
        ("\u00e4\u00f6", "en"),
    ],
)
def test_the_header_is_read_by_its_standard(header: str, best: str) -> None:
    assert best_language(header, SPOKEN, "en") == best


def test_without_a_wish_it_is_the_operators_language() -> None:
    assert best_language("", SPOKEN, "nl") == "nl"
    assert best_language("xx", SPOKEN, "nl") == "nl"
    assert best_language("*", SPOKEN, "nl") == "nl"
    assert best_language("nl;q=0, *", SPOKEN, "nl") == "en"


def test_a_long_header_is_read_up_to_a_bound() -> None:
    assert best_language("xx," * 31 + "de", SPOKEN, "en") == "de"
    assert best_language("xx," * 32 + "de", SPOKEN, "en") == "en"
    assert best_language("x" * 2000 + ",de", SPOKEN, "en") == "en"


@given(st.text(alphabet="dearfjx*-,;q=01. \t\n") | st.text())
def test_any_header_chooses_a_language_that_is_spoken(header: str) -> None:
    assert best_language(header, SPOKEN, "en") in SPOKEN


@given(st.text(alphabet="/\\ab.:?#%&=\t\n @") | st.text())
def test_a_path_of_ours_begins_with_one_slash_and_is_plain(text: str) -> None:
    path = own_path(text)
    assert path in (text, "/")
    assert path[0] == "/"
    assert path[1:2] not in ("/", "\\")
    assert path.isascii()
    assert path.isprintable()
    assert not set(path) & set(" \\")


# --- over HTTP -------------------------------------------------------------------------------


@pytest.fixture
def polyglot(installed_database_url: str, clock: HandClock) -> Iterator[House]:
    """A house that speaks a little of every language, and Dutch by itself."""
    opened = make_house(
        settings_for(installed_database_url, language="nl"),
        RootKey(ROOT_KEY_MATERIAL),
        clock=clock,
        pages=pages_in(*(tag for tag in SPOKEN if tag != "en")),
    )
    yield opened
    close_house(opened)


@pytest.fixture
def visitor(polyglot: House) -> Visitor:
    return Visitor(polyglot)


def spoken(visitor: Visitor, path: str = "/", **headers: str) -> str:
    """The language of a page, as page and headers say together."""
    answer = visitor.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    tag = answer.headers["content-language"]
    assert answer.headers["vary"] == "Accept-Language, Cookie"
    assert f'<html lang="{tag}" dir="{LANGUAGES[tag].direction}">' in answer.text
    return tag


def choose(visitor: Visitor, language: str, back: str = "/") -> str:
    answer = visitor.submit("/language", language=language, back=back)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def back_of(text: str) -> str:
    found = re.search(r'name="back" value="([^"]*)"', text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_a_browser_is_answered_in_the_language_that_it_asks_for(visitor: Visitor) -> None:
    assert spoken(visitor) == "nl"
    assert spoken(visitor, Accept_Language="de-AT, en;q=0.5") == "de"
    assert spoken(visitor, Accept_Language="ar") == "ar"


def test_several_headers_are_one(visitor: Visitor) -> None:
    headers = [("Accept-Language", "xx"), ("Accept-Language", "fr")]
    answer = visitor.client.get("/", headers=headers)
    assert answer.headers["content-language"] == "fr"


def test_what_a_person_chooses_counts_more_than_the_browsers_wish(visitor: Visitor) -> None:
    assert choose(visitor, "ja") == "/"
    assert spoken(visitor, Accept_Language="de") == "ja"
    choose(visitor, "de")
    assert spoken(visitor, Accept_Language="fr") == "de"


def test_a_strangers_choice_is_kept_for_a_year_by_the_browser_alone(visitor: Visitor) -> None:
    answer = visitor.submit("/language", language="de", back="/")
    cookie = answer.headers["set-cookie"]
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert parts == {
        "counterfoil_language=de",
        "max-age=31536000",
        "path=/",
        "httponly",
        "samesite=lax",
    }
    assert answer.headers["cache-control"] == "no-store"


def test_one_comes_back_to_the_page_where_one_was(visitor: Visitor) -> None:
    visitor.enrol(password=PASSWORD)
    interaction = visitor.start()
    page = visitor.get(f"/sign-in/{interaction}?way=code")
    back = back_of(page.text)
    assert back == f"/sign-in/{interaction}?way=code"
    assert choose(visitor, "de", back) == back
    assert visitor.get(back).headers["content-language"] == "de"


def test_the_answer_to_a_form_comes_back_to_the_page_of_the_form(visitor: Visitor) -> None:
    visitor.enrol(password=PASSWORD)
    interaction = visitor.start()
    refused = visitor.type_password(interaction, "Ada", "not the password")
    assert refused.status_code == 403
    assert back_of(refused.text) == f"/sign-in/{interaction}"
    assert visitor.get(back_of(refused.text)).status_code == 200
    assert "not the password" not in back_of(refused.text)


def test_the_answer_to_a_form_without_a_page_above_it_comes_back_to_the_door(
    visitor: Visitor,
) -> None:
    foreign = visitor.client.post("/sign-out", headers={"Origin": "null"})
    assert back_of(foreign.text) == "/"


def test_a_page_that_is_not_there_can_be_read_in_another_language(visitor: Visitor) -> None:
    nowhere = visitor.get("/nothing/here?x=1", headers={"Accept": "text/html"})
    assert nowhere.status_code == 404
    # What somebody else may have written is not repeated.
    assert back_of(nowhere.text) == "/"


def test_every_page_of_a_sign_in_is_in_the_language(visitor: Visitor) -> None:
    choose(visitor, "de")
    visitor.enrol(password=PASSWORD)
    interaction = visitor.start()
    refused = visitor.type_password(interaction, "Ada", "not the password")
    visitor.type_password(interaction, "Ada")
    second = visitor.get(f"/sign-in/{interaction}")
    visitor.touch_in(interaction)
    for answer in (refused, second, visitor.get("/tokens"), visitor.get("/signed-out")):
        assert answer.headers["content-language"] == "de"
        assert "<title>de: " in answer.text


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_language_is_also_a_setting(engine_name: str, polyglot: House) -> None:
    with TestClient(Visitor(polyglot).client.app) as client:
        assert client.get("/").headers["content-language"] == "nl"
