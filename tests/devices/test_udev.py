"""The files that give people their keys and readers, read by us and judged by udev itself."""

from __future__ import annotations

import grp
import re
import shutil
import subprocess
from pathlib import Path

import playwright
import pytest

from tests.needs import needs

UDEV = Path(__file__).parents[2] / "udev"
RULES = UDEV / "70-counterfoil-security-keys.rules"
FIDO_DESCRIPTOR = "\\x06\\xd0\\xf1\\x09\\x01\\xa1\\x01\\xc0"
MOUSE_DESCRIPTOR = "\\x05\\x01\\x09\\x02\\xa1\\x01\\xc0"

# A machine of its own: namespaces keep every write away from this one. systemd's own fido_id looks
# at the report descriptor; then udev applies all installed rules, and ours.
SCRIPT = """
set -e
mount -t tmpfs none /run
mkdir -p /run/udev/rules.d
cp "$1" /run/udev/rules.d/
printf '%s\\n' "$4" > /run/udev/rules.d/72-planted.rules
mount -t tmpfs none /sys
hid=/sys/devices/usb1/1-1/1-1:1.0/0003:1209:C0C0.0001
node=$hid/hidraw/hidraw7
mkdir -p $node /sys/class/hidraw /sys/bus/hid
printf 'DRIVER=hid-generic\\nHID_ID=0003:00001209:0000C0C0\\nHID_NAME=Key\\n' > $hid/uevent
printf "$2" > $hid/report_descriptor
ln -s /sys/bus/hid $hid/subsystem
printf 'MAJOR=240\\nMINOR=7\\nDEVNAME=hidraw7\\n' > $node/uevent
ln -s /sys/class/hidraw $node/subsystem
mount -t tmpfs none /dev
mkdir /dev/char
mknod -m 666 /dev/null c 1 3
mknod -m 600 /dev/hidraw7 c 240 7
export SYSTEMD_DEVICE_VERIFY_SYSFS=0
fido_id=/usr/lib/udev/fido_id
[ -x $fido_id ] || fido_id=/lib/udev/fido_id
in_any_sysfs="/usr/bin/env SYSTEMD_DEVICE_VERIFY_SYSFS=0"
printf 'SUBSYSTEM=="hidraw", IMPORT{program}="%s"\\n' "$in_any_sysfs $fido_id $node" \
    > /run/udev/rules.d/61-fido-id-of-this-machine.rules
udevadm test --action="$3" $node 2>&1
stat --format='node %g %a' /dev/hidraw7
ls /run/udev/tags 2>/dev/null | sed 's/^/tag /'
"""

PLANTED = 'KERNEL=="hidraw7", NONSENSE=="1"'


