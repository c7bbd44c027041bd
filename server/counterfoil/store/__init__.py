"""The data model on one page (`schema`), engines, units of work, migrations."""

from counterfoil.store.work import AnyRow, Store, StoreBusy, Transaction, after_commit, open_store

__all__ = ["AnyRow", "Store", "StoreBusy", "Transaction", "after_commit", "open_store"]
