"""A whole service for a test: a database of its own, a clock moved by hand, one root key."""

import functools
from dataclasses import dataclass

from counterfoil.app import make_house, make_pages
from counterfoil.audit import Event, list_events
from counterfoil.http.house import House
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import RootKey
from counterfoil.settings import Settings
from counterfoil.store import Transaction, open_store
from counterfoil.store.installation import Installation, MadeBy, load_keyring, make_installation
from counterfoil.tokens import make_signing_keys
from counterfoil_web import Pages

ISSUER = "http://localhost:8080"
ROOT_KEY_MATERIAL = b"a root key that only tests know of"
NOON_MS = 1_800_000_000_000


@dataclass(slots=True)
class HandClock:
    """Epoch milliseconds that stand still until a test moves them."""

    at_ms: int = NOON_MS

    def now_ms(self) -> int:
        return self.at_ms

    def pass_s(self, seconds: float) -> None:
        self.at_ms += int(seconds * 1000)


def install(
    url: str, *, made_by: MadeBy = MadeBy.TEST, issuer: str = ISSUER, now_ms: int = NOON_MS
) -> None:
    """Fills an upgraded database with data keys and signing keys."""
    root, store = RootKey(ROOT_KEY_MATERIAL), open_store(url)

    def fill(tx: Transaction) -> None:
        make_installation(tx, Installation(made_by, issuer), root, system_entropy, now_ms)
        make_signing_keys(tx, load_keyring(tx, root), system_entropy, now_ms)

    try:
        store.write_now(fill)
    finally:
        store.close()


def settings_for(url: str, **changes: object) -> Settings:
    facts: dict[str, object] = {
        "issuer": ISSUER,
        "database_url": url,
        "root_key_file": "/nowhere/root.key",
        **changes,
    }
    return Settings.model_validate(facts)


def house_on(url: str, clock: HandClock | None = None, **changes: object) -> House:
    """The service on an installed database; the test closes it (`close_house`)."""
    settings = settings_for(url, **changes)
    return make_house(
        settings,
        RootKey(ROOT_KEY_MATERIAL),
        clock=clock or HandClock(),
        pages=pages_for(settings),
    )


def pages_for(settings: Settings) -> Pages:
    """Compiled once for all who have the ordinary look."""
    if settings.accent or settings.accent_dark or settings.logo_file:
        return make_pages(settings)
    return compiled_pages(settings.service_name, settings.demonstration)


@functools.cache
def compiled_pages(service_name: str, demonstration: bool) -> Pages:
    """Compiling all pages takes longer than most tests."""
    return Pages(service_name, demonstration)


def events_of(house: House) -> list[Event]:
    return list(house.store.read_now(lambda tx: list_events(tx, limit=10_000)))
