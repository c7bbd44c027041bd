"""The browser's answer: RegistrationResponseJSON and AuthenticationResponseJSON (§5.1.8).

What a browser adds (`authenticatorAttachment`, `publicKey`, `publicKeyAlgorithm`, a second
copy of the authenticator data) is not looked at: everything is read from what was signed.
"""

import re
from dataclasses import dataclass

from counterfoil.kit import base64url
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.strict_json import Json

# WebAuthn §4, "user handle".
MAX_USER_HANDLE = 64
MAX_TRANSPORTS = 16

# An AuthenticatorTransport of today or tomorrow; unknown ones are kept and sent back.
_TRANSPORT = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RegistrationResponse:
    """AuthenticatorAttestationResponse with the credential's id, as bytes.

    `discoverable` is `credProps.rk`, the one client extension output that we ask for.
    """

    id: bytes
    client_data_json: bytes
    attestation_object: bytes
    transports: tuple[str, ...]
    discoverable: bool | None


@dataclass(frozen=True, slots=True)
class AuthenticationResponse:
    """AuthenticatorAssertionResponse with the credential's id, as bytes."""

    id: bytes
    client_data_json: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


def parse_registration(body: Json) -> RegistrationResponse:
    """Raises Malformed."""
    credential, response = _credential(body)
    return RegistrationResponse(
        id=_id(credential),
        client_data_json=_bytes(response, "clientDataJSON"),
        attestation_object=_bytes(response, "attestationObject"),
        transports=_transports(response.get("transports")),
        discoverable=_discoverable(_object(credential, "clientExtensionResults")),
    )


def parse_assertion(body: Json) -> AuthenticationResponse:
    """Raises Malformed."""
    credential, response = _credential(body)
    _object(credential, "clientExtensionResults")
    return AuthenticationResponse(
        id=_id(credential),
        client_data_json=_bytes(response, "clientDataJSON"),
        authenticator_data=_bytes(response, "authenticatorData"),
        signature=_bytes(response, "signature"),
        user_handle=_user_handle(response),
    )


def _credential(body: Json) -> tuple[dict[str, Json], dict[str, Json]]:
    if not isinstance(body, dict):
        raise Malformed("the credential is not an object")
    if body.get("type") != "public-key":
        raise Malformed("the credential's type is not public-key")
    return body, _object(body, "response")


def _id(credential: dict[str, Json]) -> bytes:
    value = _bytes(credential, "id")
    # Strict base64url has one spelling for one value, so equal texts are equal bytes.
    if credential.get("rawId") != credential["id"]:
        raise Malformed("id and rawId differ")
    if not value:
        raise Malformed("the credential id is empty")
    return value


def _object(owner: dict[str, Json], name: str) -> dict[str, Json]:
    value = owner.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def _bytes(owner: dict[str, Json], name: str) -> bytes:
    value = owner.get(name)
    if not isinstance(value, str):
        raise Malformed(f"{name} is not text")
    return base64url.decode(value)


def _user_handle(response: dict[str, Json]) -> bytes | None:
    if response.get("userHandle") is None:
        return None
    value = _bytes(response, "userHandle")
    if len(value) > MAX_USER_HANDLE:
        raise Malformed("userHandle is too long")
    # No account has an empty one; some clients send it for a key that stored none.
    return value or None


def _transports(value: Json) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TRANSPORTS:
        raise Malformed("transports is not a short list")
    transports = tuple(item for item in value if isinstance(item, str))
    if len(transports) != len(value) or not all(map(_TRANSPORT.fullmatch, transports)):
        raise Malformed("transports has something that is not a transport")
    return transports


def _discoverable(results: dict[str, Json]) -> bool | None:
    properties = results.get("credProps")
    if properties is None:
        return None
    rk = properties.get("rk") if isinstance(properties, dict) else 0
    if rk is not None and not isinstance(rk, bool):
        raise Malformed("credProps is not an object with a boolean rk")
    return rk
