"""The emulated phone: reads links strictly, and shows the codes of the standards."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil_devices.emulated import (
    HandClock,
    Phone,
    Quirk,
    UnreadableLink,
    UnreadableSecret,
)
from counterfoil_devices.emulated.phone import ByCounter, ByTime, HmacAlgorithm, KeyUri
from counterfoil_devices.emulated.phone.key_uri import read_link, read_secret, write_link
from tests.needs import needs

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LINK = f"otpauth://totp/Example:ann?secret={SECRET}&issuer=Example"
DIGITS = b"1234567890" * 7

# RFC 4226, appendix D: the secret is the text 12345678901234567890.
RFC_4226 = [
    *("755224", "287082", "359152", "969429", "338314"),
    *("254676", "287922", "162583", "399871", "520489"),
]
# RFC 6238, appendix B; its erratum says: a secret as long as each hash.
RFC_6238 = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
LENGTHS = {"SHA1": 20, "SHA256": 32, "SHA512": 64}


def phone_at(at: int, *, skew_s: int = 0, quirks: frozenset[Quirk] = frozenset()) -> Phone:
    return Phone(HandClock(at), skew_s=skew_s, quirks=quirks)


def uri(secret: bytes, **more: object) -> str:
    return write_link(KeyUri(account="ann", secret=secret, **more))  # type: ignore[arg-type]


# Codes


def test_codes_by_counter_are_those_of_rfc_4226() -> None:
    phone = phone_at(0)
    entry = phone.scan(f"otpauth://hotp/ann?secret={SECRET}&counter=0")
    shown = [phone.code(entry)] + [phone.press(entry) for _ in RFC_4226[1:]]
    assert shown == RFC_4226
    assert phone.code(entry) == RFC_4226[-1]


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), RFC_6238)
def test_codes_by_time_are_those_of_rfc_6238(at: int, sha1: str, sha256: str, sha512: str) -> None:
    phone = phone_at(at)
    for (name, length), code in zip(LENGTHS.items(), (sha1, sha256, sha512), strict=True):
        entry = phone.scan(uri(DIGITS[:length], algorithm=HmacAlgorithm(name), digits=8))
        assert phone.code(entry) == code


@pytest.mark.parametrize("digits", [6, 7, 8])
@pytest.mark.parametrize("algorithm", list(HmacAlgorithm))
def test_oathtool_shows_the_same(algorithm: HmacAlgorithm, digits: int) -> None:
    oathtool = shutil.which("oathtool")
    needs("oathtool", oathtool)
    for at, period_s in ((1_800_000_000, 30), (1_800_000_059, 60), (1_801_234_567, 45)):
        phone = phone_at(at)
        moves = ByTime(period_s)
        entry = phone.scan(uri(DIGITS[:32], algorithm=algorithm, digits=digits, moves=moves))
        said = subprocess.run(
            [
                *(str(oathtool), f"--totp={algorithm.value}", f"--digits={digits}"),
                *(f"--time-step-size={period_s}s", f"--now=@{at}", DIGITS[:32].hex()),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        assert phone.code(entry) == said.stdout.strip()


def test_a_code_stays_to_the_last_second_of_its_period() -> None:
    clock = HandClock(1_800_000_000)
    phone = Phone(clock)
    entry = phone.scan(LINK)
    first = phone.code(entry)
    assert phone.seconds_left(entry) == 30
    clock.wait(29)
    assert (phone.code(entry), phone.seconds_left(entry)) == (first, 1)
    clock.wait(1)
    assert phone.code(entry) != first
    assert phone.seconds_left(entry) == 30


def test_a_phone_whose_clock_is_off_shows_the_codes_of_another_time() -> None:
    for skew_s in (-90, 30, 3600):
        wrong, right = phone_at(1_800_000_010, skew_s=skew_s), phone_at(1_800_000_010 + skew_s)
        assert wrong.code(wrong.scan(LINK)) == right.code(right.scan(LINK))
    phone = phone_at(1_800_000_010, skew_s=5)
    entry = phone.scan(LINK)
    assert phone.seconds_left(entry) == 15
    phone.skew_s = 0
    assert phone.seconds_left(entry) == 20


def test_a_code_by_time_is_not_pressed_and_one_by_counter_does_not_run_out() -> None:
    phone = phone_at(0)
    by_time = phone.scan(LINK)
    by_counter = phone.scan(f"otpauth://hotp/ann?secret={SECRET}&counter=18446744073709551615")
    with pytest.raises(ValueError, match="not when it is pressed"):
        phone.press(by_time)
    with pytest.raises(ValueError, match="until it is pressed"):
        phone.seconds_left(by_counter)
    # The counter has eight bytes; after the last comes the first.
    assert phone.press(by_counter) == RFC_4226[0]


# Links


@pytest.mark.parametrize(
    ("link", "issuer", "account"),
    [
        (LINK, "Example", "ann"),
        (f"otpauth://totp/ann?secret={SECRET}", "", "ann"),
        (f"otpauth://totp/ann?secret={SECRET}&issuer=Example", "Example", "ann"),
        (f"otpauth://totp/Example%3Aann?secret={SECRET}", "Example", "ann"),
        (f"otpauth://totp/Big%20Corp:%20%20ann%20b?secret={SECRET}", "Big Corp", "ann b"),
        (f"otpauth://totp/B%C3%BCcher:J%C3%BCrgen?secret={SECRET}", "Bücher", "Jürgen"),
        (f"otpauth://totp/A%3AB:c%3Ad?secret={SECRET}&issuer=A%3AB", "A:B", "c:d"),
        (f"otpauth://totp/Example:a+b@example.org?secret={SECRET}", "Example", "a+b@example.org"),
        (f"otpauth://totp/Example:a/b?secret={SECRET}&image=https%3A%2F%2Fx", "Example", "a/b"),
        (f"OTPAUTH://TOTP/Example:ann?secret={SECRET}", "Example", "ann"),
        (f"\n {LINK} \n", "Example", "ann"),
    ],
)
def test_a_label_names_issuer_and_account(link: str, issuer: str, account: str) -> None:
    read = read_link(link)
    assert (read.issuer, read.account) == (issuer, account)
    assert read.secret == DIGITS[:20]


def test_what_a_link_does_not_say_is_as_the_format_has_it() -> None:
    read = read_link(LINK)
    assert (read.algorithm, read.digits, read.moves) == (HmacAlgorithm.SHA1, 6, ByTime(30))
    assert read_link(f"{LINK}&algorithm=SHA512&digits=8&period=60") == KeyUri(
        "ann", DIGITS[:20], "Example", HmacAlgorithm.SHA512, 8, ByTime(60)
    )
    assert read_link(f"otpauth://hotp/ann?secret={SECRET}&counter=7").moves == ByCounter(7)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("", "not an otpauth: link"),
        ("https://example.org/", "not an otpauth: link"),
        ("otpauth-migration://offline?data=x", "not an otpauth: link"),
        ("otpauth:totp/ann?secret=" + SECRET, "must be otpauth://"),
        ("otpauth://motp/ann?secret=" + SECRET, "must be otpauth://"),
        ("otpauth://totp?secret=" + SECRET, "must be otpauth://"),
        ("otpauth://me@totp/ann?secret=" + SECRET, "must be otpauth://"),
        ("otpauth://totp:1/ann?secret=" + SECRET, "must be otpauth://"),
        ("otpauth://totp/ann", "must be otpauth://"),
        (LINK + "#more", "must be otpauth://"),
        ("otpauth://totp/?secret=" + SECRET, "empty name"),
        ("otpauth://totp/%20?secret=" + SECRET, "empty name"),
        ("otpauth://totp/Example:?secret=" + SECRET, "empty name"),
        ("otpauth://totp/:ann?secret=" + SECRET, "empty name"),
        (f"otpauth://totp/ann?secret={SECRET}&issuer=", "empty name"),
        (LINK + "%20Ltd", "another issuer"),
        (LINK.replace("issuer=Example", "issuer=example"), "another issuer"),
        (f"otpauth://totp/a%0Ab?secret={SECRET}", "control characters"),
        (LINK.replace("ann", "a b"), "percent-encoded"),
        (LINK.replace("ann", "ü"), "percent-encoded"),
        (LINK.replace("ann", "%zz"), "percent-encoded"),
        (LINK.replace("ann", "a\nb"), "percent-encoded"),
        (LINK.replace("ann", "%ff"), "not UTF-8"),
        (LINK + "&secret=" + SECRET, "“secret” twice"),
        (LINK + "&digits=6&digits=8", "“digits” twice"),
        (LINK + "&", "without a name or a value"),
        (LINK + "&digits", "without a name or a value"),
        (LINK + "&=6", "without a name or a value"),
        ("otpauth://totp/ann?issuer=Example", "no secret"),
        (LINK + "&algorithm=sha1", "algorithm must be"),
        (LINK + "&algorithm=MD5", "algorithm must be"),
        (LINK + "&digits=5", "digits must be a number from 6 to 8"),
        (LINK + "&digits=9", "digits must be"),
        (LINK + "&digits=+6", "digits must be"),
        (LINK + "&digits=%D9%A6", "digits must be"),
        (LINK + "&period=0", "period must be a number from 1 to 86400"),
        (LINK + "&period=30.0", "period must be"),
        (LINK + "&period=86401", "period must be"),
        (LINK + "&period=030", "period must be"),
        (f"otpauth://hotp/ann?secret={SECRET}", "must say the counter"),
        (f"otpauth://hotp/ann?secret={SECRET}&counter=-1", "counter must be"),
        (f"otpauth://hotp/ann?secret={SECRET}&counter=18446744073709551616", "counter must be"),
        (LINK + "&x=" + "9" * 3000, "longer than a QR code"),
    ],
)
def test_a_link_that_is_not_as_it_must_be_is_refused(link: str, says: str) -> None:
    phone = phone_at(0)
    with pytest.raises(UnreadableLink, match=says) as refused:
        phone.scan(link)
    assert phone.entries == ()
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "JBSWY3DPEHPK3PXPJA",
        "jbswy3dpehpk3pxpja",
        "JBSW Y3DP EHPK 3PXP JA",
        "jbsw-y3dp-ehpk-3pxp-ja",
        " JBSWY3DPEHPK3PXPJA====== ",
        "JBSWY3DPEHPK3PXPJB",  # two bits are left over
    ],
)
def test_a_secret_is_read_as_people_write_it(text: str) -> None:
    assert read_secret(text) == b"Hello!\xde\xad\xbe\xefH"
    phone = phone_at(0)
    typed = phone.type_in(text, "ann", "Example")
    scanned = phone.scan(f"otpauth://totp/ann?secret={text.strip().replace(' ', '%20')}")
    assert phone.code(typed) == phone.code(scanned)
    assert typed.name == "Example: ann"


@pytest.mark.parametrize("text", ["", " ", "====", "A", "ABC", "ABCDEF", "ABCD==", "AB="])
def test_a_secret_that_is_cut_off_is_refused(text: str) -> None:
    with pytest.raises(UnreadableSecret, match="not whole"):
        read_secret(text)


@pytest.mark.parametrize(
    "text", ["AB=CDEFG", "ABCDEFG1", "ABCDEFG0", "ABCDEFGÄ", "ABCDEFG+", "ſBCDEFGH"]
)
def test_a_secret_of_other_characters_is_refused(text: str) -> None:
    with pytest.raises(UnreadableSecret, match="something else") as refused:
        phone_at(0).type_in(text, "ann")
    assert text not in str(refused.value)


@pytest.mark.parametrize(("account", "issuer"), [("", ""), (" ", "Example"), ("a:b", "")])
def test_an_account_that_no_link_could_say_is_not_typed(account: str, issuer: str) -> None:
    with pytest.raises(ValueError, match="an account has a name"):
        phone_at(0).type_in(SECRET, account, issuer)


NAMES = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
    .map(lambda name: name.strip(" "))
    .filter(bool)
)
SECRETS = st.binary(min_size=1, max_size=80)


@given(
    account=NAMES,
    issuer=NAMES,
    secret=SECRETS,
    algorithm=st.sampled_from(HmacAlgorithm),
    digits=st.integers(6, 8),
    moves=st.builds(ByTime, st.integers(1, 86_400))
    | st.builds(ByCounter, st.integers(0, 2**64 - 1)),
)
def test_what_is_written_is_read_again(
    account: str,
    issuer: str,
    secret: bytes,
    algorithm: HmacAlgorithm,
    digits: int,
    moves: ByTime | ByCounter,
) -> None:
    said = KeyUri(account, secret, issuer, algorithm, digits, moves)
    assert read_link(write_link(said)) == said


@given(st.text() | st.text().map(LINK.__add__) | st.text().map(lambda t: f"otpauth://totp/{t}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = read_link(text)
    except UnreadableLink:
        return
    assert read.account


@given(
    account=NAMES.map(lambda n: n[:40].strip(" ")), issuer=NAMES.map(lambda n: n[:40].strip(" "))
)
def test_a_link_that_pyotp_writes_is_read(account: str, issuer: str) -> None:
    totp = pyotp.TOTP(SECRET, digits=8, interval=60)
    read = read_link(totp.provisioning_uri(name=account, issuer_name=issuer))
    assert (read.account, read.issuer, read.digits) == (account, issuer, 8)


# Entries


def test_it_keeps_several_entries_apart() -> None:
    phone = phone_at(0)
    ann, bob = phone.scan(LINK), phone.scan(LINK.replace("ann", "bob") + "&digits=8")
    again = phone.scan(LINK)
    assert [e.name for e in phone.entries] == ["Example: ann", "Example: bob", "Example: ann"]
    assert phone.code(ann) == phone.code(again) == "755224"
    assert phone.code(bob) == "84755224"
    phone.forget(ann)
    assert phone.entries == (bob, again)
    for asked in (phone.code, phone.press, phone.seconds_left, phone.forget):
        with pytest.raises(KeyError):
            asked(ann)


def test_an_entry_tells_no_secret_by_accident() -> None:
    entry = phone_at(0).scan(LINK)
    assert "1234567890" not in repr(entry)
    assert SECRET not in repr(entry)


def test_what_it_holds_survives() -> None:
    phone = phone_at(0)
    phone.forget(phone.scan(LINK))
    by_counter = phone.scan(f"otpauth://hotp/B%C3%BCcher:ann?secret={SECRET}&counter=0")
    phone.press(by_counter)
    kept = Phone.load(json.loads(json.dumps(phone.save())), HandClock(0))
    assert kept.entries == phone.entries
    assert kept.code(by_counter) == RFC_4226[1]
    assert kept.scan(LINK).number == 3


SAVED = {"version": 1, "skew_s": 0, "next": 2, "links": [[1, LINK]]}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"skew_s": "0"},
        {"next": 1},
        {"links": [[0, LINK]]},
        {"links": [[1, "https://example.org"]]},
        {"links": [LINK]},
        {"links": {}},
    ],
)
def test_what_is_no_phone_is_not_loaded(changed: dict[str, object]) -> None:
    assert len(Phone.load(SAVED, HandClock()).entries) == 1
    with pytest.raises(ValueError):
        Phone.load({**SAVED, **changed}, HandClock())


# Quirks: each is really there, and nothing but that


def shown(phone: Phone) -> dict[str, str]:
    """What the phone shows of everything that a quirk could touch."""
    links = {
        "plain": LINK,
        "sha256": f"{LINK}&algorithm=SHA256",
        "digits": f"{LINK}&digits=8",
        "period": f"{LINK}&period=60",
        "counter": f"otpauth://hotp/ann?secret={SECRET}&counter=1",
        "zero": f"otpauth://hotp/ann?secret={SECRET}&counter=30",
    }
    entries = {what: phone.scan(link) for what, link in links.items()}
    plus = phone.scan(f"otpauth://totp/a+b?secret={SECRET}")
    return {what: phone.code(entry) for what, entry in entries.items()} | {"plus": plus.name}


AT = 1_800_000_150
SHOWN = shown(phone_at(AT))


DIFFERS = {
    Quirk.IGNORES_ALGORITHM: {"sha256": SHOWN["plain"]},
    Quirk.IGNORES_DIGITS: {"digits": SHOWN["plain"]},
    Quirk.IGNORES_PERIOD: {"period": SHOWN["plain"]},
    Quirk.DROPS_LEADING_ZEROS: {"zero": "26920"},
    Quirk.BEGINS_ONE_LATER: {"counter": RFC_4226[2], "zero": "523596"},
    Quirk.PLUS_IS_SPACE: {"plus": "a b"},
}


@pytest.mark.parametrize("quirk", list(Quirk))
def test_a_quirk_changes_what_it_says_and_nothing_else(quirk: Quirk) -> None:
    found = shown(phone_at(AT, quirks=frozenset({quirk})))
    assert {what: code for what, code in found.items() if code != SHOWN[what]} == DIFFERS[quirk]


def test_a_quirk_comes_and_goes() -> None:
    phone = phone_at(AT)
    entry = phone.scan(f"{LINK}&period=60")
    with phone.with_quirks(Quirk.IGNORES_PERIOD, Quirk.IGNORES_DIGITS):
        assert phone.code(entry) == SHOWN["plain"]
        assert phone.seconds_left(entry) == 30
    assert phone.code(entry) == SHOWN["period"]
    assert phone.quirks == frozenset()


# The house


def test_it_is_made_of_the_standard_library_alone() -> None:
    folder = Path(__file__).parents[2] / "devices/counterfoil_devices/emulated/phone"
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    imported = {
        line.split()[1].partition(".")[0]
        for line in text.splitlines()
        if line.startswith(("import ", "from "))
    }
    assert imported <= {
        *("__future__", "base64", "collections", "contextlib", "counterfoil_devices"),
        *("dataclasses", "enum", "hmac", "re", "typing", "urllib"),
    }
