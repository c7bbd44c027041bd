"""What changes in somebody's account is told to them, by the flow that changes it."""

from typing import Any

import pytest

from counterfoil.accounts import Account
from counterfoil.accounts.rules import MAX_FAILURES
from counterfoil.ceremonies import Settled
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.factors.password.kind import hash_password
from counterfoil.http.house import House
from counterfoil.kit.where import Where
from counterfoil.notices import Notice, Told
from counterfoil.store import Transaction
from tests.ceremonies.codes import Typist
from tests.ceremonies.desk import (
    HERE,
    PASSWORD,
    Desk,
    add_account,
    must,
    password_proof,
    the_authenticator,
)
from tests.house import HandClock
from tests.notices.test_notices import messages, set_address


@pytest.fixture
def ada(house: House) -> Account:
    account = add_account(house)
    set_address(house, account, "ada@example.org")
    return account


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def news(house: House, account: Account) -> list[Notice]:
    """What is new to them; looking makes it old."""
    found = house.store.read_now(lambda tx: house.notices.unseen(tx, account.id))
    house.store.write_now(lambda tx: house.notices.see(tx, account.id))
    return found


def letters(house: House) -> list[str]:
    return sorted(message.what for message in messages(house))


def origin(notice: Notice) -> Where:
    return Where(str(notice.details["address"]), str(notice.details["user_agent"]))


def test_a_first_visit_is_told_by_letter_and_is_no_news(
    house: House, ada: Account, desk: Desk
) -> None:
    desk.enrol(ada)
    assert news(house, ada) == []
    assert letters(house) == ["token_added"]


def test_a_later_token_is_told(house: House, ada: Account, desk: Desk) -> None:
    desk.enrol(ada)
    desk.touch_in()
    begun = desk.begin(must(desk.enrolment()), Purpose.ENROL)
    second = Desk(house, seed=b"second")
    must(desk.prove(begun, second.create(begun), "Blue key"))
    (notice,) = news(house, ada)
    assert (notice.what, origin(notice)) == (Told.TOKEN_ADDED, HERE)
    assert (notice.details["kind"], notice.details["label"]) == ("webauthn", "Blue key")
    assert letters(house) == ["token_added", "token_added"]


def test_a_sign_in_tells_nothing(house: House, ada: Account, desk: Desk) -> None:
    desk.enrol(ada)
    before = letters(house)
    for _ in range(2):
        desk.touch_in()
    assert (news(house, ada), letters(house)) == ([], before)


@pytest.mark.parametrize("by_the_helpdesk", [False, True])
def test_lost_found_and_removed_is_told(
    house: House, ada: Account, desk: Desk, by_the_helpdesk: bool
) -> None:
    key = desk.enrol(ada)
    Desk(house, seed=b"second").enrol(ada)
    news(house, ada)
    actor = "acc_helpdesk" if by_the_helpdesk else None
    accounts = house.accounts

    def change(flow: Any) -> None:
        house.store.write_now(lambda tx: must(flow(tx, ada.id, key, HERE, actor=actor)))

    change(accounts.suspend)
    change(accounts.resume)
    change(accounts.remove)
    told = news(house, ada)
    assert [n.what for n in told] == [
        Told.TOKEN_SUSPENDED,
        Told.TOKEN_RESUMED,
        Told.TOKEN_REMOVED,
    ]
    # Where the helpdesk sits is nobody's business, and no place to recognise.
    expected = Where("", "") if by_the_helpdesk else HERE
    assert {origin(n) for n in told} == {expected}


def test_what_was_refused_is_not_told(house: House, ada: Account, desk: Desk) -> None:
    key = desk.enrol(ada)
    before = letters(house)
    house.store.write_now(lambda tx: house.accounts.remove(tx, ada.id, key, HERE))
    assert (news(house, ada), letters(house)) == ([], before)


def test_a_password_is_told_as_new_then_as_changed(house: House, ada: Account) -> None:
    record = must(hash_password(PASSWORD, house.entropy(16)))

    def unit(tx: Transaction) -> None:
        must(house.accounts.set_password(tx, ada.id, record, "operator"))

    house.store.write_now(unit)
    house.store.write_now(unit)
    first, second = news(house, ada)
    assert (first.what, first.details["kind"]) == (Told.TOKEN_ADDED, "password")
    assert (second.what, origin(second)) == (Told.PASSWORD_CHANGED, Where("", ""))


def test_a_forgotten_password_is_told_as_replaced(house: House, ada: Account) -> None:
    record = must(hash_password(PASSWORD, house.entropy(16)))

    def unit(tx: Transaction) -> None:
        must(house.accounts.enrol(tx, ada.id, KindName.PASSWORD, record, "", HERE))

    house.store.write_now(unit)
    news(house, ada)
    house.store.write_now(unit)
    (notice,) = news(house, ada)
    assert (notice.what, origin(notice)) == (Told.PASSWORD_RESET, HERE)


def test_a_password_changed_by_who_is_signed_in_is_told_as_changed(
    house: House, ada: Account, desk: Desk
) -> None:
    add_password(house, ada)
    desk.enrol(ada, alone=False)
    desk.password_in("Ada")
    news(house, ada)
    begun = desk.begin(must(desk.enrolment()), Purpose.ENROL, KindName.PASSWORD)
    must(desk.prove(begun, password_proof("Ada", "another correct horse")))
    (notice,) = news(house, ada)
    assert (notice.what, origin(notice)) == (Told.PASSWORD_CHANGED, HERE)


def add_password(house: House, account: Account) -> None:
    record = must(hash_password(PASSWORD, house.entropy(16)))
    house.store.write_now(
        lambda tx: must(house.accounts.set_password(tx, account.id, record, "operator"))
    )


def test_being_invited_again_is_told(house: House, ada: Account, desk: Desk) -> None:
    desk.enrol(ada)
    house.store.write_now(lambda tx: must(house.accounts.invite(tx, ada.id, "acc_helpdesk", HERE)))
    (notice,) = news(house, ada)
    assert (notice.what, origin(notice)) == (Told.INVITED_AGAIN, Where("", ""))


def test_recovery_codes_are_told_when_made_and_when_used(
    house: House, ada: Account, desk: Desk
) -> None:
    add_password(house, ada)
    typist = Typist(desk, ada, desk.sign_in().id)
    codes = typist.enrol_paper()
    assert isinstance(typist.show(KindName.RECOVERY, codes[0]), Settled)
    told = [n.what for n in news(house, ada)]
    assert told == [Told.TOKEN_ADDED, Told.RECOVERY_CODES_MADE, Told.RECOVERY_CODE_USED]
    typist.show(KindName.RECOVERY, codes[0])
    assert news(house, ada) == []


def test_what_is_switched_off_after_too_many_tries_is_told(
    house: House, ada: Account, desk: Desk, clock: HandClock
) -> None:
    add_password(house, ada)
    held = the_authenticator(house, ada, KindName.PASSWORD)
    news(house, ada)
    for _ in range(MAX_FAILURES):
        clock.pass_s(3600)
        desk.try_password(desk.sign_in(), "Ada", "a wrong one entirely")
    (notice,) = news(house, ada)
    assert notice.what is Told.TOKEN_DISABLED
    assert (notice.details["kind"], notice.details["label"]) == ("password", held.label)
