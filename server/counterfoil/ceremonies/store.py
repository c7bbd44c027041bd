"""The SQL of ceremonies. A challenge is spent by one conditional statement."""

from sqlalchemy import insert, select, update

from counterfoil.ceremonies.ceremony import Ceremony, CeremonyState
from counterfoil.errors import Reason
from counterfoil.factors.kind import Expectation, KindName, Purpose
from counterfoil.kit.ids import AccountId, CeremonyId, InteractionId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import ceremonies


def insert_open(tx: Transaction, ceremony: Ceremony, now_ms: int) -> None:
    tx.execute(
        insert(ceremonies).values(
            id=ceremony.id,
            interaction_id=ceremony.interaction,
            kind=ceremony.kind.value,
            purpose=ceremony.purpose.value,
            state=CeremonyState.OPEN.value,
            account_id=ceremony.expectation.account,
            challenge=ceremony.expectation.challenge,
            terms=ceremony.expectation.terms,
            made_ms=now_ms,
            expires_ms=ceremony.expires_ms,
        )
    )


def claim(
    tx: Transaction,
    ceremony_id: CeremonyId,
    interaction: InteractionId,
    kind: KindName,
    now_ms: int,
) -> Ceremony | None:
    """Spends the challenge; None when it is another's, not open any more, or its time is over."""
    statement = (
        update(ceremonies)
        .where(
            ceremonies.c.id == ceremony_id,
            ceremonies.c.interaction_id == interaction,
            ceremonies.c.kind == kind.value,
            ceremonies.c.state == CeremonyState.OPEN.value,
            ceremonies.c.expires_ms > now_ms,
        )
        .values(state=CeremonyState.CLAIMED.value)
        .returning(*_COLUMNS)
    )
    row = tx.execute(statement).one_or_none()
    return None if row is None else _ceremony(row)


def find(tx: Transaction, ceremony_id: CeremonyId) -> tuple[Ceremony, CeremonyState] | None:
    statement = select(*_COLUMNS, ceremonies.c.state).where(ceremonies.c.id == ceremony_id)
    row = tx.execute(statement).one_or_none()
    return None if row is None else (_ceremony(row), CeremonyState(row.state))


def bind_account(tx: Transaction, ceremony_id: CeremonyId, account_id: AccountId) -> None:
    tx.execute(
        update(ceremonies).where(ceremonies.c.id == ceremony_id).values(account_id=account_id)
    )


def settle(
    tx: Transaction, ceremony_id: CeremonyId, state: CeremonyState, reason: Reason | None
) -> bool:
    """From claimed to its end; False when it has ended already."""
    return _end(tx, ceremony_id, CeremonyState.CLAIMED, state, reason)


def cancel(tx: Transaction, ceremony_id: CeremonyId) -> bool:
    return _end(tx, ceremony_id, CeremonyState.OPEN, CeremonyState.CANCELLED, Reason.CANCELLED)


def _end(
    tx: Transaction,
    ceremony_id: CeremonyId,
    before: CeremonyState,
    after: CeremonyState,
    reason: Reason | None,
) -> bool:
    statement = (
        update(ceremonies)
        .where(ceremonies.c.id == ceremony_id, ceremonies.c.state == before.value)
        .values(state=after.value, reason=None if reason is None else reason.value)
    )
    return tx.execute(statement).rowcount == 1


_COLUMNS = (
    ceremonies.c.id,
    ceremonies.c.interaction_id,
    ceremonies.c.kind,
    ceremonies.c.purpose,
    ceremonies.c.account_id,
    ceremonies.c.challenge,
    ceremonies.c.terms,
    ceremonies.c.expires_ms,
)


def _ceremony(row: AnyRow) -> Ceremony:
    account = None if row.account_id is None else AccountId(row.account_id)
    expectation = Expectation(Purpose(row.purpose), account, row.challenge, row.terms)
    return Ceremony(
        CeremonyId(row.id),
        InteractionId(row.interaction_id),
        KindName(row.kind),
        expectation,
        row.expires_ms,
    )
