"""What a workstation needs for keys and cards, checked one by one, each with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from counterfoil_devices.ctap.attached import INSTALL_RULE, Attached
from counterfoil_devices.readers import Readers
from counterfoil_devices.trouble import Trouble

RULE_FILE: Final = "70-counterfoil-security-keys.rules"
RULE_FOLDERS: Final = ("etc/udev/rules.d", "run/udev/rules.d", "usr/lib/udev/rules.d")
# systemd's own rule has been there since version 244 and gives the seat's user the right.
FIDO_ID: Final = ("usr/lib/udev/fido_id", "lib/udev/fido_id")


class Verdict(Enum):
    """How a check ended. A gap is something that only some people need."""

    GOOD = "good"
    GAP = "gap"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, and what was found. `remedy` is empty when all is well."""

    name: str
    verdict: Verdict
    sentence: str
    remedy: str = ""


def examine(root: Path, attached: Attached, readers: Readers) -> Iterator[Finding]:
    """All checks of a Linux workstation whose file system begins at `root`."""
    yield _keys(attached)
    yield _rule(root)
    yield _readers(readers)
    yield _kernel_driver(root)


def _keys(attached: Attached) -> Finding:
    if attached.troubles:
        return _bad("security keys", attached.troubles[0])
    if not attached.keys:
        return Finding("security keys", Verdict.GOOD, "No security key is plugged in.")
    names = ", ".join(key.product or key.path for key in attached.keys)
    return Finding("security keys", Verdict.GOOD, f"Ready: {names}.")


def _rule(root: Path) -> Finding:
    if any((root / folder / RULE_FILE).is_file() for folder in RULE_FOLDERS):
        return Finding("udev rule", Verdict.GOOD, "Counterfoil's rule is installed.")
    if any((root / program).is_file() for program in FIDO_ID):
        return Finding(
            "udev rule",
            Verdict.GOOD,
            "systemd gives security keys to whoever sits at this computer.",
        )
    return Finding(
        "udev rule",
        Verdict.GAP,
        "No rule gives security keys to people: only root can use them.",
        INSTALL_RULE,
    )


def _readers(readers: Readers) -> Finding:
    if readers.trouble is not None:
        trouble = readers.trouble
        return Finding("card readers", Verdict.GAP, trouble.sentence, trouble.remedy)
    if not readers.names:
        return Finding("card readers", Verdict.GOOD, "No card reader is plugged in.")
    return Finding("card readers", Verdict.GOOD, f"Ready: {', '.join(readers.names)}.")


def _kernel_driver(root: Path) -> Finding:
    if (root / "sys/module/pn533_usb").is_dir():
        return Finding(
            "kernel driver",
            Verdict.BAD,
            "The kernel's pn533_usb driver keeps contactless readers from the smartcard service.",
            "sudo cp udev/counterfoil-readers.conf /etc/modprobe.d/ && sudo rmmod pn533_usb",
        )
    return Finding("kernel driver", Verdict.GOOD, "No kernel driver is in the readers' way.")


def _bad(name: str, trouble: Trouble) -> Finding:
    return Finding(name, Verdict.BAD, trouble.sentence, trouble.remedy)
