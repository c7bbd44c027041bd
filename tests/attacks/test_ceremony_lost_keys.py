"""Whoever holds a lost key, an old link or an old screen gains nothing from it."""

from functools import partial

import pytest

from counterfoil.accounts import AccountState
from counterfoil.assurance import Level
from counterfoil.audit import Where
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.http.house import House
from tests.ceremonies.desk import (
    ELSEWHERE,
    PASSWORD,
    Desk,
    add_account,
    authenticators,
    must,
    password_proof,
    reason,
    the_authenticator,
)
from tests.house import HandClock


def desk_with_same_key(desk: Desk, where: Where) -> Desk:
    """Another browser, into which the very same key is plugged."""
    other = Desk(desk.house, seed=b"other", where=where)
    other.world, other.key, other.browser = desk.world, desk.key, desk.browser
    return other


def test_removing_a_lost_key_ends_every_session_that_it_opened(house: House) -> None:
    account = add_account(house)
    owner = Desk(house)
    lost = owner.enrol(account)
    thief = desk_with_same_key(owner, ELSEWHERE)
    spare = Desk(house, seed=b"spare")
    spare.enrol(account)
    thief.touch_in()
    spare.touch_in()

    must(house.store.write_now(lambda tx: house.accounts.remove(tx, account.id, lost, spare.where)))

    assert thief.found(thief.cookie) is None
    assert spare.found(spare.cookie) is not None


def test_a_removed_key_does_not_begin_an_enrolment(house: House) -> None:
    account = add_account(house)
    owner = Desk(house)
    lost = owner.enrol(account)
    Desk(house, seed=b"spare").enrol(account)
    owner.touch_in()
    enrolment = must(owner.enrolment())
    house.store.write_now(lambda tx: house.accounts.remove(tx, account.id, lost, owner.where))

    assert owner.found(owner.cookie) is None
    # The session's value from before is what a request in flight still has.
    assert reason(owner.enrolment()) is Reason.SIGNED_OUT
    assert reason(owner.try_begin(enrolment, Purpose.ENROL)) is Reason.SIGNED_OUT


def test_a_new_password_ends_what_rests_on_the_old_one(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=False)
    desk.password_in("Ada")
    assert desk.found(desk.cookie) is not None

    visit = Desk(house, seed=b"again")
    interaction = visit.first_visit(account)
    begun = visit.begin(interaction, Purpose.ENROL, KindName.PASSWORD, alone=False)
    must(visit.prove(begun, password_proof("", "another horse battery")))

    assert desk.found(desk.cookie) is None


def test_a_new_invitation_ends_the_first_visit_that_an_older_one_began(house: House) -> None:
    account = add_account(house)
    stranger, person = Desk(house, where=ELSEWHERE), Desk(house, seed=b"person")
    taken = stranger.first_visit(account)
    began = stranger.begin(taken, Purpose.ENROL)
    mine = person.first_visit(account)

    assert reason(stranger.prove(began, stranger.create(began))) is Reason.REPLAYED
    assert reason(stranger.find(taken)) is Reason.REPLAYED
    assert authenticators(house, account) == []
    mine_begun = person.begin(mine, Purpose.ENROL)
    must(person.prove(mine_begun, person.create(mine_begun)))


def test_disabling_ends_a_first_visit_for_good(house: House) -> None:
    account = add_account(house)
    desk = Desk(house)
    visit = desk.first_visit(account)
    accounts = house.accounts
    for state in (AccountState.DISABLED, AccountState.ACTIVE):
        house.store.write_now(
            partial(accounts.set_state, account_id=account.id, state=state, actor="operator")
        )

    assert reason(desk.try_begin(visit, Purpose.ENROL)) is Reason.REPLAYED


@pytest.mark.parametrize(("waited_s", "good"), [(299.999, True), (300, False)])
def test_a_password_waits_five_minutes_for_its_key(
    house: House, clock: HandClock, waited_s: float, *, good: bool
) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=False)
    interaction = desk.sign_in()
    must(desk.try_password(interaction, "Ada"))
    clock.pass_s(waited_s)

    begun = desk.try_begin(interaction, Purpose.SIGN_IN, alone=False)

    if good:
        must(begun)
    else:
        assert reason(begun) is Reason.EXPIRED


def test_a_challenge_from_before_does_not_lengthen_the_wait(house: House, clock: HandClock) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=False)
    interaction = desk.sign_in()
    must(desk.try_password(interaction, "Ada"))
    clock.pass_s(200)
    begun = desk.begin(interaction, alone=False)
    clock.pass_s(200)

    must(desk.prove(begun, desk.touch(begun)))

    assert not desk.session.signed_in


@pytest.mark.parametrize(("waited_s", "good"), [(300, True), (300.001, False)])
def test_an_enrolment_begins_only_while_the_touch_is_fresh(
    house: House, clock: HandClock, waited_s: float, *, good: bool
) -> None:
    account = add_account(house)
    desk = Desk(house)
    desk.enrol(account)
    desk.touch_in()
    enrolment = must(desk.enrolment())
    clock.pass_s(waited_s)

    begun = desk.try_begin(enrolment, Purpose.ENROL)

    if good:
        must(begun)
    else:
        assert reason(begun) is Reason.LEVEL_TOO_LOW


def test_a_session_that_ended_meanwhile_changes_nothing(house: House) -> None:
    account = add_account(house)
    desk = Desk(house)
    desk.enrol(account)
    desk.touch_in()
    desk.write(lambda tx: house.sessions.end(tx, desk.session, actor=account.id, where=desk.where))

    assert reason(desk.enrolment()) is Reason.SIGNED_OUT
    outcome = desk.write(
        lambda tx: house.interactions.open_step_up(tx, desk.session, "/", Level.OTP)
    )
    assert reason(outcome) is Reason.SIGNED_OUT


def test_the_account_is_looked_at_again_when_a_sign_in_is_settled(house: House) -> None:
    account = add_account(house)
    desk = Desk(house)
    desk.enrol(account)
    interaction = desk.sign_in()
    begun = desk.begin(interaction)
    proof = desk.touch(begun)
    claimed = must(
        desk.write(
            lambda tx: house.interactions.ceremonies.claim(
                tx, begun.ceremony, interaction.id, proof, desk.where
            )
        )
    )
    verdict = house.interactions.ceremonies.judge(claimed)
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.DISABLED, "operator")
    )

    outcome = desk.write(
        lambda tx: house.interactions.ceremonies.settle(tx, claimed, verdict, "", desk.where)
    )

    assert reason(outcome) is Reason.ACCOUNT_DISABLED
    assert the_authenticator(house, account, KindName.WEBAUTHN).used_ms is None
