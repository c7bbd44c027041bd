"""People are added, invited, disabled, changed; each change is an event with its actor."""

import pytest

from counterfoil.accounts import Account, AccountState, LinkPurpose, Role
from counterfoil.administration import OPERATOR
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.kit.secret import Secret
from counterfoil.notices import Told
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import authenticators, must, reason, told


def invite(office: Office, who: Account, *, again: bool = False) -> Secret | Refused:
    outcome = office.do(office.flows.invite, office.hugo, who.id, OFFICE, again=again)
    return outcome if isinstance(outcome, Refused) else outcome.token


def change(office: Office, **what: str) -> Account | Refused:
    return office.do(office.flows.change_profile, office.ada, office.grace.id, OFFICE, **what)


def set_role(office: Office, who: Account, role: Role) -> Account | Refused:
    return office.do(office.flows.set_role, office.ada, who.id, role, OFFICE)


def set_state(office: Office, who: Account, state: AccountState) -> Account | Refused:
    return office.do(office.flows.set_state, office.hugo, who.id, state, OFFICE)


# --- their beginning ----------------------------------------------------------------------------


def test_somebody_is_added_with_an_invitation_and_a_word_for_the_address(office: Office) -> None:
    account, invitation = must(
        office.do(
            office.flows.add_person, office.ada, "kay", "Kay", "kay@example.org", Role.HELPDESK
        )
    )
    assert (account.role, account.email_verified) == (Role.HELPDESK, True)
    assert office.now(account) == account
    invited = must(office.do(office.house.accounts.read_invitation, invitation.token))
    assert invited[0] == account
    assert office.told(account) == [
        (What.ACCOUNT_ADDED, office.ada.id),
        (What.INVITED, office.ada.id),
    ]


@pytest.mark.parametrize(
    ("name", "email", "why"),
    [
        ("grace", "", Reason.NAME_TAKEN),
        ("a b", "", Reason.NAME_REFUSED),
        ("kay", "kay", Reason.EMAIL_REFUSED),
    ],
)
def test_who_cannot_be_added_is_not_there(
    office: Office, name: str, email: str, why: Reason
) -> None:
    before = office.told()
    outcome = office.do(office.flows.add_person, office.ada, name, "", email)
    assert reason(outcome) is why
    assert office.told() == before


def test_an_invitation_is_the_helpdesks_and_says_so(office: Office) -> None:
    assert isinstance(invite(office, office.grace), Secret)
    assert office.told(office.grace)[-1] == (What.INVITED, office.hugo.id)


def test_a_password_alone_does_not_stand_in_the_way_of_an_invitation(office: Office) -> None:
    office.give_password(office.grace)
    assert isinstance(invite(office, office.grace), Secret)


@pytest.mark.parametrize("what", ["key", "recovery"])
def test_who_has_tokens_is_invited_again_only_by_saying_so(office: Office, what: str) -> None:
    if what == "key":
        office.give_key(office.grace)
    else:
        office.give_recovery(office.grace)
    office.sign_in(office.grace)
    before = office.told()
    assert invite(office, office.grace) == Refused(Reason.HAS_TOKENS)
    assert office.told() == before
    assert len(office.sessions(office.grace)) == 1
    assert isinstance(invite(office, office.grace, again=True), Secret)


def test_invited_again_ends_all_that_was_before(office: Office) -> None:
    office.give_password(office.grace)
    office.give_key(office.grace)
    office.sign_in(office.grace)
    assert isinstance(invite(office, office.grace, again=True), Secret)
    assert authenticators(office.house, office.grace) == []
    assert office.sessions(office.grace) == []
    assert {actor for _, actor in office.told(office.grace)[-2:]} == {office.hugo.id}


def test_nobody_disabled_is_invited(office: Office) -> None:
    must(set_state(office, office.grace, AccountState.DISABLED))
    assert invite(office, office.grace) == Refused(Reason.ACCOUNT_DISABLED)


def test_a_new_password_is_asked_for_by_a_link_and_replaces_nothing_else(office: Office) -> None:
    key = office.give_key(office.grace)
    office.give_password_record(office.grace)
    reset = office.flows.reset_password
    link = must(office.do(reset, office.hugo, office.grace.id, OFFICE))
    assert office.told(office.grace)[-1] == (What.PASSWORD_LINK_SENT, office.hugo.id)
    claimed = must(office.do(office.house.accounts.claim_password_link, link.token, OFFICE))
    assert claimed == office.grace
    assert key in {a.id for a in authenticators(office.house, office.grace)}
    assert reason(office.do(reset, office.hugo, office.paul.id, OFFICE)) is Reason.NO_PASSWORD
    must(set_state(office, office.grace, AccountState.DISABLED))
    disabled = office.do(reset, office.hugo, office.grace.id, OFFICE)
    assert reason(disabled) is Reason.ACCOUNT_DISABLED


# --- state and role -----------------------------------------------------------------------------


def test_disabling_ends_every_session_and_enabling_brings_none_back(office: Office) -> None:
    office.sign_in(office.grace)
    assert must(set_state(office, office.grace, AccountState.DISABLED)).active is False
    assert must(set_state(office, office.grace, AccountState.ACTIVE)).active is True
    assert office.sessions(office.grace) == []
    assert office.told(office.grace)[-2:] == [
        (What.ACCOUNT_DISABLED, office.hugo.id),
        (What.ACCOUNT_ENABLED, office.hugo.id),
    ]


