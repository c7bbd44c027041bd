"""The SQL of sessions."""

from sqlalchemy import bindparam, insert, select, update

from counterfoil.factors.facts import dump_factors, load_factors
from counterfoil.factors.kind import VerifiedFactor
from counterfoil.kit.ids import AccountId, SessionId
from counterfoil.kit.opaque import TokenHash
from counterfoil.sessions.session import Session
from counterfoil.store import AnyRow, Transaction
from counterfoil.store.schema import accounts, grants, interactions, sessions

_COLUMNS = (
    sessions.c.id,
    sessions.c.account_id,
    sessions.c.factors,
    sessions.c.user_agent,
    sessions.c.address,
    sessions.c.made_ms,
    sessions.c.seen_ms,
    sessions.c.expires_ms,
)


_LIVING = (
    sessions.c.ended_ms.is_(None),
    (accounts.c.state == "active") | sessions.c.account_id.is_(None),
)

# Built once: building a statement costs five times as much as executing it.
_INSERT = insert(sessions)
_FIND_BY_COOKIE = (
    select(*_COLUMNS)
    .outerjoin_from(sessions, accounts)
    .where(
        sessions.c.cookie_hash == bindparam("cookie"),
        sessions.c.expires_ms > bindparam("now"),
        sessions.c.seen_ms > bindparam("seen_after"),
        *_LIVING,
    )
)
_WRITE_PROOF = (
    update(sessions)
    .where(
        sessions.c.id == bindparam("of"),
        sessions.c.ended_ms.is_(None),
        sessions.c.account_id.is_(None) | (sessions.c.account_id == bindparam("account")),
    )
    .values(
        account_id=bindparam("account"),
        factors=bindparam("shown"),
        seen_ms=bindparam("now"),
        expires_ms=bindparam("expires"),
    )
)
_WRITE_COOKIE = (
    update(sessions)
    .where(sessions.c.id == bindparam("of"), sessions.c.ended_ms.is_(None))
    .values(cookie_hash=bindparam("cookie"))
)


def insert_session(tx: Transaction, session: Session, cookie_hash: TokenHash) -> None:
    tx.execute(
        _INSERT,
        {
            "id": session.id,
            "cookie_hash": cookie_hash,
            "account_id": session.account,
            "factors": dump_factors(session.factors),
            "user_agent": session.user_agent,
            "address": session.address,
            "made_ms": session.made_ms,
            "seen_ms": session.seen_ms,
            "expires_ms": session.expires_ms,
        },
    )


def find_by_cookie(
    tx: Transaction, cookie_hash: TokenHash, now_ms: int, seen_after_ms: int
) -> Session | None:
    values = {"cookie": cookie_hash, "now": now_ms, "seen_after": seen_after_ms}
    row = tx.execute(_FIND_BY_COOKIE, values).one_or_none()
    return None if row is None else _session(row)


def lock(tx: Transaction, session_id: SessionId) -> bool:
    """Whether the session has not ended, and its person, if it has one, is active."""
    statement = (
        select(sessions.c.id)
        .outerjoin_from(sessions, accounts)
        .where(sessions.c.id == session_id, *_LIVING)
        .with_for_update(of=sessions)
    )
    return tx.execute(statement).one_or_none() is not None


def list_of(
    tx: Transaction, account_id: AccountId, now_ms: int, seen_after_ms: int
) -> list[Session]:
    statement = (
        select(*_COLUMNS)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.ended_ms.is_(None),
            sessions.c.expires_ms > now_ms,
            sessions.c.seen_ms > seen_after_ms,
        )
        .order_by(sessions.c.seen_ms.desc())
    )
    return [_session(row) for row in tx.execute(statement)]


def write_proof(
    tx: Transaction,
    session_id: SessionId,
    account_id: AccountId,
    factors: tuple[VerifiedFactor, ...],
    now_ms: int,
    expires_ms: int,
) -> bool:
    """False when the session has ended, or is another person's."""
    values = {
        "of": session_id,
        "account": account_id,
        "shown": dump_factors(factors),
        "now": now_ms,
        "expires": expires_ms,
    }
    return tx.execute(_WRITE_PROOF, values).rowcount == 1


def write_cookie(tx: Transaction, session_id: SessionId, cookie_hash: TokenHash) -> bool:
    values = {"of": session_id, "cookie": cookie_hash}
    return tx.execute(_WRITE_COOKIE, values).rowcount == 1


def write_seen(tx: Transaction, session_id: SessionId, now_ms: int) -> None:
    tx.execute(update(sessions).where(sessions.c.id == session_id).values(seen_ms=now_ms))


def end(tx: Transaction, session_id: SessionId, now_ms: int) -> bool:
    statement = (
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.ended_ms.is_(None))
        .values(ended_ms=now_ms)
    )
    return tx.execute(statement).rowcount == 1


def living_of(tx: Transaction, account_id: AccountId) -> list[SessionId]:
    """The account's sessions that nobody ended, those whose time is over among them."""
    statement = select(sessions.c.id).where(
        sessions.c.account_id == account_id, sessions.c.ended_ms.is_(None)
    )
    # One order for all, so that two who end the same sessions wait for each other in turn.
    return [SessionId(found) for found in tx.execute(statement.order_by(sessions.c.id)).scalars()]


def cancel_done(tx: Transaction, session_id: SessionId) -> None:
    """What is done in the session and not yet taken gives nothing any more.

    It comes before the session's own end: a proof holds its interaction first, then the session.
    What is open needs no end of its own: it settles only in a living session.
    """
    tx.execute(
        update(interactions)
        .where(interactions.c.session_id == session_id, interactions.c.state == "done")
        .values(state="cancelled")
    )


def revoke_grants_of(tx: Transaction, session_id: SessionId, now_ms: int) -> None:
    tx.execute(
        update(grants)
        .where(grants.c.session_id == session_id, grants.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )


def revoke_grants_not_of(
    tx: Transaction, account_id: AccountId, keep: SessionId | None, now_ms: int
) -> None:
    """All of the account's grants but those made in `keep`; a pruned session's among them."""
    elsewhere = grants.c.session_id.is_(None) | (grants.c.session_id != keep)
    statement = update(grants).where(
        grants.c.account_id == account_id, grants.c.revoked_ms.is_(None)
    )
    if keep is not None:
        statement = statement.where(elsewhere)
    tx.execute(statement.values(revoked_ms=now_ms))


def _session(row: AnyRow) -> Session:
    return Session(
        SessionId(row.id),
        None if row.account_id is None else AccountId(row.account_id),
        load_factors(row.factors),
        row.user_agent,
        row.address,
        row.made_ms,
        row.seen_ms,
        row.expires_ms,
    )
