"""A change is told: a notice until it was seen, and a letter to an address that was verified."""

from typing import Any

import pytest
from sqlalchemy import select, text

from counterfoil.accounts import Account
from counterfoil.http.house import House
from counterfoil.kit.ids import LetterId
from counterfoil.kit.sealing import SealBroken
from counterfoil.kit.where import Where
from counterfoil.notices import Letter, Message, Told, open_message
from counterfoil.store import Transaction
from counterfoil.store.schema import notices, outbox
from tests.ceremonies.desk import HERE, add_account
from tests.house import NOON_MS, HandClock

LINK = "http://localhost:8080/forgotten/cf_inv_a-token-that-nobody-may-read"


def set_address(house: House, account: Account, email: str, *, verified: bool = True) -> None:
    def unit(tx: Transaction) -> None:
        tx.execute(
            text("UPDATE accounts SET email = :e, email_verified = :v WHERE id = :i"),
            {"e": email, "v": int(verified), "i": account.id},
        )

    house.store.write_now(unit)


def tell(house: House, account: Account, what: Told, where: Where = HERE, **more: Any) -> None:
    house.store.write_now(lambda tx: house.notices.tell(tx, account.id, what, where, **more))


def letters(house: House) -> list[Any]:
    return list(house.store.read_now(lambda tx: tx.execute(select(outbox)).all()))


def messages(house: House) -> list[Message]:
    return [
        open_message(house.keyring, LetterId(row.id), row.sealed_letter) for row in letters(house)
    ]


def test_a_change_is_shown_until_it_was_seen(house: House, clock: HandClock) -> None:
    ada, bob = add_account(house), add_account(house, "Bob")
    tell(house, ada, Told.TOKEN_ADDED, label="Blue key", kind="webauthn")
    clock.pass_s(60)
    tell(house, ada, Told.PASSWORD_CHANGED)
    unseen = house.store.read_now(lambda tx: house.notices.unseen(tx, ada.id))
    assert [(n.what, n.at_ms) for n in unseen] == [
        (Told.TOKEN_ADDED, NOON_MS),
        (Told.PASSWORD_CHANGED, NOON_MS + 60_000),
    ]
    assert unseen[0].details == {
        "label": "Blue key",
        "kind": "webauthn",
        "address": HERE.address,
        "user_agent": HERE.user_agent,
    }
    house.store.write_now(lambda tx: house.notices.see(tx, bob.id, unseen[1].id))
    assert len(house.store.read_now(lambda tx: house.notices.unseen(tx, ada.id))) == 2
    house.store.write_now(lambda tx: house.notices.see(tx, ada.id, unseen[0].id))
    left = house.store.read_now(lambda tx: house.notices.unseen(tx, ada.id))
    assert [n.id for n in left] == [unseen[1].id]


@pytest.mark.parametrize("what", Told)
def test_whoever_has_no_verified_address_gets_no_letter(house: House, what: Told) -> None:
    ada = add_account(house)
    tell(house, ada, what)
    set_address(house, ada, "ada@example.org", verified=False)
    tell(house, ada, what)
    assert letters(house) == []
    set_address(house, ada, "ada@example.org")
    tell(house, ada, what)
    assert [m.to for m in messages(house)] == ["ada@example.org"]


def test_a_letter_says_what_where_when_and_to_whom(house: House) -> None:
    ada = add_account(house)
    set_address(house, ada, "ada@example.org")
    tell(house, ada, Told.TOKEN_REMOVED, label="青い鍵")
    assert messages(house) == [
        Message(
            what="token_removed",
            to="ada@example.org",
            facts={
                "label": "青い鍵",
                "address": HERE.address,
                "user_agent": HERE.user_agent,
                "at_ms": NOON_MS,
                "person": "Ada",
            },
        )
    ]


def test_a_letter_with_a_link_goes_where_it_is_sent_and_ends_with_its_link(house: House) -> None:
    ada = add_account(house)
    house.store.write_now(
        lambda tx: house.notices.write_letter(
            tx, ada.id, "new@example.org", Letter.EMAIL_LINK, link=LINK, minutes=30
        )
    )
    (message,) = messages(house)
    assert (message.to, message.facts["link"]) == ("new@example.org", LINK)
    assert message.expires_ms == NOON_MS + 30 * 60_000
    assert house.store.read_now(lambda tx: house.notices.unseen(tx, ada.id)) == []


def test_a_stolen_database_shows_neither_address_nor_link(house: House) -> None:
    ada = add_account(house)
    house.store.write_now(
        lambda tx: house.notices.write_letter(
            tx, ada.id, "new@example.org", Letter.PASSWORD_LINK, link=LINK, minutes=15
        )
    )
    (row,) = letters(house)
    dump = repr(tuple(row)).encode() + row.sealed_letter
    for secret in (b"new@example.org", b"cf_inv_", b"password_link"):
        assert secret not in dump
    with pytest.raises(SealBroken):
        open_message(house.keyring, LetterId("let_another"), row.sealed_letter)


def test_what_fails_tells_nothing(house: House) -> None:
    ada = add_account(house)
    set_address(house, ada, "ada@example.org")

    def unit(tx: Transaction) -> None:
        house.notices.tell(tx, ada.id, Told.TOKEN_ADDED, HERE)
        raise ValueError("another reason")

    with pytest.raises(ValueError, match="another reason"):
        house.store.write_now(unit)
    assert letters(house) == []
    assert house.store.read_now(lambda tx: house.notices.unseen(tx, ada.id)) == []


def test_the_bell_is_rung_when_a_letter_is_committed_and_not_before(house: House) -> None:
    ada = add_account(house)
    set_address(house, ada, "ada@example.org")
    rung: list[int] = []
    house.notices.bell.listen(lambda: rung.append(len(letters(house))))

    def unit(tx: Transaction) -> None:
        house.notices.tell(tx, ada.id, Told.TOKEN_ADDED, HERE)
        assert rung == []

    house.store.write_now(unit)
    assert rung == [1], "whoever is woken finds the letter"
    house.store.write_now(lambda tx: house.accounts.find(tx, ada.id))
    assert rung == [1]


def test_a_deleted_account_takes_its_letters_along(house: House) -> None:
    ada = add_account(house)
    set_address(house, ada, "ada@example.org")
    tell(house, ada, Told.TOKEN_ADDED)
    house.store.write_now(lambda tx: house.accounts.delete(tx, ada.id, "operator"))
    assert letters(house) == []
    assert house.store.read_now(lambda tx: tx.execute(select(notices)).all()) == []
