"""CTAP's canonical CBOR, beside two encoders that are not ours."""

from __future__ import annotations

import cbor2
import pytest
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil_devices.emulated.wire import MalformedCbor, decode, encode

repeatable = settings(derandomize=True, database=None, deadline=None)

integers = st.integers(-(2**64), 2**64 - 1)
scalars = integers | st.booleans() | st.binary(max_size=300) | st.text(max_size=300)
keys = integers | st.text(max_size=30)
lists = st.lists(scalars, max_size=5)
values = scalars | lists | st.dictionaries(keys, scalars | lists, max_size=8)


@repeatable
@given(values)
def test_what_is_written_is_read_back(value: object) -> None:
    assert decode(encode(value)) == value  # type: ignore[arg-type]


@repeatable
@given(values)
def test_two_foreign_encoders_write_the_same_bytes(value: object) -> None:
    encoded = encode(value)  # type: ignore[arg-type]
    assert cbor.encode(value) == encoded  # type: ignore[arg-type]
    assert cbor2.loads(encoded) == value


@repeatable
@given(st.binary(max_size=200))
def test_foreign_bytes_are_read_or_refused_and_never_read_two_ways(data: bytes) -> None:
    try:
        value = decode(data)
    except MalformedCbor:
        return
    assert encode(value) == data


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "nothing at all"),
        ("1801", "one in two bytes"),
        ("1900ff", "255 in three bytes"),
        ("1a0000ffff", "65535 in five bytes"),
        ("1b00000000ffffffff", "four bytes' worth in nine"),
        ("5f41004100ff", "bytes of indefinite length"),
        ("9f01ff", "an array of indefinite length"),
        ("bf0102ff", "a map of indefinite length"),
        ("4301", "three bytes announced, one there"),
        ("9b7fffffffffffffff", "an array longer than the message"),
        ("bb7fffffffffffffff", "a map longer than the message"),
        ("a201010202 00", "something after the end"),
        ("a202020101", "keys out of order"),
        ("a201010102", "a key twice"),
        ("a2 6161 01 01 01", "a text key before a number"),
        ("a1 f5 01", "a truth value for a key"),
        ("a1 4101 01", "bytes for a key"),
        ("61ff", "text that is not UTF-8"),
        ("f6", "null"),
        ("f7", "undefined"),
        ("f818", "a simple value in two bytes"),
        ("f93c00", "a float"),
        ("c001", "a tag"),
        ("1c", "a reserved length"),
    ],
)
def test_only_the_canonical_form_is_read(data: str, why: str) -> None:
    with pytest.raises(MalformedCbor):
        decode(bytes.fromhex(data))


def test_a_fifth_level_is_too_deep() -> None:
    assert decode(bytes.fromhex("8181818101")) == [[[[1]]]]
    with pytest.raises(MalformedCbor, match="deep"):
        decode(bytes.fromhex("818181818101"))


def test_integers_end_at_64_bits() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        encode(2**64)
