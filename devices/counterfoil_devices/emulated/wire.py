"""CTAP2 messages as bytes: the status codes and the canonical CBOR of CTAP 2.1 §8.

The decoder is strict: it refuses whatever the standard's canonical form refuses, within bounds of
depth and length, and raises nothing but `MalformedCbor`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum, unique
from typing import Final, TypeAlias

CborKey: TypeAlias = int | str
Cbor: TypeAlias = "int | bool | bytes | str | Sequence[Cbor] | Mapping[CborKey, Cbor]"

MAX_DEPTH: Final = 4  # CTAP 2.1 §8: messages nest at most four levels deep.

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _SIMPLE = 0, 1, 2, 3, 4, 5, 7
_FALSE, _TRUE = 20, 21
# The shortest-form rule: a length field of so many bytes is for values from this one on.
_LONG_FORMS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}


@unique
class Status(IntEnum):
    """Status codes that this key answers, CTAP 2.1 §8.2."""

    OK = 0x00
    INVALID_COMMAND = 0x01
    INVALID_PARAMETER = 0x02
    INVALID_LENGTH = 0x03
    CBOR_UNEXPECTED_TYPE = 0x11
    INVALID_CBOR = 0x12
    MISSING_PARAMETER = 0x14
    LIMIT_EXCEEDED = 0x15
    CREDENTIAL_EXCLUDED = 0x19
    UNSUPPORTED_ALGORITHM = 0x26
    OPERATION_DENIED = 0x27
    KEY_STORE_FULL = 0x28
    UNSUPPORTED_OPTION = 0x2B
    INVALID_OPTION = 0x2C
    KEEPALIVE_CANCEL = 0x2D
    NO_CREDENTIALS = 0x2E
    USER_ACTION_TIMEOUT = 0x2F
    NOT_ALLOWED = 0x30
    PIN_INVALID = 0x31
    PIN_BLOCKED = 0x32
    PIN_AUTH_INVALID = 0x33
    PIN_AUTH_BLOCKED = 0x34
    PIN_NOT_SET = 0x35
    PUAT_REQUIRED = 0x36
    PIN_POLICY_VIOLATION = 0x37
    REQUEST_TOO_LARGE = 0x39
    INVALID_SUBCOMMAND = 0x3E
    UNAUTHORIZED_PERMISSION = 0x40


class StatusError(Exception):
    """A command ends here with this status.

    An exception, because CTAP's steps end anywhere and nothing is undone by it: what a step wrote
    before (the PIN tries above all) stays written.
    """

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.name)


class MalformedCbor(ValueError):
    """Not CBOR, or not in the canonical form."""


def encode(value: Cbor) -> bytes:
    """Canonical CBOR; keys are ordered by major type, then length, then bytes."""
    match value:
        case bool():
            return bytes([_SIMPLE << 5 | (_TRUE if value else _FALSE)])
        case int():
            return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
        case bytes():
            return _head(_BYTES, len(value)) + value
        case str():
            text = value.encode()
            return _head(_TEXT, len(text)) + text
        case Mapping():
            items = sorted(((encode(k), encode(v)) for k, v in value.items()), key=_key_order)
            return _head(_MAP, len(items)) + b"".join(k + v for k, v in items)
        case _:
            return _head(_ARRAY, len(value)) + b"".join(encode(item) for item in value)


def decode(data: bytes) -> Cbor:
    """Read exactly one canonical item of at most `MAX_DEPTH` levels; raises `MalformedCbor`."""
    reader = _Reader(data)
    value = reader.item(MAX_DEPTH)
    if reader.at != len(data):
        raise MalformedCbor("bytes after the end")
    return value


def decode_map(data: bytes) -> Mapping[CborKey, Cbor]:
    """`decode`, for the top of a request, which is always a map."""
    value = decode(data)
    if not isinstance(value, Mapping):
        raise StatusError(Status.CBOR_UNEXPECTED_TYPE)
    return value


def _head(major: int, value: int) -> bytes:
    if value < 24:
        return bytes([major << 5 | value])
    for info, (size, _) in _LONG_FORMS.items():
        if value < 1 << 8 * size:
            return bytes([major << 5 | info]) + value.to_bytes(size, "big")
    raise ValueError("CBOR integers end at 64 bits")


def _key_order(item: tuple[bytes, bytes]) -> tuple[int, int, bytes]:
    key = item[0]
    return key[0] >> 5, len(key), key


class _Reader:
    """A place in the bytes, moving forward."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def item(self, depth: int) -> Cbor:
        major, value = self.head()
        match major:
            case 0:
                return value
            case 1:
                return -1 - value
            case 2:
                return self.take(value)
            case 3:
                return self.text(value)
            case 4:
                self.refuse_deep_or_long(depth, value)
                return [self.item(depth - 1) for _ in range(value)]
            case 5:
                self.refuse_deep_or_long(depth, 2 * value)
                return self.map(depth - 1, value)
            case 7 if value in (_FALSE, _TRUE):
                return value == _TRUE
            case _:
                raise MalformedCbor("tags, floats and other simple values are not used in CTAP")

    def head(self) -> tuple[int, int]:
        first = self.take(1)[0]
        major, info = first >> 5, first & 0x1F
        if info < 24:
            return major, info
        if info not in _LONG_FORMS or major == _SIMPLE:
            raise MalformedCbor("indefinite or reserved length")
        size, least = _LONG_FORMS[info]
        value = int.from_bytes(self.take(size), "big")
        if value < least:
            raise MalformedCbor("not the shortest form")
        return major, value

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise MalformedCbor("ends too early")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def text(self, count: int) -> str:
        try:
            return self.take(count).decode()
        except UnicodeDecodeError as error:
            raise MalformedCbor("text is not UTF-8") from error

    def map(self, depth: int, count: int) -> Mapping[CborKey, Cbor]:
        entries: dict[CborKey, Cbor] = {}
        before: tuple[int, int, bytes] | None = None
        for _ in range(count):
            start = self.at
            key = self.item(0)
            order = _key_order((self.data[start : self.at], b""))
            if before is not None and order <= before:
                raise MalformedCbor("keys out of order or twice")
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise MalformedCbor("keys are integers or text")
            before = order
            entries[key] = self.item(depth)
        return entries

    def refuse_deep_or_long(self, depth: int, items: int) -> None:
        if depth == 0:
            raise MalformedCbor("nested too deep")
        if items > len(self.data) - self.at:  # every item needs a byte at least
            raise MalformedCbor("ends too early")
