"""`counterfoil dev`: sets everything up, does the main job, and keeps serving until Ctrl-C."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from starlette.types import ASGIApp

from counterfoil.app import make_app
from counterfoil.cli.access_log import AccessLog
from counterfoil.cli.dev.errands import emulated_person
from counterfoil.cli.dev.places import Places, prepare, spelled
from counterfoil.cli.dev.sample.application import Registration, make_sample
from counterfoil.cli.dev.sample.tokens import Issuer
from counterfoil.cli.dev.servers import listen, serving
from counterfoil.cli.dev.setup import (
    EMULATED_PERSON,
    PERSON_BY_HAND,
    SCOPES,
    Addresses,
    SampleClients,
    ensure_clients,
    invite,
    open_house,
    wants_enrolment,
)
from counterfoil.cli.dev.steps import StepFailed, Told
from counterfoil.cli.dev.story import Story
from counterfoil.cli.options import AsJson, exit_codes
from counterfoil.cli.output import Exit, moment, say_problem, show
from counterfoil.cli.serve import log_to_stderr
from counterfoil.cli.users import invitation_link
from counterfoil.http.house import House
from counterfoil.kit.strict_json import Json
from counterfoil.settings import load_settings

# Fixed: issuer, RP ID, redirects and cookies hang on them.
SERVICE_PORT = 8700
SAMPLE_PORT = 8701
FOLDER = Path(".counterfoil")
HTTP_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Stage:
    """The demonstration, set up and served."""

    house: House
    clients: SampleClients
    issuer: Issuer
    http: httpx2.AsyncClient


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
    as_json: AsJson = False,
) -> None:
    """Show the main job with an emulated key.

    On this machine a touch becomes a token, step by step, and what must be refused is refused.
    Then it keeps serving, so that you can do the same in a browser with a key of your own. It is
    reached from this machine only, trusts keys in software, and guards nothing.
    """
    addresses = Addresses(f"http://localhost:{service_port}", f"http://localhost:{sample_port}")
    log_to_stderr(quiet=not log)
    # The ports come first: when they are in use, nothing is touched.
    with ExitStack() as sockets:
        service = listen(service_port, sockets)
        sample = listen(sample_port, sockets)
        places = prepare(data, fresh=fresh)
        play = Play(Told(quiet=as_json), places, addresses, once=once, log=log, as_json=as_json)
        code = asyncio.run(play.run(service, sample))
    raise typer.Exit(code)


@dataclass(frozen=True, slots=True)
class Play:
    """One run of the demonstration."""

    told: Told
    places: Places
    addresses: Addresses
    once: bool
    log: bool
    as_json: bool

    async def run(self, service: list[socket.socket], sample: list[socket.socket]) -> Exit:
        """Set up, serve, do the main job, keep serving until a signal; the exit code."""
        with stop_signal() as stop:
            async with self._stage(service, sample) as stage:
                self._introduce()
                job = asyncio.create_task(self._main_job(stage))
                if not await _first(job, stop):
                    return Exit.INTERRUPTED
                failed = job.result()
                self._tell_end(stage, failed)
                if failed is not None or self.once:
                    return Exit.DONE if failed is None else Exit.WRONG
                await stop.wait()
                self.told.line()
                self.told.line("Stopped.")
        return Exit.DONE

    @asynccontextmanager
    async def _stage(
        self, service: list[socket.socket], sample: list[socket.socket]
    ) -> AsyncIterator[Stage]:
        """Everything set up and both servers running."""
        settings = load_settings(
            None,
            issuer=self.addresses.issuer,
            service_name="Counterfoil",
            database_url=f"sqlite:///{self.places.database}",
            root_key_file=self.places.root_key,
            demonstration=True,
        )
        house = open_house(settings, self.places)
        clients = ensure_clients(house, self.places, self.addresses)
        registration = Registration(
            self.addresses.sample, clients.web_id, clients.web_secret, SCOPES, self.addresses.api
        )
        # Proxies of the environment are not for a service on this machine.
        async with httpx2.AsyncClient(trust_env=False, timeout=HTTP_TIMEOUT_S) as http:
            issuer = Issuer(self.addresses.issuer, http)
            app: ASGIApp = make_app(house)
            application = make_sample(registration, issuer, http)
            if self.log:
                app = AccessLog(app, house.clock)
                application = AccessLog(application, house.clock)
            async with serving(app, service), serving(application, sample):
                yield Stage(house, clients, issuer, http)

    async def _main_job(self, stage: Stage) -> StepFailed | None:
        """The story from the invitation to the refusals; None when each step held."""
        try:
            async with emulated_person(self.places.security_key) as person:
                story = Story(
                    self.told, self.addresses, stage.clients, person, stage.http, stage.issuer
                )
                if wants_enrolment(stage.house, self.places):
                    _, invitation = invite(stage.house, EMULATED_PERSON, "Demonstration person")
                    await story.enrol(invitation_link(self.addresses.issuer, invitation))
                await story.main_job()
        except StepFailed as failed:
            return failed
        except httpx2.HTTPError as error:
            return StepFailed(f"A request failed: {type(error).__name__}.")
        return None

    def _introduce(self) -> None:
        self.told.line("counterfoil: a touch becomes a token", "bold")
        self.told.line("A demonstration on this machine only, with a security key in software.")
        self.told.line()
        self.told.rows(
            [
                ("service", self.addresses.issuer),
                ("application", self.addresses.sample),
                ("data", f"{self.places.folder} (kept; --fresh starts over)"),
            ]
        )
        self.told.line()

    def _tell_end(self, stage: Stage, failed: StepFailed | None) -> None:
        links: dict[str, Json] = {}
        self.told.line()
        if failed is not None:
            say_problem(f"The main job failed: {failed}", f"{spelled()} --fresh --log")
        elif self.once:
            self.told.line("Done: a touch became a token.", "bold")
        else:
            links = self._tell_links(stage)
        show(
            {
                "done": failed is None,
                "failed": None if failed is None else str(failed),
                "issuer": self.addresses.issuer,
                "application": self.addresses.sample,
                "data": str(self.places.folder),
                "steps": self.told.steps,
                "links": links,
            },
            "",
            as_json=self.as_json,
        )
        sys.stdout.flush()

    def _tell_links(self, stage: Stage) -> dict[str, Json]:
        """Links for a person with a browser and a real key."""
        _, invitation = invite(stage.house, PERSON_BY_HAND, "You")
        link = invitation_link(self.addresses.issuer, invitation)
        tokens = f"{self.addresses.issuer}/tokens"
        self.told.line("Done: a touch became a token. Now by hand, in a browser here:", "bold")
        until = moment(invitation.expires_ms)[-5:]
        self.told.rows(
            [
                (f"1. enrol your key, once, until {until} UTC", link),
                ("2. sign in to the application", self.addresses.sample),
                ("3. see your tokens", tokens),
            ]
        )
        self.told.line()
        self.told.line("Ctrl-C ends everything.")
        return {"invitation": link, "application": self.addresses.sample, "tokens": tokens}


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C and SIGTERM set, in place of what they do otherwise."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    taken = []
    for number in (signal.SIGINT, signal.SIGTERM):
        # Windows has no such handlers: there Ctrl-C cancels what runs.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
            taken.append(number)
    try:
        yield stop
    finally:
        for number in taken:
            loop.remove_signal_handler(number)


async def _first(job: "asyncio.Task[StepFailed | None]", stop: asyncio.Event) -> bool:
    """Whether the job ended before the signal; if not, it is cancelled."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({job, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if job.done():
        return True
    job.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await job
    return False
