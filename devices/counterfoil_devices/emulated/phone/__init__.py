"""An authenticator app in software: it is given a link, and shows codes by a plugged-in clock.

key_uri.py   the `otpauth:` link, read strictly
codes.py     RFC 4226 and RFC 6238
quirks.py    what real phones do differently
app.py       the phone: entries, codes, the seconds that are left

    phone = Phone(clock)
    entry = phone.scan("otpauth://totp/Example:ann?secret=JBSWY3DPEHPK3PXP&issuer=Example")
    phone.code(entry), phone.seconds_left(entry)

All of it is written from the standards with `hmac` alone and without pyotp, which the service
uses, so that the two halves do not share a mistake. Scanning is being given the link: no camera.
"""

from counterfoil_devices.emulated.phone.app import Entry, Phone
from counterfoil_devices.emulated.phone.codes import HmacAlgorithm
from counterfoil_devices.emulated.phone.key_uri import (
    ByCounter,
    ByTime,
    KeyUri,
    UnreadableLink,
    UnreadableSecret,
)
from counterfoil_devices.emulated.phone.quirks import Quirk

__all__ = [
    "ByCounter",
    "ByTime",
    "Entry",
    "HmacAlgorithm",
    "KeyUri",
    "Phone",
    "Quirk",
    "UnreadableLink",
    "UnreadableSecret",
]
