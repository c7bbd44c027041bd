"""What pages are told, as plain values: strings for people, integers for times.

Codes are closed sets; a page that is given another code is a defect of the caller.
"""

from dataclasses import dataclass

WAYS = frozenset({"key", "password", "code"})
"""How somebody signs in; the browser remembers which one worked last. `password`: with a key
beside it; `code`: with a phone's code."""

NOTICES = frozenset({"added", "changed", "renamed", "removed", "suspended", "resumed"})
"""What was just done to somebody's tokens."""

SIGNED_OUT_BY = frozenset({"removed", "suspended", "changed"})
"""What somebody can do to their tokens that ends the visit in which they did it."""

STEP_UP_REASONS = frozenset(
    {"add", "remove", "rename", "suspend", "resume", "profile", "application", "admin"}
)
"""Why a signed-in person is asked to touch the key again."""


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks. `address` is the origin of the validated redirect, e.g. https://app.example."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose page this is; `administers`: whether the administration is open to this person."""

    name: str
    display_name: str = ""
    administers: bool = False

    @property
    def shown(self) -> str:
        """What we call this person."""
        return self.display_name or self.name


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: a reason's code, words for codes that pages have none for, a reference.

    The reference is short, and finds the event in the operator's log. `seconds` is a number that
    the words may tell: how long to wait, or how far a clock is behind.
    """

    reason: str
    public: str = ""
    reference: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """One enrolled authenticator. Times are milliseconds since 1970; "" where nothing is known.

    `removable` and `suspendable` are false for the last way in; `transports` are WebAuthn's words.
    `state`: live, suspended (lost, by its owner's word) or disabled (too many failures).
    `synced`: whether a passkey is copied to its owner's other devices; None where nothing says.
    `left`: of recovery codes, how many are still good.
    """

    id: str
    kind: str
    label: str
    made_ms: int
    used_ms: int | None = None
    used_from: str = ""
    model: str = ""
    transports: tuple[str, ...] = ()
    removable: bool = True
    suspendable: bool = True
    state: str = "live"
    synced: bool | None = None
    left: int = 0

    @property
    def drawing(self) -> str:
        """Which of our drawings shows it."""
        return _DRAWINGS.get(self.kind) or drawing_for(self.transports)


_DRAWINGS = {"password": "password", "totp": "phone", "recovery": "recovery"}


def drawing_for(transports: tuple[str, ...]) -> str:
    """Name the drawing of what the hand does with such a key; unknown ones look like USB keys."""
    if "usb" in transports or not transports:
        return "usb_key"
    if "nfc" in transports or "ble" in transports:
        return "nfc_key"
    return "device" if set(transports) & {"internal", "hybrid"} else "usb_key"
