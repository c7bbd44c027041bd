"""The SQL of invitations: looking spends nothing, claiming spends once."""

from typing import Any

from sqlalchemy import insert, select, update

from counterfoil.kit.ids import AccountId, InvitationId
from counterfoil.kit.opaque import TokenHash
from counterfoil.store import Transaction
from counterfoil.store.schema import (
    invitations,
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


def _open(token_hash: TokenHash, now_ms: int) -> tuple[Any, ...]:
    return (
        invitations.c.token_hash == token_hash,
        invitations.c.used_ms.is_(None),
        invitations.c.expires_ms > now_ms,
    )
