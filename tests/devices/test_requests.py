"""Requests that are nearly right, and the status that each mistake deserves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from counterfoil_devices.emulated import SecurityKey, World
from counterfoil_devices.emulated.wire import Cbor, CborKey, Status, encode
from tests.devices.options import RP_ID

MAKE: dict[CborKey, Cbor] = {
    1: bytes(32),
    2: {"id": RP_ID, "name": "Login"},
    3: {"id": b"ann", "name": "ann", "displayName": "Ann"},
    4: [{"type": "public-key", "alg": -7}],
}
GET: dict[CborKey, Cbor] = {1: RP_ID, 2: bytes(32)}
PIN: dict[CborKey, Cbor] = {1: 2, 2: 2}
MANAGE: dict[CborKey, Cbor] = {1: 1}
GONE = None


def changed(request: Mapping[CborKey, Cbor], change: Mapping[CborKey, Cbor | None]) -> bytes:
    merged = {**request, **change}
    return encode({k: v for k, v in merged.items() if v is not None})


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.OK),
        ({1: GONE}, Status.MISSING_PARAMETER),
        ({1: bytes(31)}, Status.INVALID_LENGTH),
        ({1: "text"}, Status.CBOR_UNEXPECTED_TYPE),
        ({2: GONE}, Status.MISSING_PARAMETER),
        ({2: []}, Status.CBOR_UNEXPECTED_TYPE),
        ({2: {"name": "Login"}}, Status.MISSING_PARAMETER),
        ({3: GONE}, Status.MISSING_PARAMETER),
        ({3: {"id": b""}}, Status.INVALID_LENGTH),
        ({3: {"id": bytes(65)}}, Status.INVALID_LENGTH),
        ({3: {"id": bytes(64)}}, Status.OK),
        ({3: {"id": b"ann", "name": 7}}, Status.CBOR_UNEXPECTED_TYPE),
        ({4: GONE}, Status.MISSING_PARAMETER),
        ({4: {}}, Status.CBOR_UNEXPECTED_TYPE),
        ({4: []}, Status.UNSUPPORTED_ALGORITHM),
        ({4: [-7]}, Status.CBOR_UNEXPECTED_TYPE),
        ({4: [{"type": "public-key"}]}, Status.MISSING_PARAMETER),
        ({4: [{"type": "public-key", "alg": True}]}, Status.CBOR_UNEXPECTED_TYPE),
        ({4: [{"type": "password", "alg": -7}]}, Status.UNSUPPORTED_ALGORITHM),
        ({5: {}}, Status.CBOR_UNEXPECTED_TYPE),
        ({5: [{"type": "public-key"}]}, Status.MISSING_PARAMETER),
        ({5: [{"type": "password", "id": b"1"}]}, Status.OK),
        ({6: {}}, Status.OK),
        ({6: {"hmac-secret": True}}, Status.OK),
        ({6: {"credProtect": 0}}, Status.INVALID_OPTION),
        ({6: {"credProtect": 4}}, Status.INVALID_OPTION),
        ({6: {"credProtect": "1"}}, Status.CBOR_UNEXPECTED_TYPE),
        ({6: []}, Status.CBOR_UNEXPECTED_TYPE),
        ({7: {"rk": 1}}, Status.CBOR_UNEXPECTED_TYPE),
        ({7: {"up": True, "uv": False, "unknown": True}}, Status.OK),
        ({8: bytes(32)}, Status.MISSING_PARAMETER),
        ({8: bytes(32), 9: 3}, Status.INVALID_PARAMETER),
        ({8: bytes(32), 9: 2}, Status.PIN_AUTH_INVALID),
        ({9: 2}, Status.OK),
        ({10: 1}, Status.INVALID_PARAMETER),
    ],
)
def test_make_credential(change: Mapping[CborKey, Cbor | None], status: Status) -> None:
    key = SecurityKey(World.by_hand())
    assert key.answer(b"\x01" + changed(MAKE, change))[0] == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.NO_CREDENTIALS),
        ({1: GONE}, Status.MISSING_PARAMETER),
        ({1: b"bytes"}, Status.CBOR_UNEXPECTED_TYPE),
        ({2: bytes(33)}, Status.INVALID_LENGTH),
        ({3: []}, Status.NO_CREDENTIALS),
        ({3: [1]}, Status.CBOR_UNEXPECTED_TYPE),
        ({5: {"rk": True}}, Status.UNSUPPORTED_OPTION),
        ({5: {"uv": True}}, Status.INVALID_OPTION),
        ({6: bytes(16)}, Status.MISSING_PARAMETER),
        ({6: bytes(16), 7: 1}, Status.PIN_AUTH_INVALID),
    ],
)
def test_get_assertion(change: Mapping[CborKey, Cbor | None], status: Status) -> None:
    key = SecurityKey(World.by_hand())
    assert key.answer(b"\x02" + changed(GET, change))[0] == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.OK),
        ({1: GONE}, Status.MISSING_PARAMETER),
        ({1: 0}, Status.INVALID_PARAMETER),
        ({2: GONE}, Status.MISSING_PARAMETER),
        ({2: 0}, Status.INVALID_SUBCOMMAND),
        ({2: 7}, Status.INVALID_SUBCOMMAND),
        ({2: 3}, Status.MISSING_PARAMETER),
        ({2: 5, 9: 1}, Status.INVALID_PARAMETER),
        ({2: 9, 9: -1}, Status.INVALID_PARAMETER),
        ({2: 9, 9: 4}, Status.MISSING_PARAMETER),
        ({2: 9, 9: 4, 3: {1: 3, -1: 1, -2: bytes(32), -3: bytes(32)}}, Status.INVALID_PARAMETER),
        ({2: 9, 9: 4, 3: {1: 2, -1: 1, -2: bytes(31), -3: bytes(32)}}, Status.INVALID_PARAMETER),
    ],
)
def test_client_pin(change: Mapping[CborKey, Cbor | None], status: Status) -> None:
    key = SecurityKey(World.by_hand(), pin="2580")
    assert key.answer(b"\x06" + changed(PIN, change))[0] == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.PUAT_REQUIRED),
        ({1: GONE}, Status.MISSING_PARAMETER),
        ({1: 3}, Status.NOT_ALLOWED),
        ({1: 5}, Status.NOT_ALLOWED),
        ({1: 8}, Status.INVALID_SUBCOMMAND),
        ({4: bytes(32)}, Status.MISSING_PARAMETER),
        ({3: 2, 4: bytes(32)}, Status.PIN_AUTH_INVALID),
    ],
)
def test_credential_management(change: Mapping[CborKey, Cbor | None], status: Status) -> None:
    key = SecurityKey(World.by_hand(), pin="2580")
    assert key.answer(b"\x0a" + changed(MANAGE, change))[0] == status


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"", Status.INVALID_LENGTH),
        (b"\x00", Status.INVALID_COMMAND),
        (b"\x03", Status.INVALID_COMMAND),
        (b"\x09", Status.INVALID_COMMAND),
        (b"\x0c", Status.INVALID_COMMAND),
        (b"\x01", Status.INVALID_CBOR),
        (b"\x01\x80", Status.CBOR_UNEXPECTED_TYPE),
        (b"\x02\xa0", Status.MISSING_PARAMETER),
        (b"\x08", Status.NOT_ALLOWED),
    ],
)
def test_whole_messages(message: bytes, status: Status) -> None:
    assert SecurityKey(World.by_hand()).answer(message) == bytes([status])
