"""The main job, step by step, over real HTTP; each step checks what it says."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from counterfoil.cli.dev.errands import Event
from counterfoil.cli.dev.sample.application import s256
from counterfoil.cli.dev.sample.tokens import BadToken, Issuer
from counterfoil.cli.dev.setup import SCOPES, Addresses, SampleClients
from counterfoil.cli.dev.steps import StepFailed, Told
from counterfoil.cli.output import moment
from counterfoil.kit import base64url
from counterfoil.kit.strict_json import Json

# IANA's COSE registry, for the eyes.
ALGORITHMS = {
    -7: "ES256",
    -8: "EdDSA",
    -35: "ES384",
    -36: "ES512",
    -37: "PS256",
    -48: "ML-DSA-44",
    -257: "RS256",
}


# RFC 9068 §2.2, in the order in which they answer: whose, for whom, what, how sure, when.
CLAIMS = ("iss", "sub", "client_id", "aud", "scope", "acr", "amr", "auth_time", "iat", "exp", "jti")
TIMES = frozenset({"auth_time", "iat", "exp"})


# What a token must say of how somebody came in, strongest fact first: `acr`, and facts in `amr`.
BY_KEY = ("phr", frozenset({"pop", "user"}))
BY_CODE = ("urn:counterfoil:acr:otp", frozenset({"pwd", "otp", "mfa"}))


@dataclass(frozen=True, slots=True)
class Asked:
    """A sign-in that an application asks for: where, and what comes back or proves us."""

    address: str
    state: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code and what it gave."""

    form: Mapping[str, str]
    access_token: str
    claims: Mapping[str, Json]


