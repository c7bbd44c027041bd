"""Strangers who come too often: what they get, what they cannot cause, and whom it spares."""

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from types import CodeType, FrameType
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select

from counterfoil.app import close_house
from counterfoil.audit import What
from counterfoil.factors.kind import Expectation, KindName, Known, Purpose
from counterfoil.http.house import House
from counterfoil.kit import argon2
from counterfoil.store.schema import metadata
from tests.ceremonies.desk import PASSWORD, add_account, password_proof
from tests.house import HandClock, events_of, house_on
from tests.http.visitor import Visitor, invite, last_part, reason_of
from tests.oauth.town import CALLBACK, Town

BURST = 6
HERE = "192.0.2.1"
SAME_HOUSEHOLD = ("2001:db8::1", "2001:db8::ffff:2")
NEXT_DOOR = "2001:db8:0:1::1"
# What one visit of a stranger may leave, whatever was typed.
OF_A_VISIT = {"limits", "sessions", "interactions", "ceremonies"}


@pytest.fixture
def house(installed_database_url: str, clock: HandClock) -> Iterator[House]:
    """Six at once from one address, and one a second."""
    opened = house_on(installed_database_url, clock, anonymous_per_minute=60, anonymous_burst=BURST)
    yield opened
    close_house(opened)


@pytest.fixture
def roomy(installed_database_url: str, clock: HandClock) -> Iterator[House]:
    """With the limits of every house."""
    opened = house_on(installed_database_url, clock)
    yield opened
    close_house(opened)


@pytest.fixture
def visitor(house: House) -> Visitor:
    """Somebody with a password and a key, not signed in, at an address that was quiet."""
    visitor = Visitor(house, address=HERE)
    visitor.client.cookies.clear()
    enroller = Visitor(house, address="198.51.100.9")
    enroller.enrol(password=PASSWORD)
    visitor.key, visitor.browser = enroller.key, enroller.browser
    return visitor