def in_a_namespace(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["unshare", "--mount", "--propagation", "private", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def may_make_devices() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = "mount -t tmpfs none /run && mknod /run/probe c 1 3 && mount -t tmpfs none /sys"
    return in_a_namespace("sh", "-c", probe).returncode == 0


def judged_by_udev(descriptor: str, action: str = "add", planted: str = "") -> str:
    """What udev says and does about a device with this report descriptor."""
    needs("udevadm", shutil.which("udevadm"))
    needs("the right to mount and to make devices", may_make_devices())
    inside = ["bash", "-c", SCRIPT, "judge", str(RULES), descriptor, action, planted]
    done = in_a_namespace(*inside)
    assert done.returncode == 0, done.stderr
    return done.stdout


def complaints(said: str) -> list[str]:
    return [line for line in said.splitlines() if re.match(r"/run/udev/rules\.d/7\S+:\d", line)]


def rule() -> str:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    [line] = [line for line in lines if line and not line.startswith("#")]
    return line


def test_the_rule_comes_after_the_class_is_known_and_before_rights_are_given() -> None:
    assert "60-fido-id.rules" < RULES.name < "73-seat-late.rules"


def test_the_rule_goes_by_the_class_of_the_device() -> None:
    assert rule() == (
        'ACTION!="remove", SUBSYSTEM=="hidraw", KERNEL=="hidraw*", ENV{ID_FIDO_TOKEN}=="1",'
        ' GROUP="plugdev", MODE="0660", TAG+="uaccess", TAG+="security-device"'
    )


def test_every_part_of_the_rule_is_one_that_udev_has() -> None:
    part = re.compile(
        r'(?:ACTION|SUBSYSTEM|KERNEL|ENV\{\w+\})(?:==|!=)"[^"]+"'
        r'|(?:GROUP|MODE)="[^"]+"|TAG\+="[^"]+"'
    )
    assert [p for p in rule().split(", ") if not part.fullmatch(p)] == []


def test_nothing_is_opened_to_everyone() -> None:
    assert not re.search(r'MODE="0?..[1-7]"', rule())
    assert "idVendor" not in rule()


def test_udev_gives_a_fido_key_to_the_seat_and_to_plugdev() -> None:
    said = judged_by_udev(FIDO_DESCRIPTOR)
    assert complaints(said) == []
    assert "ID_FIDO_TOKEN=1" in said
    needs("the group plugdev", any(g.gr_name == "plugdev" for g in grp.getgrall()))
    assert f"node {grp.getgrnam('plugdev').gr_gid} 660" in said
    assert {"tag uaccess", "tag security-device"} <= set(said.splitlines())


@pytest.mark.parametrize(
    ("descriptor", "action"), [(MOUSE_DESCRIPTOR, "add"), (FIDO_DESCRIPTOR, "remove")]
)
def test_udev_gives_nobody_anything_else(descriptor: str, action: str) -> None:
    said = judged_by_udev(descriptor, action)
    assert complaints(said) == []
    assert "node 0 600" in said
    assert "tag uaccess" not in said.splitlines()


def test_udev_would_complain_of_a_bad_rule() -> None:
    assert complaints(judged_by_udev(FIDO_DESCRIPTOR, planted=PLANTED)) != []


def test_udevs_own_verifier_finds_nothing() -> None:
    needs("udevadm", shutil.which("udevadm"))
    version = subprocess.run(["udevadm", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.split()[0]) >= 254:
        done = subprocess.run(["udevadm", "verify", str(RULES)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    else:
        # `verify` came with systemd 254: here its place is taken by the tests above.
        assert complaints(judged_by_udev(FIDO_DESCRIPTOR)) == []


def test_the_kernel_leaves_contactless_readers_alone() -> None:
    text = (UDEV / "counterfoil-readers.conf").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert lines == ["blacklist pn533_usb"]


def test_polkit_lets_plugdev_use_readers_and_nothing_else() -> None:
    text = (UDEV / "50-counterfoil-pcscd.rules").read_text(encoding="utf-8")
    assert set(re.findall(r'"(org\.[\w.-]+)"', text)) == {
        "org.debian.pcsc-lite.access_pcsc",
        "org.debian.pcsc-lite.access_card",
    }
    assert text.count("polkit.Result.YES") == 1
    assert 'subject.isInGroup("plugdev")' in text


def test_polkits_rule_is_javascript_that_decides() -> None:
    """Run by a real engine with a stand-in for polkit's own object."""
    # Playwright brings an engine with it.
    node = Path(playwright.__file__).parent / "driver" / "node"
    script = """
    const rules = [];
    const Result = { YES: "yes", NOT_HANDLED: "no" };
    globalThis.polkit = { Result, addRule: (rule) => rules.push(rule) };
    require("vm").runInThisContext(require("fs").readFileSync(process.argv[1], "utf8"));
    const ask = (id, group) => rules[0]({ id }, { isInGroup: (g) => g === group });
    console.log([
        ask("org.debian.pcsc-lite.access_card", "plugdev"),
        ask("org.debian.pcsc-lite.access_pcsc", "plugdev"),
        ask("org.debian.pcsc-lite.access_card", "users"),
        ask("org.freedesktop.policykit.exec", "plugdev"),
    ].join());
    """
    command = [str(node), "-e", script, str(UDEV / "50-counterfoil-pcscd.rules")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.strip() == "yes,yes,no,no"


def test_the_readme_names_every_file() -> None:
    text = (UDEV / "README.md").read_text(encoding="utf-8")
    others = {file.name for file in UDEV.iterdir()} - {"README.md"}
    assert [name for name in sorted(others) if f"`{name}`" not in text] == []
