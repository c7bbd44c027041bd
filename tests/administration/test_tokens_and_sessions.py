"""Somebody's tokens and sessions, in other hands than theirs."""

import pytest

from counterfoil.audit import What
from counterfoil.errors import Reason
from counterfoil.kit.ids import AuthenticatorId, SessionId
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import authenticators, must, reason


def test_a_lost_token_is_suspended_resumed_and_removed(office: Office) -> None:
    flows, grace = office.flows, office.grace
    lost, kept = office.give_key(grace, 1), office.give_key(grace, 2)
    assert office.do(flows.suspend_token, office.hugo, grace.id, lost, OFFICE) is None
    states = {a.id: a.state.value for a in authenticators(office.house, grace)}
    assert states == {lost: "suspended", kept: "live"}
    assert office.do(flows.resume_token, office.ada, grace.id, lost, OFFICE) is None
    assert office.do(flows.remove_token, office.hugo, grace.id, lost, OFFICE) is None
    assert {a.id for a in authenticators(office.house, grace)} == {kept}
    assert office.told(grace)[-3:] == [
        (What.SUSPENDED, office.hugo.id),
        (What.RESUMED, office.ada.id),
        (What.REMOVED, office.hugo.id),
    ]


def test_the_last_way_in_stays_in_other_hands_too(office: Office) -> None:
    only = office.give_key(office.grace)
    for flow in (office.flows.suspend_token, office.flows.remove_token):
        outcome = office.do(flow, office.ada, office.grace.id, only, OFFICE)
        assert reason(outcome) is Reason.LAST_AUTHENTICATOR


def test_a_token_is_reached_through_its_owner_only(office: Office) -> None:
    """The helpdesk names a person whom they may touch, and an administrator's token."""
    adas, _ = office.give_key(office.ada, 1), office.give_key(office.ada, 2)
    for flow in (office.flows.suspend_token, office.flows.remove_token):
        outcome = office.do(flow, office.hugo, office.grace.id, adas, OFFICE)
        assert reason(outcome) is Reason.NOT_FOUND
    assert [a.state.value for a in authenticators(office.house, office.ada)] == ["live", "live"]


@pytest.mark.parametrize("foreign", ["ses_" + "A" * 22, "", "aut_\0", "' or ''='"])
def test_an_id_of_something_else_is_no_token_and_no_session(office: Office, foreign: str) -> None:
    office.give_key(office.grace)
    office.sign_in(office.grace)
    token = office.do(
        office.flows.remove_token, office.ada, office.grace.id, AuthenticatorId(foreign), OFFICE
    )
    session = office.do(
        office.flows.end_session, office.ada, office.grace.id, SessionId(foreign), OFFICE
    )
    assert reason(token) is reason(session) is Reason.NOT_FOUND
    assert len(office.sessions(office.grace)) == 1


def test_one_browser_is_signed_out_and_then_all_of_them(office: Office) -> None:
    flows, grace = office.flows, office.grace
    one, cookie = office.sign_in(grace)
    for _ in range(2):
        office.sign_in(grace)
    ended = office.do(flows.end_session, office.hugo, grace.id, one.id, OFFICE)
    assert ended is None
    assert office.do(office.house.sessions.find, cookie) is None
    again = office.do(flows.end_session, office.hugo, grace.id, one.id, OFFICE)
    assert reason(again) is Reason.NOT_FOUND
    assert must(office.do(flows.end_all_sessions, office.hugo, grace.id, OFFICE)) == 2
    assert office.sessions(grace) == []
    assert office.told(grace)[-1] == (What.SIGNED_OUT, office.hugo.id)


def test_a_session_is_reached_through_its_owner_only(office: Office) -> None:
    adas, _ = office.sign_in(office.ada)
    outcome = office.do(office.flows.end_session, office.hugo, office.grace.id, adas.id, OFFICE)
    assert reason(outcome) is Reason.NOT_FOUND
    assert office.sessions(office.ada) == [adas.id]
