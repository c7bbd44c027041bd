"""COSE_Key as §6.5.1.1 narrows it: each key that does not fit its algorithm is refused."""

from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn import cose
from counterfoil.factors.webauthn.cose import PublicKey
from counterfoil.factors.webauthn.edwards import (
    EDWARDS448,
    EDWARDS25519,
    EdwardsCurve,
    refuse_weak_point,
)
from counterfoil.kit.malformed import Malformed
from tests.rules.webauthn import software_key as soft

ES256, ES512, ED25519 = soft.key_for(-7).cose, soft.key_for(-36).cose, soft.key_for(-8).cose
RS256, ML_DSA = soft.key_for(-257).cose, soft.key_for(-48).cose
MODULUS = int.from_bytes(RS256[-1], "big")
P25519 = 2**255 - 19


def loaded(key: dict[Any, Any]) -> PublicKey | Refused:
    public_key = cose.load_public_key(cose.parse_cose_key(cbor.encode(key)))
    if isinstance(public_key, PublicKey):
        return cose.refuse_weak_key(public_key) or public_key
    return public_key


@dataclass(frozen=True)
class Row:
    what: str
    key: dict[Any, Any]


ROWS = [
    Row("an algorithm that nobody knows", {**ES256, 3: -70000}),
    Row("ES256K, which is not offered here", {**ES256, 3: -47, -1: 8}),
    Row("an OKP's type for ES256", {**ES256, 1: 1}),
    Row("P-384 for ES256", {**ES256, -1: 2}),
    Row("P-256 for ES384", {**ES256, 3: -35}),
    Row("a curve that is text", {**ES256, -1: "P-256"}),
    Row("a curve that is true", {**ES256, -1: True}),
    Row("no curve", {k: v for k, v in ES256.items() if k != -1}),
    Row("no y", {k: v for k, v in ES256.items() if k != -3}),
    Row("a compressed point", {**ES256, -3: True}),
    Row("a coordinate that is a number", {**ES256, -2: 7}),
    Row("a coordinate of 31 bytes", {**ES256, -2: ES256[-2][:-1]}),
    Row("a byte of y in x", {**ES256, -2: ES256[-2] + ES256[-3][:1], -3: ES256[-3][1:]}),
    Row("a coordinate with a zero before it", {**ES256, -2: b"\x00" + ES256[-2]}),
    Row("P-521 coordinates of 65 bytes", {**ES512, -2: ES512[-2][1:], -3: ES512[-3][1:]}),
    Row("a point off the curve", {**ES256, -3: ES256[-2]}),
    Row("the point at infinity", {**ES256, -2: bytes(32), -3: bytes(32)}),
    Row("a coordinate above the prime", {**ES256, -2: b"\xff" * 32}),
    Row("one parameter too many", {**ES256, 2: b"kid"}),
    Row("key_ops, which is OPTIONAL", {**ES256, 4: [2]}),
    Row("a private key", {**ES256, -4: bytes(32)}),
    Row("an EC key's type for Ed25519", {**ED25519, 1: 2}),
    Row("X25519 for EdDSA", {**ED25519, -1: 4}),
    Row("Ed448 for EdDSA", {**soft.key_for(-53).cose, 3: -8}),
    Row("Ed25519 for -53", {**ED25519, 3: -53}),
    Row("an Ed25519 x of 31 bytes", {**ED25519, -2: ED25519[-2][:-1]}),
    Row("an Ed25519 x of 33 bytes", {**ED25519, -2: ED25519[-2] + b"\x00"}),
    Row("an Ed25519 x of 31 integers", {**ED25519, -2: list(ED25519[-2][:-1])}),
    Row("an Ed25519 x with 256 in it", {**ED25519, -2: [256, *ED25519[-2][1:]]}),
    Row("an Ed25519 x with true in it", {**ED25519, -2: [True, *ED25519[-2][1:]]}),
    Row("an Ed25519 x with -1 in it", {**ED25519, -2: [-1, *ED25519[-2][1:]]}),
    Row("an Ed448 x of integers", {**soft.key_for(-53).cose, -2: list(soft.key_for(-53).cose[-2])}),
    Row("an Ed25519 y above the prime", {**ED25519, -2: (P25519 + 3).to_bytes(32, "little")}),
    Row("an Ed25519 point off the curve", {**ED25519, -2: (2).to_bytes(32, "little")}),
    Row("an EC key's type for RS256", {**RS256, 1: 2}),
    Row("a modulus with a zero before it", {**RS256, -1: b"\x00" + RS256[-1]}),
    Row("an even modulus", {**RS256, -1: (MODULUS + 1).to_bytes(256, "big")}),
    Row("a modulus of 2047 bits", {**RS256, -1: (2**2047 - 1).to_bytes(256, "big")}),
    Row("a modulus of 8193 bits", {**RS256, -1: (2**8192 + 1).to_bytes(1025, "big")}),
    Row("an empty modulus", {**RS256, -1: b""}),
    Row("a modulus that is a number", {**RS256, -1: 65537}),
    Row("an exponent that is a number", {**RS256, -2: 65537}),
    Row("exponent 1", {**RS256, -2: b"\x01"}),
    Row("exponent 3", {**RS256, -2: b"\x03"}),
    Row("an even exponent", {**RS256, -2: b"\x01\x00\x02"}),
    Row("exponent 65535", {**RS256, -2: b"\xff\xff"}),
    Row("an exponent of 33 bits", {**RS256, -2: b"\x01\x00\x00\x00\x01"}),
    Row("an exponent with a zero before it", {**RS256, -2: b"\x00\x01\x00\x01"}),
    Row("a key of ML-DSA-44 for ML-DSA-65", {**ML_DSA, 3: -49}),
    Row("an RSA key's type for ML-DSA", {**ML_DSA, 1: 3}),
    Row("an ML-DSA key that is text", {**ML_DSA, -1: "x" * 1312}),
    Row("ML-DSA with one byte too few", {**ML_DSA, -1: ML_DSA[-1][:-1]}),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_key_that_does_not_fit_its_algorithm_is_refused(row: Row) -> None:
    verdict = loaded(row.key)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.KEY_REFUSED


@pytest.mark.parametrize("algorithm", soft.ALL_ALGORITHMS)
def test_a_key_that_fits_is_loaded_and_verifies(algorithm: int) -> None:
    key = soft.key_for(algorithm)
    public_key = loaded(key.cose)
    assert isinstance(public_key, PublicKey)
    assert public_key.verifies(key.sign(b"message"), b"message")
    assert not public_key.verifies(key.sign(b"message"), b"messagf")
    assert not public_key.verifies(b"", b"message")


@pytest.mark.parametrize(
    ("bits", "exponent", "fits"),
    [(2048, 65537, True), (2056, 65537, True), (1024, 65537, False), (2048, 3, False)],
)
def test_rsa_keys_have_2048_bits_or_more_and_a_large_exponent(
    bits: int, exponent: int, fits: bool
) -> None:
    key = soft.rsa_key(-257, padding.PKCS1v15(), bits, exponent)
    assert isinstance(loaded(key.cose), PublicKey) == fits


def test_firefox_117_wrote_x_as_integers_and_is_understood() -> None:
    key = soft.key_for(-8)
    public_key = loaded({**key.cose, -2: list(key.cose[-2])})
    assert isinstance(public_key, PublicKey)
    assert public_key.verifies(key.sign(b"message"), b"message")


NO_KEYS = {
    "nothing": b"",
    "a list": b"\x80",
    "no alg": cbor.encode({1: 2}),
    "no kty": cbor.encode({3: -7}),
    "kty as text": cbor.encode({1: "2", 3: -7}),
    "alg as text": cbor.encode({1: 2, 3: "ES256"}),
    "kty as boolean": cbor.encode({1: True, 3: -7}),
    "alg as boolean": cbor.encode({1: 2, 3: False}),
    "a byte after it": cbor.encode(ES256) + b"\x00",
    "a byte too few": cbor.encode(ES256)[:-1],
}


@pytest.mark.parametrize("encoded", NO_KEYS.values(), ids=NO_KEYS.keys())
def test_what_is_no_cose_key_is_malformed(encoded: bytes) -> None:
    with pytest.raises(Malformed):
        cose.parse_cose_key(encoded)


# The encodings of order 1, 2, 4 and 8 with each sign bit (RFC 8032 §5.1.3's curve).
ORDER_8 = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
SMALL_25519 = [
    (0).to_bytes(32, "little"),
    (1).to_bytes(32, "little"),
    (P25519 - 1).to_bytes(32, "little"),
    *map(bytes.fromhex, ORDER_8),
]
P448 = 2**448 - 2**224 - 1
SMALL_448 = [value.to_bytes(57, "little") for value in (0, 1, P448 - 1)]


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize(
    ("curve", "point"),
    [*((EDWARDS25519, point) for point in SMALL_25519), *((EDWARDS448, p) for p in SMALL_448)],
    ids=lambda value: value.hex() if isinstance(value, bytes) else f"curve {value.crv}",
)
def test_points_of_small_order_are_refused(curve: EdwardsCurve, point: bytes, sign: int) -> None:
    encoded = point[:-1] + bytes([point[-1] | sign])
    refused = refuse_weak_point(curve, encoded)
    assert refused is not None
    assert refused.detail == "the key has a small order"


def test_a_point_of_small_order_would_sign_for_anybody() -> None:
    """Why they are refused: the neutral element verifies a signature that nobody made."""
    neutral = {**ED25519, -2: (1).to_bytes(32, "little")}
    public_key = cose.load_public_key(cose.parse_cose_key(cbor.encode(neutral)))
    assert isinstance(public_key, PublicKey)
    assert public_key.verifies((1).to_bytes(32, "little") + bytes(32), b"any message")
    assert isinstance(loaded(neutral), Refused)


@pytest.mark.parametrize("algorithm", [-8, -53])
def test_an_edwards_y_has_one_spelling_and_is_a_points(algorithm: int) -> None:
    curve = EDWARDS25519 if algorithm == -8 else EDWARDS448
    honest = soft.key_for(algorithm).cose[-2]
    assert refuse_weak_point(curve, honest) is None
    for y, detail in [
        (curve.p, "y is not below the curve's prime"),
        (curve.p + 1, "y is not below the curve's prime"),
        (_no_points_y(curve), "the key is not a point of its curve"),
    ]:
        refused = refuse_weak_point(curve, y.to_bytes(curve.length, "little"))
        assert refused is not None
        assert refused.detail == detail


def _no_points_y(curve: EdwardsCurve) -> int:
    """The least y for which x² is no square, by Euler's criterion on the quotient."""
    for y in range(2, 100):
        x_squared = (1 - y * y) * pow(curve.a - curve.d * y * y, -1, curve.p)
        if pow(x_squared, (curve.p - 1) // 2, curve.p) == curve.p - 1:
            return y
    raise AssertionError("no such y")


LABELS = st.integers(-5, 5) | st.integers(-300, 300) | st.text(max_size=3)
PARAMETERS = (
    st.sampled_from([1, 2, 3, 6, 7, 8, -7, -8, -35, -36, -37, -48, -257])
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=40)
    | st.sampled_from([v for key in (ES256, ED25519, RS256, ML_DSA) for v in key.values()])
    | st.booleans()
    | st.lists(st.integers(0, 255), min_size=32, max_size=32)
)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(st.dictionaries(LABELS, PARAMETERS, max_size=7))
def test_any_map_is_a_key_or_refused_or_malformed(key: dict[Any, Any]) -> None:
    try:
        verdict = loaded(key)
    except Malformed:
        return
    assert isinstance(verdict, PublicKey | Refused)


@settings(derandomize=True, deadline=None, max_examples=500)
@given(
    st.sampled_from([soft.key_for(algorithm).cose for algorithm in soft.ALL_ALGORITHMS]),
    st.dictionaries(st.sampled_from([1, 3, -1, -2, -3, 2, -4]), PARAMETERS, max_size=2),
)
def test_a_bent_key_is_a_key_or_refused_or_malformed(
    key: dict[Any, Any], bent: dict[Any, Any]
) -> None:
    try:
        verdict = loaded({**key, **bent})
    except Malformed:
        return
    assert isinstance(verdict, PublicKey | Refused)
