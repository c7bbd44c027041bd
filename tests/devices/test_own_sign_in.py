"""The page for strangers stays true: what it shows runs, needs no service, and can say no."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil_devices import emulated
from counterfoil_devices.emulated import (
    EMULATED_AAGUID,
    Algorithm,
    Browser,
    BrowserError,
    EmulatedDevice,
    Lies,
    Model,
    Phone,
    SecurityKey,
    SystemClock,
    Touch,
    World,
)
from counterfoil_devices.emulated.browser import unb64
from counterfoil_devices.emulated.flags import Flag
from tests.devices.options import ORIGIN, creation, request

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/test-your-own-sign-in.md").read_text(encoding="utf-8")
EXAMPLES = ROOT / "docs" / "how-to" / "examples"
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
# What runs a block as a stranger would, and tells if anything of the service came along.
RUN = """
import runpy, sys
runpy.run_path(sys.argv[1], run_name="__main__")
ours = {name.partition(".")[0] for name in sys.modules}
assert not ours & {"counterfoil", "counterfoil_web", "sqlalchemy", "fastapi"}, ours
"""


def run(block: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a block in a fresh interpreter, as a stranger would."""
    file = folder / "block.py"
    file.write_text(block, encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(file)],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT / "devices"), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_page_shows_the_files_that_it_tells_one_to_run() -> None:
    named = re.findall(r"python docs/how-to/examples/(\S+)$", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(file.name for file in EXAMPLES.glob("*.py"))
    assert [(EXAMPLES / name).read_text(encoding="utf-8") for name in named] == BLOCKS


@pytest.mark.parametrize(
    ("block", "last"),
    [
        (0, "refused: the answer to another challenge"),
        (1, "a link that apps cannot read: The digits must be a number from 6 to 8."),
    ],
)
def test_what_the_page_shows_runs(block: int, last: str, tmp_path: Path) -> None:
    ended = run(BLOCKS[block], tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[-1] == last


@pytest.mark.parametrize(
    ("block", "right", "lax"),
    [
        (0, "current_sign_count=self.counter", "current_sign_count=0"),
        (0, "expected_challenge=self.challenge", "expected_challenge=CHALLENGE(response)"),
        (1, "step > self.last_step and ", ""),
        (1, "(now - 1, now, now + 1)", "range(now - 3, now + 1)"),
        (1, "(now - 1, now, now + 1)", "(now,)"),
        (1, "digits=8", "digits=6"),
    ],
)
def test_a_service_that_is_lax_or_too_strict_is_found(
    block: int, right: str, lax: str, tmp_path: Path
) -> None:
    changed = BLOCKS[block].replace(right, lax)
    assert changed != BLOCKS[block]
    ended = run(CHALLENGE + changed if block == 0 else changed, tmp_path)
    assert ended.returncode == 1
    assert "your service" in ended.stderr


# A service that takes the challenge from the answer instead of remembering it.
CHALLENGE = """
def CHALLENGE(response):
    import base64, json
    pad = lambda text: base64.urlsafe_b64decode(text + "==")
    return pad(json.loads(pad(response["response"]["clientDataJSON"]))["challenge"])
"""


NOT_OURS = {"YourService", "Big", "Corp", "Example", "None", "True", "False", "EdDSA"}


def test_what_the_page_names_is_there() -> None:
    prose = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
    spans = " ".join(re.findall("`([^`]+)`", prose))
    named = set(re.findall(r"\b[A-Z][a-z]+[A-Za-z]*\b", spans)) - NOT_OURS
    assert {"Lies", "Model", "Misbehave", "Quirk", "Phone", "SystemClock", "Touch"} <= named
    assert {name for name in named if not hasattr(emulated, name)} == set()
    aaguid = EMULATED_AAGUID.hex()
    assert aaguid in PAGE.replace("-", "")


def test_what_the_prose_says_of_keys_and_people_is_so() -> None:
    world = World.by_hand()
    synced = Model(backup_eligible=True, backed_up=True, counts=False)
    made = Browser(EmulatedDevice(SecurityKey(world, synced)), world).create(creation(), ORIGIN)
    assert unb64(made["response"]["authenticatorData"])[32] & Flag.BS
    only = SecurityKey(world, Model(algorithms=(Algorithm.EdDSA,)))
    with pytest.raises(BrowserError, match="NotSupportedError"):
        Browser(EmulatedDevice(only), world).create(creation(), ORIGIN)

    key = SecurityKey(world, pin="2580")
    browser = Browser(EmulatedDevice(key), world)
    for pin in ("0000", None):
        world.pin = pin
        with pytest.raises(BrowserError, match="NotAllowedError"):
            browser.create(creation(verification="required"), ORIGIN)
    world.pin, world.finger.does = "2580", Touch.NEVER
    with pytest.raises(BrowserError, match="NotAllowedError"):
        browser.create(creation(), ORIGIN)
    world.finger.does = Touch.GIVEN
    browser.create(creation(resident="required"), ORIGIN)
    lied = browser.get(request(), ORIGIN, Lies(origin="https://login.example.net"))
    assert b"https://login.example.net" in unb64(lied["response"]["clientDataJSON"])


def test_what_the_prose_says_of_the_phone_is_so() -> None:
    phone = Phone(SystemClock())
    typed = phone.type_in("jbsw y3dp ehpk 3pxp", "ann", "Example")
    assert re.fullmatch("[0-9]{6}", phone.code(typed))
    counted = phone.scan("otpauth://hotp/ann?secret=JBSWY3DPEHPK3PXP&counter=0")
    assert phone.code(counted) != phone.press(counted)
    plus = phone.scan("otpauth://totp/Big+Corp:ann?secret=JBSWY3DPEHPK3PXP")
    assert plus.name == "Big+Corp: ann"
