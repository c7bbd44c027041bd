"""People, their enrolled authenticators, their invitations, the last-authenticator rule."""

from counterfoil.accounts.flows import Accounts, Link
from counterfoil.accounts.people import (
    Account,
    AccountState,
    Authenticator,
    AuthenticatorState,
    Invitation,
    LinkPurpose,
    Role,
)
from counterfoil.accounts.profile import Profiles

__all__ = [
    "Account",
    "AccountState",
    "Accounts",
    "Authenticator",
    "AuthenticatorState",
    "Invitation",
    "Link",
    "LinkPurpose",
    "Profiles",
    "Role",
]
