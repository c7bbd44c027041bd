"""Somebody in front of the pages: reads, presses, types, and never looks behind them."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

from counterfoil.accounts import Account
from counterfoil_devices.emulated.phone import Entry, Phone
from tests.browser.keys import Key, plug_in
from tests.browser.phone import link_of, phone_beside
from tests.browser.stage import Stage
from tests.browser.witness import Witness
from tests.ceremonies.desk import PASSWORD


@dataclass(frozen=True, slots=True)
class Person:
    stage: Stage
    page: Page
    witness: Witness

    # --- what anybody does ----------------------------------------------------------------

    def open(self, path: str = "/") -> None:
        self.page.goto(path if "://" in path else f"{self.stage.issuer}{path}")

    def press(self, name: str) -> None:
        self.button(name).click()

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).click()

    def reads(self, heading: str) -> None:
        """Waits until this is what the page is about."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading, timeout=20_000)

    def is_told(self, sentence: str) -> None:
        """Waits for the sentence of a problem; its place must have the focus."""
        words = self.page.locator("[data-problem-words]")
        expect(words).to_have_text(sentence, timeout=20_000)
        expect(words).to_be_visible()
        expect(self.page.locator("[data-problem]")).to_be_focused()

    def path(self) -> str:
        return urlsplit(self.page.url).path

    # --- whole steps ----------------------------------------------------------------------

    def take_up(self, account: Account) -> None:
        self.open(self.stage.invitation(account))
        self.press("Begin")
        self.reads("How will you sign in?")

    def choose_key_alone(self) -> None:
        self.follow("With my key alone")
        self.reads("Set up your key")

    def choose_password(self, password: str = PASSWORD) -> None:
        self.follow("With a password and a key or phone")
        self.page.get_by_label("Password").fill(password)
        self.press("Continue")

    def choose_key_beside(self) -> None:
        """After the password."""
        self.reads("What will you hold in your hand?")
        self.follow("My security key")
        self.reads("Set up your key")

    def decline_more(self, *, codes: bool = False) -> None:
        """No second one, and no recovery codes, which are offered beside a password."""
        self.reads("Set up a second one?")
        self.press("Not now")
        if codes:
            self.reads("Your recovery codes")
            self.press("Not now")
        self.reads("You are set up")

    def enrol(self, account: Account, *, password: bool = False, **key: str) -> Key:
        """From the invitation to a key that is set up."""
        plugged = plug_in(self.page, **key)  # type: ignore[arg-type]  # all of them are words
        self.take_up(account)
        if password:
            self.choose_password()
            self.choose_key_beside()
        else:
            self.choose_key_alone()
        self.press("Set up this key")
        self.decline_more(codes=password)
        return plugged

    def scans_later(self, account: Account) -> None:
        """From the invitation to the QR code of a phone, with a password behind."""
        self.take_up(account)
        self.choose_password()
        self.reads("What will you hold in your hand?")
        self.follow("My phone's code")
        self.reads("Set up your phone")
        self.press("Show the code to scan")
        self.page.locator("svg.qr").wait_for()

    def sets_up_phone(self, account: Account, skew_s: int = 0) -> tuple[Phone, Entry, list[str]]:
        """A password, a phone and recovery codes, half a minute ago; a phone with another clock
        is set right for the enrolment only.
        """
        self.scans_later(account)
        phone = phone_beside(self.stage.clock)
        entry = phone.scan(link_of(self.page))
        self.types_code(phone.code(entry), "Set up this phone")
        self.reads("Set up a second one?")
        self.press("Not now")
        codes = self.keeps_codes()
        self.reads("You are set up")
        self.stage.clock.pass_s(30)
        phone.skew_s = skew_s
        return phone, entry, codes

    def types_password_first(self) -> None:
        """To the step that is due after the password."""
        self.start()
        self.type_password()
        self.reads("Now the code from your phone")

    def types_code(self, code: str, button: str = "Continue") -> None:
        self.page.get_by_label("Code from your phone").fill(code)
        self.press(button)

    def types_recovery(self, code: str) -> None:
        self.page.get_by_label("Recovery code").fill(code)
        self.press("Continue")

    def keeps_codes(self) -> list[str]:
        """The recovery codes that the page shows once."""
        self.reads("Your recovery codes")
        self.press("Show my recovery codes")
        codes = self.page.locator("#codes li")
        expect(codes).to_have_count(10)
        shown = codes.all_inner_texts()
        self.press("I have kept them")
        return shown

    def start(self) -> None:
        """To the sign-in page, from the front door."""
        self.open()
        self.press("Sign in")
        self.reads("Sign in")

    def type_password(self, name: str = "Ada", password: str = PASSWORD) -> None:
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.press("Continue")

    def touch_in(self) -> None:
        self.start()
        self.press("Use my security key")
        self.reads("My keys")

    def enrolled_and_in(self, account: Account) -> Key:
        """With a key set up, and signed in with it."""
        key = self.enrol(account)
        self.press("Sign in now")
        self.reads("Sign in")
        self.press("Use my security key")
        self.reads("My keys")
        return key

    def entry(self, label: str) -> Locator:
        """One of my keys, by the name that I gave it."""
        name = self.page.get_by_role("heading", level=2, name=re.compile(f"^{label}$"))
        return self.page.get_by_role("listitem").filter(has=name)
