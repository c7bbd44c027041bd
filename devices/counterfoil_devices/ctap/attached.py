"""The FIDO security keys that are attached to USB, found without opening a channel to any of them.

Looking disturbs no other program. Nothing that goes wrong with one device hides another, and each
failure becomes a `Trouble` that says what to do.
"""

from __future__ import annotations

import errno
import platform
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fido2.hid import get_descriptor, list_descriptors
from fido2.hid.base import HidDescriptor

from counterfoil_devices.trouble import Trouble

# HID Usage Tables, FIDO alliance page 0xF1D0, as a report descriptor's first item says it.
FIDO_USAGE_PAGE: Final = bytes([0x06, 0xD0, 0xF1])

INSTALL_RULE: Final = (
    "sudo cp udev/70-counterfoil-security-keys.rules /etc/udev/rules.d/"
    " && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=hidraw"
)


@dataclass(frozen=True, slots=True)
class AttachedKey:
    """A FIDO device that can be opened. `path` is the system's own name for it."""

    path: str
    vendor_id: int
    product_id: int
    product: str | None
    serial: str | None


@dataclass(frozen=True, slots=True)
class Attached:
    """What was found: usable keys, and for each other one what is in its way."""

    keys: tuple[AttachedKey, ...]
    troubles: tuple[Trouble, ...]


def attached_keys() -> Attached:
    """Look once; never raises for what a device or its driver does."""
    if platform.system() == "Linux":
        return on_linux(Path("/dev"), Path("/sys"), get_descriptor)
    return elsewhere(list_descriptors)


def on_linux(dev: Path, sysfs: Path, describe: Callable[[str], HidDescriptor]) -> Attached:
    """Look at each hidraw device; what is no FIDO device is passed over in silence."""
    keys: list[AttachedKey] = []
    troubles: list[Trouble] = []
    for node in sorted(dev.glob("hidraw*")):
        try:
            keys.append(_key(describe(str(node))))
        except (OSError, ValueError) as error:
            # ValueError is python-fido2's word for a device of another kind, or for an odd name.
            if is_fido(sysfs / "class" / "hidraw" / node.name):
                troubles.append(_trouble(node, error))
    return Attached(tuple(keys), tuple(troubles))


def elsewhere(find: Callable[[], Iterable[HidDescriptor]]) -> Attached:
    """Look as the system's own library does, all at once."""
    try:
        return Attached(tuple(_key(d) for d in find()), ())
    except (OSError, ValueError) as error:
        sentence = f"The system does not list its security keys: {error}."
        return Attached((), (Trouble(sentence, "plug the key out and in, then try again"),))


def is_fido(described: Path) -> bool:
    """Whether a device is a FIDO key by its report descriptor, which everybody may read."""
    try:
        return FIDO_USAGE_PAGE in (described / "device" / "report_descriptor").read_bytes()
    except OSError:
        return False


def _key(found: HidDescriptor) -> AttachedKey:
    return AttachedKey(
        str(found.path), found.vid, found.pid, found.product_name, found.serial_number
    )


def _trouble(node: Path, error: OSError | ValueError) -> Trouble:
    match error.errno if isinstance(error, OSError) else None:
        case errno.EACCES | errno.EPERM:
            return Trouble(f"You may not open the security key at {node}.", INSTALL_RULE)
        case errno.ENOENT | errno.ENODEV | errno.ENXIO | errno.EIO:
            return Trouble(
                f"The security key at {node} was taken out while it was looked at.",
                "counterfoil-agent list",
            )
        case errno.EBUSY:
            return Trouble(
                f"Another program holds the security key at {node}.", f"sudo fuser -v {node}"
            )
        case _:
            return Trouble(
                f"The security key at {node} cannot be read: {error}.",
                "plug the key out and in, then try again",
            )
