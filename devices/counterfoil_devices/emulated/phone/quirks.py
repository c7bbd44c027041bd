"""What phones in people's hands do differently from what the link says, each by name.

A service meets them when a right person with a right phone types a wrong code.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, unique
from typing import Final

from counterfoil_devices.emulated.phone.codes import HmacAlgorithm, following
from counterfoil_devices.emulated.phone.key_uri import ByTime, KeyUri


@unique
class Quirk(Enum):
    """One peculiarity of an authenticator app. The value says what a service would see."""

    IGNORES_ALGORITHM = "codes by SHA-1, whatever the link says"
    IGNORES_DIGITS = "codes of six digits, whatever the link says"
    IGNORES_PERIOD = "a new code every 30 seconds, whatever the link says"
    DROPS_LEADING_ZEROS = "a code is a number: 000123 is shown as 123"
    BEGINS_ONE_LATER = "the first code of a counter is that of the counter after it"
    PLUS_IS_SPACE = "a plus in a link is read as a space, as in a form"


Quirks = frozenset[Quirk]
NONE: Final[Quirks] = frozenset()


def bend_link(link: str, quirks: Quirks) -> str:
    """The link as this phone reads it."""
    return link.replace("+", "%20") if Quirk.PLUS_IS_SPACE in quirks else link


def bend_uri(uri: KeyUri, quirks: Quirks) -> KeyUri:
    """What this phone makes codes from."""
    if Quirk.IGNORES_ALGORITHM in quirks:
        uri = replace(uri, algorithm=HmacAlgorithm.SHA1)
    if Quirk.IGNORES_DIGITS in quirks:
        uri = replace(uri, digits=6)
    if Quirk.IGNORES_PERIOD in quirks and isinstance(uri.moves, ByTime):
        uri = replace(uri, moves=ByTime())
    return uri


def bend_counter(counter: int, quirks: Quirks) -> int:
    """The counter whose code is shown."""
    return following(counter) if Quirk.BEGINS_ONE_LATER in quirks else counter


def bend_code(code: str, quirks: Quirks) -> str:
    """The code as it stands on the screen."""
    return str(int(code)) if Quirk.DROPS_LEADING_ZEROS in quirks else code
