"""One-time codes as RFC 4226 and RFC 6238 have them."""

from __future__ import annotations

import hmac
from enum import Enum, unique
from typing import Final

COUNTER_BYTES: Final = 8
MAX_COUNTER: Final = 2 ** (8 * COUNTER_BYTES) - 1


@unique
class HmacAlgorithm(Enum):
    """The hash below HMAC, by its name in a link."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"


def hotp(secret: bytes, counter: int, digits: int, algorithm: HmacAlgorithm) -> str:
    """RFC 4226 §5.3: the code of that counter; zeros in front belong to it."""
    digest = hmac.digest(secret, counter.to_bytes(COUNTER_BYTES, "big"), algorithm.value)
    offset = digest[-1] & 0x0F
    # One bit less than four bytes: whether it is read as signed or not makes no difference.
    truncated = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{truncated % 10**digits:0{digits}}"


def time_step(now: int, period_s: int) -> int:
    """RFC 6238 §4.2 with T0 = 0: how many periods have begun since 1970."""
    return now // period_s


def following(counter: int) -> int:
    """The counter after that one; after the last comes 0."""
    return (counter + 1) & MAX_COUNTER
