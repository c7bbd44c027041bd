"""Rows that only one may have: a name, a credential id."""

from sqlalchemy import Insert, Update
from sqlalchemy.exc import IntegrityError

from counterfoil.store import Transaction


def written(tx: Transaction, statement: Insert | Update) -> bool:
    """False when a unique index refuses; the rest of the transaction goes on."""
    savepoint = tx.begin_nested()
    try:
        tx.execute(statement)
    except IntegrityError:
        savepoint.rollback()
        return False
    savepoint.commit()
    return True
