"""JSON without room for two readings: whatever it is, it is a value or Malformed."""

import json
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counterfoil.kit import strict_json
from counterfoil.kit.malformed import Malformed

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_was_dumped_parses_to_itself(value: object) -> None:
    assert strict_json.parse(strict_json.dump(value)) == value


@given(
    st.binary(max_size=60)
    | st.text(max_size=60)
    | st.text(alphabet='[]{}",:0123456789.eE+-\\untrfasl \n', max_size=40)
)
@example(b"\xff\xfe{}")
@example(b"\xef\xbb\xbf{}")
@example("1e999")
@example('"\\ud800"')
@example("1" * 5000)
@example("[" * 100_000)
@example('{"a":' * 100_000)
def test_parsing_gives_a_value_or_malformed_and_nothing_else(text: bytes | str) -> None:
    try:
        value = strict_json.parse(text)
    except Malformed:
        return
    assert_ordinary(value)


def assert_ordinary(value: strict_json.Json) -> None:
    """Text that every database takes, numbers that every JSON has."""
    match value:
        case float():
            assert math.isfinite(value)
        case str():
            value.encode()
        case list():
            for item in value:
                assert_ordinary(item)
        case dict():
            for name, item in value.items():
                assert_ordinary(name)
                assert_ordinary(item)
        case _:
            pass


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',  # the same name in another spelling
        '[{"b":{"a":1,"a":2}}]',
        "NaN",
        "-Infinity",
        "[Infinity]",
        "1e999",
        "-1e999",
        "123456789012345678901",
        '"\\ud800"',
        '{"\\udfff":1}',
        '["\\udc00\\ud800"]',
        "{} {}",
        "{}\0",
        "",
        "{'a':1}",
        '{"a":1,}',
        "[1 2]",
        '"a\nb"',
        "\ufeff{}",
    ],
)
def test_what_two_readers_could_read_differently_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        strict_json.parse(text)
    with pytest.raises(Malformed):
        strict_json.parse(text.encode())


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert strict_json.parse('"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_bytes_that_are_not_utf_8_are_malformed() -> None:
    for text in (b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"a"\xe9'):
        with pytest.raises(Malformed):
            strict_json.parse(text)


def test_depth_has_its_bound_on_both_edges() -> None:
    deepest = strict_json.MAX_DEPTH
    assert strict_json.parse("[" * deepest + "]" * deepest)
    with pytest.raises(Malformed):
        strict_json.parse("[" * (deepest + 1) + "]" * (deepest + 1))


def test_brackets_within_text_are_not_depth() -> None:
    text = "[{" * 100 + '\\"' + "[" * 100
    assert strict_json.parse(json.dumps([text, 1])) == [text, 1]


def test_length_has_its_bound_on_both_edges() -> None:
    assert strict_json.parse('"' + "a" * 8 + '"', max_bytes=10) == "a" * 8
    with pytest.raises(Malformed):
        strict_json.parse('"' + "a" * 9 + '"', max_bytes=10)


def test_an_object_is_an_object() -> None:
    assert strict_json.parse_object('{"a":[]}') == {"a": []}
    for text in ("[]", "null", '"{}"', "1"):
        with pytest.raises(Malformed):
            strict_json.parse_object(text)


def test_equal_values_have_equal_texts() -> None:
    assert (
        strict_json.dump({"b": 1, "a": 2}) == strict_json.dump({"a": 2, "b": 1}) == '{"a":2,"b":1}'
    )
