"""Two at once: there is always an administrator left, and nobody acts by a role that is gone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from counterfoil.accounts import Account, AccountState, Role
from counterfoil.errors import Reason, Refused
from counterfoil.store import Transaction
from tests.administration.office import OFFICE, Office

Flow = Callable[[Transaction, Account, Account], object]


def demote(office: Office) -> Flow:
    return lambda tx, who, whom: office.flows.set_role(tx, who, whom.id, Role.PERSON, OFFICE)


def disable(office: Office) -> Flow:
    return lambda tx, who, whom: office.flows.set_state(
        tx, who, whom.id, AccountState.DISABLED, OFFICE
    )


def delete(office: Office) -> Flow:
    return lambda tx, who, whom: office.flows.delete_person(tx, who, whom.id, OFFICE)


FLOWS = {"demote": demote, "disable": disable, "delete": delete}


@pytest.mark.parametrize("round_", range(3))
@pytest.mark.parametrize(
    ("adas", "amys"), [("demote", "demote"), ("disable", "delete"), ("delete", "demote")]
)
def test_two_administrators_at_each_others_throat_leave_one(
    office: Office, adas: str, amys: str, round_: int
) -> None:
    together = Barrier(2)

    def strike(flow: Flow, who: Account, whom: Account) -> object:
        together.wait()
        return office.do(flow, who, whom)

    with ThreadPoolExecutor(2) as hands:
        blows = [
            hands.submit(strike, FLOWS[adas](office), office.ada, office.amy),
            hands.submit(strike, FLOWS[amys](office), office.amy, office.ada),
        ]
        outcomes = [blow.result() for blow in blows]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert [one.reason for one in refused] == [Reason.FORBIDDEN]
    left = [now for who in (office.ada, office.amy) if (now := office.now(who)) is not None]
    assert [a.role for a in left if a.active].count(Role.ADMINISTRATOR) == 1


def test_nobody_demotes_disables_or_deletes_themselves(office: Office) -> None:
    for flow in (demote(office), disable(office), delete(office)):
        outcome = office.do(flow, office.ada, office.ada)
        assert isinstance(outcome, Refused)
        assert outcome.reason is Reason.ONESELF
    assert office.now(office.ada) == office.ada
