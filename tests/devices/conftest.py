"""A key, its world and its browser, the same in every run."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from counterfoil_devices.emulated import Browser, EmulatedDevice, SecurityKey, World

PIN = "2580"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """python-fido2 logs credential ids at INFO."""
    logger = logging.getLogger("fido2")
    before, logger.level = logger.level, logging.WARNING
    yield
    logger.level = before


@pytest.fixture
def world() -> World:
    return World.by_hand(pin=PIN)


@pytest.fixture
def key(world: World) -> SecurityKey:
    """A key with a PIN."""
    return SecurityKey(world, pin=PIN)


@pytest.fixture
def device(key: SecurityKey) -> EmulatedDevice:
    return EmulatedDevice(key)


@pytest.fixture
def browser(device: EmulatedDevice, world: World) -> Browser:
    return Browser(device, world)
