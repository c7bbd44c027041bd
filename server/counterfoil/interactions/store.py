"""The SQL of interactions. What may happen once is one conditional statement."""

from sqlalchemy import bindparam, insert, select, update

from counterfoil.assurance import Level
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

# Built once: building a statement costs five times as much as executing it.
_INSERT = insert(interactions)
_FIND = select(*_COLUMNS).where(interactions.c.id == bindparam("of"))
_FIND_OF_CEREMONY = (
    select(*_COLUMNS)
    .join_from(ceremonies, interactions)
    .where(ceremonies.c.id == bindparam("ceremony"))
)
_LOCK = (
    select(*_COLUMNS)
    .join_from(interactions, sessions)
    .where(interactions.c.id == bindparam("of"), sessions.c.ended_ms.is_(None))
    .with_for_update()
)
_ADVANCE = (
    update(interactions)
    .where(
        interactions.c.id == bindparam("of"),
        interactions.c.state == InteractionState.OPEN.value,
        interactions.c.factors == bindparam("before"),
    )
    .values(
        session_id=bindparam("session"),
        state=bindparam("after"),
        account_id=bindparam("account"),
        factors=bindparam("shown"),
    )
)
_END = (
    update(interactions)
    .where(interactions.c.id == bindparam("of"), interactions.c.state == bindparam("before"))
    .values(state=bindparam("after"))
)


def insert_interaction(tx: Transaction, interaction: Interaction) -> None:
    tx.execute(
        _INSERT,
        {
            "id": interaction.id,
            "session_id": interaction.session,
            "purpose": interaction.purpose.value,
            "state": interaction.state.value,
            "request": interaction.request,
            "account_id": interaction.account,
            "factors": dump_factors(interaction.factors),
            "made_ms": interaction.made_ms,
            "expires_ms": interaction.expires_ms,
            "least": None if interaction.least is None else interaction.least.acr,
        },
    )


def find(tx: Transaction, interaction_id: InteractionId) -> Interaction | None:
    return _interaction(tx.execute(_FIND, {"of": interaction_id}).one_or_none())


def find_of_ceremony(tx: Transaction, ceremony_id: str) -> Interaction | None:
    return _interaction(tx.execute(_FIND_OF_CEREMONY, {"ceremony": ceremony_id}).one_or_none())


def lock(tx: Transaction, interaction_id: InteractionId) -> Interaction | None:
    """Holds the interaction and its session to the end of the transaction.

    None when the session has ended, or one of them is gone.
    """
    return _interaction(tx.execute(_LOCK, {"of": interaction_id}).one_or_none())


def advance(tx: Transaction, before: Interaction, after: Interaction) -> bool:
    """Compare-and-swap from `before`; False when another proof came between."""
    values = {
        "of": before.id,
        "before": dump_factors(before.factors),
        "session": after.session,
        "after": after.state.value,
        "account": after.account,
        "shown": dump_factors(after.factors),
    }
    return tx.execute(_ADVANCE, values).rowcount == 1


def end(
    tx: Transaction,
    interaction_id: InteractionId,
    before: InteractionState,
    after: InteractionState,
) -> bool:
    values = {"of": interaction_id, "before": before.value, "after": after.value}
    return tx.execute(_END, values).rowcount == 1


def decline(tx: Transaction, interaction_id: InteractionId, before: str | None, after: str) -> bool:
    """Remembers an offer that was declined; False when another request came between."""
    statement = (
        update(interactions)
        .where(
            interactions.c.id == interaction_id,
            interactions.c.state == InteractionState.OPEN.value,
            interactions.c.request.is_not_distinct_from(before),
        )
        .values(request=after)
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
        None if row.least is None else Level.from_acr(row.least),
    )
