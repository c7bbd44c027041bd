"""What an account says of its person: names that change, and an address that is confirmed."""

import re

import pytest
from sqlalchemy import select

from counterfoil.accounts import Account, AccountState, LinkPurpose
from counterfoil.accounts.profile import MOST_PROPOSALS, PROPOSALS_WITHIN_MS
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.http.house import House
from counterfoil.kit.ids import LetterId
from counterfoil.kit.secret import Secret
from counterfoil.notices import Message, Notice, Told, open_message
from counterfoil.store.schema import outbox
from tests.ceremonies.desk import HERE, PASSWORD, Desk, add_account, must, reason, whats
from tests.house import HandClock


def add(house: House, name: str, email: str, *, verified: bool = False) -> Account | Refused:
    return house.store.write_now(
        lambda tx: house.accounts.add(tx, name, email=email, email_verified=verified)
    )


@pytest.fixture
def ada(house: House) -> Account:
    return must(add(house, "ada", "ada@example.org", verified=True))


def now(house: House, account: Account) -> Account:
    found = house.store.read_now(lambda tx: house.accounts.find(tx, account.id))
    assert found is not None
    return found


def change_name(house: House, account: Account, name: str) -> None | Refused:
    return house.store.write_now(lambda tx: house.profiles.change_name(tx, account.id, name, HERE))


def propose(house: House, account: Account, email: str) -> None | Refused:
    return house.store.write_now(
        lambda tx: house.profiles.propose_email(tx, account.id, email, HERE)
    )


def confirm(house: House, token: str) -> Account | Refused:
    return house.store.write_now(lambda tx: house.profiles.confirm_email(tx, Secret(token), HERE))


def letters(house: House) -> list[Message]:
    """What waits to be sent, the oldest first."""
    rows = house.store.read_now(lambda tx: tx.execute(select(outbox)).all())
    return [
        open_message(house.keyring, LetterId(row.id), row.sealed_letter)
        for row in sorted(rows, key=lambda row: row.made_ms)
    ]


def link_of(message: Message) -> str:
    found = re.fullmatch(r"http://localhost:8080/email/(\S+)", str(message.facts["link"]))
    assert found
    return found[1]


def unseen(house: House, account: Account) -> list[Notice]:
    return house.store.read_now(lambda tx: house.notices.unseen(tx, account.id))


# --- names -------------------------------------------------------------------------------------


def test_an_address_that_nobody_confirmed_is_kept_and_known_as_such(house: House) -> None:
    made = must(add(house, "ada", "ada@example.org"))
    assert now(house, made) == made
    assert (made.email, made.email_verified) == ("ada@example.org", False)
    assert must(add(house, "bob", "")).email is None
    assert reason(add(house, "eve", "eve\nBcc: all")) is Reason.EMAIL_REFUSED


def test_a_new_name_signs_in_and_the_old_one_is_free(house: House) -> None:
    account = add_account(house, "ada", password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=False)
    assert change_name(house, account, "Lovelace") is None
    after = now(house, account)
    assert (after.id, after.user_handle) == (account.id, account.user_handle)
    assert after.name == "Lovelace"
    assert reason(desk.try_password(desk.sign_in(), "ada")) is Reason.WRONG
    desk.password_in("lovelace")
    assert add_account(house, "ada").id != account.id
    (notice,) = unseen(house, account)
    assert (notice.what, notice.details["name"]) == (Told.NAME_CHANGED, "Lovelace")
    assert What.NAME_CHANGED in whats(house, account)


@pytest.mark.parametrize("name", ["BOB", "\uff42ob"])
def test_somebody_else_s_name_is_taken_however_it_is_written(
    house: House, ada: Account, name: str
) -> None:
    add_account(house, "bob")
    assert reason(change_name(house, ada, name)) is Reason.NAME_TAKEN
    assert now(house, ada).name == "ada"
    assert unseen(house, ada) == []


def test_one_s_own_name_may_be_written_differently(house: House, ada: Account) -> None:
    assert change_name(house, ada, "ADA") is None
    assert now(house, ada).name == "ADA"


@pytest.mark.parametrize("name", ["", "a b", "x" * 129])
def test_what_cannot_be_a_name_is_refused(house: House, ada: Account, name: str) -> None:
    assert reason(change_name(house, ada, name)) is Reason.NAME_REFUSED


def test_a_display_name_is_cleaned_and_never_empty(house: House, ada: Account) -> None:
    def change(display_name: str) -> str:
        assert (
            house.store.write_now(
                lambda tx: house.profiles.change_display_name(tx, ada.id, display_name, HERE)
            )
            is None
        )
        return now(house, ada).display_name

    assert change("  Ada\n Lovelace ") == "Ada Lovelace"
    assert change(" \t") == "ada"
    assert whats(house, ada).count(What.DISPLAY_NAME_CHANGED) == 2


