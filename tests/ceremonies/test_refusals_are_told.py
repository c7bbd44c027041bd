"""Every refusal that is about somebody is an event of theirs; about nobody there is none."""

from collections.abc import Callable

import pytest

from counterfoil.accounts import AccountState
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from tests.ceremonies.desk import (
    PASSWORD,
    Desk,
    add_account,
    password_proof,
    reason,
    told,
    whats,
)


def disable(house: House, account_id: object) -> None:
    account = next(
        a for a in house.store.read_now(house.accounts.list_accounts) if a.id == account_id
    )
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.DISABLED, "operator")
    )


def try_password(desk: Desk, name: str) -> object:
    return desk.try_password(desk.sign_in(), name)


def try_key(desk: Desk, _name: str) -> object:
    begun = desk.begin(desk.sign_in())
    return desk.prove(begun, desk.touch(begun))


@pytest.mark.parametrize("attempt", [try_password, try_key])
def test_an_attempt_on_a_disabled_account_is_told(
    house: House, attempt: Callable[[Desk, str], object]
) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account)
    disable(house, account.id)

    assert isinstance(reason(attempt(desk, "Ada")), Reason)

    last = told(house, account)[-1]
    assert (last.what, last.actor, last.address) == ("refused", "nobody", desk.where.address)


def test_a_password_that_nobody_set_is_told(house: House) -> None:
    account = add_account(house)
    assert reason(try_password(Desk(house), "Ada")) is Reason.WRONG
    assert whats(house, account)[-1] == "refused"


def test_about_an_unknown_name_nothing_is_told(house: House) -> None:
    desk = Desk(house)
    before = whats(house)
    begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD, alone=False)
    assert reason(desk.prove(begun, password_proof("Nobody"))) is Reason.WRONG
    assert whats(house) == before
