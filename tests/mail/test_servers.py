"""Whom we talk to: certificates are checked, nothing goes in clear, passwords stay with us."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from counterfoil.mail import End, Line, server_of
from counterfoil.mail.server import Server
from counterfoil.settings import BadSettings, read_mail_password
from tests.house import settings_for
from tests.mail.office import until
from tests.mail.sink import HOST, PASSWORD, USER, Authority, Security, Sink, make_authority, running

SQLITE = "sqlite:////srv/counterfoil/empty.db"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "smtp.password"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def server(sink: Sink, security: Security, **changes: Any) -> Server:
    facts = {
        "smtp_host": HOST,
        "smtp_port": sink.port,
        "smtp_security": security,
        "mail_from": "login@example.org",
        **changes,
    }
    found = server_of(settings_for(SQLITE, **facts))
    assert found is not None
    return found


@contextmanager
def secured(security: Security, authority: Authority, *, auth: bool = False) -> Iterator[Sink]:
    with running(Sink(), security=security, tls=authority.context, auth=auth) as sink:
        yield sink


def send(line: Line) -> Any:
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = "A test"
    mail.set_content("From me to you\n.\nthe end\n")
    try:
        return line.send(mail, "login@example.org", "ada@example.org")
    finally:
        line.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_letter_goes_encrypted_to_a_server_that_we_know(
    security: Security, authority: Authority
) -> None:
    with secured(security, authority) as sink:
        outcome = send(Line(server(sink, security, smtp_ca_file=authority.file)))
    assert (outcome.end, outcome.said) == (End.SENT, "250 2.0.0 Taken, thank you")
    (letter,) = sink.received
    assert letter.encrypted
    assert letter.text == "From me to you\n.\nthe end\n"
    assert set(sink.greeted) == {"localhost"}


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(
    security: Security, authority: Authority
) -> None:
    with secured(security, authority) as sink:
        outcome = send(Line(server(sink, security)))
    assert outcome.end is End.AWAY
    assert "certificate is not good" in outcome.trouble
    assert sink.received == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_for_another_address_is_not_good(security: Security, tmp_path: Path) -> None:
    other = make_authority(tmp_path, host="127.0.0.2")
    with secured(security, other) as sink:
        outcome = send(Line(server(sink, security, smtp_ca_file=other.file)))
    assert outcome.end is End.AWAY
    assert "127.0.0.1" in outcome.said
    assert sink.received == []


def test_a_server_that_offers_no_encryption_gets_nothing(authority: Authority) -> None:
    with running(Sink()) as sink:
        outcome = send(Line(server(sink, "starttls", smtp_ca_file=authority.file)))
    assert (outcome.end, sink.received) == (End.AWAY, [])
    assert "STARTTLS" in outcome.said


def test_we_sign_in_where_that_is_asked_for(authority: Authority, password_file: Path) -> None:
    with secured("starttls", authority, auth=True) as sink:
        signed_in = {
            "smtp_ca_file": authority.file,
            "smtp_user": USER,
            "smtp_password_file": password_file,
        }
        assert send(Line(server(sink, "starttls", **signed_in))).end is End.SENT
        assert sink.received[0].user == USER
        password_file.write_text("another\n")
        outcome = send(Line(server(sink, "starttls", **signed_in)))
        assert outcome.end is End.AWAY
        assert outcome.trouble.startswith("not signed in: 535")
        stranger = send(Line(server(sink, "starttls", smtp_ca_file=authority.file)))
        assert stranger.trouble.startswith("sender refused: 530")
    assert len(sink.received) == 1


def test_a_conversation_serves_many_letters_and_survives_its_end() -> None:
    with running(Sink()) as sink:
        line = Line(server(sink, "none"))
        for _ in range(3):
            assert send(line).end is End.SENT
        assert len(sink.received) == 3


def test_trying_sends_nothing() -> None:
    with running(Sink()) as sink:
        assert Line(server(sink, "none")).try_().end is End.SENT
        assert sink.received == []
    assert Line(server(sink, "none")).try_().end is End.AWAY


def test_what_is_cut_off_ends_at_once() -> None:
    with running(Sink(hangs=True)) as sink:
        line = Line(server(sink, "none"))

        async def cut() -> Any:
            sending = asyncio.create_task(asyncio.to_thread(send, line))
            await until(lambda: bool(sink.greeted))
            while not sending.done():
                line.abort()
                await asyncio.sleep(0.01)
            return await sending

        outcome = asyncio.run(asyncio.wait_for(cut(), 10))
    assert outcome.end is End.AWAY


def test_the_password_is_shown_nowhere(password_file: Path) -> None:
    found = server(Sink(port=1), "tls", smtp_user=USER, smtp_password_file=password_file)
    assert PASSWORD not in repr(found)
    assert found.password is not None
    assert found.password.reveal() == PASSWORD


@pytest.mark.parametrize("content", [b"", b"\n", b"two\nlines\n", b"\xff\xfe", b"x" * 5000])
def test_what_is_no_password_is_refused(password_file: Path, content: bytes) -> None:
    password_file.write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        read_mail_password(password_file)
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_password_that_others_may_read_is_refused(password_file: Path, mode: int) -> None:
    password_file.chmod(mode)
    with pytest.raises(BadSettings, match=f"Others may read the mail password.*{mode:04o}"):
        read_mail_password(password_file)


def test_an_authority_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    for content in (None, "nonsense"):
        if content is not None:
            file.write_text(content)
        with pytest.raises(BadSettings, match="authority"):
            server(Sink(port=1), "tls", smtp_ca_file=file)


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("none", 587)])
def test_each_security_has_its_usual_port(security: Security, port: int) -> None:
    assert server(Sink(), security).port == port
