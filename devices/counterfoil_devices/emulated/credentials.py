"""The credentials of an emulated key: resident ones that it keeps, others sealed into their own id.

A sealed id is a version byte, a nonce, and the private key under AES-256-GCM with the RP ID's hash
in the associated data: it opens only in the key that made it and only for the RP it was made for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from counterfoil_devices.emulated.algorithms import Algorithm
from counterfoil_devices.emulated.wire import decode_map, encode
from counterfoil_devices.emulated.world import Entropy

MAX_CREDENTIAL_ID_BYTES: Final = 320  # A sealed RSA key is the longest: 294 bytes.

_SEALED: Final = b"\x01"
_NONCE_BYTES: Final = 12
_RESIDENT_ID_BYTES: Final = 32

Protection = Literal[1, 2, 3]
"""credProtect, CTAP 2.1 §12.1: 1 UV optional, 2 optional with the id at hand, 3 required."""


@dataclass(frozen=True, slots=True)
class User:
    """The account at the relying party: its handle (1 to 64 bytes) and names for a chooser."""

    id: bytes
    name: str | None = None
    display_name: str | None = None

    def cbor(self, *, names: bool) -> dict[int | str, int | bool | bytes | str]:
        """As a PublicKeyCredentialUserEntity, with names only where they may be shown."""
        entity: dict[int | str, int | bool | bytes | str] = {"id": self.id}
        if names and self.name is not None:
            entity["name"] = self.name
        if names and self.display_name is not None:
            entity["displayName"] = self.display_name
        return entity


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential. `user` is None for one that is not resident; `made` orders resident ones."""

    id: bytes
    rp_id_hash: bytes
    algorithm: Algorithm
    private: bytes = field(repr=False)
    protection: Protection = 1
    user: User | None = None
    rp_id: str | None = None
    made: int = 0

    def of(self, user: User, rp_id: str) -> Credential:
        """The same credential, belonging to an account."""
        return replace(self, user=user, rp_id=rp_id)

    def found_by(self, *, named: bool, verified: bool) -> bool:
        """Whether credProtect lets it be seen; `named` when the caller gave its id."""
        return verified or self.protection == 1 or (self.protection == 2 and named)


@dataclass(slots=True)
class Credentials:
    """The key's store. `secret` is the 32-byte key that seals ids; a reset replaces both."""

    secret: bytes = field(repr=False)
    capacity: int = 25
    resident: list[Credential] = field(default_factory=list)
    made: int = 0

    @property
    def room(self) -> int:
        """How many more resident credentials fit."""
        return self.capacity - len(self.resident)

    def seal(self, credential: Credential, entropy: Entropy) -> Credential:
        """The credential with its own key sealed into its id; nothing is stored."""
        nonce = entropy(_NONCE_BYTES)
        plain = encode({1: credential.algorithm, 2: credential.private, 3: credential.protection})
        sealed = AESGCM(self.secret).encrypt(nonce, plain, _SEALED + credential.rp_id_hash)
        return replace(credential, id=_SEALED + nonce + sealed)

    def keep(self, credential: Credential, entropy: Entropy) -> Credential | None:
        """Store a resident credential, in place of the same user's older one; None when full."""
        left = [c for c in self.resident if not _same_user(c, credential)]
        if len(left) >= self.capacity:
            return None
        self.made += 1
        kept = replace(credential, id=entropy(_RESIDENT_ID_BYTES), made=self.made)
        self.resident = [*left, kept]
        return kept

    def find(self, credential_id: bytes, rp_id_hash: bytes) -> Credential | None:
        """The credential of this id if it is ours and made for this RP."""
        for credential in self.resident:
            if credential.id == credential_id and credential.rp_id_hash == rp_id_hash:
                return credential
        return self._unseal(credential_id, rp_id_hash)

    def resident_for(self, rp_id_hash: bytes) -> list[Credential]:
        """Resident credentials of an RP, the youngest first (CTAP 2.1 §6.2.2 step 12)."""
        found = [c for c in self.resident if c.rp_id_hash == rp_id_hash]
        return sorted(found, key=lambda credential: -credential.made)

    def relying_parties(self) -> Iterator[str]:
        """RP IDs that have a resident credential, each once."""
        return iter(dict.fromkeys(c.rp_id for c in self.resident if c.rp_id is not None))

    def forget(self, credential_id: bytes) -> bool:
        """Delete a resident credential; False when there is none of this id."""
        left = [c for c in self.resident if c.id != credential_id]
        gone = len(left) < len(self.resident)
        self.resident = left
        return gone

    def _unseal(self, credential_id: bytes, rp_id_hash: bytes) -> Credential | None:
        version, nonce = credential_id[:1], credential_id[1 : 1 + _NONCE_BYTES]
        sealed = credential_id[1 + _NONCE_BYTES :]
        if version != _SEALED or len(sealed) < 16 or len(credential_id) > MAX_CREDENTIAL_ID_BYTES:
            return None
        try:
            plain = AESGCM(self.secret).decrypt(nonce, sealed, _SEALED + rp_id_hash)
        except InvalidTag:
            return None
        match dict(decode_map(plain)):
            case {1: int(algorithm), 2: bytes(private), 3: (1 | 2 | 3) as protection}:
                return Credential(
                    credential_id, rp_id_hash, Algorithm(algorithm), private, protection
                )
            case _:
                return None


def save_credential(credential: Credential) -> dict[str, str | int | None]:
    """A resident credential as JSON: bytes in hexadecimal."""
    user = credential.user or User(b"")
    return {
        "id": credential.id.hex(),
        "rp_id": credential.rp_id,
        "algorithm": int(credential.algorithm),
        "private": credential.private.hex(),
        "protection": credential.protection,
        "user_id": user.id.hex(),
        "user_name": user.name,
        "user_display_name": user.display_name,
        "made": credential.made,
    }


def load_credential(saved: Mapping[str, object]) -> Credential:
    """What `save_credential` gave; raises ValueError for anything else."""
    match dict(saved):
        case {
            "id": str(credential_id),
            "rp_id": str(rp_id),
            "algorithm": int(algorithm),
            "private": str(private),
            "protection": (1 | 2 | 3) as protection,
            "user_id": str(user_id),
            "user_name": str() | None as name,
            "user_display_name": str() | None as display_name,
            "made": int(made),
        }:
            return Credential(
                bytes.fromhex(credential_id),
                sha256(rp_id.encode()).digest(),
                Algorithm(algorithm),
                bytes.fromhex(private),
                protection,
                User(bytes.fromhex(user_id), name, display_name),
                rp_id,
                made,
            )
        case _:
            raise ValueError("not a saved credential")


def _same_user(one: Credential, other: Credential) -> bool:
    return (
        one.rp_id_hash == other.rp_id_hash
        and one.user is not None
        and other.user is not None
        and one.user.id == other.user.id
    )
