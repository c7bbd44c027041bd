"""Every change and every letter has its words; names in them end no line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.factors.kind import KindName
from counterfoil.notices import Letter, Told
from counterfoil_web import CHANGES, LINK_LETTERS, Letters, Wording, Written, say_browser
from counterfoil_web.changes import KINDS, say_change, say_origin

START = "https://login.example.org/"
LINK = f"{START}forgotten/cf_inv_secret"
ENGLISH = Letters("en")
SAY = Wording("en").say
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
FACTS: dict[str, str | int] = {
    "person": "Ada",
    "account": "ada",
    "at_ms": 1_800_000_000_000,
    "address": "192.0.2.1",
    "user_agent": FIREFOX,
    "label": "Blue key",
    "kind": "webauthn",
    "name": "ada.king",
    "application": "Sample",
    "link": LINK,
    "minutes": 15,
}


def write(what: str, **changes: str | int) -> Written:
    return ENGLISH.write(what, FACTS | changes, service="Acme", start=START)


def test_the_service_and_the_pages_know_the_same_letters() -> None:
    assert {told.value for told in Told} == CHANGES
    assert {letter.value for letter in Letter} == LINK_LETTERS
    assert {kind.value for kind in KindName} == KINDS


@pytest.mark.parametrize("what", sorted(CHANGES))
def test_a_change_says_what_when_where_and_what_to_do(what: str) -> None:
    written = write(what)
    assert "Acme" in written.subject
    assert "{" not in written.subject + written.text
    for told in ("Hello Ada,", "15 January 2027, 08:00 UTC", "192.0.2.1", "Firefox on Windows"):
        assert told in written.text
    assert f"\n{START}\n" in written.text
    assert LINK not in written.text


@pytest.mark.parametrize("what", sorted(LINK_LETTERS))
def test_a_link_stands_on_a_line_of_its_own_and_greets_nobody_by_name(what: str) -> None:
    written = write(what)
    assert f"\n{LINK}\n" in written.text
    assert "for 15 minutes" in written.text
    assert "Ada" not in written.text
    assert "one minute:" in write(what, minutes=1).text


def test_a_token_is_told_by_its_kind_and_name() -> None:
    told = {"kind": "totp", "label": "My phone"}
    assert say_change(SAY, "token_added", told).endswith(": phone codes “My phone”.")
    assert say_change(SAY, "token_added", {"kind": "webauthn", "label": ""}).endswith(
        ": security key."
    )
    assert say_change(SAY, "token_added", {"kind": "a_later_one"}).endswith(": a way to sign in.")


def test_what_the_operator_did_came_from_no_address() -> None:
    assert "\nBy: the people who run Acme\n" in write("token_removed", address="").text
    assert "\nWhere: 192.0.2.1, with Firefox on Windows\n" in write("token_removed").text
    assert say_origin(SAY, {"address": "", "user_agent": ""}, "Acme") == "the people who run Acme"
    told = {"address": "2001:db8::1", "user_agent": "curl/8"}
    assert say_origin(SAY, told, "Acme") == "2001:db8::1, with an unknown browser"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) (KHTML) Chrome/141.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15) Version/18 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) CriOS/141", "Chrome on iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/141.0 Mobile Safari/537", "Chrome on Android"),
        ("Something (Linux)", "Linux"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, words: str) -> None:
    assert say_browser(SAY, user_agent) == words


@pytest.mark.parametrize("what", sorted(CHANGES | LINK_LETTERS | {"test"}))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x00"])
def test_a_name_ends_no_line(what: str, end: str) -> None:
    bad = f"Eve{end}Bcc: all@example.org{end}{end}Pay here: https://evil.example"
    names = {n: bad for n, fact in FACTS.items() if isinstance(fact, str) and n != "link"}
    written = ENGLISH.write(what, FACTS | names, service=bad, start=START)
    good = write(what)
    assert len(written.subject.splitlines()) == 1
    assert len(written.text.splitlines()) == len(good.text.splitlines())


@given(st.text(max_size=100))
def test_whatever_the_name_a_subject_is_one_line_that_can_be_encoded(name: str) -> None:
    written = ENGLISH.write("test", FACTS, service=name, start=START)
    assert len(written.subject.splitlines()) == 1
    (written.subject + written.text).encode()


def test_a_letter_that_there_is_not_is_a_defect_of_the_caller() -> None:
    with pytest.raises(KeyError):
        write("weather")
    with pytest.raises(KeyError):
        ENGLISH.write("invitation", {}, service="Acme", start=START)
