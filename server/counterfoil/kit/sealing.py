"""Sealing with AES-256-GCM: data keys wrapped by the root key, the row in the associated data.

A blob is `version (1 byte) || key id (4 bytes) || nonce (12 bytes) || ciphertext and tag`.
A blob that is moved to another row, or edited, does not open.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counterfoil.kit.entropy import Entropy

DataKeyId = NewType("DataKeyId", int)

VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 12
_HEADER_BYTES = 1 + 4 + NONCE_BYTES


class SealBroken(Exception):
    """A blob that does not open: another root key, another row, or edited bytes."""


class DataKeyPurpose(StrEnum):
    PEPPER = "pepper"
    AUTHENTICATORS = "authenticators"
    SIGNING_KEYS = "signing_keys"
    OUTBOX = "outbox"


@dataclass(frozen=True, slots=True)
class WrappedDataKey:
    id: DataKeyId
    purpose: DataKeyPurpose
    wrapped: bytes


class RootKey:
    """The key that wraps all others; kept in a file apart from the database."""

    __slots__ = ("_wrapping",)

    def __init__(self, material: bytes) -> None:
        """`material`: at least 32 bytes; raises ValueError when shorter."""
        if len(material) < KEY_BYTES:
            raise ValueError("a root key has at least 32 bytes")
        # RFC 5869: the root key itself encrypts nothing.
        hkdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"counterfoil/wrap-data-keys/1")
        self._wrapping = AESGCM(hkdf.derive(material))

    def wrap(
        self, key_id: DataKeyId, purpose: DataKeyPurpose, key: bytes, entropy: Entropy
    ) -> WrappedDataKey:
        nonce = entropy(NONCE_BYTES)
        sealed = self._wrapping.encrypt(nonce, key, _wrapping_data(key_id, purpose))
        return WrappedDataKey(key_id, purpose, bytes([VERSION]) + nonce + sealed)

    def unwrap(self, key: WrappedDataKey) -> bytes:
        """The 32 bytes of the data key; raises SealBroken for a wrong root key."""
        version, nonce = key.wrapped[:1], key.wrapped[1 : 1 + NONCE_BYTES]
        if version != bytes([VERSION]):
            raise SealBroken("a data key has an unknown version")
        try:
            return self._wrapping.decrypt(
                nonce, key.wrapped[1 + NONCE_BYTES :], _wrapping_data(key.id, key.purpose)
            )
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the root key does not open this database's data keys") from error


class Keyring:
    """The unwrapped data keys of one database: the newest of a purpose seals, each opens."""

    __slots__ = ("_ciphers", "_newest", "_pepper")

    def __init__(self, root: RootKey, keys: Iterable[WrappedDataKey]) -> None:
        """Raises SealBroken when the root key is another one, or a purpose has no key."""
        self._ciphers: dict[DataKeyId, tuple[DataKeyPurpose, AESGCM]] = {}
        self._newest: dict[DataKeyPurpose, DataKeyId] = {}
        self._pepper = b""
        for key in sorted(keys, key=lambda k: k.id):
            material = root.unwrap(key)
            self._ciphers[key.id] = key.purpose, AESGCM(material)
            self._newest[key.purpose] = key.id
            if key.purpose is DataKeyPurpose.PEPPER:
                self._pepper = material
        for purpose in DataKeyPurpose:
            if purpose not in self._newest:
                raise SealBroken(f"the database has no data key for {purpose}")

    @property
    def pepper(self) -> bytes:
        """The 32-byte key under which our random tokens are hashed."""
        return self._pepper

    def seal(self, purpose: DataKeyPurpose, row: str, plaintext: bytes, entropy: Entropy) -> bytes:
        """`row` names the place, as `table/column/id`; the blob opens nowhere else."""
        key_id = self._newest[purpose]
        header = bytes([VERSION]) + key_id.to_bytes(4, "big")
        nonce = entropy(NONCE_BYTES)
        cipher = self._ciphers[key_id][1]
        return header + nonce + cipher.encrypt(nonce, plaintext, header + row.encode())

    def open(self, purpose: DataKeyPurpose, row: str, blob: bytes) -> bytes:
        """The plaintext of `blob`; raises SealBroken."""
        header, nonce = blob[:5], blob[5:_HEADER_BYTES]
        key_purpose, cipher = self._ciphers.get(
            DataKeyId(int.from_bytes(header[1:], "big")), (None, None)
        )
        if header[:1] != bytes([VERSION]) or cipher is None or key_purpose is not purpose:
            raise SealBroken(f"the blob of {row} has an unknown version or key")
        try:
            return cipher.decrypt(nonce, blob[_HEADER_BYTES:], header + row.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(f"the blob of {row} was moved or edited") from error


def new_data_keys(
    root: RootKey, entropy: Entropy, held: Collection[WrappedDataKey] = ()
) -> tuple[WrappedDataKey, ...]:
    """One new data key for each purpose that has none among those `held`, with the next ids.

    Raises SealBroken when `root` is not what wrapped them: two roots never share a database.
    """
    for key in held:
        root.unwrap(key)
    had = {key.purpose for key in held}
    lacking = [purpose for purpose in DataKeyPurpose if purpose not in had]
    first = max((key.id for key in held), default=0) + 1
    return tuple(
        root.wrap(DataKeyId(number), purpose, entropy(KEY_BYTES), entropy)
        for number, purpose in enumerate(lacking, start=first)
    )


def _wrapping_data(key_id: DataKeyId, purpose: DataKeyPurpose) -> bytes:
    return f"{VERSION}/{key_id}/{purpose}".encode()
