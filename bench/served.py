"""The server's own process: the application as it is served, and an empty route beside it.

    python -m bench.served SOCKET [--count]  with the settings as JSON on stdin

The empty route passes everything that a request passes before it reaches a route of ours: the
server, the log, the headers. `--count` adds a route that tells how much was asked of the database;
counting costs time, so no time is taken while it is on.
"""

import socket
import sys
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine, event
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from counterfoil.app import make_app, make_house
from counterfoil.cli.access_log import AccessLog
from counterfoil.cli.serve import log_to_stderr, run
from counterfoil.settings import Settings, read_root_key

EMPTY = "/bench/empty"
COUNTS = "/bench/counts"


@dataclass(slots=True)
class Counted:
    """What was asked of the database since the process began, by whatever engine."""

    statements: int = 0
    commits: int = 0

    def listen(self) -> None:
        """Count from now on: savepoints and BEGIN are statements, too."""
        event.listen(Engine, "before_cursor_execute", self._on_statement)
        event.listen(Engine, "commit", self._on_commit)

    def _on_statement(self, *_facts: object) -> None:
        self.statements += 1

    def _on_commit(self, _connection: object) -> None:
        self.commits += 1


def make_measured_app(settings: Settings, *, count: bool) -> ASGIApp:
    """The application of one worker process."""
    log_to_stderr()
    counted = Counted()
    if count:
        counted.listen()

    async def empty(_request: Request) -> Response:
        return Response(status_code=204)

    async def counts(_request: Request) -> Response:
        return JSONResponse({"statements": counted.statements, "commits": counted.commits})

    house = make_house(settings, read_root_key(settings.root_key_file))
    app = make_app(house)
    # In front of the others: a route further down pays for those that did not match.
    app.router.routes.insert(0, Route(EMPTY, empty))
    if count:
        app.router.routes.append(Route(COUNTS, counts))
    return AccessLog(app, house.clock)


def main() -> None:
    settings = Settings.model_validate_json(sys.stdin.read())
    listening = socket.socket(fileno=int(sys.argv[1]))
    run(settings, listening, partial(make_measured_app, count="--count" in sys.argv[2:]))


if __name__ == "__main__":
    main()
