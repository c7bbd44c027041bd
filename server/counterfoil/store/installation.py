"""What a database is: who made it, for which issuer, and the data keys that open it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import insert, select

from counterfoil.kit.entropy import Entropy
from counterfoil.kit.sealing import (
    DataKeyId,
    DataKeyPurpose,
    Keyring,
    RootKey,
    WrappedDataKey,
    new_data_keys,
)
from counterfoil.store.schema import data_keys, installation
from counterfoil.store.work import Store, Transaction


class MadeBy(StrEnum):
    INIT = "init"
    DEMONSTRATION = "demonstration"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Installation:
    made_by: MadeBy
    issuer: str

    @property
    def trusts_emulated_tokens(self) -> bool:
        """Emulated tokens prove nothing: only a demonstration and a test take them."""
        return self.made_by is not MadeBy.INIT


def find_installation(tx: Transaction) -> Installation | None:
    row = tx.execute(select(installation.c.made_by, installation.c.issuer)).one_or_none()
    return None if row is None else Installation(MadeBy(row.made_by), row.issuer)


def make_installation(
    tx: Transaction, made: Installation, root: RootKey, entropy: Entropy, now_ms: int
) -> None:
    """Writes the one row and the first data keys; a second call breaks the primary key."""
    tx.execute(
        insert(installation).values(
            id=1, made_by=made.made_by.value, issuer=made.issuer, made_ms=now_ms
        )
    )
    _insert_keys(tx, new_data_keys(root, entropy), now_ms)


def lacks_data_keys(tx: Transaction) -> bool:
    """Whether an earlier version made the database: a purpose came later and has no key."""
    return {key.purpose for key in _held(tx)} != set(DataKeyPurpose)


def ensure_data_keys(tx: Transaction, root: RootKey, entropy: Entropy, now_ms: int) -> None:
    """Makes the data keys that an upgraded database lacks, once, whoever else is at it.

    Raises SealBroken for a wrong root key, and makes none then.
    """
    # Whoever comes second waits here, and then sees the keys of the first one.
    tx.execute(select(installation.c.id).with_for_update())
    _insert_keys(tx, new_data_keys(root, entropy, _held(tx)), now_ms)


def load_keyring(tx: Transaction, root: RootKey) -> Keyring:
    """Raises SealBroken for a wrong root key."""
    return Keyring(root, _held(tx))


def open_keyring(store: Store, root: RootKey, entropy: Entropy, now_ms: int) -> Keyring:
    """The keyring of a database that an earlier version may have made. Raises SealBroken."""
    if store.read_now(lacks_data_keys):
        store.write_now(lambda tx: ensure_data_keys(tx, root, entropy, now_ms))
    return store.read_now(lambda tx: load_keyring(tx, root))


def _held(tx: Transaction) -> list[WrappedDataKey]:
    rows = tx.execute(select(data_keys.c.id, data_keys.c.purpose, data_keys.c.wrapped)).all()
    return [WrappedDataKey(DataKeyId(r.id), DataKeyPurpose(r.purpose), r.wrapped) for r in rows]


def _insert_keys(tx: Transaction, keys: Sequence[WrappedDataKey], now_ms: int) -> None:
    rows = [
        {"id": key.id, "purpose": key.purpose.value, "wrapped": key.wrapped, "made_ms": now_ms}
        for key in keys
    ]
    if rows:
        tx.execute(insert(data_keys), rows)
