"""CollectedClientData: read strictly, with room for what clients add."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.factors.webauthn.client_data import (
    MAX_BYTES,
    CollectedClientData,
    parse_client_data,
)
from counterfoil.kit.malformed import Malformed

HONEST: dict[str, object] = {
    "type": "webauthn.get",
    "challenge": "AAAA",
    "origin": "https://login.example",
    "crossOrigin": False,
}
READ = CollectedClientData("webauthn.get", "AAAA", "https://login.example", False, None, None)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=8,
)


def encoded(**changes: object) -> bytes:
    return json.dumps({**HONEST, **changes}).encode()


def test_what_a_client_says_is_read() -> None:
    assert parse_client_data(encoded()) == READ
    framed = encoded(crossOrigin=True, topOrigin="https://top.example")
    assert parse_client_data(framed).cross_origin
    assert parse_client_data(framed).top_origin == "https://top.example"
    bound = encoded(tokenBinding={"status": "present", "id": "AAAA"})
    assert parse_client_data(bound).token_binding == "present"


@pytest.mark.parametrize(
    "added",
    [
        {"extraData": "clientDataJSON may be extended"},
        {"hashAlgorithm": "SHA-256", "clientExtensions": {}},
        {"androidPackageName": "com.android.chrome"},
        {"topOrigin": None, "tokenBinding": None},
    ],
)
def test_what_clients_add_is_not_looked_at(added: dict[str, object]) -> None:
    assert parse_client_data(encoded(**added)) == READ


def test_crossorigin_may_be_left_out_and_a_byte_order_mark_put_before() -> None:
    text = json.dumps({k: v for k, v in HONEST.items() if k != "crossOrigin"})
    assert parse_client_data(text.encode()) == READ
    assert parse_client_data(text.encode("utf-8-sig")) == READ


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"\xef\xbb\xbf" * 2 + encoded(),
        encoded()[:-1],
        encoded() + b"x",
        encoded()[:-1] + b',"type":"webauthn.create"}',
        encoded().decode().encode("utf-16"),
        encoded(origin="x")[:-3] + b'\xff"}',
        encoded(type=None),
        encoded(type=1),
        encoded(challenge=None),
        encoded(challenge=["AAAA"]),
        encoded(origin=None),
        encoded(origin={}),
        encoded(crossOrigin="false"),
        encoded(crossOrigin=0),
        encoded(crossOrigin=None),
        encoded(topOrigin=1),
        encoded(topOrigin=["https://top.example"]),
        encoded(tokenBinding="present"),
        encoded(tokenBinding={}),
        encoded(tokenBinding={"status": None}),
        encoded(x=float("nan")),
        b"{" + b'"a":{' * 40 + b"}" * 41,
    ],
)
def test_anything_else_is_malformed(text: bytes) -> None:
    with pytest.raises(Malformed):
        parse_client_data(text)


def test_length_is_bounded() -> None:
    room = MAX_BYTES - len(encoded(x=""))
    assert parse_client_data(encoded(x="x" * room)) == READ
    with pytest.raises(Malformed):
        parse_client_data(encoded(x="x" * (room + 1)))


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_client_data_or_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):  # nothing random has the three members
        parse_client_data(data)


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.sampled_from([*HONEST, "topOrigin", "tokenBinding", "x"]), JSON))
def test_bent_client_data_is_client_data_or_malformed(bent: dict[str, object]) -> None:
    try:
        parse_client_data(encoded(**bent))
    except Malformed:
        return
