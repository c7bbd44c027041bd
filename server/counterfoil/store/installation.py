"""What a database is: who made it, for which issuer, and the data keys that open it."""

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
from counterfoil.store.work import Transaction


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
    rows = [
        {"id": key.id, "purpose": key.purpose.value, "wrapped": key.wrapped, "made_ms": now_ms}
        for key in new_data_keys(root, entropy)
    ]
    tx.execute(insert(data_keys), rows)


def load_keyring(tx: Transaction, root: RootKey) -> Keyring:
    """Raises SealBroken for a wrong root key."""
    rows = tx.execute(select(data_keys.c.id, data_keys.c.purpose, data_keys.c.wrapped)).all()
    return Keyring(
        root,
        [WrappedDataKey(DataKeyId(r.id), DataKeyPurpose(r.purpose), r.wrapped) for r in rows],
    )
