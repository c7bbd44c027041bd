"""A challenge is good once and for five minutes, for the ceremony it was made for and no other."""

import pytest
from sqlalchemy import select

from counterfoil.ceremonies import Begun, CeremonyState
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.http.house import House
from counterfoil.interactions import InteractionState, Shown
from counterfoil.kit.ids import CeremonyId
from counterfoil.store.schema import ceremonies
from counterfoil_devices.emulated import Lies
from tests.ceremonies.desk import (
    ELSEWHERE,
    PASSWORD,
    Desk,
    add_account,
    must,
    options_of,
    password_proof,
    reason,
    told,
)
from tests.house import HandClock


@pytest.fixture
def desk(house: House) -> Desk:
    """A person with a key that works alone, at their browser."""
    desk = Desk(house)
    desk.enrol(add_account(house))
    return desk


def state_of(desk: Desk, begun: Begun) -> str:
    statement = select(ceremonies.c.state).where(ceremonies.c.id == begun.ceremony)
    return str(desk.write(lambda tx: tx.execute(statement).scalar_one()))


# --- once --------------------------------------------------------------------------------------


def test_a_challenge_is_spent_by_success(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in())
    assert state_of(desk, begun) == CeremonyState.OPEN
    proof = desk.touch(begun)
    assert must(desk.prove(begun, proof)).interaction.state is InteractionState.DONE
    assert state_of(desk, begun) == CeremonyState.VERIFIED
    assert reason(desk.prove(begun, proof)) is Reason.REPLAYED


def test_a_challenge_is_spent_by_a_wrong_proof(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in())
    proof = desk.touch(begun)
    lie = desk.touch(begun, Lies(origin="https://evil.example"))
    assert reason(desk.prove(begun, lie)) is Reason.FOREIGN_ORIGIN
    assert state_of(desk, begun) == CeremonyState.REFUSED
    assert reason(desk.prove(begun, proof)) is Reason.REPLAYED


@pytest.mark.parametrize("credential", [None, {}, [], "text", {"id": "A", "rawId": "AA"}])
def test_a_challenge_is_spent_by_a_proof_without_form(desk: Desk, credential: object) -> None:
    begun = desk.begin(desk.sign_in())
    formless = Proof(KindName.WEBAUTHN, {"credential": credential})  # type: ignore[dict-item]
    assert reason(desk.prove(begun, formless)) is Reason.MALFORMED
    assert reason(desk.prove(begun, desk.touch(begun))) is Reason.REPLAYED


def test_a_challenge_is_spent_by_the_proof_of_a_key_nobody_has(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in())
    stranger = Desk(desk.house, seed=b"stranger")
    unknown = stranger.begin(stranger.sign_in())
    key_of_nobody = stranger.browser
    enrolled_elsewhere = {
        **options_of(begun),
        "rp": {"id": "localhost", "name": "x"},
        "user": {"id": "AAAA", "name": "x", "displayName": "x"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        "authenticatorSelection": {"residentKey": "required"},
    }
    key_of_nobody.create(enrolled_elsewhere, "http://localhost:8080")
    proof = Proof(
        KindName.WEBAUTHN,
        {"credential": key_of_nobody.get(options_of(begun), "http://localhost:8080")},
    )
    assert unknown.ceremony != begun.ceremony
    assert reason(desk.prove(begun, proof)) is Reason.FOREIGN_CREDENTIAL
    assert reason(desk.prove(begun, desk.touch(begun))) is Reason.REPLAYED


def test_a_wrong_password_spends_its_ceremony(house: House) -> None:
    add_account(house, "Bob", password=PASSWORD)
    desk = Desk(house)
    begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD, alone=False)
    assert reason(desk.prove(begun, password_proof("bob", "another password"))) is Reason.WRONG
    assert reason(desk.prove(begun, password_proof("bob"))) is Reason.REPLAYED


