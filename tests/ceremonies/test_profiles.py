"""What an account says of its person: kept, changed, confirmed."""

from counterfoil.accounts import Account
from counterfoil.errors import Reason, Refused
from counterfoil.http.house import House
from tests.ceremonies.desk import must, reason


def add(house: House, name: str, email: str) -> Account | Refused:
    return house.store.write_now(lambda tx: house.accounts.add(tx, name, email=email))


def test_an_address_that_nobody_confirmed_is_kept_and_known_as_such(house: House) -> None:
    made = must(add(house, "ada", "ada@example.org"))
    kept = house.store.read_now(lambda tx: house.accounts.find(tx, made.id))
    assert kept == made
    assert (made.email, made.email_verified) == ("ada@example.org", False)
    assert must(add(house, "bob", "")).email is None
    assert reason(add(house, "eve", "eve\nBcc: all")) is Reason.EMAIL_REFUSED
