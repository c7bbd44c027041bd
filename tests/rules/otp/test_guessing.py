"""What guessing codes comes to, for somebody who knows the password: decision 0071 says these
figures, and they change with the limits of `accounts.rules`."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.accounts.rules import FREE_FAILURES, MAX_FAILURES, delay_after
from counterfoil.errors import Refused
from counterfoil.factors.otp.rules import (
    EVERY_PHONE,
    NEVER,
    STEPS_EITHER_WAY,
    Algorithm,
    accept,
    hotp,
)
from counterfoil.factors.recovery.rules import ALPHABET, CHARACTERS, CODES, SELECTOR_CHARACTERS
from tests.rules.otp.phones import NOON_MS, SECRET, Phone

DAY_MS = 24 * 60 * 60 * 1000
GOOD_AT_ONCE = 2 * STEPS_EITHER_WAY + 1


@dataclass(slots=True)
class Door:
    """An authenticator's limits as the lifecycle applies them: counted before it is judged."""

    failures: int = 0
    blocked_until_ms: int = 0

    def opens_at(self, now_ms: int) -> int | None:
        """When the next guess may be made; None when it is disabled."""
        return None if self.failures >= MAX_FAILURES else max(now_ms, self.blocked_until_ms)

    def count(self, now_ms: int) -> None:
        self.failures += 1
        if self.failures >= FREE_FAILURES:
            self.blocked_until_ms = now_ms + delay_after(self.failures)


def guesses(door: Door, begin_ms: int = NOON_MS) -> Iterator[int]:
    """The times of all guesses of somebody who makes each one as soon as it may be made."""
    now_ms = door.opens_at(begin_ms)
    while now_ms is not None:
        door.count(now_ms)
        yield now_ms
        now_ms = door.opens_at(now_ms)


def succeeds(is_good: Callable[[int, int], bool], codes: int, chance: random.Random) -> bool:
    """Whether one attacker guesses right before the door is shut for good."""
    return any(is_good(chance.randrange(codes), at_ms) for at_ms in guesses(Door()))


@given(st.integers(10**9, 2**42), st.integers(0, 999_999))
def test_three_codes_are_good_at_a_time(at_ms: int, guess: int) -> None:
    phone, step = Phone(), EVERY_PHONE.step_at(at_ms)
    good = {phone.code_of(step + offset) for offset in (-1, 0, 1)}
    assert len(good) <= GOOD_AT_ONCE == 3
    for code in (*good, f"{guess:06d}", *(phone.code_of(step + n) for n in range(-25, 26))):
        outcome = accept(EVERY_PHONE, NEVER, SECRET, code, at_ms)
        assert isinstance(outcome, Refused) is (code not in good)


def test_a_guesser_has_a_hundred_guesses_over_three_and_a_half_days() -> None:
    times = list(guesses(Door()))
    assert len(times) == MAX_FAILURES == 100
    assert times[FREE_FAILURES - 1] == NOON_MS  # ten at once
    assert 3.4 * DAY_MS < times[-1] - times[0] < 3.6 * DAY_MS


def test_the_chance_until_the_phone_is_disabled_is_three_in_ten_thousand() -> None:
    exact = 1 - (1 - GOOD_AT_ONCE / 10**6) ** MAX_FAILURES
    assert 0.000_299 < exact <= MAX_FAILURES * GOOD_AT_ONCE / 10**6 == pytest.approx(0.0003)


def test_the_simulation_says_what_the_sum_says() -> None:
    """With codes of three digits, which are guessed often enough to be counted."""
    chance, attackers, digits = random.Random(6238), 800, 3

    def one_attacker() -> bool:
        secret = chance.randbytes(20)

        def is_good(guess: int, at_ms: int) -> bool:
            now = EVERY_PHONE.step_at(at_ms)
            window = range(now - STEPS_EITHER_WAY, now + STEPS_EITHER_WAY + 1)
            codes = {hotp(secret, step, digits, Algorithm.SHA1) for step in window}
            return f"{guess:0{digits}d}" in codes

        return succeeds(is_good, 10**digits, chance)

    share = sum(one_attacker() for _ in range(attackers)) / attackers
    exact = 1 - (1 - GOOD_AT_ONCE / 10**digits) ** MAX_FAILURES
    deviation = (exact * (1 - exact) / attackers) ** 0.5
    assert abs(share - exact) < 3 * deviation


def test_a_second_phone_doubles_the_chance_and_more_digits_divide_it() -> None:
    def bound(phones: int, digits: int) -> float:
        # An attempt counts on each phone, so that all of them are disabled by the same hundred.
        return float(MAX_FAILURES * phones * GOOD_AT_ONCE / 10**digits)

    assert bound(2, 6) == pytest.approx(0.0006)
    assert bound(1, 8) == pytest.approx(0.000_003)


def test_a_guesser_between_daily_sign_ins_has_39_guesses_a_day() -> None:
    """Each success of the person lifts the delays: the bound is then one for each day."""
    in_a_day = sum(at_ms - NOON_MS < DAY_MS for at_ms in guesses(Door()))
    assert in_a_day == 39
    a_year = 365 * in_a_day * GOOD_AT_ONCE / 10**6
    assert 0.04 < a_year < 0.05


def test_recovery_codes_are_not_guessed_and_not_searched_for() -> None:
    secret_bits = (CHARACTERS - SELECTOR_CHARACTERS) * 5
    assert len(ALPHABET) == 2**5
    assert secret_bits == 60
    with_a_selector = MAX_FAILURES / 2**secret_bits
    without_one = MAX_FAILURES * CODES / 2 ** (CHARACTERS * 5)
    assert without_one < with_a_selector < 1e-15
    # Whoever has the database and the root key computes Argon2 a million times a second.
    years_for_one = 2 ** (secret_bits - 1) / 1e6 / (365 * 86_400)
    assert years_for_one > 18_000
