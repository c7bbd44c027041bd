"""Options as a relying party's page gives them to the browser, for the tests here."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

from counterfoil_devices.emulated import Algorithm

ORIGIN = "https://login.example"
RP_ID = "login.example"
CHALLENGE = bytes(range(32))
ANN = b"ann's random handle"
BOB = b"bob's random handle"


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def creation(
    *,
    algorithms: Sequence[int] = (Algorithm.ES256,),
    user_id: bytes = ANN,
    resident: str = "discouraged",
    verification: str = "preferred",
    exclude: Sequence[str] = (),
    attestation: str = "direct",
    extensions: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "rp": {"id": RP_ID, "name": "Login"},
        "user": {"id": b64(user_id), "name": "ann", "displayName": "Ann"},
        "challenge": b64(CHALLENGE),
        "pubKeyCredParams": [{"type": "public-key", "alg": int(a)} for a in algorithms],
        "authenticatorSelection": {"residentKey": resident, "userVerification": verification},
        "excludeCredentials": [{"type": "public-key", "id": i} for i in exclude],
        "attestation": attestation,
        "extensions": extensions or {},
    }


def request(*, allow: Sequence[str] = (), verification: str = "preferred") -> dict[str, Any]:
    return {
        "challenge": b64(CHALLENGE),
        "rpId": RP_ID,
        "allowCredentials": [{"type": "public-key", "id": i} for i in allow],
        "userVerification": verification,
    }
