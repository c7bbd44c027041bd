"""The SQL of enrolled authenticators: attempts are counted, writing is compare-and-swap."""

from collections.abc import Sequence

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from counterfoil.accounts.people import (
    AccountState,
    Authenticator,
    AuthenticatorState,
)
from counterfoil.accounts.store.unique import written
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.kit.ids import AccountId, AuthenticatorId
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import (
    accounts,
    authenticators,
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

# Built once: building a statement costs five times as much as executing it.
_KNOWN = (
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
        authenticators.c.kind == bindparam("kind"),
        authenticators.c.state == AuthenticatorState.LIVE.value,
        accounts.c.state == AccountState.ACTIVE.value,
    )
)
_OF_ACCOUNT = authenticators.c.account_id == bindparam("account")
_OF_CREDENTIAL = authenticators.c.credential_id == bindparam("credential")
_KNOWN_OF_ACCOUNT = _KNOWN.where(_OF_ACCOUNT)
_KNOWN_BY_CREDENTIAL = _KNOWN.where(_OF_CREDENTIAL)
_KNOWN_OF_ACCOUNT_BY_CREDENTIAL = _KNOWN.where(_OF_ACCOUNT, _OF_CREDENTIAL)
_OWNER_OF = select(authenticators.c.account_id).where(_OF_CREDENTIAL)
_COUNT_ATTEMPT = (
    update(authenticators)
    .where(authenticators.c.id == bindparam("of"))
    .values(failures=authenticators.c.failures + 1)
    .returning(authenticators.c.failures)
)
_COUNT_GUESS = _COUNT_ATTEMPT.where(
    authenticators.c.state == AuthenticatorState.LIVE.value,
    authenticators.c.blocked_until_ms <= bindparam("now"),
    authenticators.c.failures < bindparam("most"),
)
_WRITE_USED = (
    update(authenticators)
    .where(
        authenticators.c.id == bindparam("of"),
        authenticators.c.version == bindparam("before"),
        authenticators.c.state == AuthenticatorState.LIVE.value,
    )
    .values(
        facts=bindparam("shown"),
        version=authenticators.c.version + 1,
        failures=0,
        blocked_until_ms=0,
        used_ms=bindparam("now"),
        used_from=bindparam("where"),
    )
)


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


def remove_all(tx: Transaction, account_id: AccountId) -> None:
    tx.execute(delete(authenticators).where(authenticators.c.account_id == account_id))


def move_state(
    tx: Transaction,
    authenticator_id: AuthenticatorId,
    before: AuthenticatorState,
    after: AuthenticatorState,
) -> bool:
    """False when it is not in the state `before`."""
    statement = (
        update(authenticators)
        .where(authenticators.c.id == authenticator_id, authenticators.c.state == before.value)
        .values(state=after.value, version=authenticators.c.version + 1)
    )
    return tx.execute(statement).rowcount == 1


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
    return written(tx, insert(authenticators).values(values))


def owner_of(tx: Transaction, credential_id: bytes) -> AccountId | None:
    """Whose the credential is, whether or not it may be used."""
    found = tx.execute(_OWNER_OF, {"credential": credential_id}).scalar_one_or_none()
    return None if found is None else AccountId(found)


def known_rows(
    tx: Transaction, kind: KindName, *, account_id: AccountId | None, credential_id: bytes | None
) -> Sequence[AnyRow]:
    """Live authenticators of an active account, with their version, secret and user handle."""
    values = {"kind": kind.value, "account": account_id, "credential": credential_id}
    if account_id is None:
        assert credential_id is not None, "either tells whose"
        statement = _KNOWN_BY_CREDENTIAL
    elif credential_id is None:
        statement = _KNOWN_OF_ACCOUNT
    else:
        statement = _KNOWN_OF_ACCOUNT_BY_CREDENTIAL
    return tx.execute(statement, values).all()


def count_attempt(
    tx: Transaction, authenticator_id: AuthenticatorId, now_ms: int, most: int | None
) -> int | None:
    """Counts one attempt before it is judged; None when it may not be made now.

    `most` is None for kinds that cannot be guessed: they are counted and never blocked.
    """
    if most is None:
        return tx.execute(_COUNT_ATTEMPT, {"of": authenticator_id}).scalar_one_or_none()
    values = {"of": authenticator_id, "now": now_ms, "most": most}
    return tx.execute(_COUNT_GUESS, values).scalar_one_or_none()


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


def blocked_until(tx: Transaction, authenticator_ids: Sequence[AuthenticatorId]) -> int | None:
    """When the first of them may be tried again; None when none of them ever will."""
    statement = select(func.min(authenticators.c.blocked_until_ms)).where(
        authenticators.c.id.in_(authenticator_ids),
        authenticators.c.state == AuthenticatorState.LIVE.value,
    )
    until_ms: int | None = tx.execute(statement).scalar_one()
    return until_ms


def calm(tx: Transaction, authenticator_ids: Sequence[AuthenticatorId]) -> None:
    """Forgets the failures of those that were counted while another of the person's fitted."""
    tx.execute(
        update(authenticators)
        .where(authenticators.c.id.in_(authenticator_ids))
        .values(failures=0, blocked_until_ms=0)
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
    values = {
        "of": authenticator_id,
        "before": version,
        "shown": facts,
        "now": now_ms,
        "where": used_from,
    }
    return tx.execute(_WRITE_USED, values).rowcount == 1


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
