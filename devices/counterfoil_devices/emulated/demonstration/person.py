"""What the person does: opens an invitation, enrols a key, signs in, tries an answer twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from counterfoil_devices.emulated.browser import Browser
from counterfoil_devices.emulated.demonstration.pages import CeremonyPart, Form, Page, read_page
from counterfoil_devices.emulated.demonstration.state import Belongings
from counterfoil_devices.emulated.demonstration.web import (
    JsonObject,
    Shown,
    Web,
    origin_of,
)
from counterfoil_devices.emulated.device import EmulatedDevice

LABEL: Final = "Emulated key"

Tell = Callable[[JsonObject], None]


class NotAsExpected(Exception):
    """The service did something else than the errand needs: one sentence."""


@dataclass(slots=True)
class Person:
    """Somebody at a browser with a key. `tell` gets an event for everything that happens."""

    belongings: Belongings
    tell: Tell
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        device = EmulatedDevice(self.belongings.key)
        self.browser = Browser(device, self.belongings.world)

    def enrol(self, invitation: str) -> None:
        """Open an invitation and enrol the key that works alone."""
        with Web() as web:
            shown, page = self._open(web, invitation)
            self.tell({"event": "invited", "title": page.title.strip()})
            form = _form(page)
            shown = web.submit(urljoin(shown.url, form.action), form.fields, page=shown.url)
            shown, page = self._choose_key(web, shown)
            part = _ceremony(page)
            begun = self._begin(web, shown, part)
            credential = self.browser.create(_options(begun), origin_of(shown.url))
            proof = {"kind": "webauthn", "credential": credential, "label": LABEL}
            path = self._prove(web, shown, begun, proof)
            self.tell(
                {
                    "event": "enrolled",
                    "algorithm": credential["response"]["publicKeyAlgorithm"],
                    "transports": credential["response"]["transports"],
                    "touches": self.belongings.world.finger.touches,
                }
            )
            web.visit(urljoin(shown.url, path), coming_from=shown.url)

    def sign_in(self, address: str, until: str, *, try_again: bool) -> None:
        """Sign in where an application sends us, until it would get us back at `until`.

        `try_again` then sends the same answer once more, to the same and to a new challenge.
        """
        with Web() as web:
            shown, page = self._open(web, address)
            part = _ceremony(page)
            self.tell({"event": "asked_to_sign_in", "title": page.title.strip()})
            begun = self._begin(web, shown, part)
            credential = self.browser.get(_options(begun), origin_of(shown.url))
            proof = {"kind": "webauthn", "credential": credential}
            path = self._prove(web, shown, begun, proof)
            self.tell({"event": "signed_in", "counter": self.belongings.key.counter})
            back = self._go_back(web, urljoin(shown.url, path), shown.url, until)
            self.tell({"event": "sent_back", "url": back})
            if try_again:
                self._try_again(web, shown, begun, proof, "the same answer to the same challenge")
        if try_again:
            self._answer_another_challenge(address, proof)

    def _open(self, web: Web, address: str) -> tuple[Shown, Page]:
        shown = web.visit(address)
        page = read_page(shown.html)
        if shown.status != 200:
            raise NotAsExpected(f"The page {_path(shown)} answered {shown.status}: {page.title}.")
        return shown, page

    def _choose_key(self, web: Web, shown: Shown) -> tuple[Shown, Page]:
        """Of the ways to begin, take the key that needs no password."""
        page = read_page(shown.html)
        if page.ceremony is None:
            way = next((link for link in page.links if link.endswith("way=key")), None)
            if way is None:
                raise NotAsExpected(f"The page {_path(shown)} ({shown.status}) offers no key.")
            shown = web.visit(urljoin(shown.url, way), coming_from=shown.url)
            page = read_page(shown.html)
        return shown, page

    def _begin(self, web: Web, shown: Shown, part: CeremonyPart) -> JsonObject:
        asked = {
            "interaction": part.interaction,
            "kind": "webauthn",
            "purpose": part.purpose,
            "alone": part.alone,
        }
        status, begun = web.post_json(urljoin(shown.url, "/ceremonies"), asked, page=shown.url)
        if status != 201:
            raise NotAsExpected(f"No challenge was given: {status} {begun.get('reason', '')}.")
        return begun

    def _prove(self, web: Web, shown: Shown, begun: JsonObject, proof: JsonObject) -> str:
        status, answer = web.post_json(_proof_url(shown, begun), proof, page=shown.url)
        if status != 200:
            raise NotAsExpected(f"The key's answer was refused: {answer.get('reason', status)}.")
        return str(answer["next"])

    def _go_back(self, web: Web, address: str, coming_from: str, until: str) -> str:
        """Follow to the application; agree if it asks for consent on the way."""
        shown = web.visit(address, coming_from=coming_from, until=until)
        if shown.url.partition("?")[0] != until:
            form = _form(read_page(shown.html))
            self.tell({"event": "agreed"})
            shown = web.submit(
                urljoin(shown.url, form.action), form.fields, page=shown.url, until=until
            )
        if shown.url.partition("?")[0] != until:
            raise NotAsExpected(f"The sign-in ended at {_path(shown)} ({shown.status}).")
        return shown.url

    def _try_again(
        self, web: Web, shown: Shown, begun: JsonObject, proof: JsonObject, what: str
    ) -> None:
        status, answer = web.post_json(_proof_url(shown, begun), proof, page=shown.url)
        self.tell(
            {"event": "tried", "what": what, "status": status, "reason": answer.get("reason")}
        )

    def _answer_another_challenge(self, address: str, proof: JsonObject) -> None:
        with Web() as web:
            shown, page = self._open(web, address)
            begun = self._begin(web, shown, _ceremony(page))
            self._try_again(web, shown, begun, proof, "the same answer to a new challenge")


def _form(page: Page) -> Form:
    if not page.forms:
        raise NotAsExpected(f"The page “{page.title.strip()}” has no form.")
    return page.forms[0]


def _ceremony(page: Page) -> CeremonyPart:
    if page.ceremony is None:
        raise NotAsExpected(f"The page “{page.title.strip()}” asks for no key.")
    return page.ceremony


def _options(begun: JsonObject) -> JsonObject:
    options: JsonObject = begun["challenge"]["publicKey"]
    return options


def _proof_url(shown: Shown, begun: JsonObject) -> str:
    return urljoin(shown.url, f"/ceremonies/{begun['ceremony']}/proof")


def _path(shown: Shown) -> str:
    """The address without its query: it may hold a code."""
    return shown.url.partition("?")[0]
