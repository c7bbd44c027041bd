"""Argon2id (RFC 9106) as we use it for what people can type: one set of parameters."""

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

SALT_BYTES = 16

# OWASP Password Storage Cheat Sheet, Argon2id, second set: 19 MiB, two passes, one lane.
_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_HASH_BYTES = 32


def hashed(text: str, salt: bytes) -> str:
    """The PHC string of a normalized text; takes some 50 ms of one core."""
    return _argon2id(salt).derive_phc_encoded(text.encode())


def matches(text: str, phc: str) -> bool:
    """Takes as long whether it matches or not."""
    try:
        Argon2id.verify_phc_encoded(text.encode(), phc)
    except InvalidKey:
        return False
    return True


def waste_as_much_time(text: str) -> None:
    """What something unknown costs, so that it cannot be told from something known."""
    hashed(text, b"\0" * SALT_BYTES)


def _argon2id(salt: bytes) -> Argon2id:
    return Argon2id(
        salt=salt, length=_HASH_BYTES, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB
    )
