"""base64url has one text for one value, and everything else is Malformed."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kit import base64url
from counterfoil.kit.malformed import Malformed


@given(st.binary(max_size=200))
def test_what_was_encoded_decodes_to_itself(value: bytes) -> None:
    text = base64url.encode(value)
    assert base64url.decode(text) == value
    assert text == base64.urlsafe_b64encode(value).decode().rstrip("=")


@given(st.text(max_size=40) | st.text(alphabet="AZaz09-_=+/\n ", max_size=12))
def test_a_text_is_refused_or_the_only_spelling_of_its_value(text: str) -> None:
    try:
        value = base64url.decode(text)
    except Malformed:
        return
    assert base64url.encode(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "A",  # six bits are no byte
        "AAAAA",
        "AA==",
        "AA=",
        "A+A=",
        "AA+A",
        "AA/A",
        " AAA",
        "AAA\n",
        "AA\nAA",
        "AAA\N{FULLWIDTH LATIN CAPITAL LETTER A}",
        "AAA\0",
        "AB",  # stray bits: only AA, AQ, Ag and Aw are one byte that begins so
        "AAB",
        "\ud800AAA",
    ],
)
def test_other_spellings_are_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        base64url.decode(text)


def test_the_refusal_does_not_repeat_the_input() -> None:
    with pytest.raises(Malformed) as refused:
        base64url.decode("attackers-text!")
    assert "attackers" not in str(refused.value)
