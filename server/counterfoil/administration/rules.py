"""Pure: the role matrix, who may do what to whom; and how strongly one must be signed in.

The table is the whole of it: what is not in a cell is refused. Two rules lie beside it: the
operator at the command line stands above it, and nobody does to themselves what would take
the decision out of another administrator's hands.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from counterfoil.accounts import Account, Role
from counterfoil.administration.actor import Actor, Operator
from counterfoil.assurance import Assurance, Level
from counterfoil.errors import Reason, Refused


class Action(StrEnum):
    """What administration is made of; each flow is one of these."""

    SEE_OVERVIEW = "see_overview"
    FIND_PEOPLE = "find_people"
    SEE_PERSON = "see_person"
    INVITE = "invite"
    RESET_PASSWORD = "reset_password"
    SET_STATE = "set_state"
    SUSPEND_TOKEN = "suspend_token"
    REMOVE_TOKEN = "remove_token"
    END_SESSIONS = "end_sessions"
    ADD_PERSON = "add_person"
    SET_ROLE = "set_role"
    CHANGE_PROFILE = "change_profile"
    RESUME_TOKEN = "resume_token"
    DELETE_PERSON = "delete_person"
    SEE_EVENTS = "see_events"
    SEE_CLIENTS = "see_clients"
    CHANGE_CLIENTS = "change_clients"


Roles: TypeAlias = frozenset[Role]

_NO: Roles = frozenset()
_PERSON: Roles = frozenset({Role.PERSON})
_ANY: Roles = frozenset(Role)

# Whom they may do it to, by the role of whom it is done to. What is done to nobody (a list, an
# application) is allowed by _ANY.
MATRIX: Mapping[Action, Mapping[Role, Roles]] = {
    action: {Role.PERSON: _NO, Role.HELPDESK: helpdesk, Role.ADMINISTRATOR: administrator}
    for action, helpdesk, administrator in (
        # action               helpdesk  administrator
        (Action.SEE_OVERVIEW, _ANY, _ANY),
        (Action.FIND_PEOPLE, _ANY, _ANY),
        (Action.SEE_PERSON, _PERSON, _ANY),
        (Action.INVITE, _PERSON, _ANY),
        (Action.RESET_PASSWORD, _PERSON, _ANY),
        (Action.SET_STATE, _PERSON, _ANY),
        (Action.SUSPEND_TOKEN, _PERSON, _ANY),
        (Action.REMOVE_TOKEN, _PERSON, _ANY),
        (Action.END_SESSIONS, _PERSON, _ANY),
        (Action.ADD_PERSON, _NO, _ANY),
        (Action.SET_ROLE, _NO, _ANY),
        (Action.CHANGE_PROFILE, _NO, _ANY),
        (Action.RESUME_TOKEN, _NO, _ANY),
        (Action.DELETE_PERSON, _NO, _ANY),
        (Action.SEE_EVENTS, _NO, _ANY),
        (Action.SEE_CLIENTS, _NO, _ANY),
        (Action.CHANGE_CLIENTS, _NO, _ANY),
    )
}

# One's own tokens, invitation and life are changed in "My tokens", by its rules of proof. And
# since whoever changes a role, a state or an account is an administrator and stays one, there
# is always an administrator left.
NEVER_TO_ONESELF = frozenset(
    {
        Action.INVITE,
        Action.RESET_PASSWORD,
        Action.SET_STATE,
        Action.SUSPEND_TOKEN,
        Action.RESUME_TOKEN,
        Action.REMOVE_TOKEN,
        Action.SET_ROLE,
        Action.DELETE_PERSON,
    }
)

LEAST = Level.PHISHING_RESISTANT


def refuse(action: Action, actor: Actor, target: Account | None = None) -> Refused | None:
    """FORBIDDEN where the matrix says no, ONESELF for what nobody does to themselves."""
    if isinstance(actor, Operator):
        return None
    whom = MATRIX[action][actor.role] if actor.active else _NO
    if not whom or (target is not None and target.role not in whom):
        return Refused(Reason.FORBIDDEN, f"{actor.role.value}: {action.value}")
    if target is not None and target.id == actor.id and action in NEVER_TO_ONESELF:
        return Refused(Reason.ONESELF, action.value)
    return None


def allowed(actor: Actor, target: Account | None = None) -> frozenset[Action]:
    """Everything that `actor` may do, to `target` where it is done to somebody."""
    return frozenset(action for action in Action if refuse(action, actor, target) is None)


def refuse_weak(account: Account, assurance: Assurance | None) -> Refused | None:
    """The door: a role at least the helpdesk's, and a proof that no phishing page could relay."""
    if not account.active or account.role.rank < Role.HELPDESK.rank:
        return Refused(Reason.FORBIDDEN, f"{account.role.value}: no administration")
    if assurance is None or assurance.level < LEAST:
        return Refused(Reason.LEVEL_TOO_LOW, f"administration needs {LEAST.acr}")
    return None
