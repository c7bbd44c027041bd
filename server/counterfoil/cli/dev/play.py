"""One run of the demonstration: set up, serve, do the main job, keep serving until a signal."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx2
from starlette.types import ASGIApp

from counterfoil.app import make_app
from counterfoil.cli.access_log import AccessLog
from counterfoil.cli.dev.errands import EmulatedPerson, emulated_person
from counterfoil.cli.dev.places import Places, spelled
from counterfoil.cli.dev.sample.application import Registration, make_sample
from counterfoil.cli.dev.sample.tokens import Issuer
from counterfoil.cli.dev.servers import serving
from counterfoil.cli.dev.setup import (
    EMULATED_PERSON,
    PERSON_BY_HAND,
    PERSON_WITH_PHONE,
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
from counterfoil.cli.output import Exit, moment, say, say_problem, show
from counterfoil.cli.users import invitation_link
from counterfoil.http.house import House
from counterfoil.kit.strict_json import Json
from counterfoil.settings import Settings

HTTP_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Stage:
    """The demonstration, set up and served."""

    house: House
    clients: SampleClients
    issuer: Issuer
    http: httpx2.AsyncClient


@dataclass(frozen=True, slots=True)
class Play:
    """One run of the demonstration."""

    told: Told
    places: Places
    addresses: Addresses
    phone_port: int
    once: bool
    log: bool
    as_json: bool

    async def run(self, service: list[socket.socket], sample: list[socket.socket]) -> Exit:
        """Set up, serve, do the main job, keep serving until a signal; the exit code."""
        with stop_signal() as stop:
            async with (
                self._stage(service, sample) as stage,
                emulated_person(self.places.security_key) as person,
            ):
                self._introduce()
                job = asyncio.create_task(self._main_job(stage, person))
                if not await _first(job, stop):
                    say("Stopped before the main job was done.")
                    return Exit.INTERRUPTED
                phone = job.result()
                failed = phone if isinstance(phone, StepFailed) else None
                self._tell_end(stage, phone)
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
        # The environment's settings are for the real thing.
        settings = Settings.model_validate(
            {
                "issuer": self.addresses.issuer,
                "database_url": f"sqlite:///{self.places.database}",
                "root_key_file": self.places.root_key,
                "demonstration": True,
            }
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

    async def _main_job(self, stage: Stage, person: EmulatedPerson) -> StepFailed | str:
        """The story from the invitation to the refusals; then where the emulated phone is."""
        try:
            story = Story(
                self.told, self.addresses, stage.clients, person, stage.http, stage.issuer
            )
            if wants_enrolment(stage.house, self.places):
                _, invitation = invite(stage.house, EMULATED_PERSON, "Demonstration person")
                await story.enrol(invitation_link(self.addresses.issuer, invitation))
            await story.main_job()
            # Invited again, somebody begins anew: every run enrols a phone.
            _, invitation = invite(stage.house, PERSON_WITH_PHONE, "Person with a phone")
            link = invitation_link(self.addresses.issuer, invitation)
            await story.with_phone(link, PERSON_WITH_PHONE)
            shown = await person.do({"do": "phone-page", "port": self.phone_port})
            return str(shown[0]["url"])
        except StepFailed as failed:
            return failed
        except httpx2.HTTPError as error:
            return StepFailed(f"A request failed: {type(error).__name__}.")

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

    def _tell_end(self, stage: Stage, phone: StepFailed | str) -> None:
        failed = phone if isinstance(phone, StepFailed) else None
        links: dict[str, Json] = {}
        self.told.line()
        if isinstance(phone, StepFailed):
            say_problem(f"The main job failed: {phone}", f"{spelled()} --fresh --log")
        elif self.once:
            self.told.line("Done: a touch became a token.", "bold")
        else:
            links = self._tell_links(stage, phone)
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

    def _tell_links(self, stage: Stage, phone: str) -> dict[str, Json]:
        """Links for a person with a browser; with a real key, or with the emulated phone."""
        _, invitation = invite(stage.house, PERSON_BY_HAND, "You")
        link = invitation_link(self.addresses.issuer, invitation)
        tokens = f"{self.addresses.issuer}/tokens"
        self.told.line("Done: a touch became a token. Now by hand, in a browser here:", "bold")
        until = moment(invitation.expires_ms)[-5:]
        for number, (sentence, address) in enumerate(
            [
                (f"enrol a key of yours; this link is good once, until {until} UTC", link),
                ("sign in to the sample application", self.addresses.sample),
                ("look at your tokens", tokens),
                ("a phone in software, for links and codes of authenticator apps", phone),
            ],
            start=1,
        ):
            self.told.line(f"  {number}. {sentence}")
            # In one piece, so that a terminal makes a link of it.
            self.told.line(f"     {address}")
        self.told.line()
        self.told.line("Ctrl-C ends everything.")
        return {
            "invitation": link,
            "application": self.addresses.sample,
            "tokens": tokens,
            "phone": phone,
        }


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


async def _first(job: "asyncio.Task[StepFailed | str]", stop: asyncio.Event) -> bool:
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
