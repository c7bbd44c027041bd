"""The SQL of ceremonies. A challenge is spent by one conditional statement."""

from sqlalchemy import bindparam, insert, select, update

from counterfoil.ceremonies.ceremony import Ceremony, CeremonyState
from counterfoil.errors import Reason
from counterfoil.factors.kind import Expectation, KindName, Purpose
from counterfoil.kit.ids import AccountId, CeremonyId, InteractionId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import ceremonies

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

# Built once: building a statement costs five times as much as executing it.
_INSERT = insert(ceremonies)
_CLAIM = (
    update(ceremonies)
    .where(
        ceremonies.c.id == bindparam("of"),
        ceremonies.c.interaction_id == bindparam("interaction"),
        ceremonies.c.kind == bindparam("of_kind"),
        ceremonies.c.state == CeremonyState.OPEN.value,
        ceremonies.c.expires_ms > bindparam("now"),
    )
    .values(state=CeremonyState.CLAIMED.value)
    .returning(*_COLUMNS)
)
_FIND = select(*_COLUMNS, ceremonies.c.state).where(ceremonies.c.id == bindparam("of"))
_BIND_ACCOUNT = (
    update(ceremonies)
    .where(ceremonies.c.id == bindparam("of"))
    .values(account_id=bindparam("account"))
)
_END = (
    update(ceremonies)
    .where(ceremonies.c.id == bindparam("of"), ceremonies.c.state == bindparam("before"))
    .values(state=bindparam("after"), reason=bindparam("why"))
)


def insert_open(tx: Transaction, ceremony: Ceremony, now_ms: int) -> None:
    tx.execute(
        _INSERT,
        {
            "id": ceremony.id,
            "interaction_id": ceremony.interaction,
            "kind": ceremony.kind.value,
            "purpose": ceremony.purpose.value,
            "state": CeremonyState.OPEN.value,
            "account_id": ceremony.expectation.account,
            "challenge": ceremony.expectation.challenge,
            "terms": ceremony.expectation.terms,
            "made_ms": now_ms,
            "expires_ms": ceremony.expires_ms,
        },
    )


def claim(
    tx: Transaction,
    ceremony_id: CeremonyId,
    interaction: InteractionId,
    kind: KindName,
    now_ms: int,
) -> Ceremony | None:
    """Spends the challenge; None when it is another's, not open any more, or its time is over."""
    values = {
        "of": ceremony_id,
        "interaction": interaction,
        "of_kind": kind.value,
        "now": now_ms,
    }
    row = tx.execute(_CLAIM, values).one_or_none()
    return None if row is None else _ceremony(row)


def find(tx: Transaction, ceremony_id: CeremonyId) -> tuple[Ceremony, CeremonyState] | None:
    row = tx.execute(_FIND, {"of": ceremony_id}).one_or_none()
    return None if row is None else (_ceremony(row), CeremonyState(row.state))


def bind_account(tx: Transaction, ceremony_id: CeremonyId, account_id: AccountId) -> None:
    tx.execute(_BIND_ACCOUNT, {"of": ceremony_id, "account": account_id})


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
    values = {
        "of": ceremony_id,
        "before": before.value,
        "after": after.value,
        "why": None if reason is None else reason.value,
    }
    return tx.execute(_END, values).rowcount == 1


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
