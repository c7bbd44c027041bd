"""Links and half sign-ins that somebody kept from before: they open nothing afterwards."""

import pytest
from starlette.testclient import TestClient

from counterfoil.accounts import Account, LinkPurpose
from counterfoil.accounts.rules import PASSWORD_LINKS_AN_HOUR
from counterfoil.app import close_house, make_app
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from counterfoil.kit.secret import Secret
from counterfoil.notices import Told
from counterfoil.store import Transaction
from tests.ceremonies.desk import HERE, must, reason
from tests.house import HandClock, house_on
from tests.http.holder import Holder, told

OTHER = "another horse entirely"


@pytest.fixture
def holder(house: House, clock: HandClock) -> Holder:
    return Holder(house, clock)


def email_link(house: House, account: Account, address: str) -> Secret:
    return house.store.write_now(
        lambda tx: house.accounts.issue_link(tx, account.id, LinkPurpose.EMAIL, address)
    ).token


def with_address(house: House, account: Account, address: str = "ada@example.org") -> None:
    must(
        house.store.write_now(
            lambda tx: house.profiles.confirm_email(tx, token_in(tx, house, account, address), HERE)
        )
    )


def token_in(tx: Transaction, house: House, account: Account, address: str) -> Secret:
    return house.accounts.issue_link(tx, account.id, LinkPurpose.EMAIL, address).token


def forgot(house: House, name: str = "Ada") -> Secret | None:
    made = house.store.write_now(lambda tx: house.accounts.forgot_password(tx, name, HERE))
    return None if made is None else made[1].token


def set_password(holder: Holder, link: Secret, password: str) -> None:
    interaction = holder.post(f"/reset/{link.reveal()}").headers["location"]
    assert holder.submit(f"{interaction}/password", password=password).status_code == 303


def test_a_link_to_an_address_does_not_outlive_a_new_beginning(
    house: House, holder: Holder
) -> None:
    account, _, _ = holder.settle_in()
    link = email_link(house, account, "thief@evil.example")
    must(house.store.write_now(lambda tx: house.accounts.invite(tx, account.id, "operator")))
    late = house.store.write_now(lambda tx: house.profiles.confirm_email(tx, link, HERE))
    assert reason(late) is Reason.LINK_REFUSED


def test_half_a_sign_in_does_not_outlive_its_password(house: House, holder: Holder) -> None:
    account, entry, _ = holder.settle_in()
    with_address(house, account)
    half = holder.half_way()
    link = forgot(house)
    assert link is not None
    set_password(Holder(house, holder.clock), link, OTHER)
    late = holder.type_code(half, holder.phone.code(entry))
    assert late.status_code != 303
    assert not holder.signed_in()


def test_whoever_reads_the_old_address_does_not_go_on_choosing_a_password(
    house: House, holder: Holder
) -> None:
    account, _, _ = holder.settle_in()
    with_address(house, account)
    link = forgot(house)
    assert link is not None
    begun = holder.post(f"/reset/{link.reveal()}").headers["location"]
    with_address(house, account, "new@example.org")
    assert holder.submit(f"{begun}/password", password=OTHER).status_code != 303


def test_a_stranger_fills_no_mailbox_and_shuts_no_honest_link(
    house: House, holder: Holder, clock: HandClock
) -> None:
    account, _, _ = holder.settle_in()
    with_address(house, account)
    links = [forgot(house) for _ in range(PASSWORD_LINKS_AN_HOUR + 2)]
    assert links[PASSWORD_LINKS_AN_HOUR:] == [None, None]
    first = links[0]
    assert first is not None
    assert holder.get(f"/reset/{first.reveal()}").status_code == 200
    set_password(holder, first, OTHER)
    # The others are no longer good once one was used.
    second = links[1]
    assert second is not None
    assert holder.get(f"/reset/{second.reveal()}").status_code == 410
    clock.pass_s(3600)
    assert forgot(house) is not None


def test_beginning_again_gives_no_further_tries(house: House, holder: Holder) -> None:
    account, entry, _ = holder.settle_in()
    half = holder.half_way()
    wrong = holder.wrong_code(entry)
    reasons = []
    for _ in range(5):
        begun = holder.begin(half, kind="totp")
        answer = holder.post(
            f"/ceremonies/{begun['ceremony']}/proof", json={"kind": "totp", "code": wrong}
        )
        reasons.append(answer.json()["reason"])
    assert reasons == [*["wrong"] * 4, "tries_spent"]
    unseen = house.store.read_now(lambda tx: house.notices.unseen(tx, account.id))
    assert Told.CODES_GUESSED in [notice.what for notice in unseen]
    assert holder.type_code(half, holder.phone.code(entry)).status_code != 303


def test_a_code_is_not_held_against_the_person_before(house: House, holder: Holder) -> None:
    ada, entry, _ = holder.settle_in("Ada")
    _, other, _ = holder.settle_in("Bob")
    half = holder.half_way("Ada")
    assert told(holder.type_code(half, holder.wrong_code(entry)))
    assert holder.type_password(half, "Bob").status_code == 303
    assert holder.type_code(half, holder.phone.code(other)).status_code == 303
    assert [phone.failures for phone in holder.held(ada, KindName.TOTP)] == [1]


def test_a_proxys_own_line_counts_and_not_the_one_that_came_with_the_request(
    installed_database_url: str, clock: HandClock
) -> None:
    house = house_on(installed_database_url, clock, trusted_proxies=("192.0.2.0/24",))
    try:
        client = TestClient(
            make_app(house), base_url=house.settings.issuer, client=("192.0.2.9", 1)
        )
        lines = [("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "198.51.100.7")]
        client.post("/sign-in", headers=[("origin", house.settings.issuer), *lines])
        cookie = Secret(str(client.cookies["counterfoil_session"]))
        session = house.store.read_now(lambda tx: house.sessions.find(tx, cookie))
        assert session is not None
        assert session.address == "198.51.100.7"
    finally:
        close_house(house)
