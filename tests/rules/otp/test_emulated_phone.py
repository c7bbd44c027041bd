"""The service's half and the phone's half, written apart from each other, agree on every code."""

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Expectation, Known, Person, Purpose, Verified, Wish
from counterfoil.factors.otp.kind import TotpKind
from counterfoil.factors.otp.rules import EVERY_PHONE, Algorithm, Parameters
from counterfoil.kit.ids import AuthenticatorId
from counterfoil_devices.emulated import HandClock, Phone, Quirk, SeededEntropy
from counterfoil_devices.emulated.phone import Entry
from tests.rules.otp.phones import ADA, NOON_MS, proof

USE = Expectation(Purpose.SIGN_IN, ADA, b"", "{}")
ALL = [
    Parameters(a, digits, period) for a in Algorithm for digits in (6, 7, 8) for period in (30, 60)
]


class Desk:
    """Somebody with a phone at a service; the clock on the wall is right."""

    def __init__(
        self, parameters: Parameters = EVERY_PHONE, service: str = "Service", name: str = "ada"
    ) -> None:
        self.kind = TotpKind(service, parameters)
        self.clock = HandClock(NOON_MS // 1000)
        self.phone = Phone(self.clock)
        wish = Wish(Purpose.ENROL, Person(ADA, b"\1" * 64, name, name), alone=False)
        begun = self.kind.begin(wish, (), SeededEntropy(b"desk"))
        assert not isinstance(begun, Refused)
        self.shown, self.expectation = begun[0].public, begun[1]

    def scan(self) -> Entry:
        return self.phone.scan(str(self.shown["uri"]))

    def enrol(self, code: str) -> Verified | Refused:
        return self.kind.judge(self.expectation, proof(code), (), self.clock.now() * 1000)

    def enrolled(self) -> Known:
        """Enrolled five minutes ago by the right code, so that the present ones are not spent."""
        made = self.enrol(self.phone.code(self.scan()))
        assert isinstance(made, Verified), made
        self.clock.wait(300)
        secret = self.expectation.secret
        return Known(AuthenticatorId("aut_phone"), ADA, b"", None, made.record.facts, secret)

    def use(self, known: Known, code: str) -> Verified | Refused:
        return self.kind.judge(USE, proof(code), (known,), self.clock.now() * 1000)


@pytest.mark.parametrize("parameters", ALL, ids=str)
def test_a_scanned_phone_enrols_and_signs_in(parameters: Parameters) -> None:
    desk = Desk(parameters)
    known = desk.enrolled()
    code = desk.phone.code(desk.phone.entries[0])
    assert isinstance(desk.use(known, code), Verified)


def test_a_typed_secret_is_as_good_as_a_scanned_one() -> None:
    desk = Desk()
    typed = desk.phone.type_in(str(desk.shown["grouped"]).lower(), "ada", "Service")
    assert desk.phone.code(typed) == desk.phone.code(desk.scan())


@pytest.mark.parametrize(
    ("service", "name"),
    [("Bücher & Söhne", "jürgen"), ("A: the first", "a:b c"), ("50 % + more", "ann@example.org")],
)
def test_names_come_through_as_they_are(service: str, name: str) -> None:
    says = Desk(service=service, name=name).scan().says
    assert (says.issuer, says.account) == (service, name)


@pytest.mark.parametrize(
    ("skew_s", "reason", "by_s"),
    [
        (-30, None, 0),
        (-60, Reason.CODE_LATE, 60),
        (-300 + 30, Reason.CODE_LATE, 270),
        (-300, Reason.CODE_USED, 0),
        (30, None, 0),
        (60, Reason.WRONG, 0),
    ],
)
def test_a_phone_whose_clock_is_off_is_told_so(
    skew_s: int, reason: Reason | None, by_s: int
) -> None:
    desk = Desk()
    known = desk.enrolled()
    desk.phone.skew_s = skew_s
    outcome = desk.use(known, desk.phone.code(desk.phone.entries[0]))
    if reason is None:
        assert isinstance(outcome, Verified)
    else:
        assert isinstance(outcome, Refused)
        assert (outcome.reason, outcome.by_s) == (reason, by_s)


@pytest.mark.parametrize(
    ("quirk", "parameters"),
    [
        (Quirk.IGNORES_ALGORITHM, Parameters(Algorithm.SHA256)),
        (Quirk.IGNORES_DIGITS, Parameters(digits=8)),
        (Quirk.IGNORES_PERIOD, Parameters(period_s=60)),
    ],
)
def test_a_phone_that_ignores_the_link_does_not_enrol_but_with_the_default(
    quirk: Quirk, parameters: Parameters
) -> None:
    for asked, good in ((parameters, False), (EVERY_PHONE, True)):
        desk = Desk(asked)
        entry = desk.scan()
        with desk.phone.with_quirks(quirk):
            outcome = desk.enrol(desk.phone.code(entry))
        assert isinstance(outcome, Verified) is good