def tables(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the database."""
    return house.store.read_now(
        lambda tx: {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }
    )


def assert_flooded(answer: Response) -> int:
    """Too many (RFC 6585 §4), with the wait in the header; its seconds."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["retry-after"])


def assert_told(answer: Response) -> None:
    """A page in words, with the wait in them."""
    wait_s = assert_flooded(answer)
    assert answer.headers["content-type"].startswith("text/html")
    assert f"Wait {wait_s} seconds" in unescape(answer.text)


def strangers(house: House, *addresses: str) -> list[Visitor]:
    return [Visitor(house, address=address) for address in addresses]


# --- who is refused, and when not any more -----------------------------------------------------


def test_browsers_without_cookies_open_a_burst_of_sign_ins_and_no_more(
    house: House, clock: HandClock
) -> None:
    for stranger in strangers(house, *[HERE] * BURST):
        stranger.start()
    before = tables(house)
    (refused,) = strangers(house, HERE)
    answer = refused.post("/sign-in")
    assert_told(answer)
    assert "set-cookie" not in answer.headers
    assert tables(house) == before
    clock.pass_s(assert_flooded(answer))
    refused.start()


def test_one_browser_opens_no_more_than_many(house: House) -> None:
    (stranger,) = strangers(house, HERE)
    for _ in range(BURST):
        stranger.start()
    before = tables(house)
    assert_told(stranger.post("/sign-in"))
    assert tables(house) == before


def test_a_household_shares_its_burst_and_next_door_has_another(house: House) -> None:
    one, other, neighbour = strangers(house, *SAME_HOUSEHOLD, NEXT_DOOR)
    for _ in range(BURST // 2):
        one.start()
        other.start()
    assert_flooded(one.post("/sign-in"))
    assert_flooded(other.post("/sign-in"))
    neighbour.start()


def test_a_proxy_that_is_trusted_says_whose_burst_it_is(
    installed_database_url: str, clock: HandClock
) -> None:
    house = house_on(
        installed_database_url,
        clock,
        anonymous_per_minute=60,
        anonymous_burst=BURST,
        trusted_proxies="10.0.0.0/8",
    )
    try:
        behind, direct = strangers(house, "10.1.2.3", "203.0.113.5")
        for claimed in range(BURST):
            # What stands in front of the nearest hop is hearsay, and buys no new bucket.
            hops = {"X-Forwarded-For": f"192.0.2.{claimed}, 198.51.100.1"}
            assert behind.post("/sign-in", headers=hops).status_code == 303
        assert_flooded(behind.post("/sign-in", headers={"X-Forwarded-For": "198.51.100.1"}))
        assert behind.post("/sign-in", headers={"X-Forwarded-For": "::9"}).status_code == 303
        for claimed in range(BURST):
            hops = {"X-Forwarded-For": f"192.0.2.{claimed}"}
            assert direct.post("/sign-in", headers=hops).status_code == 303
        assert_flooded(direct.post("/sign-in", headers={"X-Forwarded-For": "192.0.2.99"}))
    finally:
        close_house(house)


# --- tries ---------------------------------------------------------------------------------------


def test_passwords_are_tried_in_a_burst_and_no_more(
    visitor: Visitor, house: House, clock: HandClock
) -> None:
    interaction = visitor.start()
    for _ in range(BURST):
        assert visitor.type_password(interaction, "nobody").status_code == 403
    before = tables(house)
    answer = visitor.type_password(interaction, "ada", "not the password")
    assert_told(answer)
    assert 'value="ada"' in answer.text, "the name is typed once"
    # Neither an event nor a failure: whoever floods cannot lock somebody out so.
    assert tables(house) == before
    clock.pass_s(assert_flooded(answer))
    assert visitor.type_password(interaction, "ada").status_code == 303


def test_the_dialect_begins_a_burst_of_ceremonies_and_no_more(
    visitor: Visitor, house: House, clock: HandClock
) -> None:
    interaction = visitor.start()
    begun = [visitor.begin(interaction) for _ in range(BURST)]
    before = tables(house)
    answer = visitor.ask(interaction)
    wait_s = assert_flooded(answer)
    assert reason_of(answer) == "flooded"
    assert answer.json()["by_s"] == wait_s
    assert tables(house) == before
    clock.pass_s(wait_s)
    visitor.begin(interaction)
    # What was begun before the flood can be finished.
    assert visitor.prove(begun[0], visitor.touch(begun[0])).status_code == 200


def test_every_kind_shares_the_tries(visitor: Visitor) -> None:
    interaction = visitor.start()
    for _ in range(BURST):
        visitor.begin(interaction, kind="password")
    assert_flooded(visitor.type_password(interaction, "ada"))
    assert_flooded(visitor.ask(interaction))


def test_an_invitation_is_not_spent_by_a_flood(house: House, clock: HandClock) -> None:
    token = invite(house, add_account(house, "Grace"))
    (stranger,) = strangers(house, HERE)
    for _ in range(BURST):
        assert stranger.post("/invitation/cf_inv_no_such").status_code == 410
    answer = stranger.post(f"/invitation/{token}")
    assert_told(answer)
    assert f'href="/invitation/{token}"' in answer.text
    clock.pass_s(assert_flooded(answer))
    assert last_part(stranger.post(f"/invitation/{token}")).startswith("int_")


# --- whom it spares ------------------------------------------------------------------------------


def test_who_is_signed_in_is_not_limited_and_not_by_a_flood_around(
    visitor: Visitor, house: House
) -> None:
    visitor.touch_in()
    (stranger,) = strangers(house, HERE)
    while stranger.post("/sign-in").status_code != 429:
        pass
    for _ in range(BURST * 2):
        assert visitor.submit("/tokens/add").status_code == 303
    begun = [visitor.begin(visitor.start()) for _ in range(BURST * 2)]
    assert visitor.prove(begun[-1], visitor.touch(begun[-1])).status_code == 200


def test_this_machine_is_not_limited(house: House) -> None:
    """A proxy that nobody named is no person; the doctor says so."""
    (local,) = strangers(house, "127.0.0.1")
    for _ in range(BURST * 3):
        local.start()


# --- applications --------------------------------------------------------------------------------


@pytest.fixture
def town(house: House, clock: HandClock) -> Town:
    (stranger,) = strangers(house, HERE)
    return Town(house, clock, stranger.client)


def test_requests_for_authorization_open_a_burst_and_can_be_made_again(town: Town) -> None:
    app = town.application()
    for _ in range(BURST):
        town.forget_cookies()
        assert town.authorize(app).status_code == 303
    town.forget_cookies()
    answer = town.authorize(app)
    assert_told(answer)
    again = re.search(r'href="(/oauth2/authorize\?[^"]+)"', answer.text)
    assert again is not None
    town.clock.pass_s(assert_flooded(answer))
    answer = town.http.get(unescape(again[1]))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in/")


def test_a_silent_request_writes_nothing_and_is_not_counted(town: Town) -> None:
    app = town.application()
    before = tables(town.house)
    for _ in range(BURST * 2):
        answer = town.authorize(app, prompt="none")
        assert answer.headers["location"].startswith(f"{CALLBACK}?error=login_required")
    assert tables(town.house) == before


def test_wrong_client_secrets_leave_a_burst_of_events_and_shut_nobody_out(town: Town) -> None:
    app = town.service()
    form = {"grant_type": "client_credentials"}
    for _ in range(BURST):
        assert town.token(form, auth=(app.id, "wrong")).status_code == 401
    answer = town.token(form, auth=(app.id, "wrong"))
    assert_flooded(answer)
    assert answer.json()["error"] == "temporarily_unavailable"
    refusals = [e for e in events_of(town.house) if e.what == What.TOKEN_REFUSED]
    assert len(refusals) == BURST
    assert town.token(form, auth=app.basic).status_code == 200


# --- names ---------------------------------------------------------------------------------------


def test_fifty_unknown_names_leave_no_row_about_any_of_them(roomy: House) -> None:
    add_account(roomy, password=PASSWORD)
    (stranger,) = strangers(roomy, HERE)
    interaction = stranger.start()
    before = tables(roomy)
    for number in range(50):
        stranger.type_password(interaction, f"stranger-{number}", "a password of theirs")
    after = tables(roomy)
    changed = {name for name, rows in after.items() if rows != before[name]}
    assert changed <= OF_A_VISIT
    assert "stranger-" not in repr(after)
    assert "a password of theirs" not in repr(after)


def test_a_row_of_a_visit_is_the_same_for_known_and_unknown_names(roomy: House) -> None:
    add_account(roomy, password=PASSWORD)

    def rows_of(name: str, address: str) -> Counter[str]:
        (stranger,) = strangers(roomy, address)
        interaction = stranger.start()
        before = tables(roomy)
        stranger.type_password(interaction, name, "not the password")
        after = tables(roomy)
        return Counter({n: len(after[n]) - len(before[n]) for n in OF_A_VISIT})

    assert rows_of("ada", HERE) == rows_of("bob", NEXT_DOOR)


def shape(answer: Response) -> tuple[int, list[tuple[str, str]], int]:
    """Status, headers in their order, and how long the body is."""
    return answer.status_code, list(answer.headers.items()), len(answer.content)


@pytest.mark.parametrize("flooded", [False, True])
def test_known_and_unknown_names_get_answers_of_one_shape(
    visitor: Visitor, clock: HandClock, flooded: bool
) -> None:
    interaction = visitor.start()
    for _ in range(BURST if flooded else 0):
        visitor.begin(interaction)
    known = visitor.type_password(interaction, "ada", "not the password")
    unknown = visitor.type_password(interaction, "bob", "not the password")
    assert known.status_code == (429 if flooded else 403)
    assert shape(known) == shape(unknown)


def test_programs_get_answers_of_one_shape(visitor: Visitor) -> None:
    def answer(name: str) -> Response:
        begun = visitor.begin(visitor.start(), kind="password")
        body = {"kind": "password", "name": name, "password": "not the password"}
        return visitor.post(f"/ceremonies/{begun['ceremony']}/proof", json=body)

    assert shape(answer("ada")) == shape(answer("bob"))


def test_known_and_unknown_names_cost_one_slow_computation_each(roomy: House) -> None:
    """Counted, not measured: everything else together is a hundredth of one."""
    account = add_account(roomy, password=PASSWORD)
    ceremonies = roomy.interactions.ceremonies
    kind = ceremonies.kinds[KindName.PASSWORD]
    known, _ = roomy.store.read_now(lambda tx: ceremonies._known(tx, kind, account.id))
    asked = Expectation(Purpose.SIGN_IN, None, b"", "{}")

    def computations(candidates: Sequence[Known], password: str) -> int:
        proof = password_proof("ada", password)
        return slow_computations(lambda: kind.judge(asked, proof, candidates, 0))

    counted = {
        "right": computations(known, PASSWORD),
        "wrong": computations(known, "not the password"),
        "unknown": computations((), "not the password"),
        "too long": computations(known, "x" * 300),
        "too long and unknown": computations((), "x" * 300),
    }
    assert set(counted.values()) == {1}, counted


def slow_computations(work: Callable[[], object]) -> int:
    slow: set[CodeType] = {argon2.hashed.__code__, argon2.matches.__code__}
    found = 0

    def look(frame: FrameType, what: str, _argument: object) -> None:
        nonlocal found
        found += what == "call" and frame.f_code in slow

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(before)
    return found
