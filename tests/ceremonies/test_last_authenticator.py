"""Nobody removes the last way to sign in, not even with two hands at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from counterfoil.accounts import Account
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from counterfoil.kit.ids import AuthenticatorId
from tests.ceremonies.desk import (
    HERE,
    PASSWORD,
    Desk,
    add_account,
    authenticators,
    reason,
    the_authenticator,
    whats,
)


@pytest.fixture
def account(house: House) -> Account:
    return add_account(house)


def remove(house: House, account: Account, which: AuthenticatorId) -> None | Refused:
    return house.store.write_now(lambda tx: house.accounts.remove(tx, account.id, which, HERE))


def test_the_only_key_stays(house: House, account: Account) -> None:
    key = Desk(house).enrol(account)
    assert reason(remove(house, account, key)) is Reason.LAST_AUTHENTICATOR
    assert What.REMOVED not in whats(house, account)


def test_one_of_two_keys_goes_and_then_the_other_stays(house: House, account: Account) -> None:
    one, other = (Desk(house, seed=seed).enrol(account) for seed in (b"1", b"2"))
    assert remove(house, account, one) is None
    assert reason(remove(house, account, one)) is Reason.NOT_FOUND
    assert reason(remove(house, account, other)) is Reason.LAST_AUTHENTICATOR


def test_somebody_elses_key_is_not_found(house: House, account: Account) -> None:
    bob = add_account(house, "Bob")
    desk = Desk(house)
    key = desk.enrol(account)
    Desk(house, seed=b"2").enrol(account)
    assert reason(remove(house, bob, key)) is Reason.NOT_FOUND
    renamed = house.store.write_now(
        lambda tx: house.accounts.rename(tx, bob.id, key, "mine now", HERE)
    )
    assert reason(renamed) is Reason.NOT_FOUND
    desk.touch_in()


def test_the_password_stays_while_a_key_needs_it(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    Desk(house).enrol(account, alone=False)
    password = the_authenticator(house, account, KindName.PASSWORD).id
    assert reason(remove(house, account, password)) is Reason.LAST_AUTHENTICATOR
    Desk(house, seed=b"alone").enrol(account, alone=True)
    assert remove(house, account, password) is None


@pytest.mark.parametrize("round_", range(5))
def test_two_removals_at_once_leave_one_key(house: House, account: Account, round_: int) -> None:
    keys = [Desk(house, seed=seed).enrol(account) for seed in (b"1", b"2")]
    together = Barrier(2)

    def remove_one(key: AuthenticatorId) -> None | Refused:
        together.wait()
        return remove(house, account, key)

    with ThreadPoolExecutor(2) as hands:
        outcomes = list(hands.map(remove_one, keys))
    assert outcomes.count(None) == 1
    assert Refused(Reason.LAST_AUTHENTICATOR) in outcomes
    assert len(authenticators(house, account)) == 1
