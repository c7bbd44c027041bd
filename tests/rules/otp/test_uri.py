"""The `otpauth:` link, read back by other eyes: a parser of ours, pyotp, and oathtool."""

import base64
import hashlib
import shutil
import subprocess
from urllib.parse import unquote

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.factors.otp.rules import Algorithm, Parameters, hotp
from counterfoil.factors.otp.uri import base32, grouped, key_uri
from tests.needs import needs
from tests.rules.otp.phones import NOON_MS, SECRET, Phone

NAMES = [
    "ada",
    "Ada Lovelace",
    "Jürgen Müller-Lüdenscheidt",
    "sales:ada",
    "a:b:c",
    "100% & more?#+=",
    "ada/admin",
    "عادة",
    "日本 語",
    "🔑",
    "ada@example.org",
    "%3A",
]
NEW_PARAMETERS = [
    Parameters(algorithm, digits, period_s)
    for algorithm in Algorithm
    for digits in (6, 7, 8)
    for period_s in (15, 30, 60, 120)
]
DIGESTS = {
    Algorithm.SHA1: hashlib.sha1,
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.SHA512: hashlib.sha512,
}


def read(uri: str) -> dict[str, str]:
    """The format as its description has it, without a library's opinion about `otpauth:`."""
    head, _, query = uri.partition("?")
    assert head.startswith("otpauth://totp/")
    assert head.isascii()
    assert query.isascii()
    prefix, colon, account = head.removeprefix("otpauth://totp/").partition(":")
    assert colon == ":"
    assert ":" not in account
    # A plus is a plus to one reader and a space to another: there must be none.
    assert "+" not in uri
    pairs = [pair.split("=") for pair in query.split("&")]
    facts = {name: unquote(value, errors="strict") for name, value in pairs}
    assert len(facts) == len(pairs)
    return facts | {
        "prefix": unquote(prefix, errors="strict"),
        "account": unquote(account, errors="strict"),
    }


def secret_in(uri: str) -> bytes:
    text = read(uri)["secret"]
    return base64.b32decode(text + "=" * (-len(text) % 8))


@pytest.mark.parametrize("issuer", NAMES)
@pytest.mark.parametrize("account", NAMES)
def test_names_survive_the_link(issuer: str, account: str) -> None:
    facts = read(key_uri(SECRET, Parameters(), issuer=issuer, account=account))
    assert (facts["prefix"], facts["issuer"], facts["account"]) == (issuer, issuer, account)


@pytest.mark.parametrize("account", NAMES)
def test_a_phone_that_decodes_before_it_splits_finds_the_same_names(account: str) -> None:
    uri = key_uri(SECRET, Parameters(), issuer="Müller & Söhne", account=account)
    label = unquote(uri.partition("?")[0].removeprefix("otpauth://totp/"))
    assert label.split(":", 1) == ["Müller & Söhne", account]


names = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40)


@given(names, names, st.sampled_from(NEW_PARAMETERS), st.binary(min_size=20, max_size=64))
def test_any_link_reads_back(
    issuer: str, account: str, parameters: Parameters, secret: bytes
) -> None:
    uri = key_uri(secret, parameters, issuer=issuer, account=account)
    facts = read(uri)
    assert (facts["issuer"], facts["prefix"], facts["account"]) == (issuer, issuer, account)
    assert secret_in(uri) == secret
    # What is not said is the format's default.
    assert facts.get("algorithm", "SHA1") == parameters.algorithm.value
    assert facts.get("digits", "6") == str(parameters.digits)
    assert facts.get("period", "30") == str(parameters.period_s)


@pytest.mark.parametrize("parameters", NEW_PARAMETERS)
def test_pyotp_shows_our_codes_from_our_link(parameters: Parameters) -> None:
    secret = bytes(range(parameters.algorithm.new_secret_bytes))
    phone = pyotp.parse_uri(key_uri(secret, parameters, issuer="A service", account="ada"))
    assert isinstance(phone, pyotp.TOTP)
    assert (phone.name, phone.issuer) == ("ada", "A service")
    for at_s in (0, 59, 1_111_111_109, NOON_MS // 1000, 20_000_000_000):
        step = parameters.step_at(at_s * 1000)
        assert phone.at(at_s) == hotp(secret, step, parameters.digits, parameters.algorithm)


@pytest.mark.parametrize("parameters", NEW_PARAMETERS)
def test_oathtool_shows_our_codes(parameters: Parameters) -> None:
    oathtool = shutil.which("oathtool")
    needs("Debian's oathtool", oathtool)
    assert oathtool is not None
    uri = key_uri(
        bytes(range(parameters.algorithm.new_secret_bytes)),
        parameters,
        issuer="Ä service: ours",
        account="ada",
    )
    phone = Phone(secret=secret_in(uri), parameters=parameters)
    arguments = [
        f"--totp={parameters.algorithm.value.lower()}",
        f"--digits={parameters.digits}",
        f"--time-step-size={parameters.period_s}s",
        f"--now=@{NOON_MS // 1000}",
        "--window=3",
        "--base32",
        read(uri)["secret"],
    ]
    shown = subprocess.run([oathtool, *arguments], capture_output=True, text=True, check=True)
    step = parameters.step_at(NOON_MS)
    assert shown.stdout.split() == [phone.code_of(step + ahead) for ahead in range(4)]


def test_the_secret_for_typing_has_no_padding_and_is_grouped() -> None:
    for length in (20, 32, 64):
        text = base32(bytes(length))
        assert set(text) == {"A"}
        assert len(text) == -(-length * 8 // 5)
        assert grouped(text).replace(" ", "") == text
    assert grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"


@pytest.mark.parametrize(
    ("secret", "parameters"),
    [(b"ten bytes!", Parameters()), (SECRET, Parameters(period_s=121))],
)
def test_what_is_only_verified_is_not_given_out_anew(secret: bytes, parameters: Parameters) -> None:
    with pytest.raises(ValueError, match=r"bits|seconds"):
        key_uri(secret, parameters, issuer="A service", account="ada")
