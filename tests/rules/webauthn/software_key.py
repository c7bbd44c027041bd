"""A small authenticator and browser for tests of the rules: everything can be bent.

`registration` and `assertion` give the browser's JSON; each keyword replaces one thing that an
honest key and client would have said. Signatures are made over what was bent, so that a
refusal is for the bent thing and not for a broken signature.
"""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from fido2 import cbor

from counterfoil.factors.webauthn.rules import (
    ExpectedAssertion,
    ExpectedRegistration,
    StoredCredential,
    UserVerification,
)
from counterfoil.kit import base64url

CHALLENGE = bytes(range(32))
RP_ID = "login.example"
ORIGIN = "https://login.example"
CREDENTIAL_ID = b"a credential of the tests"
USER_HANDLE = b"u" * 64
AAGUID = bytes.fromhex("c0ffee00c0ffee00c0ffee00c0ffee00")
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80
AT_MS = 1_790_000_000_000

ALL_ALGORITHMS = (-7, -9, -35, -51, -36, -52, -8, -19, -53, -257, -37, -48, -49, -50)

Cose: TypeAlias = dict[Any, Any]


@dataclass(frozen=True)
class SoftwareKey:
    """A private key, its COSE_Key, and how it signs."""

    cose: Cose
    sign: Callable[[bytes], bytes]
    private: rsa.RSAPrivateKey | None = None

    @property
    def algorithm(self) -> int:
        return int(self.cose[3])


@functools.cache
def key_for(algorithm: int) -> SoftwareKey:
    """One key per algorithm and test run; RSA keys are slow to make."""
    if algorithm in (-7, -9):
        return _ecdsa(algorithm, 1, ec.SECP256R1(), ec.ECDSA(SHA256()))
    if algorithm in (-35, -51):
        return _ecdsa(algorithm, 2, ec.SECP384R1(), ec.ECDSA(SHA384()))
    if algorithm in (-36, -52):
        return _ecdsa(algorithm, 3, ec.SECP521R1(), ec.ECDSA(SHA512()))
    if algorithm in (-8, -19):
        edwards = ed25519.Ed25519PrivateKey.generate()
        x = edwards.public_key().public_bytes_raw()
        return SoftwareKey({1: 1, 3: algorithm, -1: 6, -2: x}, edwards.sign)
    if algorithm == -53:
        goldilocks = ed448.Ed448PrivateKey.generate()
        x = goldilocks.public_key().public_bytes_raw()
        return SoftwareKey({1: 1, 3: algorithm, -1: 7, -2: x}, goldilocks.sign)
    if algorithm == -257:
        return rsa_key(algorithm, padding.PKCS1v15())
    if algorithm == -37:
        return rsa_key(algorithm, padding.PSS(padding.MGF1(SHA256()), 32))
    return _ml_dsa(algorithm)


