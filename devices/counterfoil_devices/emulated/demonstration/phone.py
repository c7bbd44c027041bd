"""The phone of the demonstration: kept in a file of mode 0600, and safe for several threads.

The person's errands and the page's visitors hold the same phone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from counterfoil_devices.emulated.demonstration.state import BadState, write_private
from counterfoil_devices.emulated.phone import ByTime, Entry, Phone
from counterfoil_devices.emulated.world import Clock

TYPED: Final = "typed in"
MAX_SKEW_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as it stands on the screen. `seconds_left` is None for a code by counter."""

    entry: int
    name: str
    code: str
    seconds_left: int | None
    period_s: int | None


@dataclass(frozen=True, slots=True)
class KeptPhone:
    """A phone and its file. Methods that name an entry raise KeyError when there is none."""

    file: Path
    phone: Phone
    lock: Lock = field(default_factory=Lock)

    @classmethod
    def load(cls, file: Path, clock: Clock) -> KeptPhone:
        """What was kept in `file`; an empty phone if there is none. Raises BadState."""
        if not file.exists():
            return cls(file, Phone(clock))
        try:
            return cls(file, Phone.load(json.loads(file.read_text(encoding="utf-8")), clock))
        except (OSError, ValueError, TypeError) as error:
            raise BadState(f"{file} does not hold an emulated phone") from error

    def take(self, text: str, account: str = TYPED) -> Shown:
        """Scan a link, or type in a secret for `account`. Raises UnreadableLink, ValueError."""
        with self.lock:
            # No secret holds a colon, and every link does.
            entry = self.phone.scan(text) if ":" in text else self.phone.type_in(text, account)
            return self._changed(entry)

    def press(self, number: int) -> Shown:
        """Go on to the next code. ValueError when the code is one by time."""
        with self.lock:
            entry = self._find(number)
            self.phone.press(entry)
            return self._changed(entry)

    def forget(self, number: int) -> None:
        """Remove an entry."""
        with self.lock:
            self.phone.forget(self._find(number))
            self._save()

    def set_clock(self, skew_s: int) -> None:
        """Have the phone's clock be fast by so many seconds, or slow by a negative number.

        ValueError when that is more than a day.
        """
        if abs(skew_s) > MAX_SKEW_S:
            raise ValueError("a phone's clock is not off by more than a day")
        with self.lock:
            self.phone.skew_s = skew_s
            self._save()

    def show(self, number: int) -> Shown:
        """One entry, now."""
        with self.lock:
            return self._shown(self._find(number))

    def screen(self) -> list[Shown]:
        """All entries, now."""
        with self.lock:
            return [self._shown(entry) for entry in self.phone.entries]

    def _changed(self, entry: Entry) -> Shown:
        self._save()
        return self._shown(entry)

    def _save(self) -> None:
        write_private(self.file, self.phone.save())

    def _find(self, number: int) -> Entry:
        return {entry.number: entry for entry in self.phone.entries}[number]

    def _shown(self, entry: Entry) -> Shown:
        moves, code = entry.says.moves, self.phone.code(entry)
        if not isinstance(moves, ByTime):
            return Shown(entry.number, entry.name, code, None, None)
        left = self.phone.seconds_left(entry)
        return Shown(entry.number, entry.name, code, left, moves.period_s)
