"""`counterfoil dev`: sets everything up, does the main job, and keeps serving until Ctrl-C."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from counterfoil.cli.dev.places import prepare
from counterfoil.cli.options import AsJson, exit_codes
from counterfoil.cli.output import Exit

# Fixed: issuer, RP ID, redirects and cookies hang on them.
SERVICE_PORT = 8700
SAMPLE_PORT = 8701
# Nothing hangs on this one: when it is in use, the phone takes another.
PHONE_PORT = 8702
FOLDER = Path(".counterfoil")


def add_to(app: typer.Typer) -> None:
    """Put the command into its place."""
    app.command("dev", epilog=exit_codes(Exit.WRONG, Exit.INTERRUPTED))(dev)


def dev(
    *,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the demonstration keeps its data.")
    ] = FOLDER,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the data and start over.")] = False,
    once: Annotated[bool, typer.Option("--once", help="End after the main job.")] = False,
    log: Annotated[bool, typer.Option("--log", help="Show each request on stderr.")] = False,
    service_port: Annotated[int, typer.Option(hidden=True)] = SERVICE_PORT,
    sample_port: Annotated[int, typer.Option(hidden=True)] = SAMPLE_PORT,
    phone_port: Annotated[int, typer.Option(hidden=True)] = PHONE_PORT,
    as_json: AsJson = False,
) -> None:
    """Show the main job with an emulated key.

    On this machine a touch becomes a token, step by step, and what must be refused is refused.
    Then it keeps serving, so that you can do the same in a browser with a key of your own. It is
    reached from this machine only, trusts keys in software, and guards nothing.
    """
    # The service and its servers take a third of a second that other commands should not pay.
    from counterfoil.cli.dev.play import Play  # noqa: PLC0415
    from counterfoil.cli.dev.servers import listen  # noqa: PLC0415
    from counterfoil.cli.dev.setup import Addresses  # noqa: PLC0415
    from counterfoil.cli.dev.steps import Told  # noqa: PLC0415
    from counterfoil.cli.serve import log_to_stderr  # noqa: PLC0415

    addresses = Addresses(f"http://localhost:{service_port}", f"http://localhost:{sample_port}")
    log_to_stderr(quiet=not log)
    # The ports come first: when they are in use, nothing is touched.
    with ExitStack() as sockets:
        service = listen(service_port, sockets)
        sample = listen(sample_port, sockets)
        places = prepare(data, fresh=fresh)
        play = Play(
            Told(quiet=as_json),
            places,
            addresses,
            phone_port,
            once=once,
            log=log,
            as_json=as_json,
        )
        code = asyncio.run(play.run(service, sample))
    raise typer.Exit(code)
