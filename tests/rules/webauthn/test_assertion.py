"""§7.2, check by check: what is refused, and its neighbour that is not."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from fido2 import cbor

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.rules import (
    Asserted,
    UserVerification,
    parse_assertion,
    verify_assertion,
)
from counterfoil.kit import base64url
from tests.rules.webauthn import software_key as soft
from tests.rules.webauthn.software_key import AT, BE, BS, ED, UP, USER_HANDLE, UV

REQUIRED = {"user_verification": UserVerification.REQUIRED}
DISCOVERED = {"user_handle": None}
FRAMED_BY_PARTNER = {
    "allow_cross_origin": True,
    "top_origins": frozenset({"https://partner.example"}),
}
SOMEBODY_ELSE = b"e" * 64


@dataclass(frozen=True)
class Row:
    """`refused` bends the assertion so that `reason` refuses it, `accepted` not quite so."""

    what: str
    reason: Reason
    refused: dict[str, Any]
    accepted: dict[str, Any] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)


def origin(value: str) -> Row:
    return Row(f"origin {value}", Reason.FOREIGN_ORIGIN, {"origin": value})


def counter(kept: int, refused: int, accepted: int) -> Row:
    return Row(
        f"counter {refused} after {kept}",
        Reason.COUNTER_NOT_GREATER,
        {"sign_count": refused},
        {"sign_count": accepted},
        stored={"sign_count": kept},
    )


def one_bit_off(data: bytes) -> bytes:
    signature = bytearray(soft.key_for(-7).sign(data))
    signature[-1] ^= 1
    return bytes(signature)


ROWS = [
    Row(
        "an id outside of allowCredentials",
        Reason.FOREIGN_CREDENTIAL,
        {"sent_id": b"another"},
        expected={"allow_credentials": frozenset({soft.CREDENTIAL_ID, b"a third"})},
    ),
    Row(
        "an id other than the record's",
        Reason.FOREIGN_CREDENTIAL,
        {"sent_id": b"another"},
    ),
    Row(
        "a user handle of somebody else",
        Reason.FOREIGN_USER_HANDLE,
        {"user_handle": SOMEBODY_ELSE},
        {"user_handle": None},
    ),
    Row(
        "a discovered credential without user handle",
        Reason.USER_HANDLE_MISSING,
        {"user_handle": None},
        {"user_handle": USER_HANDLE},
        DISCOVERED,
    ),
    Row(
        "a discovered credential with an empty user handle",
        Reason.USER_HANDLE_MISSING,
        {"user_handle": b""},
        {"user_handle": USER_HANDLE},
        DISCOVERED,
    ),
    Row(
        "a discovered credential with a foreign user handle",
        Reason.FOREIGN_USER_HANDLE,
        {"user_handle": SOMEBODY_ELSE},
        {"user_handle": USER_HANDLE},
        DISCOVERED,
    ),
    Row("a registration's type", Reason.FOREIGN_TYPE, {"operation": "webauthn.create"}),
    Row("a payment's type", Reason.FOREIGN_TYPE, {"operation": "payment.get"}),
    Row(
        "another challenge",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(bytes(31) + b"x")},
    ),
    Row(
        "the challenge with padding",
        Reason.FOREIGN_CHALLENGE,
        {"challenge": base64url.encode(soft.CHALLENGE) + "="},
    ),
    origin("https://sub.login.example"),
    origin("https://login.example:8443"),
    origin("https://login.example/"),
    origin("https://login.example.evil.example"),
    origin("http://login.example"),
    Row("a frame of another origin", Reason.CROSS_ORIGIN, {"extra": {"crossOrigin": True}}),
    Row(
        "a top origin where no frames are expected",
        Reason.CROSS_ORIGIN,
        {"extra": {"topOrigin": soft.ORIGIN}},
    ),
    Row(
        "a foreign top origin",
        Reason.FOREIGN_TOP_ORIGIN,
        {"extra": {"crossOrigin": True, "topOrigin": "https://evil.example"}},
        {"extra": {"crossOrigin": True, "topOrigin": "https://partner.example"}},
        FRAMED_BY_PARTNER,
    ),
    Row(
        "token binding",
        Reason.TOKEN_BINDING,
        {"extra": {"tokenBinding": {"status": "present", "id": "AAAA"}}},
        {"extra": {"tokenBinding": {"status": "not-supported"}}},
    ),
    Row("another relying party", Reason.FOREIGN_RP_ID, {"rp_id": "example"}),
    Row("nobody's touch", Reason.USER_ABSENT, {"flags": UV}, {"flags": UP | UV}),
    Row(
        "no verification where it is required",
        Reason.USER_UNVERIFIED,
        {"flags": UP},
        {"flags": UP | UV},
        REQUIRED,
    ),
    Row(
        "BS without BE",
        Reason.BACKUP_STATE,
        {"flags": UP | BS},
        {"flags": UP | BE | BS},
        stored={"backup_eligible": True},
    ),
    Row(
        "BE that was not registered",
        Reason.BACKUP_ELIGIBILITY_CHANGED,
        {"flags": UP | BE},
        {"flags": UP},
    ),
    Row(
        "BE that was registered and is gone",
        Reason.BACKUP_ELIGIBILITY_CHANGED,
        {"flags": UP},
        {"flags": UP | BE},
        stored={"backup_eligible": True, "backup_state": True},
    ),
    Row("a signature with one bit changed", Reason.SIGNATURE_WRONG, {"sign": one_bit_off}),
    Row("an empty signature", Reason.SIGNATURE_WRONG, {"sign": lambda data: b""}),
    Row(
        "a signature over the authenticator data alone",
        Reason.SIGNATURE_WRONG,
        {"sign": lambda data: soft.key_for(-7).sign(data[:-32])},
        {"sign": soft.key_for(-7).sign},
    ),
    Row(
        "a signature with a byte after it",
        Reason.SIGNATURE_WRONG,
        {"sign": lambda data: soft.key_for(-7).sign(data) + b"\x00"},
    ),
    Row("another key's signature", Reason.SIGNATURE_WRONG, {"sign": soft.key_for(-9).sign}),
    counter(7, refused=7, accepted=8),
    counter(7, refused=6, accepted=2**32 - 1),
    counter(7, refused=0, accepted=9),
    counter(1, refused=1, accepted=2),
    Row(
        "attested credential data",
        Reason.MALFORMED,
        {
            "flags": UP | AT,
            "tail": soft.attested_data(cbor.encode(soft.key_for(-7).cose), soft.CREDENTIAL_ID),
        },
    ),
    Row("AT without its data", Reason.MALFORMED, {"flags": UP | AT}),
    Row("bytes after the authenticator data", Reason.MALFORMED, {"tail": b"\x00"}),
    Row(
        "bytes after the extensions",
        Reason.MALFORMED,
        {"flags": UP | ED, "tail": cbor.encode({"uvm": [[2, 4, 2]]}) + b"\x00"},
        {"flags": UP | ED, "tail": cbor.encode({"uvm": [[2, 4, 2]]})},
    ),
    Row("ED without extensions", Reason.MALFORMED, {"flags": UP | ED}),
    Row(
        "a key that is damaged in store",
        Reason.KEY_REFUSED,
        {},
        stored={"public_key": cbor.encode(soft.key_for(-7).cose)[:-1]},
    ),
    Row(
        "a key that is none",
        Reason.KEY_REFUSED,
        {},
        stored={"public_key": cbor.encode({**soft.key_for(-7).cose, -2: bytes(32)})},
    ),
]
WITH_A_NEIGHBOUR = [row for row in ROWS if row.reason is not Reason.KEY_REFUSED]


def judged(row: Row, bent: dict[str, Any]) -> Asserted | Refused:
    return verify_assertion(
        soft.expected_assertion(**row.expected),
        parse_assertion(soft.assertion(**bent)),
        soft.stored(**row.stored),
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_an_assertion_is_refused_for_what_is_wrong_with_it(row: Row) -> None:
    verdict = judged(row, row.refused)
    assert isinstance(verdict, Refused)
    assert verdict.reason is row.reason


@pytest.mark.parametrize("row", WITH_A_NEIGHBOUR, ids=lambda row: row.what)
def test_its_neighbour_is_accepted(row: Row) -> None:
    assert isinstance(judged(row, row.accepted), Asserted)


@pytest.mark.parametrize("algorithm", soft.ALL_ALGORITHMS)
def test_each_algorithm_signs_in_and_fails_with_one_bit_changed(algorithm: int) -> None:
    key = soft.key_for(algorithm)
    body = soft.assertion(key)
    verdict = verify_assertion(soft.expected_assertion(), parse_assertion(body), soft.stored(key))
    assert isinstance(verdict, Asserted)
    signature = bytearray(base64url.decode(body["response"]["signature"]))
    signature[len(signature) // 2] ^= 1
    body["response"]["signature"] = base64url.encode(bytes(signature))
    verdict = verify_assertion(soft.expected_assertion(), parse_assertion(body), soft.stored(key))
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.SIGNATURE_WRONG


def test_both_counters_may_be_zero_for_ever() -> None:
    row = Row("", Reason.COUNTER_NOT_GREATER, {"sign_count": 0}, stored={"sign_count": 0})
    verdict = judged(row, row.refused)
    assert isinstance(verdict, Asserted)
    assert verdict.sign_count == 0


def test_a_counter_may_begin_after_zero() -> None:
    row = Row("", Reason.COUNTER_NOT_GREATER, {"sign_count": 1}, stored={"sign_count": 0})
    assert isinstance(judged(row, row.refused), Asserted)


def test_a_counter_at_its_end_never_signs_in_again() -> None:
    last = 2**32 - 1
    row = Row("", Reason.COUNTER_NOT_GREATER, {"sign_count": last}, stored={"sign_count": last})
    assert isinstance(judged(row, row.refused), Refused)


def test_what_is_asserted_is_what_the_authenticator_said() -> None:
    body = soft.assertion(flags=UP | UV | BE, sign_count=9)
    verdict = verify_assertion(
        soft.expected_assertion(user_handle=None),
        parse_assertion(body),
        soft.stored(backup_eligible=True, backup_state=True),
    )
    assert verdict == Asserted(
        credential_id=soft.CREDENTIAL_ID,
        user_handle=USER_HANDLE,
        sign_count=9,
        user_present=True,
        user_verified=True,
        backup_eligible=True,
        backup_state=False,
    )


@pytest.mark.parametrize(
    ("allowed", "kind"), [({b"other"}, Refused), ({b"other", soft.CREDENTIAL_ID}, Asserted)]
)
def test_a_record_does_not_help_an_id_that_was_not_allowed(
    allowed: set[bytes], kind: type[Asserted | Refused]
) -> None:
    verdict = verify_assertion(
        soft.expected_assertion(allow_credentials=frozenset(allowed)),
        parse_assertion(soft.assertion()),
        soft.stored(),
    )
    assert isinstance(verdict, kind)


def test_an_account_that_was_identified_does_not_sign_in_with_another_ones_key() -> None:
    for said in (None, USER_HANDLE):
        verdict = verify_assertion(
            soft.expected_assertion(user_handle=SOMEBODY_ELSE),
            parse_assertion(soft.assertion(user_handle=said)),
            soft.stored(),
        )
        assert isinstance(verdict, Refused)
        assert verdict.reason is Reason.FOREIGN_CREDENTIAL


def test_an_algorithm_is_the_stored_keys_and_not_the_signers_choice() -> None:
    """PS256 with an RSA key that was registered for RS256."""
    rs256, ps256 = soft.key_for(-257), soft.key_for(-37)
    confused = soft.stored(rs256, public_key=cbor.encode({**ps256.cose, 3: -257}))
    verdict = verify_assertion(
        soft.expected_assertion(), parse_assertion(soft.assertion(ps256)), confused
    )
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.SIGNATURE_WRONG
