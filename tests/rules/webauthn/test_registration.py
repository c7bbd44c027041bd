"""§7.1, check by check: what is refused, and its neighbour that is not."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from fido2 import cbor

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.rules import (
    AttestationTrust,
    ExpectedRegistration,
    Registered,
    UserVerification,
    parse_registration,
    verify_registration,
)
from counterfoil.kit import base64url
from tests.rules.webauthn import software_key as soft
from tests.rules.webauthn.software_key import AT, BE, BS, ED, UP, UV

REQUIRED = {"user_verification": UserVerification.REQUIRED}
FRAMED = {"allow_cross_origin": True}
FRAMED_BY_PARTNER = {**FRAMED, "top_origins": frozenset({"https://partner.example"})}


@dataclass(frozen=True)
class Row:
    """`refused` bends the registration so that `reason` refuses it, `accepted` not quite so."""

    what: str
    reason: Reason
    refused: dict[str, Any]
    accepted: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)


def origin(value: str) -> Row:
    return Row(f"origin {value}", Reason.FOREIGN_ORIGIN, {"origin": value})


ROWS = [
    Row("a sign-in's type", Reason.FOREIGN_TYPE, {"operation": "webauthn.get"}),
    Row("a type in capitals", Reason.FOREIGN_TYPE, {"operation": "WEBAUTHN.CREATE"}),
    Row(
        "another challenge",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(bytes(31) + b"x")},
    ),
    Row(
        "a shorter challenge",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(soft.CHALLENGE[:-1])},
    ),
    Row(
        "the challenge with padding",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(soft.CHALLENGE) + "="},
    ),
    Row(
        "the challenge with a foreign character",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(soft.CHALLENGE) + "\n"},
    ),
    origin("https://sub.login.example"),
    origin("https://login.example:8443"),
    origin("https://login.example/"),
    origin("https://login.example.evil.example"),
    origin("https://user@login.example"),
    origin("http://login.example"),
    origin("https://LOGIN.example"),
    origin("null"),
    Row(
        "an origin of two",
        Reason.FOREIGN_ORIGIN,
        {"origin": "https://third.example"},
        {"origin": "https://second.example"},
        {"origins": frozenset({soft.ORIGIN, "https://second.example"})},
    ),
    Row(
        "a frame of another origin",
        Reason.CROSS_ORIGIN,
        {"extra": {"crossOrigin": True}},
        {"extra": {"crossOrigin": False}},
    ),
    Row(
        "a top origin where no frames are expected",
        Reason.CROSS_ORIGIN,
        {"extra": {"topOrigin": soft.ORIGIN}},
        {"extra": {"topOrigin": None}},
    ),
    Row(
        "a foreign top origin",
        Reason.FOREIGN_TOP_ORIGIN,
        {"extra": {"crossOrigin": True, "topOrigin": "https://evil.example"}},
        {"extra": {"crossOrigin": True, "topOrigin": "https://partner.example"}},
        FRAMED_BY_PARTNER,
    ),
    Row(
        "a top origin while none is named",
        Reason.FOREIGN_TOP_ORIGIN,
        {"extra": {"crossOrigin": True, "topOrigin": "https://partner.example"}},
        {"extra": {"crossOrigin": True}},
        FRAMED,
    ),
    Row(
        "token binding",
        Reason.TOKEN_BINDING,
        {"extra": {"tokenBinding": {"status": "present", "id": "AAAA"}}},
        {"extra": {"tokenBinding": {"status": "supported"}}},
    ),
    Row("another relying party", Reason.FOREIGN_RP_ID, {"rp_id": "example"}),
    Row("nobody's touch", Reason.USER_ABSENT, {"flags": AT | UV}, {"flags": AT | UP | UV}),
    Row(
        "no verification where it is required",
        Reason.USER_UNVERIFIED,
        {"flags": AT | UP},
        {"flags": AT | UP | UV},
        REQUIRED,
    ),
    Row(
        "BS without BE",
        Reason.BACKUP_STATE,
        {"flags": AT | UP | BS},
        {"flags": AT | UP | BE | BS},
    ),
    Row(
        "an algorithm that was not offered",
        Reason.ALGORITHM_NOT_OFFERED,
        {"key": soft.key_for(-35)},
        {"key": soft.key_for(-7)},
        {"algorithms": soft.offered_without(-35)},
    ),
    Row(
        "the fully specified name where only the old one was offered",
        Reason.ALGORITHM_NOT_OFFERED,
        {"key": soft.key_for(-19)},
        {"key": soft.key_for(-8)},
        {"algorithms": soft.offered_without(-19)},
    ),
    Row(
        "RS1, which nobody should offer",
        Reason.KEY_REFUSED,
        {"public_key": {**soft.key_for(-257).cose, 3: -65535}},
        {"key": soft.key_for(-257)},
        {"algorithms": (-257, -65535)},
    ),
    Row(
        "an id over 1023 bytes",
        Reason.CREDENTIAL_ID_TOO_LONG,
        {"credential_id": b"i" * 1024},
        {"credential_id": b"i" * 1023},
    ),
    Row(
        "an id other than the signed one",
        Reason.CREDENTIAL_ID_MISMATCH,
        {"sent_id": b"another id"},
        {"sent_id": soft.CREDENTIAL_ID},
    ),
    Row(
        "a filled statement of format none",
        Reason.ATTESTATION_WRONG,
        {"statement": lambda key, signed: {"x": 1}},
    ),
    Row(
        "bytes after the authenticator data",
        Reason.MALFORMED,
        {"tail": b"\x00"},
        {"tail": cbor.encode({"credProtect": 2}), "flags": AT | ED | UP},
    ),
    Row(
        "ED without extensions",
        Reason.MALFORMED,
        {"flags": AT | ED | UP},
        {"flags": AT | ED | UP, "tail": cbor.encode({})},
    ),
    Row("extensions without ED", Reason.MALFORMED, {"tail": cbor.encode({"credProtect": 2})}),
    Row(
        "extensions that are no map",
        Reason.MALFORMED,
        {"flags": AT | ED | UP, "tail": cbor.encode(["credProtect"])},
        {"flags": AT | ED | UP, "tail": cbor.encode({"credProtect": 1})},
    ),
    Row("no attested credential data", Reason.MALFORMED, {"flags": UP}),
    Row("an empty id", Reason.MALFORMED, {"credential_id": b"", "sent_id": b"x"}),
    Row(
        "a key cut short", Reason.MALFORMED, {"public_key": cbor.encode(soft.key_for(-7).cose)[:-1]}
    ),
    Row("a format of no name", Reason.MALFORMED, {"fmt": ""}, {"fmt": "x"}),
    Row("a format of a long name", Reason.MALFORMED, {"fmt": "f" * 33}, {"fmt": "f" * 32}),
    Row("a format with a quote", Reason.MALFORMED, {"fmt": 'a"b'}, {"fmt": "a'b"}),
    Row("client data that is not JSON", Reason.MALFORMED, {"client_data_json": b"{"}),
    Row(
        "client data that says a name twice",
        Reason.MALFORMED,
        {"client_data_json": soft.client_data("webauthn.create")[:-1] + b',"origin":"x"}'},
        {"client_data_json": soft.client_data("webauthn.create")[:-1] + b',"origins":"x"}'},
    ),
]


def judged(bent: dict[str, Any], expected: ExpectedRegistration) -> Registered | Refused:
    return verify_registration(expected, parse_registration(soft.registration(**bent)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_registration_is_refused_for_what_is_wrong_with_it(row: Row) -> None:
    verdict = judged(row.refused, soft.expected_registration(**row.expected))
    assert isinstance(verdict, Refused)
    assert verdict.reason is row.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_its_neighbour_is_accepted(row: Row) -> None:
    verdict = judged(row.accepted, soft.expected_registration(**row.expected))
    assert isinstance(verdict, Registered)


@pytest.mark.parametrize("algorithm", soft.ALL_ALGORITHMS)
@pytest.mark.parametrize("fmt", ["none", "packed"])
def test_each_algorithm_registers_and_can_attest_itself(algorithm: int, fmt: str) -> None:
    key = soft.key_for(algorithm)
    statement = soft.self_statement if fmt == "packed" else soft.none_statement
    body = soft.registration(key, fmt=fmt, statement=statement)
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Registered)
    assert verdict.algorithm == algorithm
    assert verdict.public_key == cbor.encode(key.cose)
    assert verdict.attestation_trust is (
        AttestationTrust.SELF if fmt == "packed" else AttestationTrust.NONE
    )


def test_what_is_registered_is_what_the_authenticator_said() -> None:
    body = soft.registration(flags=AT | UP | UV | BE | BS, sign_count=2**32 - 1)
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Registered)
    assert verdict.credential_id == soft.CREDENTIAL_ID
    assert verdict.sign_count == 2**32 - 1
    assert verdict.aaguid == soft.AAGUID
    assert verdict.user_present
    assert verdict.user_verified
    assert verdict.backup_eligible
    assert verdict.backup_state
    assert verdict.transports == ("usb", "nfc")
    assert verdict.attestation_format == "none"
    assert verdict.discoverable is True
    assert verdict.attestation_object == base64url.decode(body["response"]["attestationObject"])
    assert verdict.client_data_json == base64url.decode(body["response"]["clientDataJSON"])


def test_what_is_registered_is_no_more_than_that() -> None:
    body = soft.registration(flags=AT | UP, transports=None, results={})
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Registered)
    assert not verdict.user_verified
    assert not verdict.backup_eligible
    assert not verdict.backup_state
    assert verdict.transports == ()
    assert verdict.discoverable is None


@pytest.mark.parametrize("wish", [UserVerification.PREFERRED, UserVerification.DISCOURAGED])
def test_verification_that_is_only_wished_for_may_be_missing(wish: UserVerification) -> None:
    expected = soft.expected_registration(user_verification=wish)
    assert isinstance(judged({"flags": AT | UP}, expected), Registered)


def test_a_touch_may_be_waived_by_the_caller() -> None:
    expected = soft.expected_registration(user_presence=False)
    verdict = judged({"flags": AT}, expected)
    assert isinstance(verdict, Registered)
    assert not verdict.user_present


def test_the_first_step_that_fails_is_the_one_that_is_told() -> None:
    everything = {
        "operation": "webauthn.get",
        "origin": "https://evil.example",
        "rp_id": "evil.example",
    }
    verdict = judged({**everything, "flags": AT}, soft.expected_registration())
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.FOREIGN_TYPE


def test_an_attestation_object_is_read_only_after_the_client_data_is_ours() -> None:
    body = soft.registration(origin="https://evil.example")
    body["response"]["attestationObject"] = base64url.encode(b"\xff")
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.FOREIGN_ORIGIN


def attestation_object(**changes: Any) -> bytes:
    body = soft.registration()
    parts: Any = cbor.decode(base64url.decode(body["response"]["attestationObject"]))
    return cbor.encode({**parts, **changes})


@pytest.mark.parametrize(
    ("what", "raw"),
    [
        ("a list", b"\x80"),
        ("a number", b"\x00"),
        ("an empty map", b"\xa0"),
        ("a format in bytes", attestation_object(fmt=b"none")),
        ("a format that is a number", attestation_object(fmt=1)),
        ("authenticator data as text", attestation_object(authData="x" * 200)),
        ("no authenticator data", attestation_object(authData=b"")),
        ("a statement that is text", attestation_object(attStmt="")),
        ("a statement that is a number", attestation_object(attStmt=0)),
        ("a byte after it", attestation_object() + b"\x00"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_attestation_object_without_its_form_is_malformed(what: str, raw: bytes) -> None:
    body = soft.registration()
    body["response"]["attestationObject"] = base64url.encode(raw)
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.MALFORMED


def test_an_attestation_object_has_three_members_in_any_order() -> None:
    body = soft.registration()
    parts: Any = cbor.decode(base64url.decode(body["response"]["attestationObject"]))
    firefox = b"\xa3" + b"".join(
        cbor.encode(name) + cbor.encode(parts[name]) for name in ("fmt", "authData", "attStmt")
    )
    body["response"]["attestationObject"] = base64url.encode(firefox)
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Registered)
    body["response"]["attestationObject"] = base64url.encode(cbor.encode({**parts, "epAtt": True}))
    verdict = verify_registration(soft.expected_registration(), parse_registration(body))
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.MALFORMED
