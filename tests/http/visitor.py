"""A person at a browser, over HTTP: cookies, forms, and an emulated key that speaks WebAuthn."""

from typing import Any
from urllib.parse import urlencode

from httpx2 import Response
from starlette.testclient import TestClient

from counterfoil.accounts import Account
from counterfoil.app import make_app
from counterfoil.http.house import House
from counterfoil_devices.emulated import (
    Browser,
    EmulatedDevice,
    Lies,
    Model,
    SecurityKey,
    World,
)
from tests.ceremonies.desk import PASSWORD, PIN, must

TRUTH = Lies()
FORM = "application/x-www-form-urlencoded"


class Visitor:
    """One browser with one key. Every 500 is raised as the exception that it was."""

    def __init__(
        self,
        house: House,
        *,
        seed: bytes = b"visitor",
        model: Model | None = None,
        address: str = "testclient",
    ) -> None:
        self.house = house
        self.issuer = house.settings.issuer
        self.client = TestClient(
            make_app(house),
            base_url=self.issuer,
            follow_redirects=False,
            client=(address, 50000),
        )
        self.world = World.by_hand(seed, pin=PIN)
        self.key = SecurityKey(self.world, model, pin=PIN)
        self.browser = Browser(EmulatedDevice(self.key), self.world)

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, **more)

    def post(self, path: str, **more: Any) -> Response:
        """As a page of ours does it; `headers` are added to the Origin."""
        headers = {"Origin": self.issuer} | more.pop("headers", {})
        if not more:
            # A form without fields is an empty form, not a request without a body.
            headers = {"Content-Type": FORM} | headers
        return self.client.post(path, headers=headers, **more)

    def submit(self, path: str, **form: str) -> Response:
        """A form of ours, also an empty one."""
        return self.post(path, content=urlencode(form), headers={"Content-Type": FORM})

    # --- ceremonies -----------------------------------------------------------------------

    def start(self) -> str:
        """Opens a sign-in; its interaction."""
        return last_part(self.post("/sign-in"))

    def ask(self, interaction: str, purpose: str = "sign_in", **more: Any) -> Response:
        body = {"interaction": interaction, "kind": "webauthn", "purpose": purpose, "alone": True}
        return self.post("/ceremonies", json=body | more)

    def begin(self, interaction: str, purpose: str = "sign_in", **more: Any) -> dict[str, Any]:
        answer = self.ask(interaction, purpose, **more)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def prove(self, begun: dict[str, Any], credential: object, **more: Any) -> Response:
        body = {"kind": "webauthn", "credential": credential}
        return self.post(f"/ceremonies/{begun['ceremony']}/proof", json=body | more)

    def create(self, begun: dict[str, Any], lies: Lies = TRUTH) -> dict[str, Any]:
        return self.browser.create(begun["challenge"]["publicKey"], self.issuer, lies)

    def touch(self, begun: dict[str, Any], lies: Lies = TRUTH) -> dict[str, Any]:
        return self.browser.get(begun["challenge"]["publicKey"], self.issuer, lies)

    # --- whole steps ----------------------------------------------------------------------

    def visit(self, token: str) -> str:
        """Takes up an invitation; its interaction."""
        return last_part(self.post(f"/invitation/{token}"))

    def enrol(
        self, name: str = "Ada", *, password: str | None = None, alone: bool = True
    ) -> Account:
        """An account with a key, and a password beside it when there is one."""
        account = must(self.house.store.write_now(lambda tx: self.house.accounts.add(tx, name)))
        interaction = self.visit(invite(self.house, account))
        if password is not None:
            answer = self.submit(f"/first-visit/{interaction}/password", password=password)
            assert answer.status_code == 303, answer.text
        begun = self.begin(interaction, "enrol", alone=alone)
        answer = self.prove(begun, self.create(begun), label="My key")
        assert answer.status_code == 200, answer.text
        return account

    def touch_in(self, interaction: str | None = None) -> Response:
        """Signs in with the key alone."""
        begun = self.begin(interaction or self.start())
        answer = self.prove(begun, self.touch(begun))
        assert answer.status_code == 200, answer.text
        return answer

    def type_password(self, interaction: str, name: str, password: str = PASSWORD) -> Response:
        return self.submit(f"/sign-in/{interaction}/password", name=name, password=password)

    def signed_in(self) -> bool:
        return self.get("/tokens").status_code == 200

    def cookie(self) -> str:
        return str(self.client.cookies[self.cookie_name])

    @property
    def cookie_name(self) -> str:
        secure = self.issuer.startswith("https:")
        return "__Host-counterfoil" if secure else "counterfoil_session"


def invite(house: House, account: Account) -> str:
    invitation = must(
        house.store.write_now(lambda tx: house.accounts.invite(tx, account.id, "operator"))
    )
    return invitation.token.reveal()


def last_part(answer: Response) -> str:
    """The id at the end of where the answer sends the browser."""
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0].rpartition("/")[2]


def reason_of(answer: Response) -> str:
    """The reason of a problem answer; the test fails when it is none."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return str(answer.json()["reason"])
