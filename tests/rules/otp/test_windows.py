"""When a code is good: both edges of every window, and never twice."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from counterfoil.errors import Reason, Refused
from counterfoil.factors.otp.rules import (
    HINT_S,
    NEVER,
    Algorithm,
    Parameters,
    TimeStep,
    accept,
)
from counterfoil.kit.malformed import Malformed
from tests.rules.otp.phones import NOON_MS, SECRET, Phone

PERIODS = (15, 30, 60, 120, 300)
ALL_PARAMETERS = [
    Parameters(algorithm, digits, period_s)
    for algorithm in Algorithm
    for digits in (6, 7, 8)
    for period_s in PERIODS
]
parameters = st.sampled_from(ALL_PARAMETERS)

# The first step of the RFC's secret whose code the next step has, too: found by looking.
TWIN = TimeStep(910_737)


def shown(phone: Phone, code: str, at_ms: int, last: int = NEVER) -> TimeStep | Reason:
    outcome = accept(phone.parameters, TimeStep(last), phone.secret, code, at_ms)
    return outcome.reason if isinstance(outcome, Refused) else outcome


@pytest.mark.parametrize("period_s", PERIODS)
def test_a_code_is_good_from_one_step_before_its_own_to_one_after(period_s: int) -> None:
    phone = Phone(parameters=Parameters(period_s=period_s))
    period_ms = period_s * 1000
    step = phone.parameters.step_at(NOON_MS)
    begins_ms = step * period_ms
    code = phone.code_of(step)
    for at_ms, outcome in (
        (begins_ms - period_ms - 1, Reason.WRONG),
        (begins_ms - period_ms, step),
        (begins_ms - 1, step),
        (begins_ms, step),
        (begins_ms + period_ms - 1, step),
        (begins_ms + period_ms, step),
        (begins_ms + 2 * period_ms - 1, step),
        (begins_ms + 2 * period_ms, Reason.CODE_LATE),
    ):
        assert shown(phone, code, at_ms) == outcome, at_ms - begins_ms


@pytest.mark.parametrize("period_s", PERIODS)
def test_how_far_a_clock_is_behind_is_told_for_ten_minutes(period_s: int) -> None:
    phone = Phone(parameters=Parameters(period_s=period_s))
    step = phone.parameters.step_at(NOON_MS)
    most = HINT_S // period_s
    for behind in range(2, most + 1):
        outcome = accept(phone.parameters, NEVER, SECRET, phone.code_of(step - behind), NOON_MS)
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.by_s) == (Reason.CODE_LATE, behind * period_s)
        assert outcome.by_s <= HINT_S
    assert shown(phone, phone.code_of(step - most - 1), NOON_MS) is Reason.WRONG


def test_the_hint_fits_a_phone_whose_clock_is_behind() -> None:
    slow = Phone(clock_behind_ms=100_000)
    outcome = accept(slow.parameters, NEVER, slow.secret, slow.code(NOON_MS), NOON_MS)
    assert isinstance(outcome, Refused)
    assert abs(outcome.by_s - 100) <= 30


def test_nothing_is_told_of_a_code_that_will_be_good() -> None:
    phone = Phone()
    step = phone.parameters.step_at(NOON_MS)
    assert shown(phone, phone.code_of(step + 1), NOON_MS) == step + 1
    for ahead in range(2, 40):
        outcome = accept(phone.parameters, NEVER, SECRET, phone.code_of(step + ahead), NOON_MS)
        assert outcome == Refused(Reason.WRONG)


def test_a_step_that_was_accepted_or_overtaken_is_used() -> None:
    phone = Phone()
    step = phone.parameters.step_at(NOON_MS)
    for last in (step - 1, step, step + 1):
        for shown_step in (step - 1, step, step + 1):
            expected = shown_step if shown_step > last else Reason.CODE_USED
            assert shown(phone, phone.code_of(shown_step), NOON_MS, last) == expected


def test_an_old_code_is_used_and_not_late_when_a_later_one_was_accepted() -> None:
    phone = Phone()
    step = phone.parameters.step_at(NOON_MS)
    late = phone.code_of(step - 5)
    assert shown(phone, late, NOON_MS, step - 6) is Reason.CODE_LATE
    assert shown(phone, late, NOON_MS, step - 5) is Reason.CODE_USED
    assert shown(phone, late, NOON_MS, step) is Reason.CODE_USED


def test_a_code_of_two_steps_in_the_window_is_good_once() -> None:
    phone, at_ms = Phone(), TWIN * 30_000
    code = phone.code_of(TWIN)
    assert phone.code_of(TWIN + 1) == code
    accepted = shown(phone, code, at_ms)
    assert accepted == TWIN + 1
    assert isinstance(accepted, int)
    assert shown(phone, code, at_ms, accepted) is Reason.CODE_USED
    assert shown(phone, code, at_ms + 30_000, accepted) is Reason.CODE_USED


def test_a_code_that_is_also_an_old_one_is_good() -> None:
    phone = Phone()
    now_ms = (TWIN + 2) * 30_000  # the first of the twins is late by now, the second is not
    assert shown(phone, phone.code_of(TWIN), now_ms) == TWIN + 1


@pytest.mark.parametrize("at_ms", [0, 1, 29_999, 30_000, 59_999])
def test_the_first_steps_of_all_have_none_before_them(at_ms: int) -> None:
    phone = Phone()
    assert shown(phone, phone.code(at_ms), at_ms) == at_ms // 30_000


@pytest.mark.parametrize(
    "written",
    ["{0}{1}", "{0} {1}", " {0}-{1}\n", "{0}\u2013{1}", "{0}\u00a0{1}", "{0}\u2212{1}",
     "\u2067{0}\u2009{1}\u2069", "{0}\u30fc{1}", "\ufeff{0}{1}"],
)  # fmt: skip
def test_separators_and_marks_are_no_part_of_a_code(written: str) -> None:
    phone = Phone()
    code = phone.code(NOON_MS)
    text = written.format(code[:3], code[3:])
    assert shown(phone, text, NOON_MS) == phone.parameters.step_at(NOON_MS)


@pytest.mark.parametrize("zero", ["\uff10", "\u0660", "\u06f0", "\u0966", "\u09e6", "\U0001d7ce"])
def test_the_digits_of_any_keyboard_are_digits(zero: str) -> None:
    phone = Phone()
    typed = "".join(chr(ord(zero) + int(digit)) for digit in phone.code(NOON_MS))
    assert shown(phone, typed, NOON_MS) == phone.parameters.step_at(NOON_MS)


def test_raised_and_circled_digits_are_ornaments() -> None:
    phone = Phone()
    raised = phone.code(NOON_MS).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    assert shown(phone, raised, NOON_MS) is Reason.WRONG


@pytest.mark.parametrize(
    "text",
    ["", " ", "12345", "1234567", "abcdef", "12345a", "+12345", "1e1000", "12345.", "0x1234",
     "\u00b2" * 6, "\u2460" * 6, "12345\0", "-" * 64],
)  # fmt: skip
def test_what_is_no_code_is_wrong(text: str) -> None:
    assert shown(Phone(), text, NOON_MS) is Reason.WRONG


def test_more_than_anybody_types_is_malformed() -> None:
    with pytest.raises(Malformed):
        shown(Phone(), "1" * 65, NOON_MS)


@pytest.mark.parametrize("digits", [5, 9, 0, -6])
def test_codes_of_other_lengths_are_not_allowed(digits: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        Parameters(digits=digits)


@pytest.mark.parametrize("period_s", [0, -30, 14, 301])
def test_steps_of_other_lengths_are_not_allowed(period_s: int) -> None:
    with pytest.raises(ValueError, match="seconds"):
        Parameters(period_s=period_s)


@given(parameters, st.integers(0, 2**42), st.integers(-1, 1), st.binary(min_size=10, max_size=128))
def test_any_code_of_the_window_is_accepted_once(
    agreed: Parameters, at_ms: int, offset: int, secret: bytes
) -> None:
    phone = Phone(secret=secret, parameters=agreed)
    step = agreed.step_at(at_ms) + offset
    assume(step >= 0)
    code = phone.code_of(step)
    accepted = shown(phone, code, at_ms)
    assert isinstance(accepted, int)
    assert step <= accepted <= agreed.step_at(at_ms) + 1
    assert shown(phone, code, at_ms, accepted) is Reason.CODE_USED


@given(
    st.lists(st.tuples(st.integers(0, 90_000), st.integers(-2, 2), st.booleans()), max_size=12),
)
def test_whatever_is_typed_when_the_step_only_rises(
    attempts: list[tuple[int, int, bool]],
) -> None:
    phone, at_ms, last = Phone(), NOON_MS, NEVER
    accepted: list[int] = []
    for wait_ms, offset, flawed in attempts:
        at_ms += wait_ms
        code = phone.code_of(phone.parameters.step_at(at_ms) + offset)
        outcome = shown(phone, code[::-1] if flawed else code, at_ms, last)
        if isinstance(outcome, int):
            last = TimeStep(outcome)
            accepted.append(outcome)
    assert accepted == sorted(set(accepted))


@given(st.text(max_size=64), st.integers(0, 2**42))
def test_any_text_has_an_outcome(text: str, at_ms: int) -> None:
    outcome = shown(Phone(), text, at_ms)
    assert isinstance(outcome, int) or outcome in {
        Reason.WRONG,
        Reason.CODE_LATE,
        Reason.CODE_USED,
    }
