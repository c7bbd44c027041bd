"""One person's way through one sign-in, as the bytes that are sent and the answers to them.

    ask_to_begin > ask_options > ask_proof > ask_code > ask_tokens > ask_userinfo

Each `ask_*` needs what the `take_*` before it has read; everything here is used once.
"""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.place import REDIRECT_URI, Person, Place
from bench.wire import Answer, request

# RFC 7636 appendix B.
VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE: Final = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


@dataclass(slots=True)
class Visit:
    """What this browser and this application know so far."""

    place: Place
    person: Person
    cookie: str = field(default="", repr=False)
    interaction: str = ""
    ceremony: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    code: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)

    def ask_to_begin(self) -> bytes:
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.place.application.client,
                "redirect_uri": REDIRECT_URI,
                "scope": "openid profile",
                "state": "af0ifjsldkj",
                "nonce": "n-0S6_WzA2Mj",
                "code_challenge": CHALLENGE,
                "code_challenge_method": "S256",
            }
        )
        return request("GET", f"/oauth2/authorize?{query}", self.place.host)

    def take_interaction(self, answer: Answer) -> None:
        self._take_cookie(answer)
        self.interaction = answer.header("location").rpartition("/")[2]

    def ask_options(self) -> bytes:
        asked = {
            "interaction": self.interaction,
            "kind": "webauthn",
            "purpose": "sign_in",
            "alone": True,
        }
        return self._post_json("/ceremonies", asked)

    def take_options(self, answer: Answer) -> None:
        begun = json.loads(answer.body)
        self.ceremony, self.options = begun["ceremony"], begun["challenge"]["publicKey"]

    def ask_proof(self) -> bytes:
        """The key signs here: outside of what is measured."""
        credential = self.person.browser.get(self.options, self.place.settings.issuer)
        proof = {"kind": "webauthn", "credential": credential}
        return self._post_json(f"/ceremonies/{self.ceremony}/proof", proof)

    def take_proof(self, answer: Answer) -> None:
        self._take_cookie(answer)

    def ask_code(self) -> bytes:
        target = f"/oauth2/continue/{self.interaction}"
        return request("GET", target, self.place.host, {"Cookie": self.cookie})

    def take_code(self, answer: Answer) -> None:
        (self.code,) = parse_qs(urlsplit(answer.header("location")).query)["code"]

    def ask_tokens(self) -> bytes:
        application = self.place.application
        basic = base64.b64encode(f"{application.client}:{application.secret.reveal()}".encode())
        form = {
            "grant_type": "authorization_code",
            "code": self.code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        headers = {
            "Authorization": f"Basic {basic.decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(form).encode()
        return request("POST", "/oauth2/token", self.place.host, headers, body)

    def take_tokens(self, answer: Answer) -> None:
        self.access_token = json.loads(answer.body)["access_token"]

    def ask_userinfo(self) -> bytes:
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return request("GET", "/oauth2/userinfo", self.place.host, headers)

    def take_userinfo(self, answer: Answer) -> None:
        told = json.loads(answer.body)["preferred_username"]
        if told != self.person.name:
            raise ValueError(f"userinfo tells of {told} and not of {self.person.name}")

    def _post_json(self, target: str, value: dict[str, Any]) -> bytes:
        headers = {
            "Origin": self.place.settings.issuer,
            "Cookie": self.cookie,
            "Content-Type": "application/json",
        }
        return request("POST", target, self.place.host, headers, json.dumps(value).encode())

    def _take_cookie(self, answer: Answer) -> None:
        self.cookie = answer.header("set-cookie").partition(";")[0]
