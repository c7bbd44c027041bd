"""The log of requests holds no code, token or secret, wherever a client put it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from counterfoil.cli.access_log import AccessLog, line, without_secrets
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.opaque import TokenKind, mint
from tests.house import HandClock


def scope(path: str, query: bytes = b"") -> Scope:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query,
        "client": ("192.0.2.1", 5),
    }


def test_a_line_has_who_what_and_how_long() -> None:
    written = line(scope("/tokens"), 200, 1.25, 1_800_000_000_000)
    assert written == "2027-01-15T08:00:00Z 192.0.2.1 GET /tokens 200 1.2 ms\n"


def test_a_query_is_never_written() -> None:
    assert "SECRET" not in line(scope("/callback", b"code=SECRET"), 200, 1, 0)


def test_our_own_tokens_are_shortened_in_paths() -> None:
    for kind in TokenKind:
        token = mint(kind, system_entropy).reveal()
        assert without_secrets(f"/a/{token}/b") == f"/a/cf_{kind}_…/b"


@pytest.mark.parametrize("before", ["%20", "‹", '"', "x=", "<", "CF_INV_", ""])
def test_a_mangled_invitation_link_is_not_logged(before: str) -> None:
    token = mint(TokenKind.INVITATION, system_entropy).reveal()
    for text in (token, token.upper(), token[7:]):
        written = without_secrets(f"/invitation/{before}{text}>")
        assert text[7:20] not in written
        assert written.startswith("/invitation/")


def test_a_foreign_token_in_a_path_is_shortened_by_its_length() -> None:
    assert without_secrets(f"/{'a' * 64}") == f"/{'a' * 64}"
    assert without_secrets(f"/{'a' * 65}/b") == "/…/b"


def test_a_path_cannot_begin_a_new_line_or_move_the_cursor() -> None:
    assert without_secrets("/a\nb c\x1b[31m") == "/a?b?c?[31m"


@given(st.text())
def test_any_path_becomes_one_printable_word(path: str) -> None:
    short = without_secrets(path)
    assert len(short) <= 256
    assert all(c.isprintable() and c != " " for c in short)


async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_an_answer_is_written_once(capsys: pytest.CaptureFixture[str]) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    asyncio.run(AccessLog(app, HandClock())(scope("/x"), receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    written = capsys.readouterr().err.splitlines()
    assert len(written) == 1
    assert written[0].startswith("2027-01-15T08:00:00Z 192.0.2.1 GET /x 204 ")
