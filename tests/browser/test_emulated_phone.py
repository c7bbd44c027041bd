"""The emulated phone's screen: without JavaScript, in every light, at both ends of the width."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from counterfoil_devices.emulated import HandClock
from counterfoil_devices.emulated.demonstration.phone import KeptPhone
from counterfoil_devices.emulated.demonstration.phone_server import PhoneServer, showing
from tests.browser.conftest import PATIENCE_MS
from tests.browser.looks import examine
from tests.browser.witness import Witness

# 12345678901234567890, the secret of RFC 4226's examples: at 59 s the code is that of counter 1.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LINK = f"otpauth://totp/Example:J%C3%BCrgen?secret={SECRET}&issuer=Example"
CODES = ["287082", "359152"]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(59)


@pytest.fixture
def server(tmp_path: Path, clock: HandClock) -> Iterator[PhoneServer]:
    with showing(KeptPhone.load(tmp_path / "phone.json", clock), 0) as server:
        yield server


@pytest.fixture
def page(browser: Browser, server: PhoneServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The phone in a browser; without scripts if the parameter says so."""
    scripts = getattr(request, "param", True)
    witness = Witness(frozenset({server.address.removeprefix("http://")}), scripts)
    context = browser.new_context(base_url=server.address, java_script_enabled=scripts)
    context.set_default_timeout(PATIENCE_MS)
    witness.watch(context)
    yield context.new_page()
    context.close()
    assert witness.complaints == []
    assert witness.refusals in ([], [(422, "add")])


@pytest.mark.parametrize("page", [False], indirect=True)
def test_a_link_is_pasted_and_the_code_changes_by_itself(page: Page, clock: HandClock) -> None:
    page.goto("/")
    page.get_by_role("link", name="Add a code").click()
    page.get_by_label("The link").fill("otpauth://totp/ann?secret=")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("The secret is not whole")
    page.get_by_label("The link").fill(LINK)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Example: Jürgen")).to_be_visible()
    expect(page.get_by_text(CODES[0])).to_be_visible()
    # One second was left, so the page comes again after one; its clock is ours to move.
    clock.wait(1)
    expect(page.get_by_text(CODES[1])).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("page", [False], indirect=True)
def test_a_code_by_counter_is_pressed_and_the_clock_is_set(page: Page, server: PhoneServer) -> None:
    server.kept.take(f"otpauth://hotp/ann?secret={SECRET}&counter=1")
    page.goto("/")
    expect(page.get_by_text(CODES[0])).to_be_visible()
    page.get_by_role("button", name="Next code").click()
    expect(page.get_by_text(CODES[1])).to_be_visible()
    page.get_by_role("link", name="Set the clock").click()
    page.get_by_label("Fast by").fill("-90")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_text("slow by 90 s")).to_be_visible()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No codes yet")).to_be_visible()


def test_every_page_can_be_read_in_every_light(
    page: Page, server: PhoneServer, pictures: Path
) -> None:
    long = "n" * 60
    server.kept.take(f"{LINK}&period=3600")
    server.kept.take(f"otpauth://hotp/{long}?secret={SECRET}&counter=1&digits=8")
    server.kept.set_clock(30)
    for path, name in (("/", "codes"), ("/add", "add"), ("/clock", "clock")):
        page.goto(path)
        examine(page, f"phone-{name}", pictures)
