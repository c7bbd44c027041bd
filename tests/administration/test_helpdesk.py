"""The helpdesk tries everything against those above it, and against its own."""

from collections.abc import Callable

import pytest

from counterfoil.accounts import Account, AccountState, Role
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Purpose
from counterfoil.kit.ids import AuthenticatorId, SessionId
from counterfoil.store import Transaction
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import Desk, must, reason

Attempt = Callable[[Transaction, Account, Account], object]


def attempts(office: Office, token: AuthenticatorId, session: SessionId) -> dict[str, Attempt]:
    f = office.flows
    return {
        "see": lambda tx, me, you: f.person(tx, me, you.id),
        "invite": lambda tx, me, you: f.invite(tx, me, you.id, OFFICE, again=True),
        "reset": lambda tx, me, you: f.reset_password(tx, me, you.id, OFFICE),
        "disable": lambda tx, me, you: f.set_state(tx, me, you.id, AccountState.DISABLED, OFFICE),
        "enable": lambda tx, me, you: f.set_state(tx, me, you.id, AccountState.ACTIVE, OFFICE),
        "suspend": lambda tx, me, you: f.suspend_token(tx, me, you.id, token, OFFICE),
        "resume": lambda tx, me, you: f.resume_token(tx, me, you.id, token, OFFICE),
        "remove": lambda tx, me, you: f.remove_token(tx, me, you.id, token, OFFICE),
        "end": lambda tx, me, you: f.end_session(tx, me, you.id, session, OFFICE),
        "end all": lambda tx, me, you: f.end_all_sessions(tx, me, you.id, OFFICE),
        "promote": lambda tx, me, you: f.set_role(tx, me, you.id, Role.ADMINISTRATOR, OFFICE),
        "rename": lambda tx, me, you: f.change_profile(tx, me, you.id, OFFICE, name="mine"),
        "address": lambda tx, me, you: f.change_profile(tx, me, you.id, OFFICE, email="me@my.test"),
        "delete": lambda tx, me, you: f.delete_person(tx, me, you.id, OFFICE),
    }


ON_PEOPLE = {"see", "invite", "reset", "disable", "enable", "suspend", "remove", "end", "end all"}


@pytest.mark.parametrize("whom", ["ada", "helpdesk"])
def test_nothing_is_done_to_somebody_of_a_higher_or_the_same_role(
    office: Office, whom: str
) -> None:
    you = office.ada
    if whom == "helpdesk":
        office.do(office.flows.set_role, office.ada, office.amy.id, Role.HELPDESK, OFFICE)
        you = office.amy
    token, _ = office.give_key(you, 1), office.give_key(you, 2)
    session, _ = office.sign_in(you)
    before, as_was = office.told(), office.now(you)
    for name, attempt in attempts(office, token, session.id).items():
        outcome = office.do(attempt, office.hugo, you)
        assert isinstance(outcome, Refused), name
        assert outcome.reason is Reason.FORBIDDEN, name
    assert office.told() == before
    assert office.now(you) == as_was
    assert office.sessions(you) == [session.id]


def test_with_people_it_does_what_the_matrix_says_and_no_more(office: Office) -> None:
    you = office.grace
    for number, name in enumerate(attempts(office, AuthenticatorId(""), SessionId(""))):
        token, _ = office.give_key(you, 2 * number), office.give_key(you, 2 * number + 1)
        session, _ = office.sign_in(you)
        office.give_password_record(you)
        attempt = attempts(office, token, session.id)[name]
        outcome = office.do(attempt, office.hugo, you)
        forbidden = isinstance(outcome, Refused) and outcome.reason is Reason.FORBIDDEN
        assert forbidden == (name not in ON_PEOPLE), name
        assert isinstance(outcome, Refused) == forbidden, name
        office.do(office.house.accounts.set_state, you.id, AccountState.ACTIVE, "-")


def test_somebody_promoted_meanwhile_is_out_of_reach(office: Office) -> None:
    office.do(office.flows.set_role, office.ada, office.grace.id, Role.HELPDESK, OFFICE)
    # The value in hand still says person.
    assert office.grace.role is Role.PERSON
    outcome = office.do(
        office.flows.set_state, office.hugo, office.grace.id, AccountState.DISABLED, OFFICE
    )
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.FORBIDDEN


@pytest.mark.parametrize("begun", [False, True])
def test_an_invitation_that_was_kept_opens_no_higher_role(office: Office, begun: bool) -> None:
    """Hugo invites Paul, keeps the link, and waits until Paul is made an administrator."""
    invitation = must(office.do(office.flows.invite, office.hugo, office.paul.id, OFFICE))
    desk = Desk(office.house)
    claim = office.house.interactions.open_first_visit
    visit = None
    if begun:
        visit = must(office.do(claim, desk.session.id, invitation.token, OFFICE))
    must(office.do(office.flows.set_role, office.ada, office.paul.id, Role.ADMINISTRATOR, OFFICE))
    if visit is not None:
        assert reason(desk.try_begin(visit, Purpose.ENROL)) is Reason.REPLAYED
    again = office.do(claim, desk.session.id, invitation.token, OFFICE)
    assert reason(again) is Reason.INVITATION_REFUSED


def test_a_password_link_that_was_kept_opens_no_higher_role(office: Office) -> None:
    office.give_password_record(office.paul)
    link = must(office.do(office.flows.reset_password, office.hugo, office.paul.id, OFFICE))
    must(office.do(office.flows.set_role, office.ada, office.paul.id, Role.HELPDESK, OFFICE))
    claimed = office.do(office.house.accounts.claim_password_link, link.token, OFFICE)
    assert reason(claimed) is Reason.LINK_REFUSED


def test_a_lower_role_leaves_invitations_alone(office: Office) -> None:
    invitation = must(office.do(office.flows.invite, office.ada, office.amy.id, OFFICE))
    must(office.do(office.flows.set_role, office.ada, office.amy.id, Role.PERSON, OFFICE))
    must(office.do(office.house.accounts.read_invitation, invitation.token))


def test_a_helpdesk_that_was_disabled_does_nothing_any_more(office: Office) -> None:
    office.do(office.flows.set_state, office.ada, office.hugo.id, AccountState.DISABLED, OFFICE)
    outcome = office.do(office.flows.person, office.hugo, office.grace.id)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.FORBIDDEN
