"""A browser's session: its secret rotates at every factor, and it ends in time."""

import pytest

from counterfoil.accounts import Account, AccountState
from counterfoil.assurance import Level, assess
from counterfoil.audit import What
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.http.house import House
from counterfoil.interactions import InteractionState
from tests.ceremonies.desk import (
    PASSWORD,
    Desk,
    add_account,
    must,
    reason,
    told,
    whats,
)
from tests.house import HandClock


@pytest.fixture
def account(house: House) -> Account:
    return add_account(house, password=PASSWORD)


@pytest.fixture
def desk(house: House, account: Account) -> Desk:
    """Ada's browser, with a key that works alone and beside her password."""
    desk = Desk(house)
    desk.enrol(account)
    return desk


# --- the secret --------------------------------------------------------------------------------


def test_the_secret_changes_at_every_factor_and_the_old_one_is_dead(desk: Desk) -> None:
    interaction = desk.sign_in()
    secrets = [desk.cookie]
    must(desk.try_password(interaction, "ada"))
    secrets.append(desk.cookie)
    begun = desk.begin(interaction, alone=False)
    must(desk.prove(begun, desk.touch(begun)))
    secrets.append(desk.cookie)
    begun = desk.begin(desk.step_up(), Purpose.STEP_UP, alone=False)
    must(desk.prove(begun, desk.touch(begun)))
    secrets.append(desk.cookie)
    begun = desk.begin(must(desk.enrolment()), Purpose.ENROL, alone=False)
    desk.browser = Desk(desk.house, seed=b"another key").browser
    must(desk.prove(begun, desk.create(begun)))
    secrets.append(desk.cookie)
    assert len({secret.reveal() for secret in secrets}) == 5
    assert [desk.found(secret) is not None for secret in secrets] == [False] * 4 + [True]


def test_a_refusal_leaves_the_secret_alone(desk: Desk) -> None:
    before = desk.cookie
    assert reason(desk.try_password(desk.sign_in(), "ada", "another password")) is Reason.WRONG
    assert desk.found(before) is not None


def test_the_session_keeps_its_stable_key_from_anonymous_to_step_up(
    desk: Desk, account: Account
) -> None:
    before = desk.session.id
    desk.password_in("ada")
    assert desk.session.id == before
    assert desk.session.account == account.id


def test_a_password_alone_signs_nobody_in(desk: Desk, account: Account) -> None:
    interaction = desk.sign_in()
    must(desk.try_password(interaction, "ada"))
    assert not desk.session.signed_in
    assert desk.session.factors == ()
    assert must(desk.find(interaction)).state is InteractionState.OPEN
    assert What.SIGNED_IN not in whats(desk.house, account)


def test_a_first_visit_proves_nothing_that_signs_in(desk: Desk) -> None:
    assert not desk.session.signed_in


# --- other people ------------------------------------------------------------------------------


def test_signing_in_as_another_person_ends_the_old_session(
    house: House, desk: Desk, account: Account
) -> None:
    bob = add_account(house, "Bob")
    at_bob = Desk(house, seed=b"bob")
    at_bob.enrol(bob)
    desk.touch_in()
    adas, adas_cookie = desk.session, desk.cookie
    desk.browser, desk.key = at_bob.browser, at_bob.key
    interaction = desk.touch_in().interaction
    assert desk.session.account == bob.id
    assert desk.session.id != adas.id
    assert desk.found(adas_cookie) is None
    assert house.store.read_now(lambda tx: house.sessions.list_for(tx, account.id)) == []
    assert interaction.session == desk.session.id
    assert told(house, account)[-1].what == What.SIGNED_OUT
    # The interaction followed its person into the new session.
    assert must(desk.find(interaction)).account == bob.id


def test_nothing_of_the_first_persons_factors_is_left(house: House, desk: Desk) -> None:
    bob = add_account(house, "Bob")
    at_bob = Desk(house, seed=b"bob")
    at_bob.enrol(bob)
    desk.password_in("ada")
    desk.browser, desk.key = at_bob.browser, at_bob.key
    desk.touch_in()
    assert [f.kind for f in desk.session.factors] == [KindName.WEBAUTHN]


