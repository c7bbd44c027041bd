"""A service with a mail worker, and people with addresses."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from counterfoil.accounts import Account
from counterfoil.app import close_house
from counterfoil.http.house import House
from counterfoil.kit.where import Where
from counterfoil.mail import Composer, MailWorker, make_mail_worker
from counterfoil.mail.server import server_of
from counterfoil.notices import Letter, Told
from counterfoil.store import Store, Transaction
from counterfoil.store.schema import accounts, outbox
from tests.ceremonies.desk import add_account
from tests.house import HandClock, house_on
from tests.mail.sink import HOST, Sink

FROM = "login@example.org"
ADA = "ada@example.org"
HERE = Where("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")


@contextmanager
def office(url: str, clock: HandClock, sink: Sink, **changes: Any) -> Iterator[House]:
    """The service on an installed database, with the sink as its mail server."""
    facts: dict[str, Any] = {
        "smtp_host": HOST,
        "smtp_port": sink.port,
        "smtp_security": "none",
        "mail_from": FROM,
    }
    house = house_on(url, clock, **{**facts, **changes})
    try:
        yield house
    finally:
        close_house(house)


def worker_of(house: House, database: Store | None = None) -> MailWorker:
    """Another one each time: as many processes as a test wants."""
    settings, bell = house.settings, house.notices.bell
    worker = make_mail_worker(
        settings, database or house.store, house.clock, house.entropy, house.keyring, bell
    )
    assert worker is not None
    return worker


def impatient_worker(house: House, stop_within_s: float) -> MailWorker:
    server = server_of(house.settings)
    assert server is not None
    return MailWorker(
        house.store,
        house.clock,
        house.entropy,
        house.keyring,
        house.notices.bell,
        server,
        Composer.of(house.settings),
        stop_within_s=stop_within_s,
    )


def deliver(house: House) -> int:
    """One look of one worker; how many letters the sink took."""

    async def look() -> int:
        worker = worker_of(house)
        try:
            return await worker.deliver_due()
        finally:
            await worker.stop()

    return asyncio.run(look())


def person(house: House, name: str = "Ada", *, email: str = ADA, **more: Any) -> Account:
    """Somebody whose address was verified."""
    account = add_account(house, name)
    values = {"email": email, "email_verified": 1, **more}
    house.store.write_now(
        lambda tx: tx.execute(update(accounts).where(accounts.c.id == account.id).values(values))
    )
    return account


def tell(house: House, account: Account, what: Told = Told.TOKEN_ADDED, **details: Any) -> None:
    def unit(tx: Transaction) -> None:
        house.notices.tell(tx, account.id, what, HERE, **details)

    house.store.write_now(unit)


def write_link(house: House, account: Account, link: str, *, minutes: int = 15) -> None:
    def unit(tx: Transaction) -> None:
        what = Letter.PASSWORD_LINK
        house.notices.write_letter(tx, account.id, ADA, what, link=link, minutes=minutes)

    house.store.write_now(unit)


def rows(house: House) -> list[Any]:
    """The outbox as it is, in order."""
    statement = select(outbox).order_by(outbox.c.made_ms, outbox.c.id)
    return list(house.store.read_now(lambda tx: tx.execute(statement).all()))


def the_row(house: House) -> Any:
    (row,) = rows(house)
    return row


async def until(condition: Callable[[], bool]) -> None:
    """For what another thread does: no event of this loop tells of it."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
