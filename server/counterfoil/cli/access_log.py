"""The log of requests: never a query string, and never a token in a path.

Authorization codes travel in query strings, invitations in paths; a log is read by more people
than may use them.
"""

import re
import sys
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterfoil.kit.clock import Clock

# Our own tokens have a prefix for this, also where a mail program has mangled the link around it;
# what follows /invitation/ is secret in any form, and nothing that long is a page of ours.
SECRET_SEGMENT = re.compile(
    r"((?<=/)[^/]*?cf_[a-z]+_|(?<=/invitation/)|(?<=/)(?=[^/]{65}))[^/]*", re.IGNORECASE
)
LONGEST_PATH = 256


class AccessLog:
    """Writes one line for each answered request: time, address, method, path, status, duration."""

    def __init__(self, app: ASGIApp, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and write when its answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                took_ms = (time.perf_counter() - began) * 1000
                sys.stderr.write(line(scope, message["status"], took_ms, self._clock.now_ms()))
            await send(message)

        await self._app(scope, receive, noted)


def line(scope: Scope, status: int, took_ms: float, now_ms: int) -> str:
    """One line of the log, with its end."""
    when = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    client = scope.get("client")
    address = client[0] if client else "-"
    path = without_secrets(scope["path"])
    return f"{when} {address} {scope['method']} {path} {status} {took_ms:.1f} ms\n"


def without_secrets(path: str) -> str:
    """A path as it may be logged: printable, bounded, its secret segments shortened."""
    short = SECRET_SEGMENT.sub(lambda found: f"{found[1]}…", path)[:LONGEST_PATH]
    return "".join(c if c.isprintable() and c != " " else "?" for c in short)
