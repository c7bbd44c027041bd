"""The PC/SC readers that are attached, as the system's smartcard service names them.

PC/SC is an extra: without pyscard or without a running service everything else works, and the
answer is one clear sentence.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, cast

from counterfoil_devices.trouble import Trouble

# pcsc-lite's winscard.h; Windows and macOS use the same numbers.
SUCCESS: Final = 0x00000000
NO_SERVICE: Final = 0x8010001D
SERVICE_STOPPED: Final = 0x8010001E
NO_READERS_AVAILABLE: Final = 0x8010002E
SECURITY_VIOLATION: Final = 0x8010006A

_SCOPE_SYSTEM: Final = 2


class Scard(Protocol):
    """The part of `smartcard.scard` that is used here: a result code comes first, always."""

    def SCardEstablishContext(self, scope: int, /) -> tuple[int, object]:  # noqa: N802
        """Connect to the service."""
        ...

    def SCardListReaders(  # noqa: N802
        self, context: object, groups: Sequence[str], /
    ) -> tuple[int, Sequence[str]]:
        """Name the readers."""
        ...

    def SCardReleaseContext(self, context: object, /) -> int:  # noqa: N802
        """Disconnect."""
        ...


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers' names, or what is in the way of asking for them."""

    names: tuple[str, ...]
    trouble: Trouble | None = None


def attached_readers() -> Readers:
    """Ask once; never raises."""
    return ask(pyscard)


def pyscard() -> Scard:
    """The lowest level of pyscard; raises ImportError where it is not installed."""
    # By name, since it is an extra and, on Linux, has to be compiled.
    return cast(Scard, importlib.import_module("smartcard.scard"))


def ask(load: Callable[[], Scard]) -> Readers:
    """Ask the library that `load` gives."""
    try:
        scard = load()
    except ImportError:
        return Readers(
            (),
            Trouble(
                "Card readers are not looked for, since pyscard is not installed.",
                'python -m pip install "counterfoil[smartcard]"',
            ),
        )
    result, context = scard.SCardEstablishContext(_SCOPE_SYSTEM)
    if _unsigned(result) != SUCCESS:
        return Readers((), _trouble(_unsigned(result)))
    try:
        result, names = scard.SCardListReaders(context, [])
    finally:
        scard.SCardReleaseContext(context)
    match _unsigned(result):
        case 0x00000000:
            return Readers(tuple(names))
        case 0x8010002E:
            return Readers(())
        case failed:
            return Readers((), _trouble(failed))


def _unsigned(result: int) -> int:
    # Where a C long has 32 bits the codes come out negative.
    return result & 0xFFFFFFFF


def _trouble(result: int) -> Trouble:
    if result in (NO_SERVICE, SERVICE_STOPPED):
        return Trouble(
            "The smartcard service is not running.", "sudo systemctl enable --now pcscd.socket"
        )
    if result == SECURITY_VIOLATION:
        return Trouble(
            "The smartcard service does not let you in.",
            "sudo cp udev/50-counterfoil-pcscd.rules /etc/polkit-1/rules.d/",
        )
    return Trouble(
        f"The smartcard service answered with code {result:#010x}.",
        "sudo systemctl restart pcscd.socket pcscd",
    )
