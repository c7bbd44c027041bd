"""Guessing codes through the whole lifecycle: a hundred counted tries, and the end of it.

What the tries come to is in `tests/rules/otp/test_guessing.py`; here is that there are no more.
"""

import base64
from dataclasses import dataclass

import pytest

from counterfoil.accounts import Account, Authenticator, AuthenticatorState
from counterfoil.accounts.rules import FREE_FAILURES, MAX_FAILURES
from counterfoil.audit import What
from counterfoil.ceremonies import Begun, Settled
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.factors.otp.rules import EVERY_PHONE, Algorithm, hotp
from counterfoil.http.house import House
from counterfoil.kit.ids import InteractionId
from counterfoil.kit.strict_json import Json
from tests.ceremonies.desk import PASSWORD, Desk, add_account, authenticators, must, whats
from tests.house import HandClock


@dataclass(slots=True)
class Guesser:
    """Somebody who knows the password, at the step where a code is asked for."""

    desk: Desk
    clock: HandClock
    account: Account
    interaction: InteractionId

    def begin(self, kind: KindName, purpose: Purpose = Purpose.SIGN_IN) -> Begun:
        ceremonies = self.desk.interactions.ceremonies
        return must(
            self.desk.write(
                lambda tx: ceremonies.begin(
                    tx, self.interaction, kind, purpose, self.account, alone=False
                )
            )
        )

    def prove(self, begun: Begun, kind: KindName, body: dict[str, Json]) -> Settled | Refused:
        ceremonies, where = self.desk.interactions.ceremonies, self.desk.where
        claimed = self.desk.write(
            lambda tx: ceremonies.claim(
                tx, begun.ceremony, self.interaction, Proof(kind, body), where
            )
        )
        if isinstance(claimed, Refused):
            return claimed
        verdict = ceremonies.judge(claimed)
        return self.desk.write(lambda tx: ceremonies.settle(tx, claimed, verdict, "", where))

    def show(self, kind: KindName, code: str) -> Settled | Reason:
        outcome = self.prove(self.begin(kind), kind, {"code": code})
        return outcome.reason if isinstance(outcome, Refused) else outcome

    def enrol_phone(self) -> bytes:
        begun = self.begin(KindName.TOTP, Purpose.ENROL)
        secret = base64.b32decode(str(begun.challenge["secret"]))
        must(self.prove(begun, KindName.TOTP, {"code": self.code(secret)}))
        return secret

    def enrol_paper(self) -> list[str]:
        begun = self.begin(KindName.RECOVERY, Purpose.ENROL)
        codes = begun.challenge["codes"]
        assert isinstance(codes, list)
        must(self.prove(begun, KindName.RECOVERY, {"kept": True}))
        return [str(code) for code in codes]

    def code(self, secret: bytes) -> str:
        return hotp(secret, EVERY_PHONE.step_at(self.clock.at_ms), 6, Algorithm.SHA1)

    def wrong_code(self, secret: bytes) -> str:
        """One that no step near has."""
        now = EVERY_PHONE.step_at(self.clock.at_ms)
        near = {hotp(secret, step, 6, Algorithm.SHA1) for step in range(now - 30, now + 3)}
        return next(code for n in range(100) if (code := f"{n:06d}") not in near)

    def enrolled(self, kind: KindName) -> list[Authenticator]:
        return [a for a in authenticators(self.desk.house, self.account) if a.kind is kind]

    def wait(self, kind: KindName) -> None:
        """Until the next guess may be made, and not a moment longer."""
        until_ms = max(a.blocked_until_ms for a in self.enrolled(kind))
        self.clock.at_ms = max(self.clock.at_ms, until_ms)


@pytest.fixture
def guesser(house: House, clock: HandClock) -> Guesser:
    account, desk = add_account(house, password=PASSWORD), Desk(house)
    return Guesser(desk, clock, account, desk.sign_in().id)


