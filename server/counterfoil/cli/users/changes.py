"""`counterfoil users set-role`, `set-name`, `set-display-name` and `set-email`."""

from typing import Annotated

import typer

from counterfoil.accounts import Account, Role
from counterfoil.administration import OPERATOR
from counterfoil.cli.opened import Opened
from counterfoil.cli.options import AsJson, Config, Name
from counterfoil.cli.output import say
from counterfoil.cli.users.acting import HERE, act
from counterfoil.cli.users.said import show_account
from counterfoil.errors import Refused
from counterfoil.store import Transaction


def set_role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the person may do to others.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Give a person a role, or take it away: from their next request on.

    helpdesk: sees people, invites them, shuts and removes tokens, signs them out, disables and
    enables them, and touches nobody of a higher role. administrator: all of the administration.
    """
    _, account = act(
        config,
        name,
        lambda house, tx, who: house.administration.set_role(tx, OPERATOR, who.id, role, HERE),
    )
    say(f"{account.name} has the role {account.role}.")
    show_account(account, as_json=as_json)


def set_name(
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="NEW_NAME", help="What they type from now.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Change the name that a person types. Applications know them by their id, which stays."""

    def flow(house: Opened, tx: Transaction, who: Account) -> Account | Refused:
        return house.administration.change_profile(tx, OPERATOR, who.id, HERE, name=new_name)

    before, account = act(config, name, flow)
    say(f"{before.name} is {account.name} now.")
    show_account(account, as_json=as_json)


def set_display_name(
    name: Name,
    display_name: Annotated[
        str, typer.Argument(metavar="TEXT", help="How pages address the person; '' for the name.")
    ],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Change how pages address a person."""

    def flow(house: Opened, tx: Transaction, who: Account) -> Account | Refused:
        change = house.administration.change_profile
        return change(tx, OPERATOR, who.id, HERE, display_name=display_name)

    _, account = act(config, name, flow)
    say(f"{account.name} is called {account.display_name}.")
    show_account(account, as_json=as_json)


def set_email(
    name: Name,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Where letters go; '' for nowhere.")
    ],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Change a person's email address. Your word counts: it is verified from now on."""

    def flow(house: Opened, tx: Transaction, who: Account) -> Account | Refused:
        return house.administration.change_profile(tx, OPERATOR, who.id, HERE, email=address)

    _, account = act(config, name, flow)
    say(f"Letters to {account.name} go to {account.email or 'nobody'}.")
    show_account(account, as_json=as_json)
