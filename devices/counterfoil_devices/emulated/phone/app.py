"""The phone: it keeps entries and shows their codes.

It guards nothing: whoever holds the process reads its secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from counterfoil_devices.emulated.phone.codes import following, hotp, time_step
from counterfoil_devices.emulated.phone.key_uri import (
    ByCounter,
    ByTime,
    KeyUri,
    Moves,
    read_link,
    read_secret,
    write_link,
)
from counterfoil_devices.emulated.phone.quirks import (
    NONE,
    Quirk,
    Quirks,
    bend_code,
    bend_counter,
    bend_link,
    bend_uri,
)
from counterfoil_devices.emulated.world import Clock


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the app. The same link scanned twice is two entries."""

    number: int
    says: KeyUri

    @property
    def name(self) -> str:
        """What stands above the code."""
        account, issuer = self.says.account, self.says.issuer
        return f"{issuer}: {account}" if issuer else account


class Phone:
    """An authenticator app. `skew_s` is by how much the phone's clock is fast; negative is slow.

    Methods that take an entry raise KeyError when the phone does not hold it.
    """

    def __init__(self, clock: Clock, *, skew_s: int = 0, quirks: Quirks = NONE) -> None:
        self.clock = clock
        self.skew_s = skew_s
        self.quirks = quirks
        self._links: dict[int, KeyUri] = {}
        self._next_number = 1

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything that it holds, the oldest first."""
        return tuple(Entry(number, uri) for number, uri in self._links.items())

    def scan(self, link: str) -> Entry:
        """Take the link of a QR code. Raises UnreadableLink, and keeps nothing then."""
        return self._keep(read_link(bend_link(link, self.quirks)))

    def type_in(self, secret: str, account: str, issuer: str = "") -> Entry:
        """Take a typed secret: apps then assume SHA-1, six digits, 30 s. Raises UnreadableSecret.

        ValueError when the account has no name, or a colon and no issuer.
        """
        return self._keep(KeyUri(account.strip(), read_secret(secret), issuer.strip()))

    def code(self, entry: Entry) -> str:
        """The code on the screen; by time it changes by itself, by counter with `press`."""
        uri = bend_uri(self._links[entry.number], self.quirks)
        moving = self._moving_factor(uri.moves)
        return bend_code(hotp(uri.secret, moving, uri.digits, uri.algorithm), self.quirks)

    def press(self, entry: Entry) -> str:
        """Go on to the next code of an entry by counter, and show it. ValueError by time."""
        uri = self._links[entry.number]
        match uri.moves:
            case ByCounter(counter):
                after = replace(uri, moves=ByCounter(following(counter)))
                self._links[entry.number] = after
                return self.code(entry)
            case ByTime():
                raise ValueError("this code changes with the time, not when it is pressed")

    def seconds_left(self, entry: Entry) -> int:
        """For how long the code stays, from 1 to the period. ValueError by counter."""
        match bend_uri(self._links[entry.number], self.quirks).moves:
            case ByTime(period_s):
                return period_s - self._now() % period_s
            case ByCounter():
                raise ValueError("this code stays until it is pressed")

    def forget(self, entry: Entry) -> None:
        """Remove an entry."""
        del self._links[entry.number]

    @contextmanager
    def with_quirks(self, *quirks: Quirk) -> Iterator[None]:
        """Have these quirks for a while, instead of those it has."""
        before, self.quirks = self.quirks, frozenset(quirks)
        try:
            yield
        finally:
            self.quirks = before

    def save(self) -> dict[str, object]:
        """Everything that it holds, as JSON, without quirks. These are secrets: keep it so."""
        links = [[number, write_link(uri)] for number, uri in self._links.items()]
        return {
            "version": 1,
            "skew_s": self.skew_s,
            "next": self._next_number,
            "links": links,
        }

    @classmethod
    def load(cls, saved: Mapping[str, object], clock: Clock) -> Phone:
        """The phone that `save` wrote down; raises ValueError for anything else."""
        match dict(saved):
            case {
                "version": 1,
                "skew_s": int(skew_s),
                "next": int(next_number),
                "links": list(links),
            }:
                phone = cls(clock, skew_s=skew_s)
                phone._next_number = next_number
                for link in links:
                    match link:
                        case [int(number), str(text)] if 0 < number < next_number:
                            phone._links[number] = read_link(text)
                        case _:
                            raise ValueError("not an entry")
                return phone
            case _:
                raise ValueError("not a phone")

    def _keep(self, uri: KeyUri) -> Entry:
        entry = Entry(self._next_number, uri)
        self._links[entry.number] = uri
        self._next_number += 1
        return entry

    def _moving_factor(self, moves: Moves) -> int:
        match moves:
            case ByTime(period_s):
                return time_step(self._now(), period_s)
            case ByCounter(counter):
                return bend_counter(counter, self.quirks)

    def _now(self) -> int:
        return self.clock.now() + self.skew_s
