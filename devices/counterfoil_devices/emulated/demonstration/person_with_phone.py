"""What a person without a key does: a password and a phone, by forms that need no script."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from counterfoil_devices.emulated.demonstration.pages import Form, Page, read_page
from counterfoil_devices.emulated.demonstration.phone import KeptPhone
from counterfoil_devices.emulated.demonstration.phone import Shown as OnPhone
from counterfoil_devices.emulated.demonstration.visits import (
    NotAsExpected,
    Tell,
    first_form,
    go_back,
    open_page,
    path,
)
from counterfoil_devices.emulated.demonstration.web import Shown, Web

LABEL: Final = "Emulated phone"
MAX_OFFERS: Final = 4  # of what one may decline: a second token, recovery codes, …


@dataclass(slots=True)
class PersonWithPhone:
    """Somebody at a browser with a phone beside it, and a password that is not told."""

    phone: KeptPhone
    tell: Tell
    password: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)
    entry: int | None = None

    def enrol(self, invitation: str) -> None:
        """Open an invitation, choose the password, scan the code, and leave it at that."""
        with Web() as web:
            shown, page = open_page(web, invitation)
            self.tell({"event": "invited", "title": page.title.strip()})
            form = first_form(page)
            shown = web.submit(urljoin(shown.url, form.action), form.fields, page=shown.url)
            shown = _take(web, shown, "way=password")
            shown = _send(web, shown, "/password", {"password": self.password})
            shown = _take(web, shown, "way=phone")
            shown = _send(web, shown, "/phone", {})
            scanned = self._scan(read_page(shown.html))
            typed = {"code": scanned.code, "label": LABEL}
            shown = _send(web, shown, "/phone/confirm", typed)
            self.tell({"event": "enrolled_phone", "entry": scanned.entry, "name": scanned.name})
            for _ in range(MAX_OFFERS):
                if _form_to(read_page(shown.html), "/decline") is None:
                    return
                shown = _send(web, shown, "/decline", {})
        raise NotAsExpected(f"The page {path(shown)} goes on offering.")

    def sign_in(self, address: str, until: str, name: str) -> None:
        """Sign in by password and code; a wrong code before it, and the same one again after it."""
        with Web() as web:
            page, shown = self._to_the_code(web, address, name)
            self.tell({"event": "asked_for_a_code", "title": page.title.strip()})
            right = self._code()
            wrong = f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"
            shown = self._try(web, shown, wrong, "a wrong code")
            shown = _send(web, shown, "/code", {"code": right}, until=until)
            self.tell({"event": "sent_back", "url": go_back(web, shown, until, self.tell)})
        with Web() as web:
            _, shown = self._to_the_code(web, address, name)
            self._try(web, shown, right, "the same code again")

    def _to_the_code(self, web: Web, address: str, name: str) -> tuple[Page, Shown]:
        shown, _ = open_page(web, address)
        shown = _send(web, shown, "/password", {"name": name, "password": self.password})
        if _form_to(read_page(shown.html), "/code") is None:
            shown = _take(web, shown, "way=code")
        return read_page(shown.html), shown

    def _scan(self, page: Page) -> OnPhone:
        """The link of the page's QR code; what was scanned before under that name is over."""
        link = next((link for link in page.links if link.startswith("otpauth:")), None)
        if link is None:
            raise NotAsExpected(f"The page “{page.title.strip()}” shows no link for a phone.")
        scanned = self.phone.take(link)
        for older in self.phone.screen():
            if older.name == scanned.name and older.entry != scanned.entry:
                self.phone.forget(older.entry)
        self.entry = scanned.entry
        return scanned

    def _code(self) -> str:
        if self.entry is None:
            raise NotAsExpected("This person's phone was not enrolled.")
        return self.phone.show(self.entry).code

    def _try(self, web: Web, shown: Shown, code: str, what: str) -> Shown:
        shown = _send(web, shown, "/code", {"code": code}, expected=None)
        problem = read_page(shown.html).problem.strip()
        self.tell({"event": "tried", "what": what, "status": shown.status, "sentence": problem})
        return shown


def _take(web: Web, shown: Shown, way: str) -> Shown:
    """Follow the link that ends so."""
    page = read_page(shown.html)
    link = next((link for link in page.links if link.endswith(way)), None)
    if link is None:
        raise NotAsExpected(f"The page {path(shown)} ({shown.status}) has no link to {way}.")
    return web.visit(urljoin(shown.url, link), coming_from=shown.url)


def _send(
    web: Web,
    shown: Shown,
    action: str,
    typed: Mapping[str, str],
    *,
    until: str = "",
    expected: int | None = 200,
) -> Shown:
    """Send the form whose address ends so, with what was typed; None expects nothing."""
    page = read_page(shown.html)
    form = _form_to(page, action)
    if form is None:
        raise NotAsExpected(f"The page {path(shown)} ({shown.status}) has no form to {action}.")
    target = urljoin(shown.url, form.action)
    after = web.submit(target, {**form.fields, **typed}, page=shown.url, until=until)
    ended = bool(until) and after.url.partition("?")[0] == until
    if expected is not None and after.status != expected and not ended:
        why = read_page(after.html).problem.strip()
        raise NotAsExpected(f"The form to {path(after)} was answered {after.status}: {why}")
    return after


def _form_to(page: Page, action: str) -> Form | None:
    return next((form for form in page.forms if form.action.endswith(action)), None)
