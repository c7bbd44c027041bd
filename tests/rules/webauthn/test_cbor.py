"""CBOR in CTAP2's canonical form: RFC 8949's examples, and each other spelling refused."""

import pytest
from fido2 import cbor as foreign
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.factors.webauthn import cbor
from counterfoil.kit.malformed import Malformed

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**64), 2**64 - 1)
    | st.binary(max_size=80)
    | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-300, 300) | st.text(max_size=30), inner, max_size=4)
    ),
    max_leaves=12,
)

# RFC 8949 appendix A, those that CTAP2 allows.
EXAMPLES: list[tuple[str, cbor.Cbor]] = [
    ("00", 0),
    ("17", 23),
    ("1818", 24),
    ("1903e8", 1000),
    ("1a000f4240", 1000000),
    ("1b000000e8d4a51000", 1000000000000),
    ("1bffffffffffffffff", 18446744073709551615),
    ("20", -1),
    ("3903e7", -1000),
    ("3bffffffffffffffff", -18446744073709551616),
    ("f4", False),
    ("f5", True),
    ("f6", None),
    ("40", b""),
    ("4401020304", b"\x01\x02\x03\x04"),
    ("60", ""),
    ("62c3bc", "ü"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]

# What is wrong, and the same value in its one spelling.
OTHER_SPELLINGS = [
    ("a number in a byte too many", "1817", "17"),
    ("a number in two bytes too many", "190018", "1818"),
    ("a number in four bytes too many", "1a000003e8", "1903e8"),
    ("a number in eight bytes too many", "1b00000000000f4240", "1a000f4240"),
    ("a length in a byte too many", "580100", "4100"),
    ("a byte string of indefinite length", "5f4100ff", "4100"),
    ("a text of indefinite length", "7f6161ff", "6161"),
    ("a list of indefinite length", "9f01ff", "8101"),
    ("a map of indefinite length", "bf0102ff", "a10102"),
    ("keys that are not sorted", "a203040102", "a201020304"),
    ("a negative key before a positive one", "a220010102", "a201022001"),
    ("a longer key before a shorter one", "a262616101616202", "a261620262616101"),
    ("text before a number", "a2616101" + "0102", "a20102616101"),
    ("a repeated key", "a201020103", "a10103"),
    ("a byte after the value", "0000", "00"),
    ("a tag", "c101", "01"),
    ("a half float", "f93c00", "01"),
    ("a float", "fa47c35000", "1a000186a0"),
    ("a double", "fb3ff199999999999a", "01"),
    ("undefined", "f7", "f6"),
    ("true in two bytes", "f815", "f5"),
    ("a simple value of no meaning", "f0", "f6"),
    ("break alone", "ff", "f6"),
    ("a reserved length", "1c" + "ff" * 16, "1b" + "ff" * 8),
    ("a reserved length of a byte string", "5d" + "00" * 32, "4100"),
    ("a key of bytes", "a14101" + "02", "a1616102"),
    ("a boolean key", "a1f502", "a10102"),
    ("a key that is a list", "a18001", "a10101"),
    ("text that is not UTF-8", "61ff", "6161"),
    ("a byte string cut short", "4201", "4101"),
    ("a list cut short", "8201", "8101"),
    ("a map cut short", "a101", "a10102"),
    ("a head cut short", "19", "1818"),
    ("nothing", "", "00"),
    ("a list of more than there is", "9bffffffffffffffff00", "8100"),
    ("bytes of more than there is", "5bffffffffffffffff00", "4100"),
]


@pytest.mark.parametrize(("encoded", "value"), EXAMPLES)
def test_what_ctap2_allows_is_read(encoded: str, value: cbor.Cbor) -> None:
    read = cbor.decode(bytes.fromhex(encoded))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("what", "other", "canonical"), OTHER_SPELLINGS)
def test_there_is_one_spelling(what: str, other: str, canonical: str) -> None:
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex(other))
    cbor.decode(bytes.fromhex(canonical))


@pytest.mark.parametrize("encoded", ["a203040102", "a2616101" + "0102"])
def test_a_client_may_order_keys_as_it_likes_but_not_repeat_them(encoded: str) -> None:
    assert cbor.decode(bytes.fromhex(encoded), sorted_keys=False)
    with pytest.raises(Malformed):
        cbor.decode(bytes.fromhex("a201020103"), sorted_keys=False)


def test_depth_is_bounded() -> None:
    assert cbor.decode(b"\x81" * cbor.MAX_DEPTH + b"\x00")
    with pytest.raises(Malformed):
        cbor.decode(b"\x81" * (cbor.MAX_DEPTH + 1) + b"\x00")
    with pytest.raises(Malformed):
        cbor.decode(b"\xa1\x00" * 60_000)


def test_size_is_bounded() -> None:
    head = b"\x59\xff\xfd"
    assert cbor.decode(head + bytes(0xFFFD)) == bytes(0xFFFD)
    with pytest.raises(Malformed):
        cbor.decode(b"\x59\xff\xfe" + bytes(0xFFFE))


def test_a_prefix_says_where_it_ends() -> None:
    assert cbor.decode_prefix(bytes.fromhex("ffa10102ff"), 1) == ({1: 2}, 4)


@settings(derandomize=True, deadline=None)
@given(VALUES)
def test_what_a_foreign_encoder_writes_is_read_back(value: cbor.Cbor) -> None:
    read = cbor.decode(foreign.encode(value))  # type: ignore[arg-type]  # its keys are any
    assert read == value


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_the_one_spelling_of_a_value_or_malformed(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except Malformed:
        return
    if b"\xf6" not in data:  # null, which the foreign encoder does not write
        assert foreign.encode(value) == data  # type: ignore[arg-type]  # its keys are any
