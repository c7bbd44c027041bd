"""CBOR (RFC 8949) as CTAP2 writes it: the canonical form, bounded, one reading for one text.

Refused: indefinite lengths, lengths and integers that are not the shortest, tags, floats and
simple values other than false, true and null, keys that are neither integers nor text,
repeated keys, unsorted keys, trailing bytes, deep nesting. Only Malformed is ever raised.

One tolerance: `sorted_keys=False`, for what a client and not an authenticator puts together.
Firefox wrote attestation objects as fmt, authData, attStmt, and Windows Hello writes the
fields of a `tpm` statement in an order of its own; COSE keys and extensions are sorted
in every recorded ceremony that we know of.
"""

from typing import TypeAlias

from counterfoil.kit.malformed import Malformed

Key: TypeAlias = int | str
Cbor: TypeAlias = "bool | int | bytes | str | list[Cbor] | dict[Key, Cbor] | None"

# The longest recorded attestation object has 6 KB; ML-DSA-87 adds 7 KB of key and signature.
MAX_BYTES = 64 * 1024
# CTAP2 allows four levels; a compound attestation statement needs two more.
MAX_DEPTH = 8

_SIMPLE_VALUES: dict[int, bool | None] = {20: False, 21: True, 22: None}
_ONE_BYTE_FOLLOWS, _EIGHT_BYTES_FOLLOW = 24, 27


def decode(data: bytes, *, sorted_keys: bool = True) -> Cbor:
    """The one value that `data` is; raises Malformed, also for anything after it."""
    value, end = decode_prefix(data, 0, sorted_keys=sorted_keys)
    if end != len(data):
        raise Malformed("bytes after the CBOR value")
    return value


def decode_prefix(data: bytes, start: int, *, sorted_keys: bool = True) -> tuple[Cbor, int]:
    """The value that begins at `start`, and where it ends; raises Malformed."""
    if len(data) > MAX_BYTES:
        raise Malformed("the CBOR is too long")
    return _value(data, start, MAX_DEPTH, sorted_keys)


def _value(data: bytes, start: int, depth: int, sorted_keys: bool) -> tuple[Cbor, int]:
    major, argument, at = _head(data, start)
    match major:
        case 0:
            return argument, at
        case 1:
            return -1 - argument, at
        case 2:
            return _string(data, at, argument)
        case 3:
            return _text(data, at, argument)
        case 4 | 5 if depth == 0:
            raise Malformed("the CBOR is nested too deeply")
        case 4:
            return _array(data, at, argument, depth, sorted_keys)
        case 5:
            return _map(data, at, argument, depth, sorted_keys)
        case 7 if argument in _SIMPLE_VALUES and at == start + 1:
            return _SIMPLE_VALUES[argument], at
        case _:
            raise Malformed("CBOR tags, floats and other simple values are not canonical")


def _head(data: bytes, start: int) -> tuple[int, int, int]:
    """Major type, argument, and where the head ends (RFC 8949 §3)."""
    if start >= len(data):
        raise Malformed("the CBOR ends too early")
    initial = data[start]
    major, short = initial >> 5, initial & 0x1F
    if short < _ONE_BYTE_FOLLOWS:
        return major, short, start + 1
    if short > _EIGHT_BYTES_FOLLOW:
        raise Malformed("CBOR of indefinite length is not canonical")
    width: int = 1 << (short - _ONE_BYTE_FOLLOWS)
    end = start + 1 + width
    if end > len(data):
        raise Malformed("the CBOR ends too early")
    argument = int.from_bytes(data[start + 1 : end], "big")
    least = _ONE_BYTE_FOLLOWS if width == 1 else 1 << (width * 4)
    if argument < least:
        raise Malformed("the CBOR has a number that is not the shortest")
    return major, argument, end


def _string(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    end = at + length
    if end > len(data):
        raise Malformed("the CBOR ends too early")
    return data[at:end], end


def _text(data: bytes, at: int, length: int) -> tuple[str, int]:
    encoded, end = _string(data, at, length)
    try:
        return encoded.decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise Malformed("the CBOR has text that is not UTF-8") from error


def _array(
    data: bytes, at: int, length: int, depth: int, sorted_keys: bool
) -> tuple[list[Cbor], int]:
    values: list[Cbor] = []
    for _ in range(length):  # each item takes at least a byte, so the data bounds the loop
        value, at = _value(data, at, depth - 1, sorted_keys)
        values.append(value)
    return values, at


def _map(
    data: bytes, at: int, length: int, depth: int, sorted_keys: bool
) -> tuple[dict[Key, Cbor], int]:
    values: dict[Key, Cbor] = {}
    previous: tuple[int, int, bytes] | None = None
    for _ in range(length):
        begin = at
        key, at = _value(data, at, depth - 1, sorted_keys)
        # bool is an int: without this, true would be the key 1.
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise Malformed("the CBOR has a key that is neither an integer nor text")
        if key in values:
            raise Malformed("the CBOR repeats a key")
        if sorted_keys:
            # CTAP2 §8: by major type, then the shorter, then the lower.
            rank = (data[begin] >> 5, at - begin, data[begin:at])
            if previous is not None and rank < previous:
                raise Malformed("the CBOR has keys that are not sorted")
            previous = rank
        values[key], at = _value(data, at, depth - 1, sorted_keys)
    return values, at
