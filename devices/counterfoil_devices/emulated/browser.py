"""A small WebAuthn client above an emulated key: options as JSON in, the response as JSON out.

It does what `navigator.credentials.create` and `.get` do with a security key, as WebAuthn Level 3
§5.1.3 and §5.1.4 say, and speaks to the key through python-fido2. Told to, it lies like a hostile
page or client would.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from hashlib import sha256
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from fido2 import cbor
from fido2.ctap import CtapDevice, CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.rpid import verify_rp_id

from counterfoil_devices.emulated.flags import Flag
from counterfoil_devices.emulated.world import World

JsonObject: TypeAlias = dict[str, Any]
"""JSON as `json.loads` gives it: what travels between a page and its server."""

ERR: Final = CtapError.ERR


@unique
class DomException(Enum):
    """The names under which a browser refuses, with what each means here."""

    NOT_ALLOWED = "NotAllowedError"  # cancelled, timed out, refused, no such credential
    INVALID_STATE = "InvalidStateError"  # the key holds an excluded credential
    NOT_SUPPORTED = "NotSupportedError"  # no algorithm in common
    CONSTRAINT = "ConstraintError"  # user verification demanded of a key without PIN
    SECURITY = "SecurityError"  # the RP ID does not belong to the origin
    UNKNOWN = "UnknownError"  # the key answered something that is no answer


class BrowserError(Exception):
    """The promise of create() or get() was rejected. `cause` is the key's status if it had one."""

    def __init__(self, name: DomException, cause: CtapError.ERR | None = None) -> None:
        self.name = name
        self.cause = cause
        super().__init__(name.value if cause is None else f"{name.value}: {cause}")


@dataclass(frozen=True, slots=True)
class Lies:
    """What a hostile client writes instead of the truth; None tells the truth.

    The first five stand in the client data, which the key signs; the others in the response around
    it. `cross_origin` and `top_origin` are also what an honest browser writes inside a frame.
    """

    origin: str | None = None
    challenge: str | None = None
    type: str | None = None
    cross_origin: bool | None = None
    top_origin: str | None = None
    user_handle: bytes | None = None
    id: str | None = None
    raw_id: str | None = None
    response_type: str | None = None
    rp_id: str | None = None  # asked of the key in place of the options' own, unchecked


TRUTH: Final = Lies()


class Browser:
    """A browser with one key plugged in; the person types the PIN that `world` remembers."""

    def __init__(self, device: CtapDevice, world: World) -> None:
        self._device = device
        self._world = world

    def create(self, options: Mapping[str, Any], origin: str, lies: Lies = TRUTH) -> JsonObject:
        """PublicKeyCredentialCreationOptionsJSON in, RegistrationResponseJSON out.

        Raises BrowserError, and OSError when the key is unplugged meanwhile.
        """
        rp_id = _rp_id(options["rp"].get("id"), origin, lies)
        client_data = _client_data("webauthn.create", options["challenge"], origin, lies)
        selection = options.get("authenticatorSelection") or {}
        with_key = _Conversation(self._device, self._world, rp_id)
        resident = with_key.wants_resident(selection)
        answer = with_key.make_credential(options, sha256(client_data).digest(), resident)
        data: bytes = answer[2]
        if options.get("attestation", "none") == "none":
            # Level 3 §5.1.3: without conveyance the statement is removed; the AAGUID stays.
            answer = {1: "none", 2: data, 3: {}}
        attestation = cbor.encode({"fmt": answer[1], "authData": data, "attStmt": answer[3]})
        credential_id, algorithm = _attested(data)
        response = {
            "clientDataJSON": _b64(client_data),
            "attestationObject": _b64(attestation),
            "authenticatorData": _b64(data),
            "transports": with_key.transports,
            "publicKeyAlgorithm": algorithm,
        }
        asked = options.get("extensions") or {}
        results = {"credProps": {"rk": resident}} if asked.get("credProps") else {}
        return _credential(credential_id, response, results, lies)

    def get(
        self, options: Mapping[str, Any], origin: str, lies: Lies = TRUTH, *, account: int = 0
    ) -> JsonObject:
        """PublicKeyCredentialRequestOptionsJSON in, AuthenticationResponseJSON out.

        `account` is the line of the account chooser that the person clicks, the youngest first.
        Raises BrowserError, and OSError when the key is unplugged meanwhile.
        """
        rp_id = _rp_id(options.get("rpId"), origin, lies)
        client_data = _client_data("webauthn.get", options["challenge"], origin, lies)
        with_key = _Conversation(self._device, self._world, rp_id)
        answer = with_key.get_assertion(options, sha256(client_data).digest(), account)
        user = answer.get(4)
        handle = user["id"] if user and lies.user_handle is None else lies.user_handle
        response = {
            "clientDataJSON": _b64(client_data),
            "authenticatorData": _b64(answer[2]),
            "signature": _b64(answer[3]),
            "userHandle": None if handle is None else _b64(handle),
        }
        return _credential(answer[1]["id"], response, {}, lies)


