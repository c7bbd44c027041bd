"""Addresses for letters: what HTML's e-mail field takes, and nothing that could end a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.accounts.rules import clean_email
from counterfoil.errors import Reason, Refused
from counterfoil.kit.email import MAX_EMAIL_CHARACTERS

HOST = ".".join(["x" * 63] * 2)


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "a@b",
        "Ada.Lovelace+tokens@mail.example.org",
        "o'hara_{x}|~!#$%&*/=?^`-@example.org",
        "ada@xn--bcher-kva.example",
        f"{'a' * 64}@{HOST}.org",
    ],
)
def test_an_address_that_mail_can_reach_is_kept_as_it_is(address: str) -> None:
    assert clean_email(address) == address
    assert clean_email(f"  {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@@example.org",
        "ada@example..org",
        "ada@-example.org",
        "ada@example-.org",
        "ada lovelace@example.org",
        "ada@example.org\n",
        "ada@example.org\nBcc: eve@example.org",
        "<ada@example.org>",
        '"ada"@example.org',
        "ada@example.org, eve@example.org",
        "b\u00fccher@example.org",
        "ada@b\u00fccher.example",
        f"{'a' * 65}@example.org",
        f"ada@{'x' * 64}.org",
        f"{'a' * 64}@{'.'.join(['x' * 63] * 3)}",
    ],
)
def test_everything_else_is_refused(address: str) -> None:
    assert clean_email(address) == Refused(Reason.EMAIL_REFUSED)


@given(st.text(max_size=300))
def test_whatever_passes_is_one_line_of_ascii(text: str) -> None:
    address = clean_email(text)
    if isinstance(address, str):
        assert address.isascii()
        assert address.isprintable()
        assert not set(address) & set(' <>(),;:"\\[]')
        assert address.count("@") == 1
        assert len(address) <= MAX_EMAIL_CHARACTERS
