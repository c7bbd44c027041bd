"""What a broken or hostile key can do: each fault by name, and how it bends an honest answer.

The honest code builds its answer and passes each part through here; without faults these functions
give back what they were given.
"""

from __future__ import annotations

from enum import Enum, unique
from hashlib import sha256
from typing import Final

from counterfoil_devices.emulated.flags import Flag


@unique
class Misbehave(Enum):
    """One fault of an emulated key. The value says what a relying party or client would see."""

    NO_TOUCH_IN_TIME = "waits for a touch and answers USER_ACTION_TIMEOUT"
    WRONG_SIGNATURE = "a well-formed signature over something else"
    FOREIGN_RP_ID_HASH = "authenticator data for another RP ID, properly signed"
    COUNTER_STANDS_STILL = "the same signature counter again"
    COUNTER_GOES_BACK = "a lower signature counter than before"
    NO_USER_PRESENCE = "UP is not set although the key was touched"
    UV_CLAIMED = "UV is set although nobody was verified"
    UV_MISSING = "UV is not set although the PIN was right"
    BACKED_UP_NOT_ELIGIBLE = "BS without BE"
    ELIGIBILITY_CHANGES = "BE is the opposite of what the model says"
    ALGORITHM_NOT_ASKED_FOR = "a credential of an algorithm that was not offered"
    TRAILING_BYTES = "bytes after the end of the CTAP answer"
    TRAILING_AUTHENTICATOR_DATA = "bytes after the end of the authenticator data"
    NON_CANONICAL_ANSWER = "a CTAP answer that is not canonical CBOR"
    NON_CANONICAL_PUBLIC_KEY = "a COSE key that is not canonical CBOR"
    TRUNCATED_ANSWER = "half of the CTAP answer"
    UNPLUGGED = "the command is carried out, but the answer is lost with the cable"


Faults = frozenset[Misbehave]
HONEST: Final[Faults] = frozenset()
FOREIGN_RP_ID: Final = "foreign.example"


def bend_rp_id_hash(rp_id: str, faults: Faults) -> bytes:
    """SHA-256 of the RP ID, or of somebody else's."""
    foreign = Misbehave.FOREIGN_RP_ID_HASH in faults
    return sha256((FOREIGN_RP_ID if foreign else rp_id).encode()).digest()


def bend_flags(flags: Flag, faults: Faults) -> Flag:
    """The flags, with one or more of them lying."""
    if Misbehave.NO_USER_PRESENCE in faults:
        flags &= ~Flag.UP
    if Misbehave.UV_CLAIMED in faults:
        flags |= Flag.UV
    if Misbehave.UV_MISSING in faults:
        flags &= ~Flag.UV
    if Misbehave.ELIGIBILITY_CHANGES in faults:
        flags ^= Flag.BE
        flags &= ~Flag.BS
    if Misbehave.BACKED_UP_NOT_ELIGIBLE in faults:
        flags = (flags | Flag.BS) & ~Flag.BE
    return flags


def bend_counter(last: int, honest: int, faults: Faults) -> int:
    """The counter to tell, from the one told last and the one that is due."""
    if Misbehave.COUNTER_GOES_BACK in faults:
        return max(last - 1, 0)
    return last if Misbehave.COUNTER_STANDS_STILL in faults else honest


def bend_signed(message: bytes, faults: Faults) -> bytes:
    """What is really signed."""
    return message + b"forged" if Misbehave.WRONG_SIGNATURE in faults else message


def bend_public_key(cose: bytes, faults: Faults) -> bytes:
    """The COSE key as it stands in the authenticator data."""
    return _long_map_head(cose) if Misbehave.NON_CANONICAL_PUBLIC_KEY in faults else cose


def bend_authenticator_data(data: bytes, faults: Faults) -> bytes:
    """The authenticator data before it is signed."""
    return data + b"\x00" if Misbehave.TRAILING_AUTHENTICATOR_DATA in faults else data


def bend_answer(answer: bytes, faults: Faults) -> bytes:
    """The whole answer: a status byte, and CBOR when the status is good."""
    status, body = answer[:1], answer[1:]
    if Misbehave.NON_CANONICAL_ANSWER in faults and body:
        body = _long_map_head(body)
    if Misbehave.TRAILING_BYTES in faults:
        body += b"\x00"
    if Misbehave.TRUNCATED_ANSWER in faults:
        body = body[: len(body) // 2]
    return status + body


def _long_map_head(encoded: bytes) -> bytes:
    """A small map whose count takes a byte of its own: readable, but not the shortest form."""
    return b"\xb8" + bytes([encoded[0] & 0x1F]) + encoded[1:]
