"""Guessing codes through the whole lifecycle: a hundred counted tries, and the end of it.

What the tries come to is in `tests/rules/otp/test_guessing.py`; here is that there are no more.
"""

import pytest

from counterfoil.accounts import AuthenticatorState
from counterfoil.accounts.rules import FREE_FAILURES, MAX_FAILURES
from counterfoil.audit import What
from counterfoil.ceremonies import Settled
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from tests.ceremonies.codes import Typist
from tests.ceremonies.desk import PASSWORD, Desk, add_account, whats
from tests.house import HandClock


@pytest.fixture
def guesser(house: House) -> Typist:
    account, desk = add_account(house, password=PASSWORD), Desk(house)
    return Typist(desk, account, desk.sign_in().id)


def guess_until_it_is_over(
    guesser: Typist, clock: HandClock, kind: KindName, secret: bytes = b""
) -> int:
    """How many wrong codes are judged as such, each as soon as it may be shown."""
    for tried in range(MAX_FAILURES + 10):
        wrong = guesser.wrong_code(secret) if secret else "0000-0000-0000-0000"
        assert guesser.show(kind, wrong) is Reason.WRONG
        if guesser.enrolled(kind)[0].state is AuthenticatorState.DISABLED:
            return tried + 1
        clock.at_ms = max(clock.at_ms, guesser.blocked_until_ms(kind))
    raise AssertionError("nothing stops this guesser")


def test_a_guesser_of_phone_codes_has_a_hundred_tries(guesser: Typist, clock: HandClock) -> None:
    secret = guesser.enrol_phone()
    clock.pass_s(30)
    assert guess_until_it_is_over(guesser, clock, KindName.TOTP, secret) == MAX_FAILURES
    assert What.AUTHENTICATOR_DISABLED in whats(guesser.desk.house, guesser.account)
    clock.pass_s(365 * 86_400)
    assert guesser.show(KindName.TOTP, guesser.code(secret)) is Reason.WRONG


def test_a_guesser_of_recovery_codes_has_a_hundred_tries(guesser: Typist, clock: HandClock) -> None:
    codes = guesser.enrol_paper()
    assert guess_until_it_is_over(guesser, clock, KindName.RECOVERY) == MAX_FAILURES
    clock.pass_s(365 * 86_400)
    assert guesser.show(KindName.RECOVERY, codes[0]) is Reason.WRONG


def test_a_try_counts_on_every_phone(guesser: Typist, clock: HandClock) -> None:
    secrets = [guesser.enrol_phone(), guesser.enrol_phone()]
    clock.pass_s(30)
    assert guess_until_it_is_over(guesser, clock, KindName.TOTP, secrets[0]) == MAX_FAILURES
    states = [phone.state for phone in guesser.enrolled(KindName.TOTP)]
    assert states == [AuthenticatorState.DISABLED] * 2


def test_guessed_codes_shut_neither_the_paper_nor_the_password(
    guesser: Typist, clock: HandClock
) -> None:
    secret, codes = guesser.enrol_phone(), guesser.enrol_paper()
    clock.pass_s(30)
    guess_until_it_is_over(guesser, clock, KindName.TOTP, secret)
    assert isinstance(guesser.show(KindName.RECOVERY, codes[0]), Settled)
    passwords = guesser.enrolled(KindName.PASSWORD)
    assert [(a.failures, a.state) for a in passwords] == [(0, AuthenticatorState.LIVE)]


def test_a_phone_that_fits_leaves_no_failures_with_the_other(
    guesser: Typist, clock: HandClock
) -> None:
    """Who always takes the same one of two phones must not shut the other one by it."""
    daily, _drawer = guesser.enrol_phone(), guesser.enrol_phone()
    for _ in range(2 * FREE_FAILURES):
        clock.pass_s(86_400)
        assert isinstance(guesser.show(KindName.TOTP, guesser.code(daily)), Settled)
    phones = guesser.enrolled(KindName.TOTP)
    assert [(a.failures, a.blocked_until_ms) for a in phones] == [(0, 0), (0, 0)]


def test_a_code_is_good_once_in_the_lifecycle_too(guesser: Typist, clock: HandClock) -> None:
    secret, codes = guesser.enrol_phone(), guesser.enrol_paper()
    confirmed = guesser.code(secret)
    assert guesser.show(KindName.TOTP, confirmed) is Reason.CODE_USED
    clock.pass_s(30)
    assert isinstance(guesser.show(KindName.TOTP, guesser.code(secret)), Settled)
    assert guesser.show(KindName.TOTP, guesser.code(secret)) is Reason.CODE_USED
    assert isinstance(guesser.show(KindName.RECOVERY, codes[4]), Settled)
    assert guesser.show(KindName.RECOVERY, codes[4]) is Reason.CODE_USED


def test_a_new_list_voids_the_old_one(guesser: Typist) -> None:
    old, new = guesser.enrol_paper(), guesser.enrol_paper()
    assert len(guesser.enrolled(KindName.RECOVERY)) == 1
    assert guesser.show(KindName.RECOVERY, old[0]) is Reason.WRONG
    assert isinstance(guesser.show(KindName.RECOVERY, new[0]), Settled)
