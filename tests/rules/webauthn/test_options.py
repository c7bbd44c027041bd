"""The options that a browser gets, read by libraries that we did not write."""

from typing import Any

import pytest
from fido2.webauthn import (
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)
from webauthn.helpers import (
    parse_authentication_options_json,
    parse_registration_options_json,
)

from counterfoil.factors.webauthn import cose
from counterfoil.factors.webauthn.options import (
    ALGORITHMS,
    Descriptor,
    Hint,
    ResidentKey,
    User,
    creation_options,
    request_options,
    usable_algorithms,
)
from counterfoil.factors.webauthn.rules import UserVerification
from tests.rules.webauthn import software_key as soft

USER = User(soft.USER_HANDLE, "ada", "Ada Lovelace")
KNOWN = (Descriptor(b"first", ("usb", "nfc")), Descriptor(b"second"))


def created(**changes: Any) -> dict[str, Any]:
    return creation_options(
        **{
            "rp_id": soft.RP_ID,
            "rp_name": "Login",
            "user": USER,
            "challenge": soft.CHALLENGE,
            "algorithms": (-7, -8),
            "timeout_ms": 120_000,
            "user_verification": UserVerification.REQUIRED,
            "resident_key": ResidentKey.REQUIRED,
            "exclude_credentials": KNOWN,
            "hints": (Hint.SECURITY_KEY,),
            **changes,
        }
    )


def requested(**changes: Any) -> dict[str, Any]:
    return request_options(
        **{
            "rp_id": soft.RP_ID,
            "challenge": soft.CHALLENGE,
            "timeout_ms": 120_000,
            "user_verification": UserVerification.PREFERRED,
            "allow_credentials": KNOWN,
            "hints": (Hint.CLIENT_DEVICE, Hint.HYBRID),
            **changes,
        }
    )


def test_creation_options_are_the_standards_json() -> None:
    assert created() == {
        "rp": {"id": "login.example", "name": "Login"},
        "user": {"id": "dXV1" * 21 + "dQ", "name": "ada", "displayName": "Ada Lovelace"},
        "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -7},
            {"type": "public-key", "alg": -8},
        ],
        "timeout": 120_000,
        "excludeCredentials": [
            {"type": "public-key", "id": "Zmlyc3Q", "transports": ["usb", "nfc"]},
            {"type": "public-key", "id": "c2Vjb25k"},
        ],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "hints": ["security-key"],
        "attestation": "none",
        "extensions": {"credProps": True},
    }


def test_request_options_are_the_standards_json() -> None:
    assert requested() == {
        "challenge": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "timeout": 120_000,
        "rpId": "login.example",
        "allowCredentials": [
            {"type": "public-key", "id": "Zmlyc3Q", "transports": ["usb", "nfc"]},
            {"type": "public-key", "id": "c2Vjb25k"},
        ],
        "userVerification": "preferred",
        "hints": ["client-device", "hybrid"],
    }


def test_python_fido2_reads_and_writes_the_same_options() -> None:
    creation, request = created(), requested()
    assert dict(PublicKeyCredentialCreationOptions.from_dict(creation)) == creation
    assert dict(PublicKeyCredentialRequestOptions.from_dict(request)) == request


def test_py_webauthn_reads_the_same_options() -> None:
    creation = parse_registration_options_json(created())
    assert creation.challenge == soft.CHALLENGE
    assert creation.user.id == soft.USER_HANDLE
    assert [param.alg for param in creation.pub_key_cred_params] == [-7, -8]
    assert creation.exclude_credentials is not None
    assert [excluded.id for excluded in creation.exclude_credentials] == [b"first", b"second"]
    request = parse_authentication_options_json(requested())
    assert request.rp_id == soft.RP_ID
    assert request.allow_credentials is not None
    assert [allowed.id for allowed in request.allow_credentials] == [b"first", b"second"]


@pytest.mark.parametrize("wish", [ResidentKey.DISCOURAGED, ResidentKey.PREFERRED])
def test_old_clients_are_told_of_resident_keys_only_where_they_are_required(
    wish: ResidentKey,
) -> None:
    assert created(resident_key=wish)["authenticatorSelection"] == {
        "residentKey": wish.value,
        "requireResidentKey": False,
        "userVerification": "required",
    }


def test_a_discoverable_credential_is_asked_for_by_naming_none() -> None:
    assert requested(allow_credentials=())["allowCredentials"] == []


def test_what_is_offered_can_be_verified() -> None:
    """ML-DSA stands last: a key that has both makes an ES256 credential."""
    offered = usable_algorithms()
    assert offered[: len(ALGORITHMS)] == ALGORITHMS
    assert (cose.ML_DSA_65 in offered) == cose.ml_dsa_is_here()
    assert len(set(offered)) == len(offered)
    for algorithm in offered:
        key = soft.key_for(algorithm)
        assert isinstance(cose.load_public_key(cose.cose_key(key.cose)), cose.PublicKey)
