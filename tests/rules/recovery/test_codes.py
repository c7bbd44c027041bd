"""What a recovery code looks like, how it is read, and how a list of them is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.factors.recovery import rules
from counterfoil.factors.recovery.rules import ALPHABET, Code, draw_codes, normalized
from counterfoil.kit.malformed import Malformed
from tests.rules.recovery.paper import seeded

CODE = "7K2M-0123-ABCD-WXYZ"

codes = st.text(ALPHABET, min_size=16, max_size=16).map(Code)


def test_ten_codes_of_sixteen_signs_with_ten_selectors() -> None:
    drawn = draw_codes(seeded())
    assert len({code.text for code in drawn}) == 10
    assert len({code.selector for code in drawn}) == 10
    for code in drawn:
        groups = code.written().split("-")
        assert [len(group) for group in groups] == [4, 4, 4, 4]
        assert (code.selector, code.secret) == (groups[0], "".join(groups[1:]))


def test_codes_with_one_selector_are_drawn_anew() -> None:
    draws = iter(bytes([n // 3]) * 15 + bytes([n]) for n in range(100))
    drawn = draw_codes(lambda length: next(draws))
    assert len({code.selector for code in drawn}) == 10
    assert [code.text[-1] for code in drawn] == [ALPHABET[n] for n in range(0, 30, 3)]


def test_each_sign_is_as_likely_as_any_other() -> None:
    everything = [draw_byte(byte) for byte in range(256)]
    assert {everything.count(sign) for sign in ALPHABET} == {8}
    assert len(set(ALPHABET)) == 32
    assert not set(ALPHABET) & set("ILOU")


def draw_byte(byte: int) -> str:
    """The sign that a byte of entropy becomes, seen through the drawing of a list."""
    others = iter(range(1, 11))
    return draw_codes(lambda length: bytes([next(others)]) * 4 + bytes([byte]) * 12)[0].text[-1]


@pytest.mark.parametrize(
    "written",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        f"  {CODE}\r\n",
        CODE.replace("-", "\u2013"),
        CODE.replace("-", "\u30fc"),
        CODE.replace("0", "O"),
        CODE.replace("0", "o"),
        CODE.replace("1", "I"),
        CODE.replace("1", "l"),
        CODE.replace("1", "\u0131"),
        "\u2066" + CODE + "\u2069",
        "".join(chr(ord(sign) + 0xFEE0) for sign in CODE),  # full-width
    ],
)
def test_what_people_type_is_read(written: str) -> None:
    assert normalized(written) == Code(CODE.replace("-", ""))


@pytest.mark.parametrize(
    "text",
    ["", "-", CODE[:-1], CODE + "0", CODE.replace("A", "U"), CODE.replace("A", "\u0410"),
     CODE.replace("A", "!"), CODE.replace("-", "_")],
)  # fmt: skip
def test_what_is_no_code_is_none(text: str) -> None:
    assert normalized(text) is None


def test_more_than_anybody_types_is_malformed() -> None:
    with pytest.raises(Malformed):
        normalized("0" * 65)


@given(codes)
def test_a_written_code_is_read_back(code: Code) -> None:
    assert normalized(code.written()) == code
    assert normalized(code.written().lower()) == code


@given(st.text(max_size=64))
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = normalized(text)
    assert code is None or (len(code.text) == 16 and set(code.text) <= set(ALPHABET))


def test_a_code_is_not_in_what_is_printed() -> None:
    code = Code("7K2M0123ABCDWXYZ")
    assert "7K2M" not in repr(code)
    assert "$argon2id" not in repr(rules.KeptCode("7K2M", "$argon2id$"))


def test_a_kept_list_yields_no_code() -> None:
    drawn = draw_codes(seeded())
    stored = rules.dump_kept(rules.kept(drawn, [bytes([n]) * 16 for n in range(10)]))
    text = stored.decode()
    for code in drawn:
        assert code.secret not in text
        assert code.secret[:4] not in text
    assert text.count("$argon2id$v=19$m=19456,t=2,p=1$") == 10
    loaded = rules.load_kept(stored)
    assert len({kept.phc.split("$")[4] for kept in loaded}) == 10  # a salt for each
    assert [kept.selector for kept in loaded] == [code.selector for code in drawn]
