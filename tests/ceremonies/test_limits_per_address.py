"""A burst from one address is let in, and no more; exactly, however many ask at once."""

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from counterfoil.errors import Reason, Refused
from counterfoil.http.house import House
from counterfoil.limits import Limited, Limits
from counterfoil.store import Store, open_store
from counterfoil.store.schema import limits
from tests.ceremonies.desk import reason
from tests.house import HandClock

RIVALS = 200
BURST = 10


@pytest.fixture
def store(upgraded_database_url: str) -> Iterator[Store]:
    opened = open_store(upgraded_database_url)
    yield opened
    opened.close()


@pytest.fixture
def sixty(clock: HandClock) -> Limits:
    """Ten at once, and one a second."""
    return Limits(clock, 60, BURST)


def ask(
    store: Store, limits: Limits, address: str = "192.0.2.1", what: Limited = Limited.TRY
) -> None | Refused:
    return store.write_now(lambda tx: limits.refuse_flood(tx, address, what))


def passed(store: Store, limits: Limits, times: int, address: str = "192.0.2.1") -> int:
    return sum(ask(store, limits, address) is None for _ in range(times))


def rows(store: Store) -> int:
    return store.read_now(
        lambda tx: tx.execute(select(func.count()).select_from(limits)).scalar_one()
    )


def test_the_burst_passes_and_the_next_is_refused(store: Store, sixty: Limits) -> None:
    assert passed(store, sixty, BURST) == BURST
    refused = ask(store, sixty)
    assert reason(refused) is Reason.FLOODED
    assert isinstance(refused, Refused)
    assert refused.by_s == 5
    assert refused.detail == "try from 192.0.2.1"


def test_one_more_passes_with_each_interval(store: Store, sixty: Limits, clock: HandClock) -> None:
    passed(store, sixty, BURST)
    clock.at_ms += 998
    assert passed(store, sixty, 3) == 0
    clock.at_ms += 1
    assert passed(store, sixty, 3) == 1
    clock.pass_s(3)
    assert passed(store, sixty, 9) == 3


def test_after_the_wait_a_whole_sign_in_passes(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    passed(store, sixty, BURST)
    refused = ask(store, sixty)
    assert isinstance(refused, Refused)
    clock.pass_s(refused.by_s)
    assert passed(store, sixty, 9) == 5


def test_who_keeps_knocking_is_let_in_all_the_same(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    """Refused requests do not count: only the rate does."""
    passed(store, sixty, BURST)
    let_in = 0
    for _ in range(100):
        clock.pass_s(0.1)
        let_in += passed(store, sixty, 5)
    assert let_in == 10


def test_a_bucket_that_rested_is_as_good_as_new(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    passed(store, sixty, BURST)
    clock.pass_s(3600)
    assert passed(store, sixty, 50) == BURST


def test_a_household_shares_and_its_neighbours_do_not(store: Store, sixty: Limits) -> None:
    assert passed(store, sixty, BURST, "2001:db8:0:2::1") == BURST
    assert passed(store, sixty, BURST, "2001:db8:0:2:ffff::7") == 0
    # The other half of the /63.
    assert passed(store, sixty, BURST, "2001:db8:0:3::1") == BURST


def test_an_address_is_the_same_in_ipv4_and_ipv6(store: Store, sixty: Limits) -> None:
    assert passed(store, sixty, BURST, "::ffff:192.0.2.9") == BURST
    assert passed(store, sixty, 1, "192.0.2.9") == 0
    assert passed(store, sixty, 1, "192.0.2.10") == 1


def test_addresses_that_nobody_can_read_share(store: Store, sixty: Limits) -> None:
    assert passed(store, sixty, BURST, "a") == BURST
    assert passed(store, sixty, 1, "b") == 0


def test_each_thing_has_buckets_of_its_own(store: Store, sixty: Limits) -> None:
    passed(store, sixty, BURST)
    assert ask(store, sixty, what=Limited.OPENING) is None
    assert ask(store, sixty, what=Limited.TRY) is not None


def test_this_machine_is_not_limited_and_leaves_no_row(store: Store, sixty: Limits) -> None:
    assert passed(store, sixty, BURST * 3, "127.0.0.1") == BURST * 3
    assert rows(store) == 0


def test_exactly_the_burst_of_two_hundred_rivals_passes(store: Store, sixty: Limits) -> None:
    together = threading.Barrier(8)
    outcomes: Counter[bool] = Counter()
    counting = threading.Lock()

    def rush() -> None:
        together.wait()
        for _ in range(RIVALS // 8):
            let_in = ask(store, sixty) is None
            with counting:
                outcomes[let_in] += 1

    threads = [threading.Thread(target=rush) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == Counter({True: BURST, False: RIVALS - BURST})


def test_rivals_of_two_workers_share_one_bucket(
    store: Store, sixty: Limits, upgraded_database_url: str
) -> None:
    other = open_store(upgraded_database_url)
    try:
        let_in = sum(passed(s, sixty, 1) for _ in range(BURST) for s in (store, other))
    finally:
        other.close()
    assert let_in == BURST


# --- the table stays small ---------------------------------------------------------------------


def test_a_new_row_takes_two_expired_ones_with_it(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    for last in range(20):
        ask(store, sixty, f"192.0.2.{last}")
    assert rows(store) == 20
    clock.at_ms += 999
    ask(store, sixty, "198.51.100.1")
    assert rows(store) == 21
    clock.at_ms += 1
    for number in range(2, 12):
        ask(store, sixty, f"198.51.100.{number}")
    assert rows(store) == 11
    ask(store, sixty, "198.51.100.12")
    assert rows(store) == 12


def test_a_row_that_counts_is_not_swept(store: Store, sixty: Limits, clock: HandClock) -> None:
    passed(store, sixty, BURST)
    clock.pass_s(BURST - 1.5)
    for last in range(2, 50):
        ask(store, sixty, f"192.0.2.{last}")
    assert passed(store, sixty, BURST) == BURST - 2


def test_a_row_that_is_used_again_sweeps_nothing(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    for last in range(5):
        ask(store, sixty, f"192.0.2.{last}")
    clock.pass_s(60)
    ask(store, sixty, "192.0.2.0")
    assert rows(store) == 5


def test_many_addresses_over_a_day_leave_few_rows(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    for number in range(300):
        ask(store, sixty, f"10.0.{number // 250}.{number % 250}")
        clock.pass_s(300)
    assert rows(store) <= 3


# --- clocks --------------------------------------------------------------------------------------


def test_a_clock_that_was_put_right_shuts_nobody_out(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    clock.pass_s(24 * 3600)
    passed(store, sixty, BURST)
    clock.pass_s(-24 * 3600)
    assert passed(store, sixty, BURST * 2) == BURST


def test_a_worker_whose_clock_is_behind_lets_no_second_burst_in(
    store: Store, sixty: Limits, clock: HandClock
) -> None:
    passed(store, sixty, BURST)
    behind = Limits(HandClock(clock.at_ms - 30_000), 60, BURST)
    assert passed(store, behind, BURST) == 0


def test_the_settings_say_how_many(house: House) -> None:
    assert house.limits.per_minute == house.settings.anonymous_per_minute == 120
    assert house.limits.burst == house.settings.anonymous_burst == 240
