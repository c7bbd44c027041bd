"""`counterfoil serve`: everything is checked first, then served until we are told to stop.

On SIGTERM or Ctrl-C no new connection is taken, what was begun is finished, and we end with 0.
"""

import logging
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from starlette.types import ASGIApp

from counterfoil.cli.access_log import AccessLog
from counterfoil.cli.opened import opened
from counterfoil.cli.options import AsJson, Config, exit_codes
from counterfoil.cli.output import Exit, Problem, say, show
from counterfoil.settings import Settings, read_root_key
from counterfoil.tokens import NoSigningKey, load_signing_keys

DRAIN_S = 30
BACKLOG = 2048


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("serve", epilog=exit_codes(Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY))(serve)


def serve(
    *,
    listen_host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The address to listen on.")
    ] = None,
    listen_port: Annotated[
        int | None, typer.Option(metavar="PORT", help="The TCP port to listen on.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="How many processes serve requests.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Serve until told to stop.

    SIGTERM and Ctrl-C finish what was begun, for at most 30 seconds, and end with 0.

    The log on stderr has no query strings and no tokens.
    """
    settings = checked_settings(
        config, listen_host=listen_host, listen_port=listen_port, workers=workers
    )
    listening = bind(settings.listen_host, settings.listen_port)
    say(
        f"Serving {settings.issuer} on {settings.listen_host}:{settings.listen_port}"
        f" with {settings.workers} worker{'s' if settings.workers > 1 else ''}."
    )
    if as_json:
        facts = settings.model_dump(include={"issuer", "listen_host", "listen_port", "workers"})
        show(facts, "", as_json=True)
        sys.stdout.flush()
    run(settings, listening)
    say("Stopped: what was begun is finished.")


def checked_settings(config: Path | None, **flags: object) -> Settings:
    """The settings of an installation that can be served. Raises Problem."""
    # What serves is imported by those that serve: it is half of what a command costs.
    from counterfoil.http.look import read_look, refuse_unspoken  # noqa: PLC0415
    from counterfoil.mail import server_of  # noqa: PLC0415

    with opened(config, **flags) as house:
        refuse_unspoken(house.settings)
        read_look(house.settings)
        server_of(house.settings)
        try:
            house.store.read_now(lambda tx: load_signing_keys(tx, house.keyring))
        except NoSigningKey as error:
            raise Problem(
                "The database has no key to sign with.", "restore the database from its backup"
            ) from error
        return house.settings


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Problem, with the likely reason, when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Problem(
            f"Nothing can listen on {host} port {port}: {error.strerror}.",
            f"ss -ltnp 'sport = :{port}'",
        ) from error
    listening.set_inheritable(True)
    return listening


def run(
    settings: Settings,
    listening: socket.socket,
    make: Callable[[Settings], ASGIApp] | None = None,
) -> None:
    """Serve on that socket with as many processes as the settings say, until a signal.

    `make` is for a bench, which serves one route more. Raises Problem when a worker cannot start.
    """
    # Half of what a command costs: only those that serve pay it.
    import uvicorn  # noqa: PLC0415

    from counterfoil.cli.workers import Workers  # noqa: PLC0415
    from counterfoil.http.protocol import BoundedHttpToolsProtocol  # noqa: PLC0415

    for name in (signal.SIGTERM, signal.SIGINT):
        # The server raises the signal again once it has drained; that is a good end.
        signal.signal(name, lambda _number, _frame: None)
    config = uvicorn.Config(
        partial(make or make_served_app, settings),
        factory=True,
        http=BoundedHttpToolsProtocol,
        loop="auto" if sys.platform == "win32" else "uvloop",
        lifespan="on",
        workers=settings.workers,
        log_config=None,
        access_log=False,
        # Who is believed about an address is our own setting.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_S,
    )
    if settings.workers == 1:
        uvicorn.Server(config).run([listening])
        return
    supervisor = Workers(config, [listening])
    supervisor.run()
    if supervisor.could_not_start:
        raise Problem("A worker could not start.", "counterfoil doctor")


def make_served_app(settings: Settings) -> ASGIApp:
    """The application of one worker process, with its log."""
    from counterfoil.app import make_app, make_house  # noqa: PLC0415

    log_to_stderr()
    house = make_house(settings, read_root_key(settings.root_key_file))
    return AccessLog(make_app(house), house.clock)


def log_to_stderr(*, quiet: bool = False) -> None:
    """Set up the log of this process: warnings of libraries and, unless `quiet`, what we tell."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    if not quiet:
        logging.getLogger("counterfoil").setLevel(logging.INFO)
