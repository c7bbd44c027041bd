"""One flow on one person, by the operator: found by name, done in one transaction."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from counterfoil.accounts import Account
from counterfoil.audit import Where
from counterfoil.cli.opened import Opened, opened
from counterfoil.cli.output import Exit, Problem, refusal
from counterfoil.errors import Refused
from counterfoil.store import Transaction

T = TypeVar("T")
HERE = Where("", "")

TokenId = Annotated[
    str, typer.Argument(metavar="TOKEN_ID", help="The token's id, as `users show` shows it.")
]


def act(
    config: Path | None,
    name: str,
    flow: Callable[[Opened, Transaction, Account], T | Refused],
    try_: str = "",
) -> tuple[Account, T]:
    """The person as they were, and what the flow answers. Raises Problem for a refusal."""
    with opened(config) as house:

        def unit(tx: Transaction) -> tuple[Account, T | Refused]:
            account = find(house, tx, name)
            return account, flow(house, tx, account)

        account, outcome = house.store.write_now(unit)
    if isinstance(outcome, Refused):
        raise refusal(outcome, try_ or f"counterfoil users show {name}")
    return account, outcome


def find(house: Opened, tx: Transaction, name: str) -> Account:
    """Whom the name means. Raises Problem when there is nobody."""
    account = house.accounts.find_by_name(tx, name)
    if account is None:
        raise Problem(f"There is nobody named {name}.", "counterfoil users list", Exit.NOT_FOUND)
    return account
