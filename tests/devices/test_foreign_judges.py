"""Ceremonies of the emulated key, judged by libraries that are not ours."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import Any

import pytest
import webauthn
from fido2.attestation.base import Attestation
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2.pin import ClientPin
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationObject,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.helpers.structs import AttestationFormat

from counterfoil_devices.emulated import (
    EMULATED_AAGUID,
    Algorithm,
    Browser,
    EmulatedDevice,
    Model,
    SecurityKey,
    World,
)
from tests.devices.options import ANN, CHALLENGE, ORIGIN, RP_ID, b64, creation, request

OFFERED = [a for a in Algorithm if a is not Algorithm.ES256K]
PIN = "2580"


class Person(UserInteraction):
    def request_pin(self, permissions: ClientPin.PERMISSION, rp_id: str | None) -> str:
        return PIN


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify_packed(attestation: AttestationObject, client_data_hash: bytes) -> None:
    statement = attestation.att_stmt
    Attestation.for_type(attestation.fmt)().verify(
        statement, attestation.auth_data, client_data_hash
    )


@pytest.mark.parametrize("resident", list(ResidentKeyRequirement))
@pytest.mark.parametrize(
    "verification", [UserVerificationRequirement.REQUIRED, UserVerificationRequirement.DISCOURAGED]
)
@pytest.mark.parametrize("algorithm", OFFERED)
def test_fido2_client_and_server_accept_both_ceremonies(
    device: EmulatedDevice,
    algorithm: Algorithm,
    verification: UserVerificationRequirement,
    resident: ResidentKeyRequirement,
) -> None:
    client = Fido2Client(device, DefaultClientDataCollector(ORIGIN), Person())
    server = Fido2Server(
        PublicKeyCredentialRpEntity(name="Login", id=RP_ID), verify_attestation=verify_packed
    )
    server.attestation = "direct"  # type: ignore[assignment]  # what its own enum compares equal to
    server.allowed_algorithms = [p for p in server.allowed_algorithms if p.alg == algorithm]

    user = PublicKeyCredentialUserEntity(id=ANN, name="ann")
    begun, state = server.register_begin(
        user, resident_key_requirement=resident, user_verification=verification
    )
    made = client.make_credential(begun.public_key)
    registered = server.register_complete(state, made)
    assert registered.credential_data is not None
    assert registered.credential_data.aaguid == EMULATED_AAGUID
    assert registered.is_user_verified() is (
        verification == "required" or resident != ResidentKeyRequirement.DISCOURAGED
    )

    named = None if resident == ResidentKeyRequirement.REQUIRED else [registered.credential_data]
    asked, state = server.authenticate_begin(named, user_verification=verification)
    answer = client.get_assertion(asked.public_key).get_response(0)
    known = server.authenticate_complete(state, [registered.credential_data], answer)
    assert known.credential_id == made.raw_id
    assert answer.response.authenticator_data.counter > registered.counter


# This judge knows no ES384.
@pytest.mark.parametrize("algorithm", [a for a in OFFERED if a is not Algorithm.ES384])
@pytest.mark.parametrize("attestation", ["none", "direct"])
@pytest.mark.parametrize("resident", ["required", "discouraged"])
def test_py_webauthn_accepts_the_json_of_both_ceremonies(
    browser: Browser, algorithm: Algorithm, attestation: str, resident: str
) -> None:
    options = creation(
        algorithms=[algorithm], attestation=attestation, resident=resident, verification="required"
    )
    registered = webauthn.verify_registration_response(
        credential=browser.create(options, ORIGIN),
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        require_user_verification=True,
        supported_pub_key_algs=[webauthn.helpers.cose.COSEAlgorithmIdentifier(algorithm)],
    )
    expected = AttestationFormat.NONE if attestation == "none" else AttestationFormat.PACKED
    assert registered.fmt == expected
    assert registered.aaguid.replace("-", "") == EMULATED_AAGUID.hex()

    allow = [] if resident == "required" else [b64(registered.credential_id)]
    response = browser.get(request(allow=allow, verification="required"), ORIGIN)
    verified = webauthn.verify_authentication_response(
        credential=response,
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
        credential_public_key=registered.credential_public_key,
        credential_current_sign_count=registered.sign_count,
        require_user_verification=True,
    )
    assert verified.new_sign_count > registered.sign_count
    assert verified.user_verified
    assert not verified.credential_backed_up


def test_the_demonstrations_http_localhost_is_an_origin_too(browser: Browser) -> None:
    options = creation()
    options["rp"]["id"] = "localhost"
    response = browser.create(options, "http://localhost:8080")
    webauthn.verify_registration_response(
        credential=response,
        expected_challenge=CHALLENGE,
        expected_rp_id="localhost",
        expected_origin="http://localhost:8080",
    )


def test_a_key_that_syncs_says_so(world: World) -> None:
    key = SecurityKey(world, Model(backup_eligible=True, backed_up=True, counts=False))
    browser = Browser(EmulatedDevice(key), world)
    registered = webauthn.verify_registration_response(
        credential=browser.create(creation(), ORIGIN),
        expected_challenge=CHALLENGE,
        expected_rp_id=RP_ID,
        expected_origin=ORIGIN,
    )
    assert registered.credential_backed_up
    assert registered.credential_device_type == "multi_device"
    assert registered.sign_count == 0


def test_a_key_without_attestation_says_none(world: World) -> None:
    browser = Browser(EmulatedDevice(SecurityKey(world, Model(attests=False))), world)
    response = browser.create(creation(attestation="direct"), ORIGIN)
    assert AttestationObject(unb64(response["response"]["attestationObject"])).fmt == "none"


def test_an_es256k_key_is_there_for_those_who_ask_for_it(world: World) -> None:
    key = SecurityKey(world, Model(algorithms=(Algorithm.ES256K,)))
    browser = Browser(EmulatedDevice(key), world)
    made = browser.create(creation(algorithms=[Algorithm.ES256K]), ORIGIN)
    attestation = AttestationObject(unb64(made["response"]["attestationObject"]))
    client_data = CollectedClientData(unb64(made["response"]["clientDataJSON"]))
    verify_packed(attestation, client_data.hash)


def test_the_json_is_what_fido2_reads(browser: Browser) -> None:
    made = browser.create(creation(), ORIGIN)
    answer: Any = AuthenticationResponse.from_dict(browser.get(request(allow=[made["id"]]), ORIGIN))
    registered = AuthenticatorData(unb64(made["response"]["authenticatorData"])).credential_data
    assert registered is not None
    signed = answer.response.authenticator_data + answer.response.client_data.hash
    registered.public_key.verify(signed, answer.response.signature)
