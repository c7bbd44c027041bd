"""A visitor with a phone in the hand and paper in the drawer."""

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from httpx2 import Response

from counterfoil.accounts import Account, Authenticator
from counterfoil.factors.kind import KindName
from counterfoil.http.house import House
from counterfoil_devices.emulated.phone import Entry, Phone
from tests.ceremonies.desk import PASSWORD, add_account, authenticators
from tests.house import HandClock
from tests.http.visitor import Visitor, invite


@dataclass(frozen=True, slots=True)
class PhoneClock:
    """The service's clock, as a phone reads it: in whole seconds."""

    clock: HandClock

    def now(self) -> int:
        return self.clock.at_ms // 1000

    def wait(self, seconds: int) -> None:
        self.clock.pass_s(seconds)


class Holder(Visitor):
    """The phone's clock is the service's."""

    def __init__(self, house: House, clock: HandClock) -> None:
        super().__init__(house, seed=b"holder")
        self.clock = clock
        self.phone = Phone(PhoneClock(clock))

    # --- setting up -----------------------------------------------------------------------

    def first_visit(self, name: str = "Ada", password: str = PASSWORD) -> tuple[Account, str]:
        """An account whose password was just chosen, and the path of its first visit."""
        account = add_account(self.house, name)
        base = f"/first-visit/{self.visit(invite(self.house, account))}"
        answer = self.submit(f"{base}/password", password=password)
        assert answer.status_code == 303, answer.text
        return account, base

    def show_code_to_scan(self, base: str) -> tuple[str, str]:
        """The ceremony and the link of the page that shows them once."""
        shown = self.submit(f"{base}/phone")
        assert shown.status_code == 200, shown.text
        return hidden(shown, "ceremony"), link(shown)

    def confirm_phone(self, base: str, ceremony: str, code: str, **more: str) -> Response:
        return self.submit(f"{base}/phone/confirm", ceremony=ceremony, code=code, **more)

    def set_up_phone(self, base: str) -> Entry:
        ceremony, address = self.show_code_to_scan(base)
        entry = self.phone.scan(address)
        answer = self.confirm_phone(base, ceremony, self.phone.code(entry), label="My phone")
        assert answer.status_code == 303, answer.text
        return entry

    def set_up_paper(self, base: str) -> list[str]:
        shown = self.submit(f"{base}/recovery")
        assert shown.status_code == 200, shown.text
        codes = re.findall(r"<bdi>([0-9A-Z-]{19})</bdi>", shown.text)
        kept = self.submit(f"{base}/recovery/kept", ceremony=hidden(shown, "ceremony"))
        assert kept.status_code == 303, kept.text
        return codes

    def settle_in(self, name: str = "Ada") -> tuple[Account, Entry, list[str]]:
        """A password, a phone and ten codes, half a minute ago."""
        account, base = self.first_visit(name)
        entry = self.set_up_phone(base)
        self.submit(f"{base}/decline")
        codes = self.set_up_paper(base)
        self.clock.pass_s(30)
        return account, entry, codes

    # --- signing in -------------------------------------------------------------------------

    def half_way(self, name: str = "Ada", password: str = PASSWORD) -> str:
        """A sign-in whose password was right."""
        interaction = self.start()
        answer = self.type_password(interaction, name, password)
        assert answer.status_code == 303, answer.text
        return interaction

    def type_code(self, interaction: str, code: str) -> Response:
        return self.submit(f"/sign-in/{interaction}/code", code=code)

    def type_recovery(self, interaction: str, code: str) -> Response:
        return self.submit(f"/sign-in/{interaction}/recovery", code=code)

    def sign_in_with_phone(self, entry: Entry, name: str = "Ada") -> None:
        answer = self.type_code(self.half_way(name), self.phone.code(entry))
        assert answer.status_code == 303, answer.text

    def wrong_code(self, entry: Entry) -> str:
        """One that the phone shows at no time near."""
        now = self.clock.at_ms
        near = set()
        for step in range(-25, 26):
            self.clock.at_ms = now + step * 30_000
            near.add(self.phone.code(entry))
        self.clock.at_ms = now
        return next(code for n in range(100) if (code := f"{n:06d}") not in near)

    def held(self, account: Account, kind: KindName) -> list[Authenticator]:
        return [a for a in authenticators(self.house, account) if a.kind is kind]


def hidden(answer: Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return unescape(found[1])


def link(answer: Response) -> str:
    found = re.search(r'href="(otpauth:[^"]*)"', answer.text)
    assert found, answer.text
    return unescape(found[1])


def secret_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["secret"][0]


def told(answer: Response) -> str:
    """What the page says of what went wrong."""
    found = re.search(r"<p data-problem-words>(.*?)</p>", answer.text)
    return unescape(found[1]) if found else ""
