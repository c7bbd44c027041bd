"""How a client says who it is at the token endpoint (RFC 6749 §2.3.1), read and not yet believed.

`client_secret_basic`, `client_secret_post`, or `none` for a client that keeps no secret;
one of them, and never in the query.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth.client import read_client_id


@dataclass(frozen=True, slots=True)
class Presented:
    """What a client presented; `secret` is None for the method `none`."""

    client: ClientId
    secret: Secret | None


def read_credentials(authorization: str | None, form: Mapping[str, str]) -> Presented | Refused:
    """INVALID_CLIENT for none or unreadable ones, INVALID_REQUEST for two at once."""
    named, secret = form.get("client_id"), form.get("client_secret")
    if authorization is not None:
        if secret:
            return Refused(Reason.INVALID_REQUEST, "client_secret: two ways at once")
        presented = _read_basic(authorization)
        if isinstance(presented, Presented) and named and named != presented.client:
            return Refused(Reason.INVALID_REQUEST, "client_id: two clients at once")
        return presented
    client_id = read_client_id(named or "")
    if client_id is None:
        return Refused(Reason.INVALID_CLIENT, "client_id: missing or foreign")
    return Presented(client_id, Secret(secret) if secret else None)


def _read_basic(authorization: str) -> Presented | Refused:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return Refused(Reason.INVALID_CLIENT, "Authorization: not Basic")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        name, colon, secret = text.partition(":")
        # §2.3.1: both are form-encoded before they are joined.
        client_id = read_client_id(unquote_plus(name, errors="strict"))
        secret = unquote_plus(secret, errors="strict")
    except (binascii.Error, ValueError):
        return Refused(Reason.INVALID_CLIENT, "Authorization: unreadable")
    if client_id is None or not colon or not secret:
        return Refused(Reason.INVALID_CLIENT, "Authorization: no client id or no secret")
    return Presented(client_id, Secret(secret))
