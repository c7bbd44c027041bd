"""A phone at the browser: it scans the page's code, or reads it with a camera of its own."""

import subprocess
from pathlib import Path

from playwright.sync_api import Page

from counterfoil_devices.emulated.phone import Entry, Phone
from tests.house import HandClock
from tests.http.holder import PhoneClock

WITHIN_S = 20


def phone_beside(clock: HandClock, skew_s: int = 0) -> Phone:
    """Its clock is the service's, but for the skew."""
    return Phone(PhoneClock(clock), skew_s=skew_s)


def link_of(page: Page) -> str:
    """The link that the page has for a phone which is this device itself."""
    link = page.locator("a[href^='otpauth:']").get_attribute("href")
    assert link is not None
    return link


def wrong_code(phone: Phone, entry: Entry) -> str:
    """One that it shows at no time within a quarter of an hour, either way."""
    skew_s, near = phone.skew_s, set()
    for step in range(-31, 32):
        phone.skew_s = skew_s + 30 * step
        near.add(phone.code(entry))
    phone.skew_s = skew_s
    return next(code for n in range(100) if (code := f"{n:06d}") not in near)


# --- strangers' tools, that share no code with us ----------------------------------------------


def photograph(page: Page, folder: Path) -> str:
    """What Debian's zbarimg reads from a picture of the page's QR code."""
    picture = folder / "qr.png"
    page.locator("svg.qr").screenshot(path=picture)
    # The bytes as they are: zbar otherwise guesses at old Asian encodings.
    asked = ["--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", str(picture)]
    return _tool(["zbarimg", *asked]).rstrip("\n")


def oathtool(secret: str, algorithm: str, digits: int, period_s: int, now_s: int) -> str:
    """The code that Debian's oathtool gives for a secret in base32."""
    asked = [f"--totp={algorithm}", "--base32", f"--digits={digits}"]
    asked += [f"--time-step-size={period_s}s", f"--now=@{now_s}"]
    # By standard input: arguments can be seen by everybody on the machine.
    return _tool(["oathtool", *asked, "-"], secret).strip()


def _tool(command: list[str], typed: str = "") -> str:
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, timeout=WITHIN_S, input=typed
    )
    return str(done.stdout)