class _Conversation:
    """One ceremony with one key, for one RP ID."""

    def __init__(self, device: CtapDevice, world: World, rp_id: str) -> None:
        try:
            self._ctap = Ctap2(device, strict_cbor=False)
        except (CtapError, ValueError, TypeError, LookupError) as error:
            raise BrowserError(DomException.UNKNOWN) from error
        self._world = world
        self._rp_id = rp_id
        self._info = self._ctap.info
        self.transports = list(self._info.transports)

    def wants_resident(self, selection: Mapping[str, Any]) -> bool:
        """What residentKey, or its forerunner requireResidentKey, means for this key."""
        wish = selection.get("residentKey")
        if wish is None:
            wish = "required" if selection.get("requireResidentKey") else "discouraged"
        return wish == "required" or (wish == "preferred" and bool(self._info.options.get("rk")))

    def make_credential(
        self, options: Mapping[str, Any], digest: bytes, resident: bool
    ) -> Mapping[int, Any]:
        """The key's answer to authenticatorMakeCredential."""
        selection = options.get("authenticatorSelection") or {}
        verification = selection.get("userVerification", "preferred")
        if resident and verification == "discouraged" and self._info.options.get("clientPin"):
            verification = "preferred"  # A key with a PIN makes no resident credential without it.
        permission = ClientPin.PERMISSION.MAKE_CREDENTIAL | ClientPin.PERMISSION.GET_ASSERTION
        token = self._token(verification, permission)
        known = self._known(_ids(options.get("excludeCredentials")), token)
        user = {**options["user"], "id": unb64(options["user"]["id"])}
        request: dict[int, Any] = {
            1: digest,
            2: {**options["rp"], "id": self._rp_id},
            3: user,
            4: [{"type": p["type"], "alg": p["alg"]} for p in options["pubKeyCredParams"]],
            5: [_descriptor(known)] if known is not None else None,
            6: _protection(options.get("extensions") or {}),
            7: {"rk": True} if resident else None,
        }
        return self._send(Ctap2.CMD.MAKE_CREDENTIAL, request, token, digest, 8)

    def get_assertion(
        self, options: Mapping[str, Any], digest: bytes, account: int
    ) -> Mapping[int, Any]:
        """The key's answer to authenticatorGetAssertion, or to the following one chosen."""
        verification = options.get("userVerification", "preferred")
        token = self._token(verification, ClientPin.PERMISSION.GET_ASSERTION)
        allowed = _ids(options.get("allowCredentials"))
        request: dict[int, Any] = {1: self._rp_id, 2: digest}
        if allowed:
            known = self._known(allowed, token)
            if known is None:
                raise BrowserError(DomException.NOT_ALLOWED, ERR.NO_CREDENTIALS)
            request[3] = [_descriptor(known)]
        answer = self._send(Ctap2.CMD.GET_ASSERTION, request, token, digest, 6)
        for _ in range(min(account, answer.get(5, 1) - 1)):
            answer = self._send(Ctap2.CMD.GET_NEXT_ASSERTION, None, None, digest, 0)
        # A key may leave the descriptor out when only one credential was allowed.
        return answer if 1 in answer else {**answer, 1: request[3][0]}

    def _token(self, verification: str, permission: ClientPin.PERMISSION) -> bytes | None:
        """A pinUvAuthToken if the person is to be verified and the key can do it."""
        if verification == "discouraged":
            return None
        if not self._info.options.get("clientPin"):
            if verification == "required":
                raise BrowserError(DomException.CONSTRAINT)
            return None
        if self._world.pin is None:
            raise BrowserError(DomException.NOT_ALLOWED)  # The person closes the prompt.
        try:
            return ClientPin(self._ctap).get_pin_token(self._world.pin, permission, self._rp_id)
        except CtapError as error:
            raise _refused(error) from error

    def _known(self, ids: Sequence[bytes], token: bytes | None) -> bytes | None:
        """Which of these the key holds, asked without a touch and in lists that it can take."""
        size = self._info.max_creds_in_list or 1
        longest = self._info.max_cred_id_length or 1023
        ids = [i for i in ids if len(i) <= longest]
        for start in range(0, len(ids), size):
            part, digest = ids[start : start + size], bytes(32)
            request = {
                1: self._rp_id,
                2: digest,
                3: [_descriptor(i) for i in part],
                5: {"up": False},
            }
            try:
                answer = self._send(Ctap2.CMD.GET_ASSERTION, request, token, digest, 6)
            except BrowserError as error:
                if error.cause is not ERR.NO_CREDENTIALS:
                    raise
            else:
                return bytes(answer[1]["id"]) if 1 in answer else part[0]
        return None

    def _send(
        self,
        command: Ctap2.CMD,
        request: Mapping[int, Any] | None,
        token: bytes | None,
        digest: bytes,
        auth_key: int,
    ) -> Mapping[int, Any]:
        """Send, with the proof of the PIN under `auth_key` and the next, and read the answer."""
        params = None if request is None else {k: v for k, v in request.items() if v is not None}
        if params is not None and token is not None:
            protocol = ClientPin(self._ctap).protocol
            params[auth_key] = protocol.authenticate(token, digest)
            params[auth_key + 1] = protocol.VERSION
        try:
            return self._ctap.send_cbor(command, params)
        except CtapError as error:
            raise _refused(error) from error
        except (ValueError, TypeError, LookupError) as error:
            raise BrowserError(DomException.UNKNOWN) from error


