"""Our random tokens: recognisable, checked before the database is asked, kept as a keyed hash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.opaque import TokenKind, keyed_hash, mint, well_formed
from counterfoil.kit.secret import Secret

TOKEN = mint(TokenKind.SESSION, lambda length: bytes(range(length))).reveal()
PEPPER = bytes(32)


@pytest.mark.parametrize("kind", TokenKind)
def test_a_minted_token_says_what_it_is_and_is_well_formed(kind: TokenKind) -> None:
    token = mint(kind, system_entropy).reveal()
    assert token.startswith(f"cf_{kind}_")
    assert well_formed(kind, token)
    assert not any(well_formed(other, token) for other in TokenKind if other is not kind)


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_no_character_can_be_another_one(at: int) -> None:
    other = "A" if TOKEN[at] != "A" else "B"
    assert not well_formed(TokenKind.SESSION, TOKEN[:at] + other + TOKEN[at + 1 :])


@pytest.mark.parametrize(
    "text", ["", "cf_ses_", TOKEN[:-1], TOKEN + "A", TOKEN + "\n", " " + TOKEN, TOKEN.upper()]
)
def test_cut_lengthened_and_shouted_tokens_are_not_well_formed(text: str) -> None:
    assert not well_formed(TokenKind.SESSION, text)


@given(st.text(max_size=80) | st.text(max_size=60).map(lambda end: "cf_ses_" + end))
def test_foreign_text_is_never_well_formed_and_never_raises(text: str) -> None:
    assert not well_formed(TokenKind.SESSION, text)


def test_the_hash_depends_on_token_kind_and_pepper() -> None:
    token = Secret(TOKEN)
    hashes = {
        keyed_hash(PEPPER, TokenKind.SESSION, token),
        keyed_hash(PEPPER, TokenKind.CODE, token),
        keyed_hash(bytes([1]) * 32, TokenKind.SESSION, token),
        keyed_hash(PEPPER, TokenKind.SESSION, Secret(TOKEN + "A")),
    }
    assert len(hashes) == 4
    assert {len(value) for value in hashes} == {32}


def test_a_secret_is_never_shown() -> None:
    secret = Secret(TOKEN)
    shown = f"{secret} {secret!r} {[secret]} {secret:}"
    assert TOKEN not in shown
    assert secret == Secret(TOKEN)
    assert secret != Secret(TOKEN + "A")
    assert secret != TOKEN
    with pytest.raises(TypeError):
        hash(secret)