def test_the_same_again_changes_and_tells_nothing(office: Office) -> None:
    before = office.told()
    assert must(set_state(office, office.grace, AccountState.ACTIVE)) == office.grace
    assert must(set_role(office, office.grace, Role.PERSON)) == office.grace
    assert must(change(office, name="grace", display_name="Grace Hopper")) == office.grace
    assert office.told() == before


def test_a_role_takes_effect_at_once(office: Office) -> None:
    assert must(set_role(office, office.grace, Role.ADMINISTRATOR)).role is Role.ADMINISTRATOR
    assert office.told(office.grace)[-1] == (What.ROLE_CHANGED, office.ada.id)
    by_grace = office.do(office.flows.set_role, office.grace, office.amy.id, Role.PERSON, OFFICE)
    assert must(by_grace).role is Role.PERSON
    # Amy's own value still says administrator; what counts is what the database says.
    assert office.amy.role is Role.ADMINISTRATOR
    by_amy = office.do(office.flows.set_role, office.amy, office.paul.id, Role.HELPDESK, OFFICE)
    assert reason(by_amy) is Reason.FORBIDDEN


def test_a_change_of_role_says_from_what_to_what(office: Office) -> None:
    must(set_role(office, office.grace, Role.HELPDESK))
    event = told(office.house, office.grace)[-1]
    assert event.details == {"before": "person", "after": "helpdesk"}
    assert event.address == OFFICE.address


def test_somebody_deleted_is_gone_and_their_events_stay(office: Office) -> None:
    gone = office.do(office.flows.delete_person, office.ada, office.grace.id, OFFICE)
    assert gone is None
    assert office.now(office.grace) is None
    assert office.told(office.grace)[-1] == (What.ACCOUNT_DELETED, office.ada.id)
    twice = office.do(office.flows.delete_person, office.ada, office.grace.id, OFFICE)
    assert reason(twice) is Reason.NOT_FOUND


# --- what an account says of its person --------------------------------------------------------


def test_a_name_an_address_and_a_display_name_change_together(office: Office) -> None:
    after = must(change(office, name="Grace2", display_name=" The  Admiral ", email="g@navy.test"))
    assert (after.name, after.display_name) == ("Grace2", "The Admiral")
    assert (after.email, after.email_verified) == ("g@navy.test", True)
    assert office.now(office.grace) == after
    assert office.told(office.grace)[-3:] == [
        (What.NAME_CHANGED, office.ada.id),
        (What.DISPLAY_NAME_CHANGED, office.ada.id),
        (What.EMAIL_CHANGED, office.ada.id),
    ]
    found = office.do(office.house.accounts.find_by_name, "grace2")
    assert found == after


def test_an_operators_word_verifies_the_address_that_is_there(office: Office) -> None:
    assert office.grace.email_verified is False
    assert must(change(office, email="admiral@navy.example")).email_verified is True


def test_an_address_is_removed_by_an_empty_one(office: Office) -> None:
    after = must(change(office, email=""))
    assert (after.email, after.email_verified) == (None, False)
    before = office.told()
    assert must(change(office, email="")) == after
    assert office.told() == before


def test_without_a_display_name_people_are_called_by_their_name(office: Office) -> None:
    assert must(change(office, display_name="")).display_name == "grace"


def test_the_same_name_in_another_spelling_is_no_other_name(office: Office) -> None:
    assert must(change(office, name="GRACE")).name == "GRACE"


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"name": "Paul"}, Reason.NAME_TAKEN),
        ({"name": ""}, Reason.NAME_REFUSED),
        ({"email": "a@b\nBcc: c@d"}, Reason.EMAIL_REFUSED),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(
    office: Office, what: dict[str, str], why: Reason
) -> None:
    before = office.told()
    assert reason(change(office, display_name="other", **what)) is why
    assert office.now(office.grace) == office.grace
    assert office.told() == before


def test_the_operator_stands_above_roles(office: Office) -> None:
    for account in (office.ada, office.amy):
        demoted = office.do(office.flows.set_role, OPERATOR, account.id, Role.PERSON, OFFICE)
        assert must(demoted).role is Role.PERSON
    assert office.told(office.ada)[-1] == (What.ROLE_CHANGED, "operator")


def test_what_was_sent_to_the_old_address_opens_nothing_any_more(office: Office) -> None:
    links = [
        (purpose, office.do(office.house.accounts.issue_link, office.grace.id, purpose))
        for purpose in (LinkPurpose.PASSWORD, LinkPurpose.EMAIL)
    ]
    must(change(office, display_name="still the same address"))
    for purpose, link in links:
        must(office.do(office.house.accounts.read_link, purpose, link.token))
    must(change(office, email="grace@home.test"))
    for purpose, link in links:
        read = office.do(office.house.accounts.read_link, purpose, link.token)
        assert reason(read) is Reason.LINK_REFUSED


def test_the_person_is_told_of_a_new_name_and_address(office: Office) -> None:
    must(change(office, name="hopper", email="grace@home.test"))
    notices = office.do(office.house.notices.unseen, office.grace.id)
    assert [notice.what for notice in notices] == [Told.NAME_CHANGED, Told.EMAIL_CHANGED]
    must(change(office, email="grace@home.test", display_name="Grace"))
    assert office.do(office.house.notices.unseen, office.grace.id) == notices


def test_a_token_that_came_between_is_not_ended_without_saying_so(office: Office) -> None:
    """Between the look and the lock: the last word is where the account's row is held."""
    office.give_key(office.grace)
    before = office.told()
    outcome = office.do(
        office.house.accounts.invite, office.grace.id, office.hugo.id, OFFICE, may_end=False
    )
    assert reason(outcome) is Reason.HAS_TOKENS
    assert office.told() == before
    assert len(authenticators(office.house, office.grace)) == 1
