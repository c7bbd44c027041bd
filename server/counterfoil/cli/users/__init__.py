"""`counterfoil users`: people, as an operator sees and changes them."""

from collections.abc import Callable

import typer

from counterfoil.cli.options import exit_codes
from counterfoil.cli.output import Exit
from counterfoil.cli.users import changes, life, looking, tokens
from counterfoil.cli.users.looking import everybody
from counterfoil.cli.users.said import account_facts, invitation_facts, invitation_link

__all__ = ["account_facts", "add_to", "everybody", "invitation_facts", "invitation_link"]

_CHANGE = (Exit.WRONG, Exit.NOT_FOUND, Exit.BUSY)
_COMMANDS: tuple[tuple[str, Callable[..., None], tuple[Exit, ...]], ...] = (
    ("add", life.add, (Exit.WRONG, Exit.BUSY)),
    ("list", looking.list_, (Exit.BUSY,)),
    ("show", looking.show_, (Exit.NOT_FOUND, Exit.BUSY)),
    ("invite", life.invite, _CHANGE),
    ("reset-password", life.reset_password, _CHANGE),
    ("disable", life.disable, (Exit.NOT_FOUND, Exit.BUSY)),
    ("enable", life.enable, (Exit.NOT_FOUND, Exit.BUSY)),
    ("set-role", changes.set_role, _CHANGE),
    ("set-name", changes.set_name, _CHANGE),
    ("set-display-name", changes.set_display_name, _CHANGE),
    ("set-email", changes.set_email, _CHANGE),
    ("suspend-token", tokens.suspend_token, _CHANGE),
    ("resume-token", tokens.resume_token, _CHANGE),
    ("remove-token", tokens.remove_token, _CHANGE),
    ("sign-out", tokens.sign_out, _CHANGE),
    ("delete", life.delete, _CHANGE),
)


def add_to(app: typer.Typer) -> None:
    """Put the commands into their place."""
    users = typer.Typer(help="People and their accounts.", rich_markup_mode=None)
    for name, command, codes in _COMMANDS:
        users.command(name, epilog=exit_codes(*codes))(command)
    app.add_typer(users, name="users")
