"""Forms and JSON bodies: bounded, of the one documented type, each parameter once."""

import asyncio
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from counterfoil.errors import Reason, Refused
from counterfoil.http.bodies import (
    MAX_FORM_BYTES,
    MAX_JSON_BYTES,
    MAX_PARAMETERS,
    parse_parameters,
    read_form,
    read_json,
)

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@given(st.dictionaries(texts, texts, max_size=6))
def test_what_a_form_sends_is_what_is_read(form: dict[str, str]) -> None:
    encoded = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in form.items())
    assert parse_parameters(encoded.encode()) == form


@given(st.binary(max_size=80) | st.text(alphabet="ab=&%+0Ff;", max_size=30).map(str.encode))
@example(b"%")
@example(b"%zz=%f")
@example(b"=&=")
def test_any_bytes_are_parameters_or_a_refusal(encoded: bytes) -> None:
    parsed = parse_parameters(encoded)
    if isinstance(parsed, Refused):
        assert parsed.reason is Reason.MALFORMED
        return
    for name, value in parsed.items():
        assert "\0" not in name + value
        (name + value).encode()


@pytest.mark.parametrize(
    ("encoded", "parameters"),
    [
        (b"", {}),
        (b"&&", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a", {"a": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"a=1+2%2B3", {"a": "1 2+3"}),
        (b"a=%C3%A9", {"a": "\u00e9"}),
        (b"a=%zz", {"a": "%zz"}),
        (b"a=1;b=2", {"a": "1;b=2"}),
    ],
)
def test_forms_as_they_are_read(encoded: bytes, parameters: dict[str, str]) -> None:
    assert parse_parameters(encoded) == parameters


@pytest.mark.parametrize(
    "encoded",
    [
        b"a=1&a=1",
        b"a=1&a=2",
        b"a=1&%61=2",  # the same name in another spelling
        b"a&a",
        b"a=%00",
        b"%00=a",
        b"a\0=1",
        b"a=%FF",
        b"%FF=a",
        b"a=%C3",
        b"a=\xff",
        b"a=%ED%A0%80",  # half of a surrogate pair
    ],
)
def test_repeated_names_nul_and_bad_utf_8_are_refused(encoded: bytes) -> None:
    parsed = parse_parameters(encoded)
    assert isinstance(parsed, Refused)
    assert parsed.reason is Reason.MALFORMED


def test_the_number_of_parameters_has_both_its_edges() -> None:
    def form(count: int) -> bytes:
        return b"&".join(b"p%d=1" % number for number in range(count))

    assert len(parse_parameters(form(MAX_PARAMETERS))) == MAX_PARAMETERS  # type: ignore[arg-type]
    assert isinstance(parse_parameters(form(MAX_PARAMETERS + 1)), Refused)


# --- whole requests ---------------------------------------------------------------------------


def request(body: bytes, media_type: str | None, *, declared: str | None = None) -> Request:
    """A request whose body comes in two chunks."""
    headers = [] if media_type is None else [(b"content-type", media_type.encode())]
    if declared is not None:
        headers.append((b"content-length", declared.encode("latin-1")))
    half = len(body) // 2
    chunks = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:], "more_body": False},
    ]

    async def receive() -> Message:
        return chunks.pop(0)

    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def json_of(body: bytes, media_type: str | None = JSON, declared: str | None = None) -> object:
    read = asyncio.run(read_json(request(body, media_type, declared=declared)))
    return read.reason if isinstance(read, Refused) else read


def form_of(body: bytes, media_type: str | None = FORM, declared: str | None = None) -> object:
    read = asyncio.run(read_form(request(body, media_type, declared=declared)))
    return read.reason if isinstance(read, Refused) else read


def test_a_body_of_its_own_type_is_read() -> None:
    assert json_of(b'{"a":1}') == {"a": 1}
    assert json_of(b'{"a":1}', "Application/JSON; charset=utf-8") == {"a": 1}
    assert form_of(b"a=1") == {"a": "1"}
    assert form_of(b"a=1", f"{FORM};charset=UTF-8") == {"a": "1"}


@pytest.mark.parametrize(
    "media_type",
    [None, "", "text/plain", "text/plain; a=application/json", "application/jsonp", "json",
     "multipart/form-data; boundary=x", "application/problem+json", "text/plain, application/json"],
)  # fmt: skip
def test_a_body_of_another_type_is_not_read(media_type: str | None) -> None:
    assert json_of(b'{"a":1}', media_type) is Reason.UNSUPPORTED_MEDIA_TYPE
    assert form_of(b"a=1", media_type) is Reason.UNSUPPORTED_MEDIA_TYPE
    assert json_of(b'{"a":1}', FORM) is Reason.UNSUPPORTED_MEDIA_TYPE
    assert form_of(b"a=1", JSON) is Reason.UNSUPPORTED_MEDIA_TYPE


def test_a_body_has_its_bound_on_both_edges_whatever_it_declares() -> None:
    full = b"a=" + b"x" * (MAX_FORM_BYTES - 2)
    assert form_of(full) == {"a": "x" * (MAX_FORM_BYTES - 2)}
    assert form_of(full + b"x") is Reason.TOO_LARGE
    assert form_of(full + b"x", declared="3") is Reason.TOO_LARGE
    filled = b'{"a":"' + b"x" * (MAX_JSON_BYTES - 8) + b'"}'
    assert json_of(filled) == {"a": "x" * (MAX_JSON_BYTES - 8)}
    assert json_of(filled + b" ") is Reason.TOO_LARGE


@pytest.mark.parametrize(
    "declared", [str(MAX_FORM_BYTES + 1), "9" * 30, "9" * 5000, "-1", "1e3", "", "x", "\xb2"]
)
def test_a_length_that_is_too_large_or_no_number_is_refused_unread(declared: str) -> None:
    assert form_of(b"a=1", declared=declared) is Reason.TOO_LARGE