def guess_until_it_is_over(guesser: Guesser, kind: KindName, secret: bytes = b"") -> int:
    """How many wrong codes are judged as such, each as soon as it may be shown."""
    for tried in range(MAX_FAILURES + 10):
        wrong = guesser.wrong_code(secret) if secret else "0000-0000-0000-0000"
        assert guesser.show(kind, wrong) is Reason.WRONG
        if guesser.enrolled(kind)[0].state is AuthenticatorState.DISABLED:
            return tried + 1
        guesser.wait(kind)
    raise AssertionError("nothing stops this guesser")


def test_a_guesser_of_phone_codes_has_a_hundred_tries(guesser: Guesser) -> None:
    secret = guesser.enrol_phone()
    guesser.clock.pass_s(30)
    assert guess_until_it_is_over(guesser, KindName.TOTP, secret) == MAX_FAILURES
    assert What.AUTHENTICATOR_DISABLED in whats(guesser.desk.house, guesser.account)
    guesser.clock.pass_s(365 * 86_400)
    assert guesser.show(KindName.TOTP, guesser.code(secret)) is Reason.WRONG


def test_a_guesser_of_recovery_codes_has_a_hundred_tries(guesser: Guesser) -> None:
    codes = guesser.enrol_paper()
    assert guess_until_it_is_over(guesser, KindName.RECOVERY) == MAX_FAILURES
    guesser.clock.pass_s(365 * 86_400)
    assert guesser.show(KindName.RECOVERY, codes[0]) is Reason.WRONG


def test_a_try_counts_on_every_phone(guesser: Guesser) -> None:
    secrets = [guesser.enrol_phone(), guesser.enrol_phone()]
    guesser.clock.pass_s(30)
    assert guess_until_it_is_over(guesser, KindName.TOTP, secrets[0]) == MAX_FAILURES
    states = [phone.state for phone in guesser.enrolled(KindName.TOTP)]
    assert states == [AuthenticatorState.DISABLED] * 2


def test_guessed_codes_shut_neither_the_paper_nor_the_password(guesser: Guesser) -> None:
    secret, codes = guesser.enrol_phone(), guesser.enrol_paper()
    guesser.clock.pass_s(30)
    guess_until_it_is_over(guesser, KindName.TOTP, secret)
    assert isinstance(guesser.show(KindName.RECOVERY, codes[0]), Settled)
    passwords = guesser.enrolled(KindName.PASSWORD)
    assert [(a.failures, a.state) for a in passwords] == [(0, AuthenticatorState.LIVE)]


def test_a_phone_that_fits_leaves_no_failures_with_the_other(guesser: Guesser) -> None:
    """Who always takes the same one of two phones must not shut the other one by it."""
    daily, _drawer = guesser.enrol_phone(), guesser.enrol_phone()
    for _ in range(2 * FREE_FAILURES):
        guesser.clock.pass_s(86_400)
        assert isinstance(guesser.show(KindName.TOTP, guesser.code(daily)), Settled)
    phones = guesser.enrolled(KindName.TOTP)
    assert [(a.failures, a.blocked_until_ms) for a in phones] == [(0, 0), (0, 0)]


def test_a_code_is_good_once_in_the_lifecycle_too(guesser: Guesser) -> None:
    secret, codes = guesser.enrol_phone(), guesser.enrol_paper()
    confirmed = guesser.code(secret)
    assert guesser.show(KindName.TOTP, confirmed) is Reason.CODE_USED
    guesser.clock.pass_s(30)
    assert isinstance(guesser.show(KindName.TOTP, guesser.code(secret)), Settled)
    assert guesser.show(KindName.TOTP, guesser.code(secret)) is Reason.CODE_USED
    assert isinstance(guesser.show(KindName.RECOVERY, codes[4]), Settled)
    assert guesser.show(KindName.RECOVERY, codes[4]) is Reason.CODE_USED


def test_a_new_list_voids_the_old_one(guesser: Guesser) -> None:
    old, new = guesser.enrol_paper(), guesser.enrol_paper()
    assert len(guesser.enrolled(KindName.RECOVERY)) == 1
    assert guesser.show(KindName.RECOVERY, old[0]) is Reason.WRONG
    assert isinstance(guesser.show(KindName.RECOVERY, new[0]), Settled)
