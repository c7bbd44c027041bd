"""A letter arrives as it was meant: its words, its headers, its language, and nothing more."""

import re
from email.utils import parsedate_to_datetime

import pytest

from counterfoil.http.house import House
from counterfoil.kit.ids import new_letter_id
from counterfoil.notices import Message, Told, open_message, seal_message, store
from tests.house import NOON_MS, HandClock
from tests.mail.office import ADA, FROM, deliver, office, person, rows, tell, the_row, write_link
from tests.mail.sink import Sink

LINK = "http://localhost:8080/forgotten/cf_inv_" + "x" * 90


def test_what_happened_arrives(mailing: House, sink: Sink) -> None:
    tell(mailing, person(mailing), Told.TOKEN_ADDED, label="Blue key", kind="webauthn")
    assert deliver(mailing) == 1
    (letter,) = sink.received
    assert (letter.sender, letter.to) == (FROM, (ADA,))
    mail = letter.mail
    assert mail["From"] == f"Counterfoil <{FROM}>"
    assert mail["To"] == ADA
    assert mail["Subject"] == "Something new can sign in as you at Counterfoil"
    assert parsedate_to_datetime(mail["Date"]).timestamp() * 1000 == NOON_MS
    assert mail["Message-ID"] == f"<{the_row(mailing).id}@localhost>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert "format" not in mail["Content-Type"]
    text = letter.text
    assert "security key “Blue key”" in text
    assert "192.0.2.1, with Firefox on Linux" in text
    assert "\nhttp://localhost:8080/\n" in text


def test_it_is_sent_once(mailing: House, sink: Sink, clock: HandClock) -> None:
    tell(mailing, person(mailing))
    assert [deliver(mailing), deliver(mailing)] == [1, 0]
    clock.pass_s(100 * 24 * 3600)
    assert deliver(mailing) == 0
    assert len(sink.received) == 1


@pytest.mark.parametrize("name", ["Jürgen Müßig", "山田 花子", "علي", "👩🏽‍🔧", "x" * 64])
def test_names_of_the_world_arrive(mailing: House, sink: Sink, name: str) -> None:
    ada = person(mailing, display_name=name)
    tell(mailing, ada, Told.TOKEN_REMOVED, label=name)
    deliver(mailing)
    (letter,) = sink.received
    # What runs the other way is isolated, by characters that nobody sees.
    text = letter.text.replace("\u2068", "").replace("\u2069", "")
    assert f"Hello {name},\n" in text
    assert f"“{name}”" in text
    # RFC 5322 §2.1.1, and RFC 2047: headers are ASCII, and no line is too long.
    assert all(len(line) <= 998 for line in letter.raw.splitlines())
    letter.raw.split(b"\r\n\r\n")[0].decode("ascii")


@pytest.mark.parametrize(
    "name", ["Anmeldung für Müller", "東京ログイン", "A, B <c@d.example>", '"']
)
def test_the_services_name_is_the_senders(
    installed_database_url: str, clock: HandClock, sink: Sink, name: str
) -> None:
    with office(installed_database_url, clock, sink, service_name=name) as house:
        tell(house, person(house))
        deliver(house)
    (letter,) = sink.received
    (address,) = letter.mail["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, FROM)
    assert name in letter.mail["Subject"]


def test_no_name_adds_a_header(installed_database_url: str, clock: HandClock, sink: Sink) -> None:
    bad = "Eve\r\nBcc: all@example.org\r\n\r\nPay here"
    with office(installed_database_url, clock, sink, service_name=bad) as house:
        tell(house, person(house, display_name=bad), Told.TOKEN_ADDED, label=bad, kind=bad)
        deliver(house)
    (letter,) = sink.received
    assert letter.to == (ADA,)
    assert letter.mail["Bcc"] is None
    assert set(letter.mail.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Content-Language",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert "\nBcc" not in letter.text


def test_a_long_link_arrives_whole(mailing: House, sink: Sink) -> None:
    write_link(mailing, person(mailing), LINK)
    deliver(mailing)
    (letter,) = sink.received
    assert f"\n{LINK}\n" in letter.text
    assert re.search("for 15 minutes", letter.text)


def test_what_was_sent_does_not_linger(mailing: House) -> None:
    write_link(mailing, person(mailing), LINK)
    before = the_row(mailing)
    deliver(mailing)
    after = the_row(mailing)
    assert (after.state, after.sent_ms, after.tries) == ("sent", NOON_MS, 1)
    left = open_message(mailing.keyring, after.id, after.sealed_letter)
    assert left == Message("password_link", expires_ms=NOON_MS + 15 * 60_000)
    assert len(after.sealed_letter) < len(before.sealed_letter) - len(LINK)


def test_a_language_that_there_is_not_is_the_services_own(mailing: House, sink: Sink) -> None:
    tell(mailing, person(mailing, language="../../etc"))
    assert deliver(mailing) == 1
    assert sink.received[0].mail["Content-Language"] == "en"


def test_a_letter_without_its_facts_holds_up_no_other(mailing: House, sink: Sink) -> None:
    ada = person(mailing)
    letter_id = new_letter_id(mailing.entropy)
    sealed = seal_message(mailing.keyring, letter_id, Message("weather", ADA), mailing.entropy)
    mailing.store.write_now(
        lambda tx: store.insert_letter(tx, letter_id, ada.id, sealed, NOON_MS - 1)
    )
    tell(mailing, ada)
    assert deliver(mailing) == 1
    assert [row.state for row in rows(mailing)] == ["given_up", "sent"]
    assert rows(mailing)[0].trouble == "it cannot be written: KeyError"
