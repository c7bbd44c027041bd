"""Events are found by what an operator or a person asks for, the newest first."""

from datetime import date
from typing import Any

import pytest

from counterfoil.audit import (
    DayCount,
    Event,
    EventFilter,
    What,
    count_by_day,
    events_of_account,
    find_events,
    record,
)
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.http.house import House
from counterfoil.kit.ids import AccountId
from tests.ceremonies.desk import PASSWORD, Desk, add_account
from tests.house import NOON_MS

DAY_MS = 24 * 60 * 60 * 1000
# 2027-01-15 at 08:00 UTC.
TODAY, MIDNIGHT_MS = date(2027, 1, 15), NOON_MS - 8 * 60 * 60 * 1000
ADA, GRACE = AccountId("acc_ada"), AccountId("acc_grace")


def tell(house: House, what: What, at_ms: int = NOON_MS, **more: Any) -> None:
    facts: dict[str, Any] = {"actor": "nobody"} | more
    house.store.write_now(lambda tx: record(tx, what, at_ms=at_ms, **facts))


def prove(
    house: House,
    at_ms: int,
    kind: str,
    *,
    held: bool = True,
    purpose: str = "sign_in",
    detail: str = "",
) -> None:
    what = What.VERIFIED if held else What.REFUSED
    reason = None if held else Reason.WRONG
    tell(house, what, at_ms, reason=reason, kind=kind, purpose=purpose, detail=detail)


def found(
    house: House, wanted: EventFilter, before: int | None = None, limit: int = 100
) -> list[Event]:
    return house.store.read_now(lambda tx: find_events(tx, wanted, before=before, limit=limit))


def counted(house: House, since_ms: int, until_ms: int | None = None) -> list[DayCount]:
    return house.store.read_now(lambda tx: count_by_day(tx, since_ms, until_ms))


