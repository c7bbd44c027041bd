"""The background task: woken by a letter of its own process, and gone when the service stops."""

import asyncio
import time

from counterfoil.app import make_app
from counterfoil.http.house import House
from counterfoil.mail.worker import LOOK_EVERY_S
from tests.house import HandClock
from tests.mail.office import impatient_worker, office, person, tell, the_row, until
from tests.mail.sink import Sink

PATIENCE_S = LOOK_EVERY_S - 5


async def until_received(sink: Sink, number: int) -> None:
    await asyncio.wait_for(until(lambda: len(sink.received) >= number), PATIENCE_S)


def test_a_serving_process_sends_what_waits_and_what_is_written(
    installed_database_url: str, clock: HandClock, sink: Sink
) -> None:
    """The clock of the test stands still: only a bell wakes the worker in time."""
    with office(installed_database_url, clock, sink) as house:
        ada = person(house)
        tell(house, ada)

        async def serve() -> None:
            app = make_app(house)
            async with app.router.lifespan_context(app):
                await until_received(sink, 1)
                for number in (2, 3):
                    await asyncio.to_thread(tell, house, ada)
                    await until_received(sink, number)

        asyncio.run(serve())


def test_it_stops_in_time_while_a_server_holds_it_up(mailing: House, sink: Sink) -> None:
    sink.hangs = True
    tell(mailing, person(mailing))

    async def run() -> float:
        worker = impatient_worker(mailing, 0.05)
        worker.start()
        await until(lambda: bool(sink.greeted))
        begun = time.monotonic()
        await worker.stop()
        return time.monotonic() - begun

    assert asyncio.run(run()) < 5
    assert the_row(mailing).state == "waiting"


def test_a_letter_that_is_being_sent_is_finished_first(mailing: House, sink: Sink) -> None:
    tell(mailing, person(mailing))

    async def run() -> None:
        worker = impatient_worker(mailing, 10)
        worker.start()
        await until(lambda: bool(sink.greeted))
        await worker.stop()

    asyncio.run(run())
    assert the_row(mailing).state == "sent"


def test_the_bell_is_forgotten_with_the_worker(
    installed_database_url: str, clock: HandClock, sink: Sink
) -> None:
    with office(installed_database_url, clock, sink) as house:

        async def run() -> None:
            worker = impatient_worker(house, 1)
            worker.start()
            await worker.stop()

        asyncio.run(run())
        tell(house, person(house))
        assert the_row(house).state == "waiting"
