"""What the browser is asked: the JSON that parseCreationOptionsFromJSON and its sister read.

Plain mappings with the standard's names: python-fido2's data classes give the same JSON
(tests compare them) but take 1.3 ms for nine algorithms, as they evaluate their type hints
for each object, and these take 0.01.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.factors.webauthn import cose
from counterfoil.factors.webauthn.expectations import UserVerification
from counterfoil.kit import base64url
from counterfoil.kit.strict_json import Json

# In the order of preference. RS256 is what a TPM without elliptic curves has.
ALGORITHMS = (cose.ES256, cose.EDDSA, cose.ES384, cose.ES512, cose.PS256, cose.RS256)
POST_QUANTUM_ALGORITHMS = (cose.ML_DSA_65, cose.ML_DSA_87, cose.ML_DSA_44)


class ResidentKey(StrEnum):
    """ResidentKeyRequirement (WebAuthn §5.4.6)."""

    DISCOURAGED = "discouraged"
    PREFERRED = "preferred"
    REQUIRED = "required"


class Hint(StrEnum):
    """PublicKeyCredentialHint (WebAuthn §5.8.7)."""

    SECURITY_KEY = "security-key"
    CLIENT_DEVICE = "client-device"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """PublicKeyCredentialDescriptor: an id, and the transports that its registration told."""

    id: bytes
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """PublicKeyCredentialUserEntity: `id` is the user handle, 1 to 64 bytes, never the name."""

    id: bytes
    name: str
    display_name: str


def usable_algorithms() -> tuple[int, ...]:
    """All that this installation can verify, in the order in which it would have them."""
    return ALGORITHMS + (POST_QUANTUM_ALGORITHMS if cose.ml_dsa_is_here() else ())


def creation_options(
    *,
    rp_id: str,
    rp_name: str,
    user: User,
    challenge: bytes,
    algorithms: Sequence[int],
    timeout_ms: int,
    user_verification: UserVerification,
    resident_key: ResidentKey,
    exclude_credentials: Sequence[Descriptor] = (),
    hints: Sequence[Hint] = (),
) -> dict[str, Json]:
    """PublicKeyCredentialCreationOptionsJSON; conveyance is `none`, and `credProps` is asked."""
    return {
        "rp": {"id": rp_id, "name": rp_name},
        "user": {
            "id": base64url.encode(user.id),
            "name": user.name,
            "displayName": user.display_name,
        },
        "challenge": base64url.encode(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in algorithms],
        "timeout": timeout_ms,
        "excludeCredentials": _descriptors(exclude_credentials),
        "authenticatorSelection": {
            "residentKey": resident_key.value,
            # Level 1's word for it, which old clients read.
            "requireResidentKey": resident_key is ResidentKey.REQUIRED,
            "userVerification": user_verification.value,
        },
        "hints": [hint.value for hint in hints],
        "attestation": "none",
        "extensions": {"credProps": True},
    }


def request_options(
    *,
    rp_id: str,
    challenge: bytes,
    timeout_ms: int,
    user_verification: UserVerification,
    allow_credentials: Sequence[Descriptor] = (),
    hints: Sequence[Hint] = (),
) -> dict[str, Json]:
    """PublicKeyCredentialRequestOptionsJSON; no `allow_credentials` asks for a discoverable one."""
    return {
        "challenge": base64url.encode(challenge),
        "timeout": timeout_ms,
        "rpId": rp_id,
        "allowCredentials": _descriptors(allow_credentials),
        "userVerification": user_verification.value,
        "hints": [hint.value for hint in hints],
    }


def _descriptors(descriptors: Sequence[Descriptor]) -> list[Json]:
    return [_descriptor(descriptor) for descriptor in descriptors]


def _descriptor(descriptor: Descriptor) -> Json:
    members: dict[str, Json] = {"type": "public-key", "id": base64url.encode(descriptor.id)}
    if descriptor.transports:  # nothing known, nothing said
        members["transports"] = list(descriptor.transports)
    return members