@pytest.fixture
def told(house: House) -> House:
    """Five events, a second apart; the installation's own are older."""
    tell(house, What.ACCOUNT_ADDED, NOON_MS + 1000, account=ADA, actor="operator")
    tell(house, What.INVITED, NOON_MS + 2000, account=ADA, actor=GRACE, address="192.0.2.1")
    prove(house, NOON_MS + 3000, "password", held=False)
    prove(house, NOON_MS + 4000, "webauthn")
    tell(house, What.SIGNED_IN, NOON_MS + 5000, account=GRACE, actor=GRACE, address="192.0.2.7")
    return house


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [
        (EventFilter(since_ms=NOON_MS + 1), [5, 4, 3, 2, 1]),
        (EventFilter(what=frozenset({What.INVITED, What.SIGNED_IN})), [5, 2]),
        (EventFilter(what=frozenset()), []),
        (EventFilter(account=ADA), [2, 1]),
        (EventFilter(account=ADA, actor=GRACE), [2]),
        (EventFilter(actor=GRACE), [5, 2]),
        (EventFilter(reason=Reason.WRONG), [3]),
        (EventFilter(reason=Reason.BLOCKED), []),
        (EventFilter(address="192.0.2.1"), [2]),
        (EventFilter(since_ms=NOON_MS + 4000), [5, 4]),
        (EventFilter(since_ms=NOON_MS + 1, until_ms=NOON_MS + 4000), [3, 2, 1]),
        (EventFilter(kind=KindName.WEBAUTHN), [4]),
        (EventFilter(kind=KindName.PASSWORD, what=frozenset({What.VERIFIED})), []),
    ],
)
def test_events_are_found_by_everything_that_is_asked(
    told: House, wanted: EventFilter, seconds: list[int]
) -> None:
    assert [(e.at_ms - NOON_MS) // 1000 for e in found(told, wanted)] == seconds


def test_pages_of_events_follow_each_other_without_a_gap(told: House) -> None:
    everything = found(told, EventFilter())
    pages: list[Event] = []
    while page := found(told, EventFilter(), pages[-1].id if pages else None, limit=2):
        assert len(page) <= 2
        pages += page
    assert pages == everything


def test_events_keep_the_order_of_their_writing_when_the_clock_goes_back(house: House) -> None:
    for number in range(5):
        tell(house, What.INVITED, NOON_MS - number, actor=f"{number}")
    asked = EventFilter(what=frozenset({What.INVITED}))
    assert [e.actor for e in found(house, asked)] == ["4", "3", "2", "1", "0"]


def test_a_text_that_looks_like_a_kind_is_not_one(house: House) -> None:
    tell(house, What.REFUSED, detail='"kind":"webauthn"')
    tell(house, What.REFUSED, kind="webauthnx")
    assert found(house, EventFilter(kind=KindName.WEBAUTHN)) == []


def test_details_are_read_as_they_were_written(house: House) -> None:
    details: dict[str, Any] = {"a": 'é "\n', "b": 7, "c": True, "d": None}
    tell(house, What.INVITED, **details)
    assert found(house, EventFilter(), limit=1)[0].details == details


def test_somebodys_events_are_theirs_alone(told: House) -> None:
    mine = told.store.read_now(lambda tx: events_of_account(tx, ADA))
    assert [e.what for e in mine] == [What.INVITED, What.ACCOUNT_ADDED]
    older = told.store.read_now(lambda tx: events_of_account(tx, ADA, before=mine[0].id))
    assert older == mine[1:]


# --- counts --------------------------------------------------------------------------------


def test_proofs_are_counted_by_day_and_kind(house: House) -> None:
    for _ in range(3):
        prove(house, NOON_MS, "webauthn")
    prove(house, NOON_MS, "webauthn", held=False, detail="one thing")
    prove(house, NOON_MS, "webauthn", held=False, detail="another thing")
    prove(house, NOON_MS, "password", held=False)
    prove(house, NOON_MS - DAY_MS, "password")
    assert counted(house, 0) == [
        DayCount(date(2027, 1, 14), "password", 1, 0),
        DayCount(TODAY, "password", 0, 1),
        DayCount(TODAY, "webauthn", 3, 2),
    ]


def test_a_day_begins_at_midnight_utc(house: House) -> None:
    prove(house, MIDNIGHT_MS - 1, "totp")
    prove(house, MIDNIGHT_MS, "totp")
    prove(house, MIDNIGHT_MS + DAY_MS - 1, "totp")
    assert [(c.day, c.verified) for c in counted(house, 0)] == [(date(2027, 1, 14), 1), (TODAY, 2)]


def test_only_the_time_that_is_asked_for_counts(house: House) -> None:
    for moment in (NOON_MS - 1, NOON_MS, NOON_MS + 1):
        prove(house, moment, "totp")
    assert [c.verified for c in counted(house, NOON_MS)] == [2]
    assert [c.verified for c in counted(house, NOON_MS, NOON_MS + 1)] == [1]
    assert counted(house, NOON_MS + 2) == []


def test_what_is_no_sign_in_counts_when_it_is_asked_for(house: House) -> None:
    prove(house, NOON_MS, "webauthn", purpose="enrol")
    prove(house, NOON_MS, "webauthn", purpose="step_up")
    tell(house, What.SIGNED_IN, kind="webauthn", purpose="sign_in")
    assert counted(house, 0) == []
    steps = house.store.read_now(
        lambda tx: count_by_day(tx, 0, purposes=[Purpose.STEP_UP, Purpose.ENROL])
    )
    assert steps == [DayCount(TODAY, "webauthn", 2, 0)]


def test_real_sign_ins_are_counted(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house)
    desk.enrol(account, alone=False)
    desk.password_in("ada")
    desk.try_password(desk.sign_in(), "ada", "a wrong one, twelve")
    assert counted(house, 0) == [
        DayCount(TODAY, "password", 1, 1),
        DayCount(TODAY, "webauthn", 1, 0),
    ]
