"""An invitation is good once, for fifteen minutes, for the browser that takes it up."""

import pytest

from counterfoil.accounts import Account, AccountState, Invitation
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Purpose
from counterfoil.http.house import House
from counterfoil.interactions import Interaction
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.opaque import TokenKind, mint
from counterfoil.kit.secret import Secret
from tests.ceremonies.desk import Desk, add_account, must, reason, whats
from tests.house import HandClock, events_of


@pytest.fixture
def account(house: House) -> Account:
    return add_account(house)


def invite(house: House, account: Account) -> Invitation:
    return must(house.store.write_now(lambda tx: house.accounts.invite(tx, account.id, "operator")))


def take_up(desk: Desk, token: Secret) -> Interaction | Refused:
    return desk.write(
        lambda tx: desk.interactions.open_first_visit(tx, desk.session.id, token, desk.where)
    )


def look(house: House, token: Secret) -> object:
    return house.store.read_now(lambda tx: house.accounts.read_invitation(tx, token))


def test_an_invitation_is_taken_up_once(house: House, account: Account) -> None:
    invitation, desk = invite(house, account), Desk(house)
    must(take_up(desk, invitation.token))
    assert reason(take_up(desk, invitation.token)) is Reason.INVITATION_REFUSED
    assert reason(take_up(Desk(house), invitation.token)) is Reason.INVITATION_REFUSED
    assert whats(house, account).count(What.INVITATION_USED) == 1


def test_looking_spends_nothing(house: House, account: Account) -> None:
    invitation = invite(house, account)
    for _ in range(3):
        assert look(house, invitation.token) == (account, invitation.expires_ms)
    must(take_up(Desk(house), invitation.token))
    assert look(house, invitation.token) == Refused(Reason.INVITATION_REFUSED)


@pytest.mark.parametrize(("wait_s", "good"), [(899.999, True), (900, False)])
def test_an_invitation_is_good_for_fifteen_minutes(
    house: House, account: Account, clock: HandClock, wait_s: float, good: bool
) -> None:
    invitation = invite(house, account)
    clock.pass_s(wait_s)
    looked, taken = look(house, invitation.token), take_up(Desk(house), invitation.token)
    if good:
        assert looked == (account, invitation.expires_ms)
        must(taken)
    else:
        assert looked == taken == Refused(Reason.INVITATION_REFUSED)


def test_a_newer_invitation_voids_the_older_one_and_nobody_elses(
    house: House, account: Account
) -> None:
    bob = add_account(house, "Bob")
    bobs, older, newer = invite(house, bob), invite(house, account), invite(house, account)
    assert reason(take_up(Desk(house), older.token)) is Reason.INVITATION_REFUSED
    must(take_up(Desk(house), newer.token))
    must(take_up(Desk(house), bobs.token))


def test_the_browser_that_took_it_up_is_the_only_one_that_enrols(
    house: House, account: Account
) -> None:
    desk, thief = Desk(house), Desk(house)
    interaction = must(take_up(desk, invite(house, account).token))
    assert reason(thief.find(interaction)) is Reason.FOREIGN_CEREMONY
    assert reason(thief.try_begin(interaction, Purpose.ENROL)) is Reason.FOREIGN_CEREMONY
    must(desk.try_begin(interaction, Purpose.ENROL))


def test_a_disabled_account_is_not_invited_and_its_invitations_are_void(
    house: House, account: Account
) -> None:
    invitation = invite(house, account)
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.DISABLED, "operator")
    )
    again = house.store.write_now(lambda tx: house.accounts.invite(tx, account.id, "operator"))
    assert reason(again) is Reason.NOT_FOUND
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.ACTIVE, "operator")
    )
    assert reason(take_up(Desk(house), invitation.token)) is Reason.INVITATION_REFUSED


@pytest.mark.parametrize(
    "token",
    [
        Secret(""),
        Secret("\0"),
        Secret("cf_inv_"),
        mint(TokenKind.INVITATION, system_entropy),
        mint(TokenKind.SESSION, system_entropy),
    ],
    ids=["empty", "nul", "prefix", "unknown", "session"],
)
def test_what_is_no_invitation_is_answered_like_a_used_one(
    house: House, account: Account, token: Secret
) -> None:
    invite(house, account)
    assert look(house, token) == Refused(Reason.INVITATION_REFUSED)
    assert take_up(Desk(house), token) == Refused(Reason.INVITATION_REFUSED)


def test_no_event_holds_the_token(house: House, account: Account) -> None:
    invitation, desk = invite(house, account), Desk(house)
    must(take_up(desk, invitation.token))
    assert all(invitation.token.reveal() not in repr(event) for event in events_of(house))
