"""The role matrix as a table of its own, and the door: pure."""

from dataclasses import replace
from itertools import product

import pytest

from counterfoil.accounts import Account, AccountState, Role
from counterfoil.administration import OPERATOR, Action, allowed, refuse_weak
from counterfoil.administration.rules import refuse
from counterfoil.assurance import Assurance, Level
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import AccountId

ON_PEOPLE = {
    Action.SEE_PERSON,
    Action.INVITE,
    Action.RESET_PASSWORD,
    Action.SET_STATE,
    Action.SUSPEND_TOKEN,
    Action.REMOVE_TOKEN,
    Action.END_SESSIONS,
    Action.SET_ROLE,
    Action.CHANGE_PROFILE,
    Action.RESUME_TOKEN,
    Action.DELETE_PERSON,
}
HELPDESK_ON_PEOPLE = {
    Action.SEE_PERSON,
    Action.INVITE,
    Action.RESET_PASSWORD,
    Action.SET_STATE,
    Action.SUSPEND_TOKEN,
    Action.REMOVE_TOKEN,
    Action.END_SESSIONS,
}
HELPDESK_IN_GENERAL = {Action.SEE_OVERVIEW, Action.FIND_PEOPLE}


def somebody(role: Role, name: str = "a") -> Account:
    return Account(AccountId(f"acc_{name}"), name, name, b"", role, AccountState.ACTIVE, 0)


@pytest.mark.parametrize(("action", "target"), list(product(Action, Role)))
def test_the_helpdesk_may_do_this_and_nothing_else(action: Action, target: Role) -> None:
    refused = refuse(action, somebody(Role.HELPDESK), somebody(target, "b"))
    if action in ON_PEOPLE:
        may = action in HELPDESK_ON_PEOPLE and target is Role.PERSON
    else:
        may = action in HELPDESK_IN_GENERAL
    assert (refused is None) == may
    assert refused is None or refused.reason is Reason.FORBIDDEN


@pytest.mark.parametrize(("action", "target"), list(product(Action, Role)))
def test_a_person_may_nothing_and_an_administrator_everything(action: Action, target: Role) -> None:
    other = somebody(target, "b")
    refused = refuse(action, somebody(Role.PERSON), other)
    assert refused is not None
    assert refused.reason is Reason.FORBIDDEN
    assert refuse(action, somebody(Role.ADMINISTRATOR), other) is None
    assert refuse(action, OPERATOR, other) is None


@pytest.mark.parametrize("action", list(Action))
def test_somebody_disabled_may_nothing(action: Action) -> None:
    disabled = replace(somebody(Role.ADMINISTRATOR), state=AccountState.DISABLED)
    refused = refuse(action, disabled, somebody(Role.PERSON, "b"))
    assert refused is not None
    assert refused.reason is Reason.FORBIDDEN


def test_to_oneself_one_may_only_what_takes_nothing_from_the_others() -> None:
    ada = somebody(Role.ADMINISTRATOR)
    assert allowed(ada, ada) & ON_PEOPLE == {
        Action.SEE_PERSON,
        Action.CHANGE_PROFILE,
        Action.END_SESSIONS,
    }
    refused = refuse(Action.SET_ROLE, ada, ada)
    assert refused is not None
    assert refused.reason is Reason.ONESELF


def test_what_is_allowed_is_what_is_not_refused() -> None:
    hugo, grace = somebody(Role.HELPDESK), somebody(Role.PERSON, "b")
    assert allowed(hugo, grace) == HELPDESK_ON_PEOPLE | HELPDESK_IN_GENERAL
    assert allowed(hugo, somebody(Role.HELPDESK, "b")) == HELPDESK_IN_GENERAL
    assert allowed(grace, hugo) == frozenset()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("level", [None, *Level])
def test_the_door_asks_for_a_role_and_a_phishing_resistant_proof(
    role: Role, level: Level | None
) -> None:
    assurance = None if level is None else Assurance(level, (), 0)
    refused = refuse_weak(somebody(role), assurance)
    if role is Role.PERSON:
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.FORBIDDEN
    elif level is None or level < Level.PHISHING_RESISTANT:
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.LEVEL_TOO_LOW
    else:
        assert refused is None


def test_roles_are_ordered() -> None:
    assert Role.PERSON.rank < Role.HELPDESK.rank < Role.ADMINISTRATOR.rank
