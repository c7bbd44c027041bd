"""Whose bucket a request falls into, and how fast buckets empty.

The algorithm is GCRA, the leaky bucket as a meter (ITU-T I.371): a bucket is one moment, the
one when it will be empty; each request pushes it on by one interval.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

NOBODY_KNOWS = "unknown"
# RFC 6052 §2.1: behind such a gateway all of IPv4 would share one /64.
_NAT64 = IPv6Network("64:ff9b::/96")
# A sign-in takes about so many requests: whoever was told to wait gets all of it done.
_ROOM = 5
_MINUTE_MS = 60_000
CLOCKS_DIFFER_MS = 60_000
"""How far apart the clocks of workers may be."""


class Limited(StrEnum):
    """What is counted, each in buckets of its own."""

    OPENING = "opening"
    """A sign-in or first visit is opened: rows."""
    TRY = "try"
    """A ceremony is begun: a row and, with a password or code, a slow judgement."""
    MAIL = "mail"
    """A letter with a link is asked for."""
    CLIENT = "client"
    """An application was not who it says: an event."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket that `burst` requests fill, and that lets one out every `interval_ms`."""

    interval_ms: int
    burst: int

    @property
    def latest_ms(self) -> int:
        """How far ahead the bucket's moment may be for one more request to fit.

        One millisecond is for buckets that are used again (store.take).
        """
        return self.interval_ms * (self.burst - 1) + 1

    @property
    def full_ms(self) -> int:
        """How far ahead the moment is when the bucket is full, and not further."""
        return self.interval_ms * self.burst

    def wait_s(self, until_ms: int, now_ms: int) -> int:
        """Whole seconds, at least 2, after which there is room for a whole sign-in."""
        ahead_ms = min(until_ms - now_ms, self.full_ms)
        room_ms = self.interval_ms * min(_ROOM, self.burst)
        return max(2, -(-(ahead_ms + room_ms - self.full_ms) // 1000))


def rate(per_minute: int, burst: int) -> Rate:
    """`per_minute` requests, rounded down to what whole milliseconds can say."""
    return Rate(-(-_MINUTE_MS // per_minute), burst)


def network_of(address: str) -> str | None:
    """Whom an address stands for; None for this machine itself.

    IPv4 as it is; IPv6 by its /64, since that is what one household gets (RFC 6177); IPv4 in
    IPv6 as IPv4. Texts that are no address are one network together.
    """
    try:
        # A scope id names an interface of ours, and could be chosen anew each time.
        found = _inner(ip_address(address.partition("%")[0]))
    except ValueError:
        return NOBODY_KNOWS
    if found.is_loopback:
        return None
    if isinstance(found, IPv4Address):
        return str(found)
    return str(ip_network((int(found), 64), strict=False))


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address