# --- addresses -----------------------------------------------------------------------------------


def test_an_address_changes_when_its_link_is_taken_up_and_the_old_one_is_told(
    house: House, ada: Account
) -> None:
    assert propose(house, ada, "ada@new.example") is None
    assert now(house, ada).email == "ada@example.org"
    (letter,) = letters(house)
    assert (letter.to, letter.what, letter.facts["minutes"]) == (
        "ada@new.example",
        "email_link",
        60,
    )
    token = link_of(letter)
    waiting = house.store.read_now(lambda tx: house.profiles.waiting_email(tx, ada.id))
    assert waiting == "ada@new.example"
    looked = house.store.read_now(lambda tx: house.profiles.read_email_link(tx, Secret(token)))
    assert must(looked).details == "ada@new.example"
    assert now(house, ada).email == "ada@example.org"
    changed = must(confirm(house, token))
    assert (changed.email, changed.email_verified) == ("ada@new.example", True)
    assert [letter.to for letter in letters(house) if letter.what == "email_changed"] == [
        "ada@example.org"
    ]
    assert [notice.what for notice in unseen(house, ada)] == [Told.EMAIL_CHANGED]
    assert whats(house, ada)[-2:] == [What.EMAIL_PROPOSED, What.EMAIL_CHANGED]
    waiting = house.store.read_now(lambda tx: house.profiles.waiting_email(tx, ada.id))
    assert waiting == ""


def test_a_link_for_a_password_that_lies_in_the_old_mailbox_is_void(
    house: House, ada: Account
) -> None:
    link = house.store.write_now(
        lambda tx: house.accounts.issue_link(tx, ada.id, LinkPurpose.PASSWORD)
    )
    propose(house, ada, "ada@new.example")
    must(
        house.store.read_now(
            lambda tx: house.accounts.read_link(tx, LinkPurpose.PASSWORD, link.token)
        )
    )
    must(confirm(house, link_of(letters(house)[-1])))
    read = house.store.read_now(
        lambda tx: house.accounts.read_link(tx, LinkPurpose.PASSWORD, link.token)
    )
    assert reason(read) is Reason.LINK_REFUSED


def test_a_link_is_good_once_and_for_an_hour(house: House, ada: Account, clock: HandClock) -> None:
    propose(house, ada, "one@new.example")
    token = link_of(letters(house)[-1])
    clock.pass_s(3600)
    assert reason(confirm(house, token)) is Reason.LINK_REFUSED
    clock.pass_s(1)
    propose(house, ada, "two@new.example")
    token = link_of(letters(house)[-1])
    clock.pass_s(3599)
    must(confirm(house, token))
    assert reason(confirm(house, token)) is Reason.LINK_REFUSED
    assert now(house, ada).email == "two@new.example"


def test_a_new_proposal_voids_the_one_before(house: House, ada: Account, clock: HandClock) -> None:
    propose(house, ada, "one@new.example")
    clock.pass_s(1)
    propose(house, ada, "two@new.example")
    first, second = (link_of(letter) for letter in letters(house))
    assert reason(confirm(house, first)) is Reason.LINK_REFUSED
    assert must(confirm(house, second)).email == "two@new.example"


def test_a_disabled_person_confirms_nothing(house: House, ada: Account) -> None:
    propose(house, ada, "ada@new.example")
    token = link_of(letters(house)[-1])
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, ada.id, AccountState.DISABLED, "operator")
    )
    assert reason(confirm(house, token)) is Reason.LINK_REFUSED
    assert now(house, ada).email == "ada@example.org"


def test_nobody_writes_to_strangers_all_day(house: House, ada: Account, clock: HandClock) -> None:
    for number in range(MOST_PROPOSALS):
        assert propose(house, ada, f"{number}@stranger.example") is None
        clock.pass_s(60)
    refused = propose(house, ada, "one-more@stranger.example")
    assert reason(refused) is Reason.TOO_MANY
    assert isinstance(refused, Refused)
    assert refused.by_s == PROPOSALS_WITHIN_MS // 1000 - 60 * MOST_PROPOSALS
    assert len(letters(house)) == MOST_PROPOSALS
    clock.pass_s(refused.by_s - 1)
    assert reason(propose(house, ada, "too-early@stranger.example")) is Reason.TOO_MANY
    clock.pass_s(1)
    assert propose(house, ada, "ada@new.example") is None


def test_what_is_no_address_is_refused_before_anything_is_written(
    house: House, ada: Account
) -> None:
    assert reason(propose(house, ada, "ada@new.example\nBcc: all")) is Reason.EMAIL_REFUSED
    assert letters(house) == []