def test_a_cancelled_challenge_is_spent(desk: Desk) -> None:
    interaction = desk.sign_in()
    begun = desk.begin(interaction)
    proof = desk.touch(begun)

    def cancel() -> None | Refused:
        return desk.write(
            lambda tx: desk.interactions.cancel(tx, begun.ceremony, desk.session.id, desk.where)
        )

    assert cancel() is None
    assert reason(cancel()) is Reason.REPLAYED
    assert reason(desk.prove(begun, proof)) is Reason.REPLAYED
    assert state_of(desk, begun) == CeremonyState.CANCELLED
    # The interaction goes on: cancelling the browser's dialog is no end.
    desk.touch_in(interaction)


def test_no_two_challenges_are_alike(desk: Desk) -> None:
    interaction = desk.sign_in()
    challenges = {options_of(desk.begin(interaction))["challenge"] for _ in range(20)}
    assert len(challenges) == 20
    assert {len(str(challenge)) for challenge in challenges} == {43}  # 32 bytes


def test_a_ceremony_that_does_not_exist_and_a_foreign_one_are_answered_alike(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in())
    other = Desk(desk.house)
    foreign = other.prove(begun, desk.touch(begun))
    unknown = other.prove(CeremonyId("cer_unknown"), desk.touch(begun))
    assert foreign == unknown
    assert reason(foreign) is Reason.FOREIGN_CEREMONY


# --- for five minutes --------------------------------------------------------------------------


@pytest.mark.parametrize(("wait_ms", "good"), [(299_999, True), (300_000, False)])
def test_a_challenge_is_good_for_five_minutes(
    desk: Desk, clock: HandClock, wait_ms: int, good: bool
) -> None:
    begun = desk.begin(desk.sign_in())
    proof = desk.touch(begun)
    assert begun.expires_in_s == 300
    clock.pass_s(wait_ms / 1000)
    outcome = desk.prove(begun, proof)
    if good:
        assert isinstance(outcome, Shown)
    else:
        assert reason(outcome) is Reason.EXPIRED
        assert state_of(desk, begun) == CeremonyState.OPEN


def test_a_ceremony_does_not_outlive_its_interaction(house: House, clock: HandClock) -> None:
    desk = Desk(house)
    desk.enrol(add_account(house))
    interaction = desk.sign_in()
    clock.pass_s(3599.999)
    # The anonymous session is as old: an hour is the end of both.
    begun = desk.begin(interaction)
    proof = desk.touch(begun)
    clock.pass_s(0.001)
    assert reason(desk.prove(begun, proof)) is Reason.EXPIRED
    assert reason(desk.try_begin(interaction, Purpose.SIGN_IN)) is Reason.EXPIRED


# --- for one browser, interaction, kind, purpose and account -----------------------------------


def test_another_browser_neither_uses_nor_spends_a_challenge(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in())
    proof = desk.touch(begun)
    thief = Desk(desk.house, where=ELSEWHERE)
    assert reason(thief.prove(begun, proof)) is Reason.FOREIGN_CEREMONY
    cancelled = thief.write(
        lambda tx: thief.interactions.cancel(tx, begun.ceremony, thief.session.id, ELSEWHERE)
    )
    assert reason(cancelled) is Reason.FOREIGN_CEREMONY
    assert isinstance(desk.prove(begun, proof), Shown)


def test_another_browser_begins_nothing_in_an_interaction(desk: Desk) -> None:
    interaction = desk.sign_in()
    thief = Desk(desk.house)
    assert reason(thief.try_begin(interaction, Purpose.SIGN_IN)) is Reason.FOREIGN_CEREMONY
    assert reason(thief.find(interaction)) is Reason.FOREIGN_CEREMONY


def test_a_ceremony_of_one_interaction_is_foreign_to_another(desk: Desk) -> None:
    first, second = desk.sign_in(), desk.sign_in()
    begun = desk.begin(first)
    ceremonies_of = desk.interactions.ceremonies
    claimed = desk.write(
        lambda tx: ceremonies_of.claim(tx, begun.ceremony, second.id, desk.touch(begun), desk.where)
    )
    assert reason(claimed) is Reason.FOREIGN_CEREMONY
    assert state_of(desk, begun) == CeremonyState.OPEN


