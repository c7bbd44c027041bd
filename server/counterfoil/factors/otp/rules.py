"""HOTP (RFC 4226) and TOTP (RFC 6238): which code belongs to which step, and which is good.

A step is good one step either way of now, and only when it is later than the last one that
was good. A code that is right for an earlier step is told how far behind its clock is.
"""

import hmac
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from counterfoil.errors import Reason, Refused
from counterfoil.kit import typed

TimeStep = NewType("TimeStep", int)  # periods since 1970 (RFC 6238 §4.2: T0 is 0)

NEVER = TimeStep(-1)  # before the first step that was accepted

# RFC 6238 §5.2: at most one step is allowed for what the network and the typing took.
STEPS_EITHER_WAY = 1
HINT_S = 600

MIN_DIGITS, MAX_DIGITS = 6, 8  # RFC 4226 §5.3: at least 6, possibly 7 and 8
MIN_PERIOD_S, MAX_PERIOD_S = 15, 300
MAX_NEW_PERIOD_S = 120  # NIST SP 800-63B-4 §3.1.4.1: a new code at least every two minutes
# RFC 4226 §4, R6 asks for 16 bytes and recommends 20. Many older systems gave out 10, and
# who moves here should not have to enrol again; what we make is never so short.
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 10, 128


class Algorithm(StrEnum):
    """HMAC's hash (RFC 6238 §1.2), as `otpauth:` links name it."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"

    @property
    def new_secret_bytes(self) -> int:
        """RFC 6238 §5.1: keys of the length of the HMAC's output."""
        return _OUTPUT_BYTES[self]


_OUTPUT_BYTES = {Algorithm.SHA1: 20, Algorithm.SHA256: 32, Algorithm.SHA512: 64}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What phone and service agree on beside the secret. Raises ValueError outside the bounds.

    The defaults are what every phone does: many ignore the other values in the link.
    """

    algorithm: Algorithm = Algorithm.SHA1
    digits: int = 6
    period_s: int = 30

    def __post_init__(self) -> None:
        if not MIN_DIGITS <= self.digits <= MAX_DIGITS:
            raise ValueError(f"a code has {MIN_DIGITS} to {MAX_DIGITS} digits")
        if not MIN_PERIOD_S <= self.period_s <= MAX_PERIOD_S:
            raise ValueError(f"a step takes {MIN_PERIOD_S} to {MAX_PERIOD_S} seconds")

    def step_at(self, at_ms: int) -> TimeStep:
        """RFC 6238 §4.2: T = floor(time / X)."""
        return TimeStep(at_ms // (self.period_s * 1000))


EVERY_PHONE = Parameters()


def hotp(secret: bytes, counter: int, digits: int, algorithm: Algorithm) -> str:
    """RFC 4226 §5.3. Raises ValueError for a secret under 10 or over 128 bytes."""
    if not MIN_SECRET_BYTES <= len(secret) <= MAX_SECRET_BYTES:
        raise ValueError("the secret is too short or too long")
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), algorithm.value.lower())
    offset = digest[-1] & 0xF  # also in longer digests the last byte's (RFC 6238 §1.2)
    truncated = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{truncated % 10**digits:0{digits}d}"


def normalized_code(text: str, digits: int) -> str | None:
    """The digits of what was typed, in ASCII; None when it is no code of that many digits.

    People type the digits of their keyboard: full-width, Arabic-Indic, Persian. Raises
    Malformed for more than anybody types.
    """
    values = [unicodedata.decimal(c, None) for c in typed.without_separators(text)]
    if len(values) != digits or None in values:
        return None
    return "".join(str(value) for value in values)


def accept(
    parameters: Parameters, last: TimeStep, secret: bytes, code: str, at_ms: int
) -> TimeStep | Refused:
    """The step that `code` is good for, later than `last`, or why it is not good.

    Refuses with CODE_USED, CODE_LATE (`by_s`: how far the code's clock is behind) or WRONG.
    """
    text = normalized_code(code, parameters.digits)
    if text is None:
        return Refused(Reason.WRONG, "not a code of the agreed number of digits")
    now = parameters.step_at(at_ms)
    matching = _matching(parameters, secret, text, now)
    if not matching:
        return Refused(Reason.WRONG)
    # Two steps may have the same code: the later one counts, or its code would be good twice.
    step = max(matching)
    if step <= last:
        # RFC 6238 §5.2: a code is accepted once; what is older than the last one never is.
        return Refused(Reason.CODE_USED)
    if step < now - STEPS_EITHER_WAY:
        behind_s = (now - step) * parameters.period_s
        return Refused(Reason.CODE_LATE, f"{now - step} steps behind", by_s=behind_s)
    return step


def _matching(parameters: Parameters, secret: bytes, text: str, now: TimeStep) -> list[TimeStep]:
    """All steps whose code is `text`, from ten minutes ago to one step ahead.

    No further ahead: "right, but too early" would tell a guesser of a code that will be good.
    Of the past that gives nothing away: those codes are never good again.
    """
    earliest = now - max(HINT_S // parameters.period_s, STEPS_EITHER_WAY)
    candidates = range(max(earliest, 0), now + STEPS_EITHER_WAY + 1)
    # All are compared before one is chosen, so that time does not tell which one it was.
    compared = [(step, _is_code_of(parameters, secret, step, text)) for step in candidates]
    return [TimeStep(step) for step, equal in compared if equal]


def _is_code_of(parameters: Parameters, secret: bytes, step: int, text: str) -> bool:
    code = hotp(secret, step, parameters.digits, parameters.algorithm)
    return hmac.compare_digest(text, code)
