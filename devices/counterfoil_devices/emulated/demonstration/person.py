"""What the person does: opens an invitation, enrols a key, signs in, tries an answer twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from counterfoil_devices.emulated.browser import Browser
from counterfoil_devices.emulated.demonstration.pages import CeremonyPart, Page, read_page
from counterfoil_devices.emulated.demonstration.state import Belongings
from counterfoil_devices.emulated.demonstration.visits import (
    NotAsExpected,
    Tell,
    first_form,
    go_back,
    open_page,
    path,
)
from counterfoil_devices.emulated.demonstration.web import (
    JsonObject,
    Shown,
    Web,
    origin_of,
)
from counterfoil_devices.emulated.device import EmulatedDevice

LABEL: Final = "Emulated key"


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
            shown, page = open_page(web, invitation)
            self.tell({"event": "invited", "title": page.title.strip()})
            form = first_form(page)
            shown = web.submit(urljoin(shown.url, form.action), form.fields, page=shown.url)
            shown, page = self._choose_key(web, shown)
            part = _ceremony(page)
            begun = self._begin(web, shown, part)
            credential = self.browser.create(_options(begun), origin_of(shown.url))
            proof = {"kind": "webauthn", "credential": credential, "label": LABEL}
            following = self._prove(web, shown, begun, proof)
            self.tell(
                {
                    "event": "enrolled",
                    "algorithm": credential["response"]["publicKeyAlgorithm"],
                    "transports": credential["response"]["transports"],
                    "touches": self.belongings.world.finger.touches,
                }
            )
            web.visit(urljoin(shown.url, following), coming_from=shown.url)

    def sign_in(self, address: str, until: str, *, try_again: bool) -> None:
        """Sign in where an application sends us, until it would get us back at `until`.

        `try_again` then sends the same answer once more, to the same and to a new challenge.
        """
        with Web() as web:
            shown, page = open_page(web, address)
            part = _ceremony(page)
            self.tell({"event": "asked_to_sign_in", "title": page.title.strip()})
            begun = self._begin(web, shown, part)
            credential = self.browser.get(_options(begun), origin_of(shown.url))
            proof = {"kind": "webauthn", "credential": credential}
            following = self._prove(web, shown, begun, proof)
            self.tell({"event": "signed_in", "counter": self.belongings.key.counter})
            ended = web.visit(urljoin(shown.url, following), coming_from=shown.url, until=until)
            back = go_back(web, ended, until, self.tell)
            self.tell({"event": "sent_back", "url": back})
            if try_again:
                self._try_again(web, shown, begun, proof, "the same answer to the same challenge")
        if try_again:
            self._answer_another_challenge(address, proof)

    def _choose_key(self, web: Web, shown: Shown) -> tuple[Shown, Page]:
        """Of the ways to begin, take the key that needs no password."""
        page = read_page(shown.html)
        if page.ceremony is None:
            way = next((link for link in page.links if link.endswith("way=key")), None)
            if way is None:
                raise NotAsExpected(f"The page {path(shown)} ({shown.status}) offers no key.")
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

    def _try_again(
        self, web: Web, shown: Shown, begun: JsonObject, proof: JsonObject, what: str
    ) -> None:
        status, answer = web.post_json(_proof_url(shown, begun), proof, page=shown.url)
        self.tell(
            {"event": "tried", "what": what, "status": status, "reason": answer.get("reason")}
        )

    def _answer_another_challenge(self, address: str, proof: JsonObject) -> None:
        with Web() as web:
            shown, page = open_page(web, address)
            begun = self._begin(web, shown, _ceremony(page))
            self._try_again(web, shown, begun, proof, "the same answer to a new challenge")


def _ceremony(page: Page) -> CeremonyPart:
    if page.ceremony is None:
        raise NotAsExpected(f"The page “{page.title.strip()}” asks for no key.")
    return page.ceremony


def _options(begun: JsonObject) -> JsonObject:
    options: JsonObject = begun["challenge"]["publicKey"]
    return options


def _proof_url(shown: Shown, begun: JsonObject) -> str:
    return urljoin(shown.url, f"/ceremonies/{begun['ceremony']}/proof")
