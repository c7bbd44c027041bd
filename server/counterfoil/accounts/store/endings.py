"""What ends with an account, or with one of its authenticators."""

from sqlalchemy import select, update

from counterfoil.factors.facts import load_factors
from counterfoil.kit.ids import AccountId, AuthenticatorId, SessionId
from counterfoil.store import Transaction
from counterfoil.store.schema import (
    grants,
    interactions,
    sessions,
)


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
    tx: Transaction,
    account_id: AccountId,
    authenticator_id: AuthenticatorId,
    now_ms: int,
    *,
    keep: SessionId | None = None,
) -> None:
    """Ends the sessions and revokes the grants whose factors name the authenticator, and the
    sign-ins that it has begun.

    The session `keep` goes on; the grants that were made in it end as well.
    """
    _cancel_half_way(tx, account_id, authenticator_id, keep)
    for table, ended in ((sessions, sessions.c.ended_ms), (grants, grants.c.revoked_ms)):
        living = select(table.c.id, table.c.factors).where(
            table.c.account_id == account_id, ended.is_(None)
        )
        resting = [
            row.id
            for row in tx.execute(living)
            if row.id != keep
            and any(f.authenticator == authenticator_id for f in load_factors(row.factors))
        ]
        if resting:
            tx.execute(
                update(table)
                .where(table.c.id.in_(resting), ended.is_(None))
                .values({ended: now_ms})
            )


def _cancel_half_way(
    tx: Transaction,
    account_id: AccountId,
    authenticator_id: AuthenticatorId,
    keep: SessionId | None,
) -> None:
    """A password that was replaced is no half of a sign-in any more."""
    waiting = select(interactions.c.id, interactions.c.session_id, interactions.c.factors).where(
        interactions.c.account_id == account_id,
        interactions.c.state.in_(("open", "done")),
        interactions.c.purpose.in_(("sign_in", "step_up")),
    )
    begun = [
        row.id
        for row in tx.execute(waiting)
        if row.session_id != keep
        and any(f.authenticator == authenticator_id for f in load_factors(row.factors))
    ]
    if begun:
        tx.execute(
            update(interactions).where(interactions.c.id.in_(begun)).values(state="cancelled")
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
