"""RFC 4226 Appendix D: the ten values, and the sums behind the first of them."""

import pytest

from counterfoil.factors.otp.rules import Algorithm, hotp

SECRET = b"12345678901234567890"
VALUES = (
    "755224", "287082", "359152", "969429", "338314",
    "254676", "287922", "162583", "399871", "520489",
)  # fmt: skip
# The truncated decimals of the appendix's second table: eight digits show more of them.
TRUNCATED = (
    1284755224, 1094287082, 137359152, 1726969429, 1640338314,
    868254676, 1918287922, 82162583, 673399871, 645520489,
)  # fmt: skip


@pytest.mark.parametrize(("counter", "value"), [*enumerate(VALUES)])
def test_the_values(counter: int, value: str) -> None:
    assert hotp(SECRET, counter, 6, Algorithm.SHA1) == value


@pytest.mark.parametrize(("counter", "truncated"), [*enumerate(TRUNCATED)])
def test_more_digits_show_more_of_the_same_number(counter: int, truncated: int) -> None:
    for digits in (6, 7, 8):
        expected = str(truncated).rjust(10, "0")[-digits:]
        assert hotp(SECRET, counter, digits, Algorithm.SHA1) == expected


def test_a_code_keeps_its_leading_zeros() -> None:
    codes = [hotp(SECRET, counter, 6, Algorithm.SHA1) for counter in range(200)]
    assert {len(code) for code in codes} == {6}
    assert any(code.startswith("0") for code in codes)


@pytest.mark.parametrize(("length", "good"), [(9, False), (10, True), (128, True), (129, False)])
def test_secrets_from_80_bits_on(length: int, good: bool) -> None:
    if good:
        assert len(hotp(bytes(length), 0, 6, Algorithm.SHA1)) == 6
    else:
        with pytest.raises(ValueError, match="secret"):
            hotp(bytes(length), 0, 6, Algorithm.SHA1)