def test_an_answer_to_one_challenge_does_not_answer_another(desk: Desk) -> None:
    interaction = desk.sign_in()
    first, second = desk.begin(interaction), desk.begin(interaction)
    assert reason(desk.prove(second, desk.touch(first))) is Reason.FOREIGN_CHALLENGE
    # The first one was not spent by the mix-up.
    assert isinstance(desk.prove(first, desk.touch(first)), Shown)


def test_a_proof_of_another_kind_is_refused(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=True)
    interaction = desk.sign_in()
    begun = desk.begin(interaction)
    assert reason(desk.prove(begun, password_proof("ada"))) is Reason.WRONG_KIND
    by_password = desk.begin(interaction, kind=KindName.PASSWORD)
    assert reason(desk.prove(by_password, desk.touch(begun))) is Reason.WRONG_KIND


def test_an_enrolment_is_not_answered_by_a_sign_in_nor_the_other_way_round(house: House) -> None:
    account = add_account(house)
    desk = Desk(house)
    desk.enrol(account)
    enrolling = desk.begin(desk.first_visit(account), Purpose.ENROL)
    signing_in = desk.begin(desk.sign_in())
    swapped = {**options_of(signing_in), "challenge": options_of(enrolling)["challenge"]}
    shown = desk.browser.get(swapped, "http://localhost:8080")
    outcome = desk.prove(enrolling, Proof(KindName.WEBAUTHN, {"credential": shown}))
    assert reason(outcome) is Reason.MALFORMED
    assert [e.reason for e in told(house, account)][-1] == Reason.MALFORMED


def test_the_second_factor_is_that_of_the_passwords_account(house: House) -> None:
    ada = add_account(house, "Ada", password=PASSWORD)
    bob = add_account(house, "Bob", password=PASSWORD)
    at_ada, at_bob = Desk(house, seed=b"ada"), Desk(house, seed=b"bob")
    at_ada.enrol(ada, alone=False)
    at_bob.enrol(bob, alone=False)
    interaction = at_ada.sign_in()
    must(at_ada.try_password(interaction, "ada"))
    begun = at_ada.begin(interaction, alone=False)
    # Bob's key is not in allowCredentials; he answers as if it were.
    options = {**options_of(begun), "allowCredentials": []}
    bobs_interaction = at_bob.sign_in()
    must(at_bob.try_password(bobs_interaction, "bob"))
    bobs = options_of(at_bob.begin(bobs_interaction, alone=False))
    options["allowCredentials"] = bobs["allowCredentials"]
    shown = at_bob.browser.get(options, "http://localhost:8080")
    outcome = at_ada.prove(begun, Proof(KindName.WEBAUTHN, {"credential": shown}))
    assert reason(outcome) is Reason.FOREIGN_CREDENTIAL
    assert must(at_ada.find(interaction)).account == ada.id
    assert not at_ada.session.signed_in


def test_a_step_up_is_answered_by_the_sessions_own_person_only(house: House) -> None:
    ada, bob = add_account(house, "Ada"), add_account(house, "Bob")
    at_ada, at_bob = Desk(house, seed=b"ada"), Desk(house, seed=b"bob")
    at_ada.enrol(ada)
    at_bob.enrol(bob)
    at_ada.touch_in()
    begun = at_ada.begin(at_ada.step_up(), Purpose.STEP_UP)
    shown = at_bob.browser.get(
        {**options_of(begun), "allowCredentials": []}, "http://localhost:8080"
    )
    outcome = at_ada.prove(begun, Proof(KindName.WEBAUTHN, {"credential": shown}))
    assert reason(outcome) is Reason.FOREIGN_CREDENTIAL
    assert at_ada.session.account == ada.id