_NAMES: Final = {
    ERR.CREDENTIAL_EXCLUDED: DomException.INVALID_STATE,
    ERR.UNSUPPORTED_ALGORITHM: DomException.NOT_SUPPORTED,
    ERR.UNSUPPORTED_OPTION: DomException.CONSTRAINT,
    ERR.KEY_STORE_FULL: DomException.CONSTRAINT,
}


def unb64(text: str) -> bytes:
    """base64url without padding, as WebAuthn's JSON has it."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _refused(error: CtapError) -> BrowserError:
    return BrowserError(_NAMES.get(error.code, DomException.NOT_ALLOWED), error.code)


def _rp_id(given: str | None, origin: str, lies: Lies) -> str:
    rp_id = (urlsplit(origin).hostname or "") if given is None else given
    if lies.rp_id is not None:
        return lies.rp_id
    if not verify_rp_id(rp_id, origin):
        raise BrowserError(DomException.SECURITY)
    return rp_id


def _client_data(kind: str, challenge: str, origin: str, lies: Lies) -> bytes:
    """CollectedClientData in the order of Level 3 §5.8.1.1."""
    data: JsonObject = {
        "type": kind if lies.type is None else lies.type,
        "challenge": challenge if lies.challenge is None else lies.challenge,
        "origin": origin if lies.origin is None else lies.origin,
        "crossOrigin": bool(lies.cross_origin),
    }
    if lies.top_origin is not None:
        data["topOrigin"] = lies.top_origin
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def _ids(descriptors: Sequence[Mapping[str, str]] | None) -> list[bytes]:
    return [unb64(d["id"]) for d in descriptors or () if d["type"] == "public-key"]


def _descriptor(credential_id: bytes) -> dict[str, str | bytes]:
    return {"type": "public-key", "id": credential_id}


def _protection(extensions: Mapping[str, Any]) -> dict[str, int] | None:
    levels = (
        "userVerificationOptional",
        "userVerificationOptionalWithCredentialIDList",
        "userVerificationRequired",
    )
    wish = extensions.get("credentialProtectionPolicy")
    return {"credProtect": levels.index(wish) + 1} if wish in levels else None


def _attested(data: bytes) -> tuple[bytes, int]:
    """Credential id and algorithm from authenticator data; whatever follows is not our business."""
    if len(data) < 55 or not data[32] & Flag.AT:
        raise BrowserError(DomException.UNKNOWN)
    end = 55 + int.from_bytes(data[53:55], "big")
    public, _ = cbor.decode_from(data[end:])
    return data[55:end], public[3]


def _credential(
    credential_id: bytes, response: JsonObject, results: JsonObject, lies: Lies
) -> JsonObject:
    honest = _b64(credential_id)
    return {
        "id": honest if lies.id is None else lies.id,
        "rawId": honest if lies.raw_id is None else lies.raw_id,
        "type": "public-key" if lies.response_type is None else lies.response_type,
        "authenticatorAttachment": "cross-platform",
        "response": {k: v for k, v in response.items() if v is not None},
        "clientExtensionResults": results,
    }