def rsa_key(
    algorithm: int, scheme: padding.AsymmetricPadding, bits: int = 2048, exponent: int = 65537
) -> SoftwareKey:
    private = rsa.generate_private_key(exponent, bits)
    numbers = private.public_key().public_numbers()
    e = exponent.to_bytes((exponent.bit_length() + 7) // 8, "big")
    n = numbers.n.to_bytes(bits // 8, "big")
    return SoftwareKey(
        {1: 3, 3: algorithm, -1: n, -2: e},
        lambda data: private.sign(data, scheme, SHA256()),
        private,
    )


def _ecdsa(algorithm: int, crv: int, curve: ec.EllipticCurve, scheme: ec.ECDSA) -> SoftwareKey:
    private = ec.generate_private_key(curve)
    numbers, length = private.public_key().public_numbers(), (curve.key_size + 7) // 8
    x, y = numbers.x.to_bytes(length, "big"), numbers.y.to_bytes(length, "big")
    return SoftwareKey(
        {1: 2, 3: algorithm, -1: crv, -2: x, -3: y}, lambda data: private.sign(data, scheme)
    )


def _ml_dsa(algorithm: int) -> SoftwareKey:
    private: mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
    if algorithm == -48:
        private = mldsa.MLDSA44PrivateKey.generate()
    elif algorithm == -49:
        private = mldsa.MLDSA65PrivateKey.generate()
    else:
        private = mldsa.MLDSA87PrivateKey.generate()
    pub = private.public_key().public_bytes_raw()
    return SoftwareKey({1: 7, 3: algorithm, -1: pub}, private.sign)


def client_data(
    operation: str,
    challenge: str = base64url.encode(CHALLENGE),
    origin: str = ORIGIN,
    extra: Mapping[str, object] | None = None,
) -> bytes:
    members = {"type": operation, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return json.dumps({**members, **(extra or {})}).encode()


def fixed_data(flags: int, sign_count: int, rp_id: str = RP_ID) -> bytes:
    rp_id_hash = hashlib.sha256(rp_id.encode()).digest()
    return rp_id_hash + bytes([flags]) + sign_count.to_bytes(4, "big")


def attested_data(public_key: bytes, credential_id: bytes, aaguid: bytes = AAGUID) -> bytes:
    return aaguid + len(credential_id).to_bytes(2, "big") + credential_id + public_key


def none_statement(_key: SoftwareKey, _signed: bytes) -> dict[str, object]:
    return {}


def self_statement(key: SoftwareKey, signed: bytes) -> dict[str, object]:
    return {"alg": key.algorithm, "sig": key.sign(signed)}


def registration(
    key: SoftwareKey | None = None,
    *,
    operation: str = "webauthn.create",
    challenge: str = base64url.encode(CHALLENGE),
    origin: str = ORIGIN,
    extra: Mapping[str, object] | None = None,
    client_data_json: bytes | None = None,
    rp_id: str = RP_ID,
    flags: int = UP | UV | AT,
    sign_count: int = 0,
    aaguid: bytes = AAGUID,
    credential_id: bytes = CREDENTIAL_ID,
    sent_id: bytes | None = None,
    public_key: Cose | bytes | None = None,
    tail: bytes = b"",
    fmt: str = "none",
    statement: Callable[[SoftwareKey, bytes], object] = none_statement,
    transports: object = ("usb", "nfc"),
    results: object = None,
) -> dict[str, Any]:
    """RegistrationResponseJSON."""
    key = key or key_for(-7)
    said = client_data_json or client_data(operation, challenge, origin, extra)
    cose_key = key.cose if public_key is None else public_key
    encoded = cose_key if isinstance(cose_key, bytes) else cbor.encode(cose_key)
    data = fixed_data(flags, sign_count, rp_id) + attested_data(encoded, credential_id, aaguid)
    data += tail
    signed = data + hashlib.sha256(said).digest()
    attestation_object = cbor.encode(
        {"fmt": fmt, "attStmt": statement(key, signed), "authData": data}
    )
    return as_json(
        credential_id if sent_id is None else sent_id,
        {
            "clientDataJSON": base64url.encode(said),
            "attestationObject": base64url.encode(attestation_object),
            "transports": list(transports) if isinstance(transports, tuple) else transports,
        },
        {"credProps": {"rk": True}} if results is None else results,
    )


def assertion(
    key: SoftwareKey | None = None,
    *,
    operation: str = "webauthn.get",
    challenge: str = base64url.encode(CHALLENGE),
    origin: str = ORIGIN,
    extra: Mapping[str, object] | None = None,
    client_data_json: bytes | None = None,
    rp_id: str = RP_ID,
    flags: int = UP | UV,
    sign_count: int = 8,
    tail: bytes = b"",
    sent_id: bytes = CREDENTIAL_ID,
    user_handle: bytes | None = USER_HANDLE,
    sign: Callable[[bytes], bytes] | None = None,
) -> dict[str, Any]:
    """AuthenticationResponseJSON."""
    key = key or key_for(-7)
    said = client_data_json or client_data(operation, challenge, origin, extra)
    data = fixed_data(flags, sign_count, rp_id) + tail
    signature = (sign or key.sign)(data + hashlib.sha256(said).digest())
    return as_json(
        sent_id,
        {
            "clientDataJSON": base64url.encode(said),
            "authenticatorData": base64url.encode(data),
            "signature": base64url.encode(signature),
            "userHandle": None if user_handle is None else base64url.encode(user_handle),
        },
        {},
    )


def as_json(sent_id: bytes, response: dict[str, Any], results: object) -> dict[str, Any]:
    return {
        "id": base64url.encode(sent_id),
        "rawId": base64url.encode(sent_id),
        "type": "public-key",
        "authenticatorAttachment": "cross-platform",
        "response": response,
        "clientExtensionResults": results,
    }


def expected_registration(**changes: Any) -> ExpectedRegistration:
    return ExpectedRegistration(
        **{
            "challenge": CHALLENGE,
            "rp_id": RP_ID,
            "origins": frozenset({ORIGIN}),
            "user_verification": UserVerification.PREFERRED,
            "algorithms": ALL_ALGORITHMS,
            "at": AT_MS,
            **changes,
        }
    )


def expected_assertion(**changes: Any) -> ExpectedAssertion:
    return ExpectedAssertion(
        **{
            "challenge": CHALLENGE,
            "rp_id": RP_ID,
            "origins": frozenset({ORIGIN}),
            "user_verification": UserVerification.PREFERRED,
            "user_handle": USER_HANDLE,
            **changes,
        }
    )


def stored(key: SoftwareKey | None = None, **changes: Any) -> StoredCredential:
    return StoredCredential(
        **{
            "credential_id": CREDENTIAL_ID,
            "public_key": cbor.encode((key or key_for(-7)).cose),
            "sign_count": 7,
            "backup_eligible": False,
            "backup_state": False,
            "user_handle": USER_HANDLE,
            **changes,
        }
    )


def offered_without(*algorithms: int) -> tuple[int, ...]:
    return tuple(alg for alg in ALL_ALGORITHMS if alg not in algorithms)
