"""What a server refuses for good is given up, what it puts off is tried again, ever more rarely."""

import asyncio
import logging

import pytest

from counterfoil.http.house import House
from counterfoil.mail.rules import GIVE_UP_AFTER_MS, TOO_LATE, GiveUp, TryAgain, after_trouble
from counterfoil.notices import open_message, store
from counterfoil.notices.store import claim_due
from counterfoil.store import StoreBusy, open_store
from counterfoil.store.work import Unit
from tests.house import NOON_MS, HandClock
from tests.mail.office import (
    ADA,
    deliver,
    office,
    person,
    rows,
    tell,
    the_row,
    worker_of,
    write_link,
)
from tests.mail.sink import Sink, running

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
LINK = "http://localhost:8080/forgotten/cf_inv_secret"


@pytest.mark.parametrize(
    ("tries", "minutes"),
    [(1, 1), (2, 2), (3, 4), (9, 256), (10, 360), (11, 360), (10_000, 360)],
)
def test_the_wait_doubles_to_six_hours(tries: int, minutes: int) -> None:
    assert after_trouble(tries, 0, None, 1000) == TryAgain(1000 + minutes * MINUTE_MS)


def test_after_three_days_it_is_over() -> None:
    assert isinstance(after_trouble(12, 0, None, GIVE_UP_AFTER_MS - 1), TryAgain)
    assert isinstance(after_trouble(12, 0, None, GIVE_UP_AFTER_MS), GiveUp)


def test_a_link_is_not_tried_when_it_would_be_no_longer_good() -> None:
    assert after_trouble(1, 0, 1000 + MINUTE_MS + 1, 1000) == TryAgain(1000 + MINUTE_MS)
    assert after_trouble(1, 0, 1000 + MINUTE_MS, 1000) == GiveUp(TOO_LATE)


def test_a_recipient_that_is_refused_for_good_is_given_up_at_once(
    mailing: House, sink: Sink
) -> None:
    sink.of_recipient = lambda to: f"550 5.1.1 <{to}> is nobody here"
    tell(mailing, person(mailing))
    assert deliver(mailing) == 0
    row = the_row(mailing)
    assert (row.state, row.tries, row.trouble) == ("given_up", 1, "recipient refused: 550 5.1.1")
    assert open_message(mailing.keyring, row.id, row.sealed_letter).to == ADA


def test_a_letter_that_is_refused_for_good_is_given_up_at_once(mailing: House, sink: Sink) -> None:
    sink.of_letter = lambda _: "554 we do not like it"
    tell(mailing, person(mailing))
    deliver(mailing)
    assert (the_row(mailing).state, the_row(mailing).trouble) == ("given_up", "letter refused: 554")


def test_one_refused_letter_holds_up_no_other(mailing: House, sink: Sink) -> None:
    sink.of_recipient = lambda to: "250 OK" if to == ADA else "550 no"
    tell(mailing, person(mailing, "Eve", email="eve@example.org"))
    tell(mailing, person(mailing))
    assert deliver(mailing) == 1
    assert sorted(row.state for row in rows(mailing)) == ["given_up", "sent"]


def test_greylisting_is_waited_out(mailing: House, sink: Sink, clock: HandClock) -> None:
    sink.of_recipient = lambda _: "451 4.7.1 Come back later"
    tell(mailing, person(mailing))
    deliver(mailing)
    row = the_row(mailing)
    assert (row.state, row.trouble) == ("waiting", "recipient refused: 451 4.7.1")
    assert row.due_ms == NOON_MS + MINUTE_MS
    sink.of_recipient = lambda _: "250 OK"
    clock.pass_s(59.999)
    assert deliver(mailing) == 0
    clock.pass_s(0.001)
    assert deliver(mailing) == 1
    assert (the_row(mailing).state, the_row(mailing).trouble) == ("sent", None)


