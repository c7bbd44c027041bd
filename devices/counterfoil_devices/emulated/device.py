"""An emulated key at the end of a cable: behind python-fido2's `CtapDevice`, for its clients."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from threading import Event

from fido2.ctap import STATUS, CtapDevice, CtapError
from fido2.hid import CAPABILITY, CTAPHID

from counterfoil_devices.emulated.misbehave import Misbehave
from counterfoil_devices.emulated.security_key import Line, SecurityKey


class EmulatedDevice(CtapDevice):
    """A key that is plugged in. Unplugged, every call raises OSError as a lost HID device does."""

    def __init__(self, key: SecurityKey) -> None:
        self.key = key
        self.plugged_in = True

    @property
    def capabilities(self) -> int:
        """CTAP2 messages only."""
        return CAPABILITY.CBOR | CAPABILITY.NMSG

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """Send one CTAPHID command; a set `event` cancels a wait for a touch."""
        self._refuse_unplugged()
        match cmd:
            case CTAPHID.CBOR:
                answer = self.key.answer(data, _line(event, on_keepalive))
            case CTAPHID.PING:
                answer = data
            case CTAPHID.WINK:
                answer = b""
            case _:
                raise CtapError(CtapError.ERR.INVALID_COMMAND)
        if Misbehave.UNPLUGGED in self.key.faults:
            self.unplug()
        self._refuse_unplugged()
        return answer

    def unplug(self) -> None:
        """Pull it out."""
        self.plugged_in = False

    def plug_in(self) -> None:
        """Put it in (again): the key powers up."""
        self.plugged_in = True
        self.key.power_up()

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """Nothing: an emulated key is handed over, never found."""
        return iter(())

    def _refuse_unplugged(self) -> None:
        if not self.plugged_in:
            raise OSError(errno.ENODEV, "the emulated key was unplugged")


def _line(event: Event | None, on_keepalive: Callable[[STATUS], None] | None) -> Line:
    def blink() -> None:
        if on_keepalive is not None:
            on_keepalive(STATUS.UPNEEDED)

    return Line(blink, lambda: event is not None and event.is_set())
