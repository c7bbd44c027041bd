"""The bound on a request's head, on real connections to a real server."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from counterfoil.http.protocol import MAX_HEAD_BYTES, BoundedHttpToolsProtocol


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def port() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[Route("/", length, methods=["GET", "POST"])]),
        http=BoundedHttpToolsProtocol,
        loop="asyncio",
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = Thread(target=lambda: asyncio.run(server.serve([listening])))
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


def answer_to(port: int, *parts: bytes) -> bytes:
    """All that comes back; the server ends the connection."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it gave up before we had sent all: what it said is read below
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            pass
    return received


def test_a_head_that_does_not_end_is_refused(port: int) -> None:
    lines = [b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(2 * MAX_HEAD_BYTES // 1000)]
    answer = answer_to(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n", *lines)
    assert answer.startswith(b"HTTP/1.1 400")


def test_one_header_that_does_not_end_is_refused(port: int) -> None:
    start = b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: "
    answer = answer_to(port, start, *[b"a" * 1024] * 64)
    assert answer.startswith(b"HTTP/1.1 400")


def test_a_head_within_the_bound_is_answered(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: " + b"a" * 30_000
    assert answer_to(port, head, b"\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_a_long_body_is_no_head(port: int) -> None:
    body = b"b" * (4 * MAX_HEAD_BYTES)
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    answer = answer_to(port, head % len(body), body)
    assert answer.endswith(b"%d" % len(body))


def test_the_next_request_of_a_connection_is_counted_anew(port: int) -> None:
    get = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"
    last = get.replace(b"X: ", b"Connection: close\r\nX: ")
    assert answer_to(port, get, get, last).count(b"HTTP/1.1 200") == 3
