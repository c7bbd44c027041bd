"""The SQL of interactions. What may happen once is one conditional statement."""

from sqlalchemy import insert, select, update

from counterfoil.factors.facts import dump_factors, load_factors
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
)
from counterfoil.kit.ids import AccountId, InteractionId, SessionId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import ceremonies, interactions, sessions

_COLUMNS = tuple(interactions.c)


def insert_interaction(tx: Transaction, interaction: Interaction) -> None:
    tx.execute(
        insert(interactions).values(
            id=interaction.id,
            session_id=interaction.session,
            purpose=interaction.purpose.value,
            state=interaction.state.value,
            request=interaction.request,
            account_id=interaction.account,
            factors=dump_factors(interaction.factors),
            made_ms=interaction.made_ms,
            expires_ms=interaction.expires_ms,
        )
    )


def find(tx: Transaction, interaction_id: InteractionId) -> Interaction | None:
    statement = select(*_COLUMNS).where(interactions.c.id == interaction_id)
    return _interaction(tx.execute(statement).one_or_none())


def find_of_ceremony(tx: Transaction, ceremony_id: str) -> Interaction | None:
    statement = (
        select(*_COLUMNS).join_from(ceremonies, interactions).where(ceremonies.c.id == ceremony_id)
    )
    return _interaction(tx.execute(statement).one_or_none())


def lock(tx: Transaction, interaction_id: InteractionId) -> Interaction | None:
    """Holds the interaction and its session to the end of the transaction.

    None when the session has ended, or one of them is gone.
    """
    statement = (
        select(*_COLUMNS)
        .join_from(interactions, sessions)
        .where(interactions.c.id == interaction_id, sessions.c.ended_ms.is_(None))
        .with_for_update()
    )
    return _interaction(tx.execute(statement).one_or_none())


def advance(tx: Transaction, before: Interaction, after: Interaction) -> bool:
    """Compare-and-swap from `before`; False when another proof came between."""
    statement = (
        update(interactions)
        .where(
            interactions.c.id == before.id,
            interactions.c.state == InteractionState.OPEN.value,
            interactions.c.factors == dump_factors(before.factors),
        )
        .values(
            session_id=after.session,
            state=after.state.value,
            account_id=after.account,
            factors=dump_factors(after.factors),
        )
    )
    return tx.execute(statement).rowcount == 1


def end(
    tx: Transaction,
    interaction_id: InteractionId,
    before: InteractionState,
    after: InteractionState,
) -> bool:
    statement = (
        update(interactions)
        .where(interactions.c.id == interaction_id, interactions.c.state == before.value)
        .values(state=after.value)
    )
    return tx.execute(statement).rowcount == 1


def _interaction(row: AnyRow | None) -> Interaction | None:
    if row is None:
        return None
    return Interaction(
        InteractionId(row.id),
        SessionId(row.session_id),
        InteractionPurpose(row.purpose),
        InteractionState(row.state),
        row.request,
        None if row.account_id is None else AccountId(row.account_id),
        load_factors(row.factors),
        row.made_ms,
        row.expires_ms,
    )
