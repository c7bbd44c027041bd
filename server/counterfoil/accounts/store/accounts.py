"""The SQL of people."""

from sqlalchemy import bindparam, delete, insert, select, update

from counterfoil.accounts.people import (
    Account,
    AccountState,
    Role,
)
from counterfoil.accounts.store.unique import written
from counterfoil.kit.ids import AccountId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import (
    accounts,
)

_ACCOUNT = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.display_name,
    accounts.c.user_handle,
    accounts.c.role,
    accounts.c.state,
    accounts.c.made_ms,
    accounts.c.email,
    accounts.c.email_verified,
    accounts.c.language,
)

# Built once: building a statement costs five times as much as executing it.
_FIND_ACCOUNT = select(*_ACCOUNT).where(accounts.c.id == bindparam("of"))


def insert_account(tx: Transaction, account: Account, name_key: str, name_rule: str) -> bool:
    """False when the name is taken."""
    values = {
        "id": account.id,
        "name": account.name,
        "name_key": name_key,
        "name_rule": name_rule,
        "display_name": account.display_name,
        "user_handle": account.user_handle,
        "role": account.role.value,
        "state": account.state.value,
        "made_ms": account.made_ms,
        "email": account.email,
        "email_verified": int(account.email_verified),
        "language": account.language,
    }
    return written(tx, insert(accounts).values(values))


def find_account(tx: Transaction, account_id: AccountId) -> Account | None:
    return _account(tx.execute(_FIND_ACCOUNT, {"of": account_id}).one_or_none())


def find_account_by_key(tx: Transaction, name_key: str) -> Account | None:
    statement = select(*_ACCOUNT).where(accounts.c.name_key == name_key)
    return _account(tx.execute(statement).one_or_none())


def list_accounts(tx: Transaction, after: str, limit: int) -> list[Account]:
    statement = (
        select(*_ACCOUNT)
        .where(accounts.c.name_key > after)
        .order_by(accounts.c.name_key)
        .limit(limit)
    )
    return [found for row in tx.execute(statement) if (found := _account(row))]


def set_account_state(tx: Transaction, account_id: AccountId, state: AccountState) -> bool:
    statement = update(accounts).where(accounts.c.id == account_id).values(state=state.value)
    return tx.execute(statement).rowcount == 1


def write_role(tx: Transaction, account_id: AccountId, role: Role) -> bool:
    statement = update(accounts).where(accounts.c.id == account_id).values(role=role.value)
    return tx.execute(statement).rowcount == 1


def write_name(
    tx: Transaction, account_id: AccountId, name: str, name_key: str, name_rule: str
) -> bool:
    """False when the name is taken."""
    statement = update(accounts).where(accounts.c.id == account_id)
    return written(tx, statement.values(name=name, name_key=name_key, name_rule=name_rule))


def write_display_name(tx: Transaction, account_id: AccountId, display_name: str) -> bool:
    statement = update(accounts).where(accounts.c.id == account_id)
    return tx.execute(statement.values(display_name=display_name)).rowcount == 1


def write_language(tx: Transaction, account_id: AccountId, language: str) -> None:
    """Writes only where it changes something."""
    tx.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.language.is_distinct_from(language))
        .values(language=language)
    )


def write_email(
    tx: Transaction, account_id: AccountId, email: str | None, *, verified: bool
) -> bool:
    statement = update(accounts).where(accounts.c.id == account_id)
    values = {"email": email, "email_verified": int(verified and email is not None)}
    return tx.execute(statement.values(values)).rowcount == 1


def delete_account(tx: Transaction, account_id: AccountId) -> bool:
    return tx.execute(delete(accounts).where(accounts.c.id == account_id)).rowcount == 1


def lock_account(tx: Transaction, account_id: AccountId) -> AccountState | None:
    """Holds the account's row to the end of the transaction; its state, None when it is gone.

    SQLite has one writer at a time, so the row needs no lock of its own there.
    """
    statement = select(accounts.c.state).where(accounts.c.id == account_id).with_for_update()
    state = tx.execute(statement).scalar_one_or_none()
    return None if state is None else AccountState(state)


def _account(row: AnyRow | None) -> Account | None:
    if row is None:
        return None
    return Account(
        AccountId(row.id),
        row.name,
        row.display_name,
        row.user_handle,
        Role(row.role),
        AccountState(row.state),
        row.made_ms,
        row.email,
        row.email_verified == 1,
        row.language,
    )