def test_two_peoples_half_sign_ins_in_one_interaction_do_not_add_up(
    house: House, desk: Desk
) -> None:
    bob = add_account(house, "Bob", password=PASSWORD)
    at_bob = Desk(house, seed=b"bob")
    at_bob.enrol(bob, alone=False)
    interaction = desk.sign_in()
    must(desk.try_password(interaction, "bob"))
    begun = desk.begin(interaction, alone=True)
    must(desk.prove(begun, desk.touch(begun)))  # Ada's key, two factors in one
    assert desk.session.account != bob.id
    assert KindName.PASSWORD not in {f.kind for f in desk.session.factors}


# --- two tabs ----------------------------------------------------------------------------------


def test_two_tabs_of_one_browser_do_not_break_each_other(desk: Desk) -> None:
    one, other = desk.sign_in(), desk.sign_in()
    in_one, in_other = desk.begin(one), desk.begin(other)
    must(desk.prove(in_one, desk.touch(in_one)))
    must(desk.prove(in_other, desk.touch(in_other)))
    assert must(desk.find(one)).state is InteractionState.DONE
    assert must(desk.find(other)).state is InteractionState.DONE


def test_a_second_proof_for_a_sign_in_that_is_done_changes_nothing(
    desk: Desk, account: Account
) -> None:
    interaction = desk.sign_in()
    first, second = desk.begin(interaction), desk.begin(interaction)
    must(desk.prove(first, desk.touch(first)))
    cookie, before = desk.cookie, desk.session
    assert reason(desk.prove(second, desk.touch(second))) is Reason.REPLAYED
    # Above all the browser is still signed in: its secret was not changed behind its back.
    assert desk.found(cookie) == before
    assert whats(desk.house, account).count(What.SIGNED_IN) == 1


def test_a_finished_interaction_is_finished_once(desk: Desk) -> None:
    interaction = desk.touch_in().interaction

    def finish() -> object:
        return desk.write(lambda tx: desk.interactions.finish(tx, interaction.id, desk.session.id))

    assert must(finish()) is not None
    assert reason(finish()) is Reason.REPLAYED
    assert reason(desk.find(interaction)) is Reason.REPLAYED


def test_an_open_interaction_has_no_fruit_yet(desk: Desk) -> None:
    interaction = desk.sign_in()
    outcome = desk.write(lambda tx: desk.interactions.finish(tx, interaction.id, desk.session.id))
    assert reason(outcome) is Reason.REPLAYED
    assert must(desk.find(interaction)).state is InteractionState.OPEN


# --- step-up -----------------------------------------------------------------------------------


def test_a_step_up_makes_the_proof_fresh_and_not_the_session_longer(
    desk: Desk, clock: HandClock
) -> None:
    desk.touch_in()
    before = desk.session
    clock.pass_s(1800)
    assert reason(desk.enrolment()) is Reason.LEVEL_TOO_LOW
    begun = desk.begin(desk.step_up(), Purpose.STEP_UP)
    must(desk.prove(begun, desk.touch(begun)))
    assert desk.session.expires_ms == before.expires_ms
    must(desk.enrolment())


@pytest.mark.parametrize(("wait_s", "fresh"), [(0, True), (300, True), (300.001, False)])
def test_a_touch_is_fresh_for_five_minutes(
    desk: Desk, clock: HandClock, wait_s: float, fresh: bool
) -> None:
    desk.touch_in()
    clock.pass_s(wait_s)
    outcome = desk.enrolment()
    if fresh:
        must(outcome)
    else:
        assert reason(outcome) is Reason.LEVEL_TOO_LOW


def test_a_touch_without_the_pin_does_not_lower_the_session(desk: Desk, clock: HandClock) -> None:
    desk.touch_in()  # the key alone, with its PIN
    before = assess(desk.session.factors)
    assert before is not None
    clock.pass_s(600)
    begun = desk.begin(desk.step_up(), Purpose.STEP_UP)
    must(desk.prove(begun, desk.touch(begun)))
    after = assess(desk.session.factors)
    assert after is not None
    assert after.level >= before.level