@pytest.mark.parametrize("answer", ["550 5.7.1 not from you", "530 5.7.0 sign in", "451 later"])
def test_a_refused_sender_is_ours_to_mend_and_no_letters_end(
    mailing: House, sink: Sink, answer: str
) -> None:
    sink.of_sender = lambda _: answer
    ada = person(mailing)
    tell(mailing, ada)
    tell(mailing, ada)
    deliver(mailing)
    assert sorted((row.state, row.tries) for row in rows(mailing)) == [
        ("waiting", 0),
        ("waiting", 1),
    ]
    assert {row.trouble for row in rows(mailing)} >= {None}


def test_a_server_that_is_down_loses_nothing(installed_database_url: str, clock: HandClock) -> None:
    with running(Sink()) as sink:
        pass
    with office(installed_database_url, clock, sink) as house:
        tell(house, person(house))
        for tries in range(1, 6):
            deliver(house)
            row = the_row(house)
            assert (row.state, row.tries) == ("waiting", tries)
            assert row.trouble == "not connected: ConnectionRefusedError"
            clock.at_ms = row.due_ms
        with running(sink):
            assert deliver(house) == 1
    assert len(sink.received) == 1


def test_for_three_days_and_not_for_ever(mailing: House, sink: Sink, clock: HandClock) -> None:
    sink.of_recipient = lambda _: "451 later"
    tell(mailing, person(mailing))
    while (row := the_row(mailing)).state == "waiting":
        clock.at_ms = row.due_ms
        deliver(mailing)
    assert row.trouble == "recipient refused: 451; tried for three days"
    assert GIVE_UP_AFTER_MS <= clock.at_ms - NOON_MS < GIVE_UP_AFTER_MS + 6 * HOUR_MS
    assert row.tries == 21


def test_a_link_that_is_no_longer_good_is_not_sent(
    mailing: House, sink: Sink, clock: HandClock
) -> None:
    write_link(mailing, person(mailing), LINK, minutes=15)
    clock.pass_s(15 * 60)
    assert deliver(mailing) == 0
    row = the_row(mailing)
    assert (row.state, row.trouble) == ("given_up", TOO_LATE)
    left = open_message(mailing.keyring, row.id, row.sealed_letter)
    assert (left.to, left.facts) == ("", {})
    assert sink.received == []


def test_a_link_is_sent_to_its_last_second(mailing: House, clock: HandClock) -> None:
    write_link(mailing, person(mailing), LINK, minutes=15)
    clock.pass_s(15 * 60 - 1)
    assert deliver(mailing) == 1


def test_a_letter_whose_seal_is_broken_is_given_up(mailing: House) -> None:
    ada = person(mailing)
    tell(mailing, ada)
    letter = the_row(mailing)
    mailing.store.write_now(
        lambda tx: store.insert_letter(tx, "let_moved", ada.id, letter.sealed_letter, NOON_MS)  # type: ignore[arg-type]  # a row that somebody else wrote
    )
    assert deliver(mailing) == 1
    moved = next(row for row in rows(mailing) if row.id == "let_moved")
    assert (moved.state, moved.trouble) == ("given_up", "its seal is broken")


