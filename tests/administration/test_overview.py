"""How things stand: counts of today, and what was proved and refused day by day."""

from datetime import UTC, date, datetime

import pytest

from counterfoil.accounts import AccountState
from counterfoil.administration import OPERATOR, OVERVIEW_DAYS, Enrolment, Overview
from counterfoil.administration.flows.looking import first_day_ms
from counterfoil.audit import EventFilter, What, record
from counterfoil.errors import Reason
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import must, reason
from tests.house import HandClock

DAY_S = 24 * 60 * 60


def overview(office: Office) -> Overview:
    return must(office.do(office.flows.overview, office.hugo))


def prove(office: Office, kind: str, what: What = What.VERIFIED) -> None:
    at_ms = office.house.clock.now_ms()
    office.house.store.write_now(
        lambda tx: record(tx, what, at_ms=at_ms, actor="nobody", kind=kind, purpose="sign_in")
    )


def test_people_are_counted_by_what_they_have(office: Office) -> None:
    office.give_key(office.ada)
    office.give_key(office.amy, 1)
    office.give_key(office.amy, 2)
    office.give_recovery(office.amy)
    office.give_password(office.grace)
    must(office.do(office.flows.set_state, OPERATOR, office.paul.id, AccountState.DISABLED, OFFICE))
    must(office.do(office.flows.invite, office.ada, office.grace.id, OFFICE))
    shown = overview(office)
    assert shown.enrolment == Enrolment(none=2, one=1, more=1, recovery=1)
    assert (shown.people, shown.disabled_people) == (4, 1)
    assert (shown.helpdesk, shown.administrators) == (1, 2)
    assert (shown.open_invitations, shown.clients) == (1, 0)
    assert (shown.disabled_tokens, shown.undelivered_letters) == (0, 0)


def test_an_empty_service_has_nothing_to_show(office: Office) -> None:
    for person in (office.ada, office.amy, office.grace, office.paul, office.hugo):
        office.do(office.house.accounts.delete, person.id, "operator")
    shown = must(office.do(office.flows.overview, OPERATOR))
    assert shown.enrolment == Enrolment(0, 0, 0, 0)
    assert shown.people == 0


def test_the_days_begin_at_midnight_two_weeks_ago(office: Office, clock: HandClock) -> None:
    prove(office, "webauthn")
    clock.pass_s((OVERVIEW_DAYS - 1) * DAY_S)
    prove(office, "webauthn", What.REFUSED)
    prove(office, "totp")
    days = [(d.day, d.kind, d.verified, d.refused) for d in overview(office).days]
    first = datetime.fromtimestamp(overview(office).since_ms / 1000, UTC).date()
    last = date.fromordinal(first.toordinal() + OVERVIEW_DAYS - 1)
    assert days == [(first, "webauthn", 1, 0), (last, "totp", 1, 0), (last, "webauthn", 0, 1)]
    clock.pass_s(DAY_S)
    assert [d.kind for d in overview(office).days] == ["totp", "webauthn"]


@pytest.mark.parametrize("into_the_day_ms", [0, 1, DAY_S * 1000 - 1])
def test_the_first_day_is_whole(into_the_day_ms: int) -> None:
    midnight = 20_000 * DAY_S * 1000
    began = (20_000 - (OVERVIEW_DAYS - 1)) * DAY_S * 1000
    assert first_day_ms(midnight + into_the_day_ms) == began


def test_events_are_the_administrators(office: Office) -> None:
    wanted = EventFilter(account=office.grace.id)
    found = must(office.do(office.flows.events, office.ada, wanted))
    assert [event.what for event in found] == [What.ACCOUNT_ADDED]
    everything = must(office.do(office.flows.events, office.ada, EventFilter()))
    newest = everything[0].id
    before = office.do(office.flows.events, office.ada, EventFilter(), newest, 2)
    assert must(before) == everything[1:3]
    refused = office.do(office.flows.events, office.hugo, wanted)
    assert reason(refused) is Reason.FORBIDDEN
