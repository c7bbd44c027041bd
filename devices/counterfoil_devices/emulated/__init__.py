"""Tokens in software, for tests and demonstrations: never trusted anywhere else.

world.py         clock, entropy, finger and PIN: everything that a token cannot know by itself
security_key.py  a FIDO2 key, bytes in and bytes out; model.py says what it is made like
misbehave.py     what a broken or hostile key can do
device.py        the key at the end of a cable, for python-fido2's clients
browser.py       a WebAuthn client above it: options as JSON in, response as JSON out
phone/           an authenticator app: scans a link, shows codes
demonstration/   a person at that browser, with key and phone, as a program

    world = World.by_hand(pin="2580")
    key = SecurityKey(world, pin="2580")
    browser = Browser(EmulatedDevice(key), world)
    response = browser.create(options, "https://login.example")

    phone = Phone(world.clock)
    code = phone.code(phone.scan("otpauth://totp/Login:ann?secret=JBSWY3DPEHPK3PXP&issuer=Login"))
"""

from counterfoil_devices.emulated.algorithms import Algorithm
from counterfoil_devices.emulated.browser import Browser, BrowserError, DomException, Lies
from counterfoil_devices.emulated.device import EmulatedDevice
from counterfoil_devices.emulated.misbehave import Misbehave
from counterfoil_devices.emulated.model import EMULATED_AAGUID, Model
from counterfoil_devices.emulated.phone import (
    Entry,
    Phone,
    Quirk,
    UnreadableLink,
    UnreadableSecret,
)
from counterfoil_devices.emulated.security_key import SecurityKey
from counterfoil_devices.emulated.world import (
    Finger,
    HandClock,
    SeededEntropy,
    SystemClock,
    Touch,
    World,
)

__all__ = [
    "EMULATED_AAGUID",
    "Algorithm",
    "Browser",
    "BrowserError",
    "DomException",
    "EmulatedDevice",
    "Entry",
    "Finger",
    "HandClock",
    "Lies",
    "Misbehave",
    "Model",
    "Phone",
    "Quirk",
    "SecurityKey",
    "SeededEntropy",
    "SystemClock",
    "Touch",
    "UnreadableLink",
    "UnreadableSecret",
    "World",
]
