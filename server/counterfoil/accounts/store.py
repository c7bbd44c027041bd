"""The SQL of people and their authenticators."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, case, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.accounts.people import (
    Account,
    AccountState,
    Authenticator,
    AuthenticatorState,
    Role,
)
from counterfoil.factors.facts import load_factors
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.kit.ids import AccountId, AuthenticatorId, InvitationId
from counterfoil.kit.opaque import TokenHash
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import (
    accounts,
    authenticators,
    grants,
    interactions,
    invitations,
    sessions,
)

_ACCOUNT = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.display_name,
    accounts.c.user_handle,
    accounts.c.role,
    accounts.c.state,
    accounts.c.made_ms,
)
_AUTHENTICATOR = (
    authenticators.c.id,
    authenticators.c.account_id,
    authenticators.c.kind,
    authenticators.c.label,
    authenticators.c.state,
    authenticators.c.failures,
    authenticators.c.blocked_until_ms,
    authenticators.c.made_ms,
    authenticators.c.used_ms,
    authenticators.c.used_from,
    authenticators.c.facts,
)


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
    }
    return _inserted(tx, insert(accounts).values(values))


def find_account(tx: Transaction, account_id: AccountId) -> Account | None:
    return _account(tx.execute(select(*_ACCOUNT).where(accounts.c.id == account_id)).one_or_none())


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


def delete_account(tx: Transaction, account_id: AccountId) -> bool:
    return tx.execute(delete(accounts).where(accounts.c.id == account_id)).rowcount == 1


def cancel_interactions(
    tx: Transaction, account_id: AccountId, *, purpose: str | None = None
) -> None:
    """Ends what is open or done and not yet taken; of one purpose, or all of them."""
    statement = update(interactions).where(
        interactions.c.account_id == account_id, interactions.c.state.in_(("open", "done"))
    )
    if purpose is not None:
        statement = statement.where(interactions.c.purpose == purpose)
    tx.execute(statement.values(state="cancelled"))


def end_what_rests_on(
    tx: Transaction, account_id: AccountId, authenticator_id: AuthenticatorId, now_ms: int
) -> None:
    """Ends the sessions and revokes the grants whose factors name the authenticator."""
    for table, ended in ((sessions, sessions.c.ended_ms), (grants, grants.c.revoked_ms)):
        living = select(table.c.id, table.c.factors).where(
            table.c.account_id == account_id, ended.is_(None)
        )
        resting = [
            row.id
            for row in tx.execute(living)
            if any(f.authenticator == authenticator_id for f in load_factors(row.factors))
        ]
        if resting:
            tx.execute(
                update(table)
                .where(table.c.id.in_(resting), ended.is_(None))
                .values({ended: now_ms})
            )


def end_all_of(tx: Transaction, account_id: AccountId, now_ms: int) -> None:
    """Ends the account's sessions and revokes its grants."""
    tx.execute(
        update(sessions)
        .where(sessions.c.account_id == account_id, sessions.c.ended_ms.is_(None))
        .values(ended_ms=now_ms)
    )
    tx.execute(
        update(grants)
        .where(grants.c.account_id == account_id, grants.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )


def insert_invitation(
    tx: Transaction,
    invitation_id: InvitationId,
    token_hash: TokenHash,
    account_id: AccountId,
    now_ms: int,
    expires_ms: int,
) -> None:
    tx.execute(
        insert(invitations).values(
            id=invitation_id,
            token_hash=token_hash,
            account_id=account_id,
            made_ms=now_ms,
            expires_ms=expires_ms,
        )
    )


def void_invitations(tx: Transaction, account_id: AccountId, now_ms: int) -> None:
    tx.execute(
        update(invitations)
        .where(invitations.c.account_id == account_id, invitations.c.used_ms.is_(None))
        .values(used_ms=now_ms)
    )


def find_open_invitation(
    tx: Transaction, token_hash: TokenHash, now_ms: int
) -> tuple[AccountId, int] | None:
    """Whose it is, and until when."""
    statement = select(invitations.c.account_id, invitations.c.expires_ms).where(
        *_open(token_hash, now_ms)
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else (AccountId(row.account_id), row.expires_ms)


def claim_invitation(tx: Transaction, token_hash: TokenHash, now_ms: int) -> AccountId | None:
    """Spends the invitation: one conditional statement, so that only one caller gets it."""
    statement = (
        update(invitations)
        .where(*_open(token_hash, now_ms))
        .values(used_ms=now_ms)
        .returning(invitations.c.account_id)
    )
    return tx.execute(statement).scalar_one_or_none()


def list_authenticators(tx: Transaction, account_id: AccountId) -> list[Authenticator]:
    statement = (
        select(*_AUTHENTICATOR)
        .where(authenticators.c.account_id == account_id)
        .order_by(authenticators.c.made_ms, authenticators.c.id)
    )
    return [_authenticator(row) for row in tx.execute(statement)]


def rename(
    tx: Transaction, account_id: AccountId, authenticator_id: AuthenticatorId, label: str
) -> bool:
    statement = (
        update(authenticators)
        .where(authenticators.c.id == authenticator_id, authenticators.c.account_id == account_id)
        .values(label=label)
    )
    return tx.execute(statement).rowcount == 1


def remove(tx: Transaction, account_id: AccountId, authenticator_id: AuthenticatorId) -> bool:
    statement = delete(authenticators).where(
        authenticators.c.id == authenticator_id, authenticators.c.account_id == account_id
    )
    return tx.execute(statement).rowcount == 1


def lock_account(tx: Transaction, account_id: AccountId) -> AccountState | None:
    """Holds the account's row to the end of the transaction; its state, None when it is gone.

    SQLite has one writer at a time, so the row needs no lock of its own there.
    """
    statement = select(accounts.c.state).where(accounts.c.id == account_id).with_for_update()
    state = tx.execute(statement).scalar_one_or_none()
    return None if state is None else AccountState(state)


def insert_authenticator(
    tx: Transaction,
    authenticator: Authenticator,
    record: AuthenticatorRecord,
    sealed_secret: bytes | None,
) -> bool:
    """False when the credential id is enrolled already, with whatever account."""
    values = {
        "id": authenticator.id,
        "account_id": authenticator.account,
        "kind": authenticator.kind.value,
        "label": authenticator.label,
        "state": authenticator.state.value,
        "credential_id": record.credential_id,
        "facts": record.facts,
        "sealed_secret": sealed_secret,
        "statement": record.statement,
        "client_data": record.client_data,
        "version": 1,
        "failures": 0,
        "blocked_until_ms": 0,
        "made_ms": authenticator.made_ms,
        "used_ms": authenticator.used_ms,
        "used_from": authenticator.used_from,
    }
    return _inserted(tx, insert(authenticators).values(values))


def known_rows(
    tx: Transaction, kind: KindName, *, account_id: AccountId | None, credential_id: bytes | None
) -> Sequence[AnyRow]:
    """Live authenticators of an active account, with their version, secret and user handle."""
    statement = (
        select(
            authenticators.c.id,
            authenticators.c.account_id,
            accounts.c.user_handle,
            authenticators.c.credential_id,
            authenticators.c.facts,
            authenticators.c.sealed_secret,
            authenticators.c.version,
        )
        .join_from(authenticators, accounts)
        .where(
            authenticators.c.kind == kind.value,
            authenticators.c.state == AuthenticatorState.LIVE.value,
            accounts.c.state == AccountState.ACTIVE.value,
        )
    )
    if account_id is not None:
        statement = statement.where(authenticators.c.account_id == account_id)
    if credential_id is not None:
        statement = statement.where(authenticators.c.credential_id == credential_id)
    return tx.execute(statement).all()


def count_attempt(
    tx: Transaction, authenticator_id: AuthenticatorId, now_ms: int, most: int | None
) -> int | None:
    """Counts one attempt before it is judged; None when it may not be made now.

    `most` is None for kinds that cannot be guessed: they are counted and never blocked.
    """
    statement = (
        update(authenticators)
        .where(authenticators.c.id == authenticator_id)
        .values(failures=authenticators.c.failures + 1)
        .returning(authenticators.c.failures)
    )
    if most is not None:
        statement = statement.where(
            authenticators.c.state == AuthenticatorState.LIVE.value,
            authenticators.c.blocked_until_ms <= now_ms,
            authenticators.c.failures < most,
        )
    return tx.execute(statement).scalar_one_or_none()


def delay(tx: Transaction, authenticator_id: AuthenticatorId, until_ms: int) -> None:
    """No attempt before `until_ms`; of two delays at once the longer one stays."""
    longer = case(
        (authenticators.c.blocked_until_ms > until_ms, authenticators.c.blocked_until_ms),
        else_=until_ms,
    )
    tx.execute(
        update(authenticators)
        .where(authenticators.c.id == authenticator_id)
        .values(blocked_until_ms=longer)
    )


def disable_exhausted(tx: Transaction, authenticator_id: AuthenticatorId, most: int) -> bool:
    """True when this call disabled it."""
    statement = (
        update(authenticators)
        .where(
            authenticators.c.id == authenticator_id,
            authenticators.c.failures >= most,
            authenticators.c.state == AuthenticatorState.LIVE.value,
        )
        .values(state=AuthenticatorState.DISABLED.value)
    )
    return tx.execute(statement).rowcount == 1


def write_used(
    tx: Transaction,
    authenticator_id: AuthenticatorId,
    version: int,
    facts: str,
    now_ms: int,
    used_from: str,
) -> bool:
    """Compare-and-swap: False when somebody else wrote since `version` was read."""
    statement = (
        update(authenticators)
        .where(
            authenticators.c.id == authenticator_id,
            authenticators.c.version == version,
            authenticators.c.state == AuthenticatorState.LIVE.value,
        )
        .values(
            facts=facts,
            version=version + 1,
            failures=0,
            blocked_until_ms=0,
            used_ms=now_ms,
            used_from=used_from,
        )
    )
    return tx.execute(statement).rowcount == 1


def _open(token_hash: TokenHash, now_ms: int) -> tuple[Any, ...]:
    return (
        invitations.c.token_hash == token_hash,
        invitations.c.used_ms.is_(None),
        invitations.c.expires_ms > now_ms,
    )


def _inserted(tx: Transaction, statement: Insert) -> bool:
    savepoint = tx.begin_nested()
    try:
        tx.execute(statement)
    except IntegrityError:
        savepoint.rollback()
        return False
    savepoint.commit()
    return True


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
    )


def _authenticator(row: AnyRow) -> Authenticator:
    return Authenticator(
        AuthenticatorId(row.id),
        AccountId(row.account_id),
        KindName(row.kind),
        row.label,
        AuthenticatorState(row.state),
        row.failures,
        row.blocked_until_ms,
        row.made_ms,
        row.used_ms,
        row.used_from,
        row.facts,
    )
