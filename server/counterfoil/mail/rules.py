"""When a letter is tried again, and when it is given up. Times are milliseconds."""

from dataclasses import dataclass

MINUTE_MS = 60_000
FIRST_WAIT_MS = MINUTE_MS
LONGEST_WAIT_MS = 6 * 60 * MINUTE_MS
# RFC 5321 §4.5.4.1 wants four to five days of a relay; what we tell is stale by then.
GIVE_UP_AFTER_MS = 3 * 24 * 60 * MINUTE_MS
# Longer than a conversation may take: whoever claimed a letter has it alone until then.
CLAIM_MS = 10 * MINUTE_MS

TOO_LATE = "its link is no longer good"
TOO_LONG = "tried for three days"


@dataclass(frozen=True, slots=True)
class TryAgain:
    due_ms: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    why: str


def wait_after(tries: int) -> int:
    """A minute after the first try, then doubling to six hours."""
    doublings = min(max(tries - 1, 0), 16)
    return min(int(FIRST_WAIT_MS * 2**doublings), LONGEST_WAIT_MS)


def after_trouble(
    tries: int, made_ms: int, expires_ms: int | None, now_ms: int
) -> TryAgain | GiveUp:
    """What becomes of a letter whose `tries`-th try did not work, and may work later."""
    due_ms = now_ms + wait_after(tries)
    if expires_ms is not None and due_ms >= expires_ms:
        return GiveUp(TOO_LATE)
    if now_ms - made_ms >= GIVE_UP_AFTER_MS:
        return GiveUp(TOO_LONG)
    return TryAgain(due_ms)
