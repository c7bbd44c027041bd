"""TOTP as a kind: what an enrolment shows and keeps, and several phones of one person."""

import base64
from dataclasses import replace

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import (
    Expectation,
    KindName,
    Known,
    Person,
    Pointer,
    Purpose,
    Verified,
    Wish,
)
from counterfoil.factors.otp.facts import OtpFacts
from counterfoil.factors.otp.kind import TotpKind
from counterfoil.factors.otp.rules import Algorithm, Parameters, TimeStep
from counterfoil.kit.malformed import Malformed
from tests.rules.otp.phones import ADA, NOON_MS, Phone, proof

KIND = TotpKind("Counterfoil")
PERSON = Person(ADA, b"\1" * 64, "ada", "Ada Lovelace")
USE = Expectation(Purpose.SIGN_IN, ADA, b"", "{}")


def ones(length: int) -> bytes:
    return b"\1" * length


def enrolling(kind: TotpKind = KIND) -> tuple[dict[str, object], Expectation]:
    begun = kind.begin(Wish(Purpose.ENROL, PERSON, alone=False), (), ones)
    assert not isinstance(begun, Refused)
    return dict(begun[0].public), begun[1]


def verified(outcome: Verified | Refused) -> Verified:
    assert isinstance(outcome, Verified), outcome
    return outcome


def refused(outcome: Verified | Refused) -> Refused:
    assert isinstance(outcome, Refused), outcome
    return outcome


def use(code: object, *known: Known, at_ms: int = NOON_MS) -> Verified | Refused:
    return KIND.judge(USE, proof(code), known, at_ms)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_enrolment_shows_a_new_secret_of_the_hashs_length(algorithm: Algorithm) -> None:
    public, expectation = enrolling(TotpKind("Counterfoil", Parameters(algorithm, 8, 60)))
    assert len(expectation.secret) == {"SHA1": 20, "SHA256": 32, "SHA512": 64}[algorithm]
    secret = str(public["secret"])
    assert base64.b32decode(secret + "=" * (-len(secret) % 8)) == expectation.secret
    assert str(public["grouped"]).replace(" ", "") == secret
    assert {len(group) for group in str(public["grouped"]).split(" ")[:-1]} == {4}
    assert str(public["uri"]).startswith("otpauth://totp/Counterfoil:ada?")
    assert f"secret={secret}" in str(public["uri"])
    assert (public["algorithm"], public["digits"], public["period_s"]) == (algorithm.value, 8, 60)


def test_the_secret_is_neither_in_the_terms_nor_in_what_is_printed() -> None:
    public, expectation = enrolling()
    assert str(public["secret"]) not in expectation.terms
    assert (expectation.purpose, expectation.account) == (Purpose.ENROL, ADA)
    assert repr(expectation.secret) not in repr(expectation)


def test_the_code_that_confirms_an_enrolment_is_spent_by_it() -> None:
    _, expectation = enrolling()
    phone = Phone(secret=expectation.secret)
    code = phone.code(NOON_MS)
    made = verified(KIND.judge(expectation, proof(code), (), NOON_MS))
    assert made.used is None
    assert made.record.credential_id is None
    assert made.record.secret == expectation.secret
    assert OtpFacts.load(made.record.facts).step == phone.parameters.step_at(NOON_MS)
    enrolled = phone.known_by(made.record.facts)
    assert refused(use(code, enrolled)).reason is Reason.CODE_USED
    assert verified(use(phone.code(NOON_MS + 30_000), enrolled)).used == enrolled.id


def test_an_enrolment_is_held_against_the_terms_it_began_with() -> None:
    _, expectation = enrolling(TotpKind("Counterfoil", Parameters(Algorithm.SHA512, 8, 60)))
    phone = Phone(
        secret=expectation.secret, parameters=Parameters(Algorithm.SHA512, digits=8, period_s=60)
    )
    made = verified(KIND.judge(expectation, proof(phone.code(NOON_MS)), (), NOON_MS))
    assert OtpFacts.load(made.record.facts).parameters == phone.parameters


def test_an_enrolment_tells_of_a_clock_that_is_behind() -> None:
    _, expectation = enrolling()
    slow = Phone(secret=expectation.secret, clock_behind_ms=180_000)
    outcome = refused(KIND.judge(expectation, proof(slow.code(NOON_MS)), (), NOON_MS))
    assert (outcome.reason, outcome.by_s) == (Reason.CODE_LATE, 180)


