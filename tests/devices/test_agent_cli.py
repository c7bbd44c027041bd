"""The command `counterfoil-agent`: data on stdout, messages on stderr, and what its end says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counterfoil_devices.cli import EXIT_CODES, command_line
from counterfoil_devices.ctap.attached import INSTALL_RULE, Attached, AttachedKey
from counterfoil_devices.readers import Readers
from counterfoil_devices.trouble import Trouble

KEY = AttachedKey("/dev/hidraw3", 0x1209, 0xC0C0, "Test key", "0001")
NAMELESS = AttachedKey("/dev/hidraw4", 0x1209, 0xC0C0, None, None)
LOCKED = Trouble("You may not open the security key at /dev/hidraw5.", INSTALL_RULE)
NO_PYSCARD = Trouble("pyscard is not installed.", "pip install it")


class Machine:
    def __init__(
        self, root: Path, attached: Attached | None = None, readers: Readers | None = None
    ) -> None:
        self.root = root
        self.attached = attached or Attached((), ())
        self.readers = readers or Readers(())

    def run(self, *arguments: str) -> tuple[int, str, str]:
        app = command_line(lambda: self.attached, lambda: self.readers, self.root)
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def full(tmp_path: Path) -> Machine:
    return Machine(tmp_path, Attached((KEY, NAMELESS), (LOCKED,)), Readers(("ACS ACR122U",)))


def test_a_list_shows_what_is_usable_and_tells_what_is_not(full: Machine) -> None:
    code, out, err = full.run("list")
    assert code == 1
    assert out.splitlines()[0].split() == ["kind", "name", "serial", "where"]
    assert "Test key" in out
    assert "1209:c0c0" in out
    assert "ACS ACR122U" in out
    assert err.splitlines() == [
        "Ready: 2 security keys, 1 card reader.",
        LOCKED.sentence,
        f"try: {INSTALL_RULE}",
    ]


def test_nothing_attached_is_no_failure(tmp_path: Path) -> None:
    code, out, err = Machine(tmp_path).run("list")
    assert (code, out) == (0, "")
    assert err == "Ready: no security keys, no card readers.\n"


def test_a_missing_extra_is_told_and_is_no_failure(tmp_path: Path) -> None:
    code, out, err = Machine(tmp_path, readers=Readers((), NO_PYSCARD)).run("list")
    assert (code, out) == (0, "")
    assert err.endswith(f"{NO_PYSCARD.sentence}\ntry: {NO_PYSCARD.remedy}\n")


def test_json_is_complete_and_alone_on_stdout(full: Machine) -> None:
    code, out, _ = full.run("list", "--json")
    assert code == 1
    listed = json.loads(out)
    assert listed["security_keys"][0] == {
        "path": "/dev/hidraw3",
        "vendor_id": 0x1209,
        "product_id": 0xC0C0,
        "product": "Test key",
        "serial": "0001",
    }
    assert listed["readers"] == ["ACS ACR122U"]
    assert listed["troubles"] == [{"sentence": LOCKED.sentence, "remedy": INSTALL_RULE}]


def test_names_are_text_and_no_markup(tmp_path: Path) -> None:
    odd = AttachedKey("/dev/hidraw3", 1, 2, "[red]key[/red]\x1b[2J", None)
    _, out, _ = Machine(tmp_path, Attached((odd,), ())).run("list")
    assert "[red]key[/red]\N{REPLACEMENT CHARACTER}[2J" in out
    assert "\x1b" not in out


def findings(machine: Machine) -> dict[str, tuple[str, str]]:
    code, out, _ = machine.run("doctor", "--json")
    found = {f["name"]: (f["verdict"], f["remedy"]) for f in json.loads(out)}
    assert code == any(verdict == "bad" for verdict, _ in found.values())
    return found


def test_the_doctor_finds_a_bare_machine_wanting(tmp_path: Path) -> None:
    machine = Machine(tmp_path, readers=Readers((), NO_PYSCARD))
    assert findings(machine) == {
        "security keys": ("good", ""),
        "udev rule": ("gap", INSTALL_RULE),
        "card readers": ("gap", NO_PYSCARD.remedy),
        "kernel driver": ("good", ""),
    }


def test_the_doctor_names_what_is_ready(tmp_path: Path) -> None:
    machine = Machine(tmp_path, Attached((KEY, NAMELESS), ()), Readers(("ACS ACR122U",)))
    _, out, _ = machine.run("doctor", "--json")
    sentences = [finding["sentence"] for finding in json.loads(out)]
    assert "Ready: Test key, /dev/hidraw4." in sentences
    assert "Ready: ACS ACR122U." in sentences


@pytest.mark.parametrize(
    "there",
    ["etc/udev/rules.d/70-counterfoil-security-keys.rules", "usr/lib/udev/fido_id"],
)
def test_either_our_rule_or_systemds_gives_the_right(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir(parents=True)
    (tmp_path / there).touch()
    assert findings(Machine(tmp_path))["udev rule"] == ("good", "")


def test_a_kernel_driver_that_takes_readers_away_is_bad(tmp_path: Path) -> None:
    (tmp_path / "sys/module/pn533_usb").mkdir(parents=True)
    verdict, remedy = findings(Machine(tmp_path))["kernel driver"]
    assert verdict == "bad"
    assert "rmmod pn533_usb" in remedy


def test_a_key_that_cannot_be_opened_is_bad(full: Machine) -> None:
    assert findings(full)["security keys"] == ("bad", INSTALL_RULE)
    code, out, err = full.run("doctor")
    assert code == 1
    assert out.splitlines()[1].startswith("bad")
    assert err.splitlines()[:3] == [
        "1 thing in the way of keys and readers.",
        LOCKED.sentence,
        f"try: {INSTALL_RULE}",
    ]


@pytest.mark.parametrize("arguments", [["--help"], ["list", "--help"], ["doctor", "--help"]])
def test_the_help_documents_the_exit_codes(tmp_path: Path, arguments: list[str]) -> None:
    code, out, _ = Machine(tmp_path).run(*arguments)
    assert code == 0
    assert EXIT_CODES in " ".join(out.split())


def test_wrong_usage_ends_with_two(tmp_path: Path) -> None:
    assert Machine(tmp_path).run("nonsense")[0] == 2
    assert Machine(tmp_path).run("list", "--nonsense")[0] == 2


def test_it_runs_as_a_program_on_this_machine() -> None:
    command = [sys.executable, "-m", "counterfoil_devices.cli", "list", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    listed = json.loads(done.stdout)
    assert set(listed) == {"security_keys", "readers", "troubles"}
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr


def test_production_code_knows_no_emulated_token() -> None:
    script = (
        "import sys, counterfoil_devices.cli\n"
        "print([m for m in sys.modules if m.startswith('counterfoil_devices.emulated')"
        " or m == 'counterfoil' or m.startswith('counterfoil.')])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
