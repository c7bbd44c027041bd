"""The world around an emulated token: time, chance, a finger and a remembered PIN.

Everything a token cannot know by itself comes from here, so that a test says what happens when.
Nothing here waits unless the world was made from the system's own clock.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

Entropy = Callable[[int], bytes]
"""Gives as many bytes as it is asked for; `os.urandom` is one."""


class Clock(Protocol):
    """Time as a token sees it."""

    def now(self) -> int:
        """Epoch seconds."""
        ...

    def wait(self, seconds: int) -> None:
        """Let that much time go by."""
        ...


@dataclass(slots=True)
class HandClock:
    """A clock that stands still until somebody moves it."""

    at: int = 1_800_000_000

    def now(self) -> int:
        """Epoch seconds, as they were set."""
        return self.at

    def wait(self, seconds: int) -> None:
        """Move forward by `seconds`, which are not negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.at += seconds


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's own time; waiting really waits."""

    def now(self) -> int:
        """Epoch seconds."""
        return int(time.time())

    def wait(self, seconds: int) -> None:
        """Sleep."""
        time.sleep(seconds)


@dataclass(slots=True)
class SeededEntropy:
    """The same bytes in the same order for the same seed: never for what guards anything."""

    seed: bytes
    drawn: int = 0

    def __call__(self, count: int) -> bytes:
        """The next `count` bytes."""
        self.drawn += 1
        place = self.drawn.to_bytes(8, "big")
        return hashlib.shake_256(place + self.seed).digest(count)


class Touch(Enum):
    """What became of a request for a touch."""

    GIVEN = "given"
    REFUSED = "refused"
    NEVER = "never"


@dataclass(slots=True)
class Finger:
    """The finger above the key: what it does when the key blinks, and after how many seconds."""

    does: Touch = Touch.GIVEN
    after_s: int = 0
    asked: int = 0
    touches: int = 0

    def touch(self, clock: Clock, within_s: int) -> Touch:
        """Answer one request; a touch that would take longer than `within_s` never comes."""
        self.asked += 1
        comes = self.does is not Touch.NEVER and self.after_s <= within_s
        # A hand that never comes costs a hand clock the whole wait and a system clock nothing:
        # a demonstration should fail at once, not half a minute later.
        if comes or isinstance(clock, HandClock):
            clock.wait(self.after_s if comes else within_s)
        if not comes:
            return Touch.NEVER
        if self.does is Touch.GIVEN:
            self.touches += 1
        return self.does


@dataclass(slots=True)
class World:
    """Clock, entropy and finger for the token, and the PIN that the person types when asked."""

    clock: Clock = field(default_factory=HandClock)
    entropy: Entropy = field(default_factory=lambda: SeededEntropy(b"counterfoil"))
    finger: Finger = field(default_factory=Finger)
    pin: str | None = None

    @classmethod
    def by_hand(cls, seed: bytes = b"counterfoil", *, pin: str | None = None) -> World:
        """A world that repeats itself exactly: a clock moved by hand, bytes from a seed."""
        return cls(HandClock(), SeededEntropy(seed), Finger(), pin)

    @classmethod
    def real(cls, *, pin: str | None = None) -> World:
        """The system's clock and randomness, and a finger that is always there."""
        return cls(SystemClock(), os.urandom, Finger(), pin)
