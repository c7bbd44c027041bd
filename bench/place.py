"""Where it is measured: a new database made by a test, so that emulated keys count in it, with
people who each have a key of their own, and one application that they sign in to."""

import asyncio
import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from counterfoil.app import close_house, make_house
from counterfoil.audit import Where
from counterfoil.ceremonies import Begun
from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.http.house import House
from counterfoil.kit.clock import SystemClock
from counterfoil.kit.sealing import RootKey
from counterfoil.kit.secret import Secret
from counterfoil.oauth.client import ClientKind, ConsentRule
from counterfoil.sessions import Session
from counterfoil.settings import Settings
from counterfoil.store import Transaction
from counterfoil.store.upgrades import upgrade
from counterfoil_devices.emulated import Browser, EmulatedDevice, SecurityKey, World
from tests.databases import PostgreSQL
from tests.house import ROOT_KEY_MATERIAL, install
from tests.postgresql import Run

PIN = "2580"
REDIRECT_URI = "https://app.example/signed-in"
NOWHERE = Where("127.0.0.1", "counterfoil-bench")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a browser with an emulated key of their own."""

    name: str
    browser: Browser


@dataclass(frozen=True, slots=True)
class Application:
    """The relying party: a confidential client, for which nobody is asked for consent."""

    client: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Place:
    settings: Settings
    database: str  # its kind, version and durability, in words
    application: Application
    people: tuple[Person, ...]

    @property
    def host(self) -> str:
        return self.settings.issuer.partition("://")[2]


@contextmanager
def database(postgresql: str | None, folder: Path) -> Iterator[str]:
    """The URL of an empty database: SQLite for None, a server's URL, or "" for a packaged one.

    Raises tests.postgresql.NoServer.
    """
    if postgresql is None:
        (folder / "data").mkdir()
        yield f"sqlite:///{folder / 'data' / 'bench.db'}"
        return
    with ExitStack() as stack:
        server = PostgreSQL(postgresql or _packaged(stack, folder), f"bench_{os.getpid()}")
        stack.callback(server.close)
        url = server.create(template="template0")
        stack.callback(server.drop, url)
        yield url


def make_place(url: str, folder: Path, port: int, *, people: int, workers: int) -> Place:
    """Fills the database; nothing is serving yet."""
    root_key_file = folder / "keys" / "root.key"
    root_key_file.parent.mkdir()
    root_key_file.touch(0o600)
    root_key_file.write_bytes(ROOT_KEY_MATERIAL)
    settings = Settings.model_validate(
        {
            "issuer": f"http://localhost:{port}",
            "database_url": url,
            "root_key_file": root_key_file,
            "workers": workers,
        }
    )
    upgrade(url)
    install(url, issuer=settings.issuer, now_ms=SystemClock().now_ms())
    house = make_house(settings, RootKey(ROOT_KEY_MATERIAL))
    try:
        return Place(
            settings=settings,
            database=_describe(house),
            application=house.store.write_now(lambda tx: _application(house, tx)),
            people=tuple(asyncio.run(_enrol_all(house, people))),
        )
    finally:
        close_house(house)


def _packaged(stack: ExitStack, folder: Path) -> str:
    """The URL of a server of ours, which ends with `stack`."""
    run = Run(folder)
    stack.callback(run.wait_for_keeper)
    stack.enter_context(run.held("alive", fcntl.LOCK_EX))
    return run.server_url()


def _application(house: House, tx: Transaction) -> Application:
    client, secret = _given(
        house.clients.add(
            tx,
            "Bench",
            kind=ClientKind.CONFIDENTIAL,
            redirect_uris=[REDIRECT_URI],
            audience="https://api.example",
            consent=ConsentRule.GIVEN,
        )
    )
    assert secret is not None
    return Application(client.id, secret)


async def _enrol_all(house: House, count: int) -> list[Person]:
    # At once, so that they share commits.
    return await asyncio.gather(*(_enrol(house, f"person-{n}") for n in range(1, count + 1)))


async def _enrol(house: House, name: str) -> Person:
    """Invited, and with a key that is two factors in one, as a browser would have done it."""
    world = World.by_hand(name.encode(), pin=PIN)
    person = Person(name, Browser(EmulatedDevice(SecurityKey(world, pin=PIN)), world))

    def open_first_visit(tx: Transaction) -> tuple[Session, Begun]:
        account = _given(house.accounts.add(tx, name))
        invitation = _given(house.accounts.invite(tx, account.id, "bench"))
        session, _ = house.sessions.open(tx, NOWHERE)
        visit = _given(
            house.interactions.open_first_visit(tx, session.id, invitation.token, NOWHERE)
        )
        begun = house.interactions.begin(
            tx, visit.id, session, KindName.WEBAUTHN, Purpose.ENROL, NOWHERE, alone=True
        )
        return session, _given(begun)

    session, begun = await house.store.write(open_first_visit)
    options = begun.challenge["publicKey"]
    assert isinstance(options, dict)
    credential = person.browser.create(options, house.settings.issuer)
    proof = Proof(KindName.WEBAUTHN, {"kind": "webauthn", "credential": credential})
    _given(await house.interactions.prove(begun.ceremony, session, proof, "Key", NOWHERE))
    return person


def _describe(house: House) -> str:
    """What the database says of itself, through the connections that are shipped."""
    store = house.store
    if house.settings.database_url.startswith("sqlite"):
        version = store.read_now(lambda tx: _ask(tx, "SELECT sqlite_version()"))
        journal = store.read_now(lambda tx: _ask(tx, "PRAGMA journal_mode"))
        level = store.write_now(lambda tx: _ask(tx, "PRAGMA synchronous"))
        synchronous = {"0": "OFF", "1": "NORMAL", "2": "FULL", "3": "EXTRA"}[level]
        return f"SQLite {version}, {journal.upper()}, synchronous={synchronous}"
    version = store.read_now(lambda tx: _ask(tx, "SHOW server_version"))
    fsync = store.read_now(lambda tx: _ask(tx, "SHOW fsync"))
    commit = store.read_now(lambda tx: _ask(tx, "SHOW synchronous_commit"))
    return f"PostgreSQL {version.split()[0]}, fsync={fsync}, synchronous_commit={commit}"


def _ask(tx: Transaction, question: str) -> str:
    return str(tx.exec_driver_sql(question).scalar_one())


def _given(outcome: T | Refused) -> T:
    if isinstance(outcome, Refused):
        raise TypeError(f"refused while the place was made: {outcome}")
    return outcome
