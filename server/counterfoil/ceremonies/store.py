"""The SQL of ceremonies. A challenge is spent by one conditional statement."""

from sqlalchemy import bindparam, case, insert, select, update

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
    ceremonies.c.tries,
    ceremonies.c.sealed_secret,
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
    .values(
        tries=ceremonies.c.tries + 1,
        state=case(
            (ceremonies.c.tries + 1 < bindparam("most"), CeremonyState.OPEN.value),
            else_=CeremonyState.CLAIMED.value,
        ),
    )
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
    # What is over keeps no secret.
    .values(state=bindparam("after"), reason=bindparam("why"), sealed_secret=None)
)
_FIND_OPEN = (
    select(ceremonies.c.id, ceremonies.c.expires_ms)
    .where(
        ceremonies.c.interaction_id == bindparam("interaction"),
        ceremonies.c.kind == bindparam("of_kind"),
        ceremonies.c.purpose == bindparam("for_purpose"),
        ceremonies.c.account_id == bindparam("account"),
        ceremonies.c.state == CeremonyState.OPEN.value,
        ceremonies.c.expires_ms > bindparam("now"),
    )
    .order_by(ceremonies.c.made_ms.desc())
    .limit(1)
)


def insert_open(
    tx: Transaction, ceremony: Ceremony, sealed_secret: bytes | None, now_ms: int
) -> None:
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
            "sealed_secret": sealed_secret,
            "tries": 0,
            "made_ms": now_ms,
            "expires_ms": ceremony.expires_ms,
        },
    )


def claim(
    tx: Transaction,
    ceremony_id: CeremonyId,
    interaction: InteractionId,
    kind: KindName,
    most: int,
    now_ms: int,
) -> tuple[Ceremony, bytes | None] | None:
    """Counts a try, and spends the challenge with the last of `most`; and the sealed secret.

    None when it is another's, not open any more, or its time is over.
    """
    values = {
        "of": ceremony_id,
        "interaction": interaction,
        "of_kind": kind.value,
        "most": most,
        "now": now_ms,
    }
    row = tx.execute(_CLAIM, values).one_or_none()
    return None if row is None else (_ceremony(row), row.sealed_secret)


def find_open(
    tx: Transaction,
    interaction: InteractionId,
    account: AccountId,
    kind: KindName,
    purpose: Purpose,
    now_ms: int,
) -> tuple[CeremonyId, int] | None:
    """The newest open ceremony of this kind, purpose and person in the interaction, and until
    when (ms)."""
    values = {
        "interaction": interaction,
        "of_kind": kind.value,
        "for_purpose": purpose.value,
        "account": account,
        "now": now_ms,
    }
    row = tx.execute(_FIND_OPEN, values).one_or_none()
    return None if row is None else (CeremonyId(row.id), row.expires_ms)


def find(tx: Transaction, ceremony_id: CeremonyId) -> tuple[Ceremony, CeremonyState] | None:
    row = tx.execute(_FIND, {"of": ceremony_id}).one_or_none()
    return None if row is None else (_ceremony(row), CeremonyState(row.state))


def bind_account(tx: Transaction, ceremony_id: CeremonyId, account_id: AccountId) -> None:
    tx.execute(_BIND_ACCOUNT, {"of": ceremony_id, "account": account_id})


def settle(
    tx: Transaction,
    ceremony_id: CeremonyId,
    state: CeremonyState,
    reason: Reason | None,
    *,
    before: CeremonyState = CeremonyState.CLAIMED,
) -> bool:
    """From its claim to its end; False when it has ended already."""
    return _end(tx, ceremony_id, before, state, reason)


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
        row.tries,
    )