def test_no_address_is_logged(mailing: House, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ada = person(mailing)
    for answer in ("550 5.1.1 {}", "451 4.7.1 {}", "421 {}", "250 OK {}"):
        sink.of_recipient = lambda to, answer=answer: answer.format(f"<{to}> is told here")  # type: ignore[misc]  # bound now
        tell(mailing, ada)
        deliver(mailing)
    sink.of_sender = lambda _: f"550 <{ADA}>"
    tell(mailing, ada)
    deliver(mailing)
    told = [record for record in caplog.records if record.name.startswith("counterfoil")]
    assert len(told) >= 5
    assert "ada@" not in repr([record.getMessage() for record in told])
    assert "ada@" not in repr([row.trouble for row in rows(mailing)])


class Dying:
    """A database that is gone from the moment when the sink has taken a letter."""

    def __init__(self, house: House, sink: Sink) -> None:
        self._store, self._sink = house.store, sink

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    async def write(self, unit: "Unit[object]") -> object:
        if self._sink.received:
            raise StoreBusy
        return await self._store.write(unit)


def test_who_dies_between_sending_and_writing_it_down_sends_it_again_and_tells(
    mailing: House, sink: Sink, clock: HandClock
) -> None:
    tell(mailing, person(mailing))

    async def die() -> None:
        dying = worker_of(mailing, Dying(mailing, sink))  # type: ignore[arg-type]  # a Store by name
        with pytest.raises(StoreBusy):
            await dying.deliver_due()
        await dying.stop()

    asyncio.run(die())
    assert the_row(mailing).state == "waiting"
    assert deliver(mailing) == 0, "the claim of the dead is kept for its time"
    clock.at_ms = the_row(mailing).due_ms
    assert deliver(mailing) == 1
    first, second = sink.received
    assert first.mail["Message-ID"] == second.mail["Message-ID"]
    assert first.raw == second.raw


def test_who_comes_back_late_settles_nothing(mailing: House, clock: HandClock) -> None:
    """A claim that was over, and taken by another one, is no longer ours to settle."""
    tell(mailing, person(mailing))
    at = clock.at_ms
    late = mailing.store.write_now(lambda tx: claim_due(tx, at, at + 1))
    later = mailing.store.write_now(lambda tx: claim_due(tx, at + 1, at + 2))
    assert late is not None
    assert later is not None
    assert not mailing.store.write_now(lambda tx: store.mark_sent(tx, late, b"", at))
    assert not mailing.store.write_now(lambda tx: store.put_back(tx, late, "trouble", at))
    assert not mailing.store.write_now(lambda tx: store.mark_given_up(tx, late, "trouble", b""))
    assert mailing.store.write_now(lambda tx: store.mark_sent(tx, later, b"", at))


def test_two_workers_send_each_of_fifty_letters_once(
    installed_database_url: str, clock: HandClock, sink: Sink
) -> None:
    with office(installed_database_url, clock, sink) as house:
        ada = person(house)
        for number in range(50):
            tell(house, ada, label=f"key {number}")
        stores = [open_store(installed_database_url) for _ in range(2)]
        workers = [worker_of(house, database) for database in stores]

        async def race() -> list[int]:
            taken = await asyncio.gather(*(worker.deliver_due() for worker in workers))
            for worker in workers:
                await worker.stop()
            return taken

        taken = asyncio.run(race())
        for database in stores:
            database.close()
        assert {(row.state, row.tries) for row in rows(house)} == {("sent", 1)}
    assert sum(taken) == 50
    assert min(taken) > 0, "both took part"
    assert len({letter.mail["Message-ID"] for letter in sink.received}) == len(sink.received) == 50


def test_without_a_server_letters_wait(installed_database_url: str, clock: HandClock) -> None:
    with office(installed_database_url, clock, Sink(), smtp_host="") as house:
        tell(house, person(house))
        with pytest.raises(AssertionError):
            worker_of(house)
        assert the_row(house).state == "waiting"


def test_a_retry_leaves_alone_what_is_in_somebodys_hands(
    mailing: House, sink: Sink, clock: HandClock
) -> None:
    ada = person(mailing)
    sink.of_recipient = lambda _: "550 no"
    tell(mailing, ada)
    deliver(mailing)
    tell(mailing, ada)
    at = clock.at_ms
    assert mailing.store.write_now(lambda tx: claim_due(tx, at, at + 1000)) is not None
    assert mailing.store.write_now(lambda tx: store.retry_outbox(tx, at)) == 1
    sink.of_recipient = lambda _: "250 OK"
    assert deliver(mailing) == 1
    assert sorted(row.state for row in rows(mailing)) == ["sent", "waiting"]
