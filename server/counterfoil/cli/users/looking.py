"""`counterfoil users list` and `show`."""

from typing import Annotated

import typer

from counterfoil.accounts import Account, Accounts, AccountState, Role
from counterfoil.administration import (
    MOST_PEOPLE,
    OPERATOR,
    Administration,
    PeopleFilter,
    PersonDetails,
    PersonRow,
)
from counterfoil.cli.opened import opened
from counterfoil.cli.options import AsJson, Config, Name
from counterfoil.cli.output import show
from counterfoil.cli.users.acting import find
from counterfoil.cli.users.said import details_facts, details_text, row_facts, rows_text
from counterfoil.errors import Refused
from counterfoil.store import Transaction

PAGE = 500


def list_(
    *,
    search: Annotated[
        str, typer.Option(metavar="TEXT", help="Part of a name, display name or email address.")
    ] = "",
    role: Annotated[Role | None, typer.Option(help="Only people with this role.")] = None,
    state: Annotated[AccountState | None, typer.Option(help="Only people in this state.")] = None,
    without_token: Annotated[
        bool, typer.Option("--without-token", help="Only people who have no token that works.")
    ] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """List people, in the order of their names: everybody, or those who fit all options."""
    wanted = PeopleFilter(search, state, role, without_token)
    with opened(config) as house:
        rows = house.store.read_now(lambda tx: _everybody(house.administration, tx, wanted))
    show([row_facts(row) for row in rows], rows_text(rows), as_json=as_json)


def show_(name: Name, config: Config = None, as_json: AsJson = False) -> None:
    """Show one person: what they sign in with, where they are signed in, an open invitation."""
    with opened(config) as house:

        def unit(tx: Transaction) -> PersonDetails:
            person = house.administration.person(tx, OPERATOR, find(house, tx, name).id)
            assert not isinstance(person, Refused), "the operator may see everybody"
            return person

        person = house.store.read_now(unit)
    show(details_facts(person), details_text(person), as_json=as_json)


def everybody(accounts: Accounts, tx: Transaction) -> list[Account]:
    """All accounts, in the order of their names."""
    found: list[Account] = []
    while page := accounts.list_accounts(tx, after=found[-1].name if found else "", limit=PAGE):
        found += page
    return found


def _everybody(
    administration: Administration, tx: Transaction, wanted: PeopleFilter
) -> list[PersonRow]:
    found: list[PersonRow] = []
    while True:
        after = found[-1].account.name if found else ""
        page = administration.find_people(tx, OPERATOR, wanted, after, MOST_PEOPLE)
        assert not isinstance(page, Refused), "the operator may see everybody"
        if not page:
            return found
        found += page
