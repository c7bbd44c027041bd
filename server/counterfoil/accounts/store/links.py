"""The SQL of links (table `invitations`): looking spends nothing, claiming spends once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from counterfoil.accounts.people import LinkPurpose
from counterfoil.kit.ids import AccountId, InvitationId
from counterfoil.kit.opaque import TokenHash
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import invitations

_LINK = (invitations.c.account_id, invitations.c.expires_ms, invitations.c.details)


@dataclass(frozen=True, slots=True)
class OpenLink:
    account: AccountId
    expires_ms: int
    details: str


def insert_link(
    tx: Transaction,
    link_id: InvitationId,
    token_hash: TokenHash,
    account_id: AccountId,
    purpose: LinkPurpose,
    details: str,
    now_ms: int,
    expires_ms: int,
) -> None:
    tx.execute(
        insert(invitations).values(
            id=link_id,
            token_hash=token_hash,
            account_id=account_id,
            purpose=purpose.value,
            details=details,
            made_ms=now_ms,
            expires_ms=expires_ms,
        )
    )


def void_links(
    tx: Transaction, account_id: AccountId, now_ms: int, purpose: LinkPurpose | None = None
) -> None:
    """Of one purpose, or all of the account's."""
    statement = update(invitations).where(
        invitations.c.account_id == account_id, invitations.c.used_ms.is_(None)
    )
    if purpose is not None:
        statement = statement.where(invitations.c.purpose == purpose.value)
    tx.execute(statement.values(used_ms=now_ms))


def find_link(tx: Transaction, token_hash: TokenHash, now_ms: int) -> OpenLink | None:
    row = tx.execute(select(*_LINK).where(*_open(token_hash, now_ms))).one_or_none()
    return _link(row)


def claim_link(tx: Transaction, token_hash: TokenHash, now_ms: int) -> OpenLink | None:
    """Spends the link: one conditional statement, so that only one caller gets it."""
    statement = (
        update(invitations)
        .where(*_open(token_hash, now_ms))
        .values(used_ms=now_ms)
        .returning(*_LINK)
    )
    return _link(tx.execute(statement).one_or_none())


def links_made_since(
    tx: Transaction, account_id: AccountId, purpose: LinkPurpose, since_ms: int
) -> list[int]:
    """When the account's links of this purpose were made, used ones too, the oldest first."""
    statement = select(invitations.c.made_ms).where(
        invitations.c.account_id == account_id,
        invitations.c.purpose == purpose.value,
        invitations.c.made_ms > since_ms,
    )
    return list(tx.execute(statement.order_by(invitations.c.made_ms)).scalars())


def find_open_details(
    tx: Transaction, account_id: AccountId, purpose: LinkPurpose, now_ms: int
) -> str | None:
    """What the account's open link of this purpose is about; None without one."""
    statement = select(invitations.c.details).where(
        invitations.c.account_id == account_id,
        invitations.c.purpose == purpose.value,
        invitations.c.used_ms.is_(None),
        invitations.c.expires_ms > now_ms,
    )
    return tx.execute(statement.order_by(invitations.c.made_ms.desc()).limit(1)).scalar()


def _open(token_hash: TokenHash, now_ms: int) -> tuple[Any, ...]:
    # The hash is over the token's kind as well: a link of another purpose has another one.
    return (
        invitations.c.token_hash == token_hash,
        invitations.c.used_ms.is_(None),
        invitations.c.expires_ms > now_ms,
    )


def _link(row: AnyRow | None) -> OpenLink | None:
    if row is None:
        return None
    return OpenLink(AccountId(row.account_id), row.expires_ms, row.details)
