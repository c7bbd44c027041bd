"""The key and its PIN, kept in a file of mode 0600 between two runs."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from counterfoil_devices.emulated.security_key import SecurityKey
from counterfoil_devices.emulated.world import World

PIN_DIGITS: Final = 6


class BadState(Exception):
    """The file is not one that `save` wrote."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What the person has and knows: a key, and in `world` the PIN for it."""

    key: SecurityKey
    world: World

    @classmethod
    def load(cls, file: Path) -> Belongings:
        """What was kept in `file`; a new key with a new PIN if there is none. Raises BadState."""
        if not file.exists():
            pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
            world = World.real(pin=pin)
            return cls(SecurityKey(world, pin=pin), world)
        try:
            saved = json.loads(file.read_text(encoding="utf-8"))
            world = World.real(pin=str(saved["pin"]))
            return cls(SecurityKey.load(saved["key"], world), world)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadState(f"{file} does not hold an emulated key") from error

    def save(self, file: Path) -> None:
        """Keep everything."""
        write_private(file, {"version": 1, "pin": self.world.pin, "key": self.key.save()})


def write_private(file: Path, saved: Mapping[str, object]) -> None:
    """Keep JSON with mode 0600; a reader sees the old file or the new one, never a half."""
    beside = file.with_name(f"{file.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(json.dumps(saved))
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
