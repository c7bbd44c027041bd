"""What is attached: FIDO keys on a made-up /dev and /sys, readers of a made-up service."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from fido2.hid.base import HidDescriptor

from counterfoil_devices.ctap.attached import (
    INSTALL_RULE,
    Attached,
    attached_keys,
    elsewhere,
    is_fido,
    on_linux,
)
from counterfoil_devices.readers import (
    NO_READERS_AVAILABLE,
    NO_SERVICE,
    SECURITY_VIOLATION,
    SERVICE_STOPPED,
    SUCCESS,
    Readers,
    Scard,
    ask,
    attached_readers,
)

FIDO_DESCRIPTOR = bytes.fromhex("06d0f10901a1010920150026ff00750895408102c0")
MOUSE_DESCRIPTOR = bytes.fromhex("05010902a1010901a100c0c0")


class Machine:
    """Devices under /dev, their report descriptors under /sys, and a driver that opens them."""

    def __init__(self, root: Path) -> None:
        self.dev, self.sys = root / "dev", root / "sys"
        self.dev.mkdir()
        self.errors: dict[str, Exception] = {}

    def plug_in(self, name: str, report: bytes, error: Exception | None = None) -> None:
        (self.dev / name).touch()
        device = self.sys / "class" / "hidraw" / name / "device"
        device.mkdir(parents=True)
        (device / "report_descriptor").write_bytes(report)
        if error is not None:
            self.errors[str(self.dev / name)] = error

    def describe(self, path: str) -> HidDescriptor:
        if path in self.errors:
            raise self.errors[path]
        return HidDescriptor(path, 0x1209, 0xC0C0, 64, 64, "Test key", "0001")

    def look(self) -> Attached:
        return on_linux(self.dev, self.sys, self.describe)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_machine_without_keys_has_none(machine: Machine) -> None:
    assert machine.look() == Attached((), ())


def test_a_key_is_found_and_a_mouse_is_not(machine: Machine) -> None:
    machine.plug_in("hidraw0", MOUSE_DESCRIPTOR, ValueError("not a FIDO device"))
    machine.plug_in("hidraw1", FIDO_DESCRIPTOR)
    found = machine.look()
    assert found.troubles == ()
    [key] = found.keys
    assert key.path == str(machine.dev / "hidraw1")
    assert (key.product, key.serial, key.vendor_id) == ("Test key", "0001", 0x1209)


@pytest.mark.parametrize(
    ("number", "sentence", "remedy"),
    [
        (errno.EACCES, "may not open", INSTALL_RULE),
        (errno.EPERM, "may not open", INSTALL_RULE),
        (errno.ENODEV, "taken out", "counterfoil-agent list"),
        (errno.ENOENT, "taken out", "counterfoil-agent list"),
        (errno.EIO, "taken out", "counterfoil-agent list"),
        (errno.EBUSY, "Another program", "sudo fuser -v"),
        (errno.EMFILE, "cannot be read", "plug the key out and in"),
    ],
)
def test_a_key_that_cannot_be_opened_hides_no_other_and_says_why(
    machine: Machine, number: int, sentence: str, remedy: str
) -> None:
    machine.plug_in("hidraw0", FIDO_DESCRIPTOR, OSError(number, "no"))
    machine.plug_in("hidraw1", FIDO_DESCRIPTOR)
    found = machine.look()
    assert [key.path for key in found.keys] == [str(machine.dev / "hidraw1")]
    [trouble] = found.troubles
    assert sentence in trouble.sentence
    assert str(machine.dev / "hidraw0") in trouble.sentence
    assert trouble.remedy.startswith(remedy)


def test_a_key_with_an_odd_name_is_not_passed_over(machine: Machine) -> None:
    machine.plug_in("hidraw0", FIDO_DESCRIPTOR, ValueError("odd name"))
    [trouble] = machine.look().troubles
    assert "cannot be read: odd name" in trouble.sentence


def test_a_mouse_that_may_not_be_opened_is_nobodys_business(machine: Machine) -> None:
    machine.plug_in("hidraw0", MOUSE_DESCRIPTOR, OSError(errno.EACCES, "no"))
    assert machine.look() == Attached((), ())


def test_a_device_without_description_is_no_key(tmp_path: Path) -> None:
    assert not is_fido(tmp_path)


def test_other_systems_list_all_at_once() -> None:
    found = elsewhere(lambda: [HidDescriptor("hid:1", 1, 2, 64, 64, None, None)])
    assert [key.path for key in found.keys] == ["hid:1"]


@pytest.mark.parametrize("error", [OSError("no HID here"), ValueError("odd report")])
def test_other_systems_fail_with_a_sentence(error: Exception) -> None:
    def find() -> list[HidDescriptor]:
        raise error

    [trouble] = elsewhere(find).troubles
    assert str(error) in trouble.sentence


def test_looking_at_this_machine_raises_nothing() -> None:
    assert isinstance(attached_keys(), Attached)
    assert isinstance(attached_readers(), Readers)


class Service:
    """A smartcard service that answers with these codes; pyscard's names for it."""

    def __init__(self, established: int, listed: int, names: Sequence[str] = ()) -> None:
        self.established, self.listed, self.names = established, listed, names
        self.open = 0

    def SCardEstablishContext(self, scope: int, /) -> tuple[int, object]:  # noqa: N802
        self.open += self.established == SUCCESS
        return self.established, object()

    def SCardListReaders(  # noqa: N802
        self, context: object, groups: Sequence[str], /
    ) -> tuple[int, Sequence[str]]:
        return self.listed, self.names

    def SCardReleaseContext(self, context: object, /) -> int:  # noqa: N802
        self.open -= 1
        return SUCCESS


def asking(service: Service) -> Callable[[], Scard]:
    return lambda: service


def test_readers_have_the_names_that_the_service_gives_them() -> None:
    service = Service(SUCCESS, SUCCESS, ["ACS ACR122U 00 00", "Other 01 00"])
    assert ask(asking(service)) == Readers(("ACS ACR122U 00 00", "Other 01 00"))
    assert service.open == 0


@pytest.mark.parametrize("code", [NO_READERS_AVAILABLE, NO_READERS_AVAILABLE - 2**32])
def test_no_reader_is_no_trouble(code: int) -> None:
    service = Service(SUCCESS, code)
    assert ask(asking(service)) == Readers(())
    assert service.open == 0


@pytest.mark.parametrize(
    ("code", "sentence", "remedy"),
    [
        (NO_SERVICE, "is not running", "pcscd.socket"),
        (NO_SERVICE - 2**32, "is not running", "pcscd.socket"),
        (SERVICE_STOPPED, "is not running", "pcscd.socket"),
        (SECURITY_VIOLATION, "does not let you in", "polkit"),
        (0x80100001, "0x80100001", "restart"),
    ],
)
def test_a_service_that_does_not_answer_says_why(code: int, sentence: str, remedy: str) -> None:
    for service in (Service(code, SUCCESS), Service(SUCCESS, code)):
        found = ask(asking(service))
        assert found.trouble is not None
        assert sentence in found.trouble.sentence
        assert remedy in found.trouble.remedy
        assert service.open == 0


def test_without_pyscard_there_is_one_clear_sentence() -> None:
    def load() -> Scard:
        raise ImportError("No module named 'smartcard'")

    found = ask(load)
    assert found.names == ()
    assert found.trouble is not None
    assert "pyscard is not installed" in found.trouble.sentence
    assert found.trouble.remedy.endswith('"counterfoil[smartcard]"')