def test_without_a_password_a_step_up_asks_for_the_pin(house: House) -> None:
    desk = Desk(house, seed=b"no password")
    desk.enrol(add_account(house, "Bob"))
    desk.touch_in()
    begun = desk.begin(desk.step_up(), Purpose.STEP_UP, alone=False)
    options = begun.challenge["publicKey"]
    assert isinstance(options, dict)
    assert options["userVerification"] == "required"


def test_a_step_up_needs_somebody_signed_in(desk: Desk) -> None:
    outcome = desk.write(
        lambda tx: desk.interactions.open_step_up(tx, desk.session, "/", Level.OTP)
    )
    assert reason(outcome) is Reason.SIGNED_OUT
    assert reason(desk.enrolment()) is Reason.SIGNED_OUT


# --- time --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wait_s", "alive"), [(3599.999, True), (3600, False)])
def test_a_session_is_idle_for_an_hour_at_most(
    desk: Desk, clock: HandClock, wait_s: float, alive: bool
) -> None:
    desk.touch_in()
    clock.pass_s(wait_s)
    assert (desk.found(desk.cookie) is not None) is alive


@pytest.mark.parametrize(("wait_s", "alive"), [(43_199.999, True), (43_200, False)])
def test_a_session_ends_after_twelve_hours_however_busy(
    desk: Desk, clock: HandClock, wait_s: float, alive: bool
) -> None:
    desk.touch_in()
    began = clock.at_ms
    for hours in range(1, 24):
        if hours * 1800 < wait_s:
            clock.at_ms = began + hours * 1_800_000
            desk.write(lambda tx: desk.house.sessions.see(tx, desk.session.id))
    clock.at_ms = began + int(wait_s * 1000)
    assert (desk.found(desk.cookie) is not None) is alive


def test_being_seen_is_written_once_a_minute(desk: Desk, clock: HandClock) -> None:
    sessions = desk.house.sessions
    assert not sessions.wants_seen(desk.session)
    clock.pass_s(59.999)
    assert not sessions.wants_seen(desk.session)
    clock.pass_s(0.001)
    assert sessions.wants_seen(desk.session)


def test_signing_out_ends_the_session_once(desk: Desk, account: Account) -> None:
    desk.touch_in()

    def end() -> None:
        desk.write(
            lambda tx: desk.house.sessions.end(tx, desk.session, actor=account.id, where=desk.where)
        )

    end()
    end()
    assert desk.found(desk.cookie) is None
    assert whats(desk.house, account).count(What.SIGNED_OUT) == 1


def test_disabling_an_account_ends_its_sessions_for_good(desk: Desk, account: Account) -> None:
    desk.touch_in()
    for state in (AccountState.DISABLED, AccountState.ACTIVE):
        desk.write(lambda tx, s=state: desk.accounts.set_state(tx, account.id, s, "operator"))  # type: ignore[misc]
        assert desk.found(desk.cookie) is None


def test_deleting_an_account_leaves_only_its_events(desk: Desk, account: Account) -> None:
    desk.touch_in()
    assert desk.write(lambda tx: desk.accounts.delete(tx, account.id, "operator")) is None
    assert desk.found(desk.cookie) is None
    assert whats(desk.house, account)[-1] == What.ACCOUNT_DELETED
    begun = Desk(desk.house)
    assert reason(begun.try_password(begun.sign_in(), "ada")) is Reason.WRONG


def test_a_proof_in_a_session_that_ended_meanwhile_signs_nobody_in(
    desk: Desk, account: Account
) -> None:
    interaction = desk.sign_in()
    begun = desk.begin(interaction)
    proof = desk.touch(begun)
    desk.write(
        lambda tx: desk.house.sessions.end(tx, desk.session, actor="nobody", where=desk.where)
    )
    assert reason(desk.prove(begun, proof)) is Reason.SIGNED_OUT
    assert What.SIGNED_IN not in whats(desk.house, account)
