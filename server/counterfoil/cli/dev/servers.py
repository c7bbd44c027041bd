"""Two servers of this process, on loopback only: the service and the sample application."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from counterfoil.cli.output import Problem
from counterfoil.cli.serve import bind
from counterfoil.http.protocol import BoundedHttpToolsProtocol

LOOPBACK = ("127.0.0.1", "::1")
_NO_IPV6 = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


class Server(uvicorn.Server):
    """A server that leaves the signals to the command and tells when it is ready."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=BoundedHttpToolsProtocol,
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: Ctrl-C ends two servers and a person at once."""
        yield


def listen(port: int, undo: ExitStack) -> list[socket.socket]:
    """Sockets on both loopback addresses: nobody else may be `localhost` on this port.

    They are closed with `undo`. Raises Problem.
    """
    listening = []
    for address in LOOPBACK:
        try:
            listening.append(undo.enter_context(bind(address, port)))
        except Problem as error:
            cause = error.__cause__
            no_ipv6 = isinstance(cause, OSError) and cause.errno in _NO_IPV6
            if isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE:
                raise Problem(
                    f"Port {port} is in use; perhaps the demonstration runs already.", error.try_
                ) from error
            if address == LOOPBACK[0] or not no_ipv6:
                raise
    return listening


@asynccontextmanager
async def serving(app: ASGIApp, sockets: list[socket.socket]) -> AsyncIterator[None]:
    """Serve the application until the end of the block; what was begun is finished."""
    server = Server(app)
    task = asyncio.create_task(server.serve(sockets))
    ready = asyncio.create_task(server.ready.wait())
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        yield
    finally:
        ready.cancel()
        server.should_exit = True
        await task
