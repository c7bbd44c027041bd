"""The other side of the server: HTTP/1.1 over kept connections, each with one request under way.

Bytes are made before and answers are read after; in between there is as little of us as can be,
since we share the machine with what is measured.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httptools

CONNECT_S = 30
ANSWER_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[bytes, bytes]  # names in lower case
    body: bytes

    def header(self, name: str) -> str:
        """Empty when there is none."""
        return self.headers.get(name.encode(), b"").decode("latin-1")


def request(
    method: str, target: str, host: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "User-Agent: counterfoil-bench"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Work:
    """Requests, handed to whichever connection is free; answers and waits at the same places."""

    requests: Sequence[bytes]
    answers: list[Answer | None]
    waits_s: list[float]
    done: asyncio.Future[None]
    taken: int = 0
    answered: int = 0

    @classmethod
    def of(cls, requests: Sequence[bytes]) -> "Work":
        count = len(requests)
        done = asyncio.get_running_loop().create_future()
        return cls(requests, [None] * count, [0.0] * count, done)

    def keep(self, number: int, wait_s: float, answer: Answer) -> None:
        self.answers[number], self.waits_s[number] = answer, wait_s
        self.answered += 1
        if self.answered == len(self.requests) and not self.done.done():
            self.done.set_result(None)


class Line(asyncio.Protocol):
    """One connection. The parser calls `on_header`, `on_body` and `on_message_complete`."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.WriteTransport | None = None
        self._work: Work | None = None
        self._number = 0
        self._began = 0.0
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._work is not None and not self._work.done.done():
            self._work.done.set_exception(exc or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def start(self, work: Work) -> None:
        self._work = work
        self._send_next()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        wait_s = time.perf_counter() - self._began
        assert self._work is not None
        answer = Answer(self._parser.get_status_code(), self._headers, b"".join(self._body))
        self._headers, self._body = {}, []
        self._work.keep(self._number, wait_s, answer)
        self._send_next()

    def _send_next(self) -> None:
        work, transport = self._work, self._transport
        assert transport is not None
        if work is None or work.taken == len(work.requests):
            self._work = None
            return
        self._number = work.taken
        work.taken += 1
        self._began = time.perf_counter()
        transport.write(work.requests[self._number])


@dataclass(frozen=True, slots=True)
class Lines:
    """Connections that are open and were used once, so that accepting them is not measured."""

    lines: list[Line] = field(default_factory=list)

    async def exchange(self, requests: Sequence[bytes]) -> tuple[list[Answer], tuple[float, ...]]:
        """All answers, and how long each was waited for in seconds. Raises TimeoutError."""
        work = Work.of(requests)
        for line in self.lines:
            line.start(work)
        async with asyncio.timeout(ANSWER_S):
            await work.done
        return [answer for answer in work.answers if answer is not None], tuple(work.waits_s)


@asynccontextmanager
async def open_lines(port: int, count: int, first: bytes) -> AsyncIterator[Lines]:
    """`count` connections to this machine's `port`, over each of which `first` was sent once."""
    loop, lines = asyncio.get_running_loop(), Lines()
    try:
        async with asyncio.timeout(CONNECT_S):
            for _ in range(count):
                _, line = await loop.create_connection(Line, "127.0.0.1", port)
                lines.lines.append(line)
        await lines.exchange([first] * count)
        yield lines
    finally:
        for line in lines.lines:
            line.close()