class Person(Protocol):
    """Somebody with a key: the emulated one, or a test's."""

    async def do(self, errand: Mapping[str, Json]) -> list[Event]:
        """What happened during an errand, in its order. Raises StepFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Story:
    """Who and what takes part."""

    told: Told
    addresses: Addresses
    clients: SampleClients
    person: Person
    http: httpx2.AsyncClient
    issuer: Issuer

    async def enrol(self, invitation: str) -> None:
        """The emulated person follows an invitation. Raises StepFailed."""
        self.told.step("Invite", "a link for a demonstration person, good once")
        events = await self.person.do({"do": "enrol", "url": invitation})
        enrolled = _event(events, "enrolled")
        self.told.step(
            "Enrol",
            f"the emulated security key made a key pair ({_algorithm(enrolled['algorithm'])});"
            " the service keeps the public half",
        )

    async def main_job(self) -> Redeemed:
        """From the touch to the token, and to an answer of the API. Raises StepFailed."""
        redirect, verifier, tried = await self._sign_in()
        redeemed = await self._redeem(redirect, verifier)
        await self._call_api(redeemed.access_token)
        await self._show_refusals(redeemed, tried)
        return redeemed

    async def with_phone(self, invitation: str, name: str) -> None:
        """Somebody without a key: a password and the codes of a phone. Raises StepFailed."""
        events = await self.person.do({"do": "enrol-phone", "url": invitation})
        entry = str(_event(events, "enrolled_phone")["name"])
        self.told.step(
            "Phone",
            "somebody without a key has a password, and scanned a link with an emulated phone",
            [("entry", entry)],
        )
        # The code that confirmed the phone is spent. A phone that is fast by one step has the next
        # one already, so nobody waits for it; one step either way is taken.
        await self.person.do({"do": "phone-clock", "skew_s": 30})
        asked = await self._ask()
        errand: Event = {
            "do": "sign-in-with-phone",
            "url": asked.address,
            "until": self.addresses.terminal_callback,
            "name": name,
        }
        events = await self.person.do(errand)
        await self.person.do({"do": "phone-clock", "skew_s": 0})
        tried = [(str(e["what"]), e["status"], str(e["sentence"])) for e in _tried(events)]
        # Refused alike, but told apart: a used code is no reason to type it again.
        if [s for _, s, _ in tried] != [403, 403] or len({said for *_, said in tried}) != 2:
            raise StepFailed(f"A code that is wrong or used was not refused as it must: {tried}")
        _, redeemed = await self._redeemed(self._code(events, asked), asked.verifier)
        claims = await self._claims(redeemed, BY_CODE)
        rows = [(name, _shown(name, claims[name])) for name in ("acr", "amr")]
        width = max(len(what) for what, _, _ in tried)
        rows += [(f"{what:<{width}}", f"{status}  {said}") for what, status, said in tried]
        self.told.step("Code", "the code became a token that says how, and was good once", rows)

    async def _ask(self) -> Asked:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        query = {
            "response_type": "code",
            "client_id": self.clients.terminal_id,
            "redirect_uri": self.addresses.terminal_callback,
            "scope": " ".join(SCOPES),
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = await self.issuer.endpoint("authorization_endpoint")
        return Asked(f"{endpoint}?{urlencode(query)}", state, verifier)

    def _code(self, events: list[Event], asked: Asked) -> str:
        """The code with which the browser was sent back, when the answer is ours."""
        back = parse_qs(urlsplit(str(_event(events, "sent_back")["url"])).query)
        if back.get("state") != [asked.state] or back.get("iss") != [self.addresses.issuer]:
            raise StepFailed(f"The answer is not for us: {', '.join(sorted(back))}.")
        if "code" not in back:
            raise StepFailed(f"The service gave no code: {back.get('error')}.")
        return back["code"][0]

    async def _sign_in(self) -> tuple[str, str, list[Event]]:
        asked = await self._ask()
        errand: Event = {
            "do": "sign-in",
            "url": asked.address,
            "until": self.addresses.terminal_callback,
            "try_again": True,
        }
        events = await self.person.do(errand)
        code = self._code(events, asked)
        counter = _event(events, "signed_in")["counter"]
        self.told.step(
            "Sign in",
            f"PIN and touch: the key signed the service's challenge (its counter says {counter})",
        )
        return code, asked.verifier, _tried(events)

    async def _redeem(self, code: str, verifier: str) -> Redeemed:
        began = time.perf_counter()
        form, token = await self._redeemed(code, verifier)
        took_ms = (time.perf_counter() - began) * 1000
        self.told.step(
            "Redeem",
            f"the code became an access token in {took_ms:.0f} ms",
            [("token", token)],
        )
        claims = await self._claims(token, BY_KEY)
        self.told.step(
            "Verify",
            "joserfc, which is not ours, holds it against the published keys: it is good, and says",
            [(name, _shown(name, claims[name])) for name in sorted(claims, key=_place)],
        )
        return Redeemed(form, token, claims)

    async def _redeemed(self, code: str, verifier: str) -> tuple[Mapping[str, str], str]:
        """What was sent to the token endpoint, and the access token."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.clients.terminal_id,
            "redirect_uri": self.addresses.terminal_callback,
            "code_verifier": verifier,
        }
        response = await self.http.post(await self.issuer.endpoint("token_endpoint"), data=form)
        if response.status_code != 200:
            raise StepFailed(f"The token endpoint answered {response.status_code}.")
        return form, str(response.json()["access_token"])

    async def _claims(self, token: str, by: tuple[str, frozenset[str]]) -> Mapping[str, Json]:
        """What the token says, when it verifies and tells how somebody came in."""
        try:
            claims = await self.issuer.access_token(token, self.addresses.api)
        except BadToken as error:
            raise StepFailed(f"The token does not verify: {error}.") from error
        acr, facts = by
        amr = claims.get("amr")
        said = frozenset(amr) if isinstance(amr, list) else frozenset()
        if claims["iss"] != self.addresses.issuer or claims.get("acr") != acr or not facts <= said:
            raise StepFailed("The token does not say what happened.")
        return claims

    async def _call_api(self, token: str) -> None:
        response = await self._ask_api(token)
        if response.status_code != 200:
            raise StepFailed(f"The sample API answered {response.status_code}.")
        self.told.step(
            "Call", "the sample application's API takes it", [("200", response.json()["greeting"])]
        )

    async def _show_refusals(self, redeemed: Redeemed, tried: list[Event]) -> None:
        """Everything that must be refused is tried. Raises StepFailed when one is not."""
        rows = [(str(e["what"]), e["status"], str(e["reason"])) for e in tried]
        expected = [(409, "replayed"), (403, "foreign_challenge")]
        if [(status, reason) for _, status, reason in rows] != expected:
            raise StepFailed(f"A second use of the key's answer was not refused as it must: {rows}")
        again = await self.http.post(
            await self.issuer.endpoint("token_endpoint"), data=redeemed.form
        )
        rows.append(("the code again", again.status_code, str(again.json().get("error"))))
        userinfo = await self.http.get(
            await self.issuer.endpoint("userinfo_endpoint"),
            headers={"Authorization": f"Bearer {redeemed.access_token}"},
        )
        rows.append(("the token whose code was tried twice", userinfo.status_code, _said(userinfo)))
        changed = await self._ask_api(with_one_bit_changed(redeemed.access_token))
        rows.append(("the token with one bit changed", changed.status_code, _said(changed)))
        without = await self._ask_api("")
        rows.append(("no token", without.status_code, _said(without)))
        expected += [(400, "invalid_grant"), (401, "invalid_token"), (401, "invalid_token")]
        expected += [(401, "Bearer")]
        for (what, *found), wanted in zip(rows, expected, strict=True):
            if tuple(found) != wanted:
                raise StepFailed(f"{what} was answered {found}, but it must be {wanted}.")
        width = max(len(what) for what, _, _ in rows)
        self.told.step(
            "Refused",
            "what must not work does not",
            [(f"{what:<{width}}", f"{status}  {reason}") for what, status, reason in rows],
        )

    async def _ask_api(self, token: str) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return await self.http.get(f"{self.addresses.api}/hello", headers=headers)


def with_one_bit_changed(token: str) -> str:
    """The token with the first bit of its signature turned over."""
    signed, _, signature = token.rpartition(".")
    changed = bytearray(base64url.decode(signature))
    changed[0] ^= 0x80
    return f"{signed}.{base64url.encode(bytes(changed))}"


def _event(events: list[Event], name: str) -> Event:
    found = next((event for event in events if event["event"] == name), None)
    if found is None:
        raise StepFailed(f"The emulated person did not tell that it {name.replace('_', ' ')}.")
    return found


def _tried(events: list[Event]) -> list[Event]:
    return [event for event in events if event["event"] == "tried"]


def _algorithm(number: Json) -> str:
    return ALGORITHMS.get(number, str(number)) if isinstance(number, int) else "?"


def _said(response: httpx2.Response) -> str:
    """The error code of a resource server's refusal (RFC 6750 §3)."""
    challenge = response.headers.get("www-authenticate", "")
    _, found, after = challenge.partition('error="')
    return after.partition('"')[0] if found else challenge.partition(" ")[0]


def _place(name: str) -> int:
    return CLAIMS.index(name) if name in CLAIMS else len(CLAIMS)


def _shown(name: str, value: Json) -> str:
    if name in TIMES and isinstance(value, int):
        return f"{value} ({moment(value * 1000)} UTC)"
    return " ".join(str(v) for v in value) if isinstance(value, list) else str(value)
