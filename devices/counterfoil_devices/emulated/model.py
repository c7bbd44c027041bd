"""What an emulated key is made like, and the name by which every service can tell it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from counterfoil_devices.emulated.algorithms import Algorithm

EMULATED_AAGUID: Final = bytes.fromhex("c0c0fe11e57a4b0d9a5e000000000001")
"""The model of every emulated key. Never trusted outside of demonstrations and tests."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a key is made like. `counts` False is a key whose signature counter stays 0."""

    aaguid: bytes = EMULATED_AAGUID
    algorithms: tuple[Algorithm, ...] = tuple(a for a in Algorithm if a is not Algorithm.ES256K)
    attests: bool = True
    counts: bool = True
    backup_eligible: bool = False
    backed_up: bool = False
    resident_capacity: int = 25
    transports: tuple[str, ...] = ("usb",)
