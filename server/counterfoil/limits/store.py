"""The SQL of limits: a request is let in by one conditional statement, however many race."""

from typing import Any

from sqlalchemy import BindParameter, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from counterfoil.limits.rules import CLOCKS_DIFFER_MS, Rate
from counterfoil.store import Transaction
from counterfoil.store.schema import limits

SWEPT = 2

_NOW: BindParameter[int] = bindparam("now")
_INTERVAL: BindParameter[int] = bindparam("interval")
# A clock that was ahead and was put right must not shut everybody out until it was right.
_KEPT = limits.c.until_ms.between(_NOW + 1, bindparam("ahead_of_all"))
_TAKEN = {
    # One more than an insertion writes, so that a bucket made anew is told from an empty one.
    "until_ms": case((_KEPT, limits.c.until_ms), else_=_NOW + 1) + _INTERVAL
}
_HAS_ROOM = (limits.c.until_ms <= bindparam("latest")) | (
    limits.c.until_ms > bindparam("ahead_of_all")
)


def _take(insert: type[postgresql.Insert] | type[sqlite.Insert]) -> ReturningInsert[Any]:
    statement = insert(limits).values(key=bindparam("of"), until_ms=bindparam("first"))
    return statement.on_conflict_do_update(
        index_elements=[limits.c.key], set_=_TAKEN, where=_HAS_ROOM
    ).returning(limits.c.until_ms)


# Built once: building a statement costs five times as much as executing it.
_TAKE = {"postgresql": _take(postgresql.Insert), "sqlite": _take(sqlite.Insert)}
_FIND = select(limits.c.until_ms).where(limits.c.key == bindparam("of"))
_SWEEP = delete(limits).where(
    limits.c.until_ms <= _NOW,
    limits.c.key.in_(
        select(limits.c.key)
        .where(limits.c.until_ms <= _NOW)
        .limit(SWEPT)
        # A bucket that is just being filled again is left alone, and nobody waits for it.
        .with_for_update(skip_locked=True)
    ),
)


def take(tx: Transaction, key: str, rate: Rate, now_ms: int) -> tuple[bool, int]:
    """Whether one more request fits into the bucket, and when that will be empty."""
    values = {
        "of": key,
        "now": now_ms,
        "interval": rate.interval_ms,
        "first": now_ms + rate.interval_ms,
        "latest": now_ms + rate.latest_ms,
        # Workers' clocks differ a little; no honest bucket is further ahead than this.
        "ahead_of_all": now_ms + rate.full_ms + CLOCKS_DIFFER_MS,
    }
    taken = tx.execute(_TAKE[tx.dialect.name], values).scalar_one_or_none()
    if taken is None:
        return False, tx.execute(_FIND, {"of": key}).scalar_one()
    if taken == values["first"]:
        tx.execute(_SWEEP, {"now": now_ms})
    return True, taken
