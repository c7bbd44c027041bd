"""A browser's session: one row with a stable key, and a cookie secret that rotates."""

from counterfoil.sessions.flows import Sessions
from counterfoil.sessions.session import Session

__all__ = ["Session", "Sessions"]
