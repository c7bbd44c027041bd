"""The SQL of people, their invitations and their authenticators."""

from counterfoil.accounts.store.accounts import (
    delete_account,
    find_account,
    find_account_by_key,
    insert_account,
    list_accounts,
    lock_account,
    set_account_state,
    write_display_name,
    write_email,
    write_name,
    write_role,
)
from counterfoil.accounts.store.authenticators import (
    count_attempt,
    delay,
    disable_exhausted,
    insert_authenticator,
    known_rows,
    list_authenticators,
    owner_of,
    remove,
    rename,
    write_used,
)
from counterfoil.accounts.store.endings import (
    cancel_interactions,
    end_all_of,
    end_what_rests_on,
)
from counterfoil.accounts.store.invitations import (
    claim_invitation,
    find_open_invitation,
    insert_invitation,
    void_invitations,
)

__all__ = [
    "cancel_interactions",
    "claim_invitation",
    "count_attempt",
    "delay",
    "delete_account",
    "disable_exhausted",
    "end_all_of",
    "end_what_rests_on",
    "find_account",
    "find_account_by_key",
    "find_open_invitation",
    "insert_account",
    "insert_authenticator",
    "insert_invitation",
    "known_rows",
    "list_accounts",
    "list_authenticators",
    "lock_account",
    "owner_of",
    "remove",
    "rename",
    "set_account_state",
    "void_invitations",
    "write_display_name",
    "write_email",
    "write_name",
    "write_role",
    "write_used",
]