@pytest.mark.parametrize("purpose", [Purpose.SIGN_IN, Purpose.STEP_UP])
@pytest.mark.parametrize("person", [PERSON, None])
def test_a_code_needs_no_challenge(purpose: Purpose, person: Person | None) -> None:
    begun = KIND.begin(Wish(purpose, person, alone=False), (), ones)
    assert not isinstance(begun, Refused)
    challenge, expectation = begun
    assert challenge.public == {}
    account = None if person is None else ADA
    assert expectation == Expectation(purpose, account, b"", "{}")


def test_a_good_code_says_nothing_but_that_the_secret_was_there() -> None:
    phone = Phone()
    shown = verified(use(phone.code(NOON_MS), phone.known()))
    facts = (
        shown.user_present,
        shown.user_verified,
        shown.phishing_resistant,
        shown.hardware_attested,
        shown.backed_up,
    )
    assert not any(facts)
    assert OtpFacts.load(shown.record.facts) == OtpFacts(
        phone.parameters, phone.parameters.step_at(NOON_MS)
    )


def test_of_two_phones_the_one_that_fits_is_used() -> None:
    old = Phone("aut_old")
    new = Phone(
        "aut_new", secret=b"another secret, longer", parameters=Parameters(Algorithm.SHA256, 8, 60)
    )
    for phone in (old, new):
        shown = verified(use(phone.code(NOON_MS), old.known(), new.known()))
        assert shown.used == phone.name
        assert OtpFacts.load(shown.record.facts).parameters == phone.parameters


def test_a_used_code_of_one_phone_does_not_hide_a_good_one_of_another() -> None:
    first, second = Phone("aut_first"), Phone("aut_second")  # the same secret on both
    step = first.parameters.step_at(NOON_MS)
    shown = verified(use(first.code(NOON_MS), first.known(step), second.known()))
    assert shown.used == second.name


def test_when_no_phone_fits_the_most_helpful_refusal_is_told() -> None:
    step = Phone().parameters.step_at(NOON_MS)
    right, other = Phone(), Phone("aut_other", secret=b"some other secret")
    for order in ((0, 1), (1, 0)):
        used = [right.known(TimeStep(step)), other.known()]
        outcome = refused(use(right.code(NOON_MS), *(used[i] for i in order)))
        assert outcome.reason is Reason.CODE_USED
        late = [right.known(), other.known()]
        outcome = refused(use(right.code_of(step - 4), *(late[i] for i in order)))
        assert (outcome.reason, outcome.by_s) == (Reason.CODE_LATE, 120)
        both = [right.known(TimeStep(step)), replace(right, name="aut_twin").known()]
        outcome = refused(use(right.code_of(step - 4), *(both[i] for i in order)))
        assert outcome.reason is Reason.CODE_USED


def test_a_code_of_nobody_is_wrong() -> None:
    assert refused(use("123456")).reason is Reason.WRONG


def test_an_80_bit_secret_of_another_system_verifies() -> None:
    phone = Phone(secret=b"ten bytes!")
    assert verified(use(phone.code(NOON_MS), phone.known())).used == phone.name


def test_a_long_period_of_another_system_verifies_and_is_not_enrolled_anew() -> None:
    slow = Parameters(period_s=300)
    phone = Phone(parameters=slow)
    assert verified(use(phone.code(NOON_MS), phone.known())).used == phone.name
    with pytest.raises(ValueError, match="two minutes"):
        TotpKind("Counterfoil", slow)


@pytest.mark.parametrize("code", [None, 123456, 123456.0, ["123456"], {}, True])
def test_a_proof_without_a_text_is_malformed(code: object) -> None:
    phone = Phone()
    with pytest.raises(Malformed):
        use(code, phone.known())
    with pytest.raises(Malformed):
        KIND.judge(enrolling()[1], proof(code), (), NOON_MS)


def test_the_kind_says_how_it_is_treated() -> None:
    assert (KIND.name, KIND.guessable, KIND.slow, KIND.tries) == (KindName.TOTP, True, False, 5)
    assert KIND.pointer(proof("123456")) == Pointer()


def test_facts_survive_their_text() -> None:
    for facts in (
        OtpFacts(Parameters()),
        OtpFacts(Parameters(Algorithm.SHA512, 8, 300), TimeStep(58_000_000)),
    ):
        assert OtpFacts.load(facts.dump()) == facts
