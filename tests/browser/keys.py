"""Security keys of Chromium's own making, behind the DevTools protocol (WebAuthn domain)."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page


@dataclass(frozen=True, slots=True)
class Key:
    """A key in the port or at the reader of one page's browser."""

    devtools: CDPSession
    id: str

    def person_fits(self, fits: bool) -> None:
        """Whether its PIN or fingerprint is right from now on."""
        self._send("setUserVerified", isUserVerified=fits)

    def somebody_touches(self, touches: bool) -> None:
        """Whether a finger comes whenever it asks for one."""
        self._send("setAutomaticPresenceSimulation", enabled=touches)

    def credentials(self) -> list[dict[str, Any]]:
        return list(self._send("getCredentials")["credentials"])

    def forget(self) -> None:
        self._send("clearCredentials")

    def pull(self) -> None:
        """Takes it out of the port."""
        self._send("removeVirtualAuthenticator")

    def _send(self, what: str, **more: Any) -> dict[str, Any]:
        return dict(self.devtools.send(f"WebAuthn.{what}", {"authenticatorId": self.id, **more}))


def plug_in(
    page: Page,
    *,
    transport: str = "usb",
    protocol: str = "ctap2",
    verifies: bool = True,
    touched: bool = True,
) -> Key:
    """A new key, empty. U2F keys verify nobody and keep nothing."""
    whole = protocol == "ctap2" and verifies
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": protocol,
        "transport": transport,
        "hasResidentKey": whole,
        "hasUserVerification": whole,
        "isUserVerified": whole,
        "automaticPresenceSimulation": touched,
    }
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Key(devtools, added["authenticatorId"])
