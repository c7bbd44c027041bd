"""Administration: the role matrix, and people, applications and events by it.

Whoever acts is read anew in the transaction of what they do: a role that was just taken away
does nothing any more.
"""

from counterfoil.administration.actor import OPERATOR, Actor, Operator
from counterfoil.administration.facts import (
    EVERYBODY,
    MOST_PEOPLE,
    OVERVIEW_DAYS,
    Enrolment,
    Overview,
    PeopleFilter,
    PersonDetails,
    PersonRow,
)
from counterfoil.administration.flows import Administration
from counterfoil.administration.rules import Action, allowed, refuse_weak

__all__ = [
    "EVERYBODY",
    "MOST_PEOPLE",
    "OPERATOR",
    "OVERVIEW_DAYS",
    "Action",
    "Actor",
    "Administration",
    "Enrolment",
    "Operator",
    "Overview",
    "PeopleFilter",
    "PersonDetails",
    "PersonRow",
    "allowed",
    "refuse_weak",
]
