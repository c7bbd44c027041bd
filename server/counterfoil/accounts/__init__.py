"""People, their enrolled authenticators, their invitations, the last-authenticator rule."""

from counterfoil.accounts.flows import Accounts
from counterfoil.accounts.people import (
    Account,
    AccountState,
    Authenticator,
    AuthenticatorState,
    Invitation,
    Role,
)

__all__ = [
    "Account",
    "AccountState",
    "Accounts",
    "Authenticator",
    "AuthenticatorState",
    "Invitation",
    "Role",
]
