"""Times as pages show them. Everything is UTC here; a module in the page makes it local."""

from datetime import UTC, datetime

_MINUTE_MS = 60_000


def utc(at_ms: int) -> datetime:
    """Return the moment `at_ms` milliseconds after 1970, aware of its zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def iso(at_ms: int) -> str:
    """Return the moment as HTML's <time> wants it, to the second."""
    return f"{utc(at_ms):%Y-%m-%dT%H:%M:%SZ}"


def minutes_until(then_ms: int, now_ms: int) -> int:
    """Return how many minutes are left, rounded up; 0 when the time is over."""
    return max(0, -((now_ms - then_ms) // _MINUTE_MS))
