"""Four worker processes on one database, and a crowd that knocks at all of them at once."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.house import ISSUER

ROOT = Path(__file__).parents[2]
WORKERS = 4
FAREWELL_S = 20


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        """The reason of a problem; empty for an answer that is none."""
        if "problem+json" not in self.headers.get("content-type", ""):
            return ""
        return str(json.loads(self.body)["reason"])


@dataclass(frozen=True, slots=True)
class Knock:
    """One POST. `cookie` is the whole header, empty for none."""

    path: str
    body: bytes
    media_type: str = "application/json"
    cookie: str = ""

    def encoded(self) -> bytes:
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {ISSUER.partition('//')[2]}",
            f"Origin: {ISSUER}",
            f"Content-Type: {self.media_type}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
        ]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


class Fleet:
    def __init__(self, url: str, ports: Sequence[int]) -> None:
        self.url = url
        self._ports = ports

    def all_at_once(self, knocks: Sequence[Knock]) -> list[Answer]:
        """The answers in their order; the workers take turns, so that each has its share."""
        return asyncio.run(self._all_at_once(knocks))

    async def _all_at_once(self, knocks: Sequence[Knock]) -> list[Answer]:
        at_the_door = asyncio.Barrier(len(knocks))
        return await asyncio.gather(
            *(
                self._knock(self._ports[number % len(self._ports)], knock, at_the_door)
                for number, knock in enumerate(knocks)
            )
        )

    async def _knock(self, port: int, knock: Knock, at_the_door: asyncio.Barrier) -> Answer:
        """Sends all but the last byte, waits until everybody has, and then lets it go."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        encoded = knock.encoded()
        writer.write(encoded[:-1])
        await writer.drain()
        await at_the_door.wait()
        writer.write(encoded[-1:])
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return parse(answer)


def parse(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return Answer(int(status.split()[1]), headers, body)


@contextmanager
def fleet_on(url: str) -> Iterator[Fleet]:
    """Starts the workers; connections wait in their sockets until they are up."""
    with ExitStack() as stack:
        ports = []
        for _ in range(WORKERS):
            listening = stack.enter_context(socket.socket())
            listening.bind(("127.0.0.1", 0))
            listening.listen(512)
            ports.append(listening.getsockname()[1])
            stack.enter_context(_worker(listening, url))
        yield Fleet(url, ports)


@contextmanager
def _worker(listening: socket.socket, url: str) -> Iterator[None]:
    descriptor = listening.fileno()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.ceremonies.worker", str(descriptor), url],
        cwd=ROOT,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(FAREWELL_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
