"""`counterfoil mail` and what the doctor says of it: never what a letter says, nor to whom."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from counterfoil.kit.clock import SystemClock
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.ids import AccountId
from counterfoil.notices import Letter, Notices
from counterfoil.settings import read_root_key
from counterfoil.store import open_store
from counterfoil.store.installation import load_keyring
from tests.cli.commands import Made, change, is_sentence_and_try
from tests.mail.sink import HOST, Sink, running

ADA = "ada@example.org"
LINK = "https://login.example.org/reset/cf_pwd_secret"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running(Sink()) as listening:
        yield listening


def configure(made: Made, sink: Sink) -> None:
    lines = (
        f'smtp_host = "{HOST}"',
        f"smtp_port = {sink.port}",
        'smtp_security = "none"',
        'mail_from = "login@example.org"',
    )
    with made.config.open("a", encoding="utf-8") as file:
        file.write("\n".join(["", *lines, ""]))


def write_letter(made: Made) -> None:
    """A letter to ada, as the service would write it."""
    store = open_store(made.database_url)
    keyring = store.read_now(lambda tx: load_keyring(tx, read_root_key(made.root_key)))
    ada = AccountId(json.loads(made.run("users", "show", "ada", "--json").out)["id"])
    notices = Notices(SystemClock(), system_entropy, keyring)
    store.write_now(
        lambda tx: notices.write_letter(tx, ada, ADA, Letter.PASSWORD_LINK, link=LINK, minutes=30)
    )
    store.close()


def give_up(made: Made) -> None:
    change(made, "UPDATE outbox SET state = 'given_up', tries = 1, trouble = 'letter refused: 554'")


def listed(made: Made) -> list[dict[str, Any]]:
    found = made.run("mail", "list", "--json")
    assert found.code == 0
    rows = found.json
    assert isinstance(rows, list)
    return rows


def test_letters_are_listed_without_what_they_say(made: Made) -> None:
    assert listed(made) == []
    write_letter(made)
    (row,) = listed(made)
    assert (row["state"], row["what"], row["tries"]) == ("waiting", "password_link", 0)
    assert (row["account_name"], row["trouble"]) == ("ada", None)
    assert row["due_ms"] == row["made_ms"]
    read = made.run("mail", "list")
    assert "password_link" in read.out
    assert "letters wait" in read.err
    for outcome in (read, made.run("mail", "list", "--json")):
        assert ADA not in outcome.out
        assert "cf_pwd" not in outcome.out


def test_what_was_given_up_is_tried_again(made: Made) -> None:
    write_letter(made)
    give_up(made)
    (row,) = listed(made)
    assert (row["state"], row["trouble"], row["due_ms"]) == (
        "given_up",
        "letter refused: 554",
        None,
    )
    outcome = made.run("mail", "retry", "--json")
    assert outcome.json == {"retried": 1}
    assert "1 letter will be tried again." in outcome.err
    assert listed(made)[0]["state"] == "waiting"


def test_a_test_letter_is_sent_at_once_and_the_servers_words_are_told(
    made: Made, sink: Sink
) -> None:
    configure(made, sink)
    outcome = made.run("mail", "send-test", ADA)
    assert (outcome.code, outcome.out) == (0, "250 2.0.0 Taken, thank you\n")
    (letter,) = sink.received
    assert letter.to == (ADA,)
    assert letter.mail["Subject"] == "A test from Counterfoil"
    assert listed(made) == []


def test_a_test_letter_that_is_refused_tells_exactly_why(made: Made, sink: Sink) -> None:
    configure(made, sink)
    sink.of_recipient = lambda to: f"550 5.7.1 <{to}>: Relay access denied"
    outcome = made.run("mail", "send-test", ADA, "--json")
    assert outcome.code == 1
    assert outcome.json["sent"] is False
    assert outcome.json["said"] == f"550 5.7.1 <{ADA}>: Relay access denied"
    assert "Relay access denied" in outcome.err
    assert "try: " in outcome.err


@pytest.mark.parametrize("address", ["ada", "ada@example.org\nBcc: eve@example.org", "<a@b.c>"])
def test_a_test_letter_goes_to_addresses_only(made: Made, sink: Sink, address: str) -> None:
    configure(made, sink)
    outcome = made.run("mail", "send-test", address)
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)
    assert sink.received == []


def test_without_a_server_a_test_says_so(made: Made) -> None:
    outcome = made.run("mail", "send-test", ADA)
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)


def finding(made: Made, *words: str) -> tuple[str, str]:
    checks = made.run("doctor", *words, "--json").json["checks"]
    (found,) = (check for check in checks if check["what"] == "mail")
    return found["state"], found["sentence"]


def test_the_doctor_says_that_letters_wait_for_a_server(made: Made) -> None:
    write_letter(made)
    state, sentence = finding(made, "--offline")
    assert state == "advice"
    assert sentence.endswith("letters that wait: 1")


def test_the_doctor_asks_the_server_and_sends_nothing(made: Made, sink: Sink) -> None:
    configure(made, sink)
    assert finding(made, "--offline") == ("skipped", "not looked at")
    assert finding(made)[0] == "fine"
    assert sink.received == []
    write_letter(made)
    give_up(made)
    assert finding(made) == (
        "advice",
        "127.0.0.1 takes us, but letters were given up: 1 (mail list)",
    )


def test_the_doctor_finds_a_server_that_is_away(made: Made) -> None:
    with running(Sink()) as sink:
        configure(made, sink)
    state, sentence = finding(made)
    assert state == "wrong"
    assert "refused" in sentence


def test_serve_stops_before_it_starts_without_the_password(made: Made, sink: Sink) -> None:
    configure(made, sink)
    with made.config.open("a", encoding="utf-8") as file:
        file.write('smtp_user = "counterfoil"\nsmtp_password_file = "/nowhere/smtp.password"\n')
    outcome = made.run("serve", "--listen-port", "1")
    assert outcome.code != 0
    assert "There is no mail password at /nowhere/smtp.password." in outcome.err


def test_a_letter_whose_seal_is_broken_is_listed(made: Made) -> None:
    write_letter(made)
    change(made, "UPDATE outbox SET id = 'let_moved'")
    assert listed(made)[0]["what"] == "unknown"
