"""Links that are issued or claimed at the very moment when something else shuts them.

SQLite has one writer at a time, so that there is no such moment; on PostgreSQL two transactions
are made to overlap.
"""

import threading
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import pytest
from sqlalchemy import text

from counterfoil.accounts import Role
from counterfoil.errors import Refused
from counterfoil.http.house import House
from counterfoil.store import Transaction, open_store
from tests.ceremonies.desk import HERE, Desk, add_account, must

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"])

First = TypeVar("First")
Second = TypeVar("Second")
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def waiting(tx: Transaction) -> int:
    return int(tx.execute(WAITING).scalar_one())


def overlap(
    house: House,
    first: Callable[[Transaction], First],
    second: Callable[[Transaction], Second],
) -> tuple[First, Second]:
    """What both answer when `second` runs beside a `first` that is not committed yet.

    The first one commits when the second waits for it, or has gone past it.
    """
    outcome: list[Second] = []
    with closing(open_store(house.settings.database_url)) as other:
        rival = threading.Thread(target=lambda: outcome.append(other.write_now(second)))

        def unit(tx: Transaction) -> First:
            answer = first(tx)
            rival.start()
            # Asked elsewhere: a transaction sees who waits as it saw it first.
            while rival.is_alive() and not other.read_now(waiting):
                rival.join(0.01)
            return answer

        answer = house.store.write_now(unit)
        rival.join()
    return answer, outcome[0]


def test_no_invitation_is_left_open_beside_a_promotion(house: House) -> None:
    root = must(
        house.store.write_now(lambda tx: house.accounts.add(tx, "R", role=Role.ADMINISTRATOR))
    )
    desk = must(house.store.write_now(lambda tx: house.accounts.add(tx, "D", role=Role.HELPDESK)))
    ada = add_account(house, "Ada")
    administration = house.administration
    _, invited = overlap(
        house,
        lambda tx: administration.set_role(tx, root, ada.id, Role.ADMINISTRATOR, HERE),
        lambda tx: administration.invite(tx, desk, ada.id, HERE, again=True),
    )
    assert isinstance(invited, Refused)


def test_an_invitation_that_is_claimed_beside_a_newer_one_ends(house: House) -> None:
    ada, visitor = add_account(house, "Ada"), Desk(house)
    accounts, interactions = house.accounts, house.interactions
    old = must(house.store.write_now(lambda tx: accounts.invite(tx, ada.id, "operator")))
    visit, newer = overlap(
        house,
        lambda tx: interactions.open_first_visit(tx, visitor.session.id, old.token, HERE),
        lambda tx: accounts.invite(tx, ada.id, "operator"),
    )
    assert isinstance(visitor.find(must(visit)), Refused)
    assert not isinstance(newer, Refused)
