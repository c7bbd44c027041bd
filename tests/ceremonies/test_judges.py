"""Slow judgements: as many at once as there are threads, and a bound on how many may wait."""

import asyncio
from contextlib import ExitStack
from threading import Lock

from counterfoil.ceremonies.judges import WAITING_PER_CORE, Judges
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from tests.ceremonies.desk import PASSWORD, Desk, add_account, must, reason, the_authenticator


def test_there_are_so_many_places_and_no_more() -> None:
    judges = Judges(threads=2)
    places = 2 * (1 + WAITING_PER_CORE)
    with ExitStack() as held:
        taken = [held.enter_context(judges.place()) for _ in range(places)]
        assert taken == [None] * places
        with judges.place() as refused:
            assert reason(refused) is Reason.BUSY
        with judges.place() as refused_again:
            assert reason(refused_again) is Reason.BUSY
    with judges.place() as free:
        assert free is None
    judges.close()


def test_no_more_than_the_threads_judge_at_once() -> None:
    judges, lock = Judges(threads=2), Lock()
    now, most = 0, 0

    def judgement() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        sum(range(200_000))
        with lock:
            now -= 1

    async def crowd() -> None:
        await asyncio.gather(*(judges.judge(judgement) for _ in range(20)))

    asyncio.run(crowd())
    judges.close()
    assert 1 <= most <= 2


def test_a_password_that_finds_no_place_costs_no_attempt(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    interaction = desk.sign_in()
    with ExitStack() as held:
        while held.enter_context(house.interactions.judges.place()) is None:
            pass
        assert reason(desk.try_password(interaction, "Ada", "a wrong password")) is Reason.BUSY
    assert the_authenticator(house, account, KindName.PASSWORD).failures == 0
    must(desk.try_password(interaction, "Ada"))
