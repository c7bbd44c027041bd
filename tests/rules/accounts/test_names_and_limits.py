"""Names, labels, delays, and which authenticator may go: pure rules with both their edges."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from counterfoil.accounts import Authenticator, AuthenticatorState
from counterfoil.accounts.rules import (
    FIRST_DELAY_MS,
    FREE_FAILURES,
    LONGEST_DELAY_MS,
    MAX_FAILURES,
    MAX_LABEL_CHARACTERS,
    MAX_NAME_BYTES,
    can_sign_in_with,
    clean_label,
    delay_after,
    name_key,
    refuse_last_authenticator,
)
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.kit.ids import AccountId, AuthenticatorId

any_text = st.text(st.characters(), max_size=30)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ada", "ada"),
        ("Ada", "ada"),
        ("ADA", "ada"),
        ("ada@example.org", "ada@example.org"),
        ("a.d-a_1", "a.d-a_1"),
        ("\uff21\uff24\uff21", "ada"),  # full-width letters are mapped
        ("A\u0301", "\u00e1"),  # composed (NFC)
        ("\u00c1", "\u00e1"),
        ("Stra\u00dfe", "stra\u00dfe"),  # case mapping, not folding: never `strasse`
        ("\u0416", "\u0436"),
        ("\u05d0\u05d1", "\u05d0\u05d1"),
        ("l\u00b7l", "l\u00b7l"),  # a middle dot between two l
    ],
)
def test_names_are_compared_by_precis(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b",
        "ada ",
        "a\tb",
        "ada\n",
        "a\0b",
        "\u200bada",  # zero-width space
        "a\u200dd",  # zero-width joiner between letters
        "\u202eada",  # right-to-left override
        "\U0001f600",
        "\ufb01",  # a ligature, which would be two letters
        "a\u00b7b",
        "\u05d0a",  # both directions in one name
        "\u0660\u06f0",  # two sorts of Arabic digits
        "\ud800",
        "\ufdd0",
        "\ue000",
        "\U0003fffe",
    ],
)
def test_what_two_people_could_take_for_one_name_is_refused(name: str) -> None:
    assert name_key(name) == Refused(Reason.NAME_REFUSED)


def test_a_names_length_has_both_its_edges_in_bytes() -> None:
    assert name_key("a" * MAX_NAME_BYTES) == "a" * MAX_NAME_BYTES
    assert name_key("a" * (MAX_NAME_BYTES + 1)) == Refused(Reason.NAME_REFUSED)
    assert name_key("\u00e9" * 64) == "\u00e9" * 64
    assert name_key("\u00e9" * 65) == Refused(Reason.NAME_REFUSED)


@pytest.mark.timeout(10)
def test_an_endless_name_costs_nothing() -> None:
    # Ordering a run of combining marks takes time with the square of its length: this one
    # would hold the database's writer for minutes.
    assert name_key("a" + "\u0300" * 60_000 + "\u0316" * 60_000) == Refused(Reason.NAME_REFUSED)


@given(any_text)
@example("\ud800")
@example("\u0130")
def test_a_name_has_a_key_that_is_its_own_key_or_is_refused(name: str) -> None:
    key = name_key(name)
    if isinstance(key, Refused):
        return
    assert name_key(key) == key
    assert 0 < len(key.encode()) <= MAX_NAME_BYTES


@given(any_text)
@example("a" * 63 + " b")
@example("\ud800\u202e")
def test_a_label_is_printable_trimmed_and_never_empty(label: str) -> None:
    clean = clean_label(label, "Security key")
    assert 0 < len(clean) <= MAX_LABEL_CHARACTERS
    assert clean == clean.strip()
    assert not any(unicodedata.category(c).startswith("C") for c in clean)
    assert clean_label(clean, "other") == clean


@pytest.mark.parametrize(
    ("label", "clean"),
    [
        ("My key", "My key"),
        ("  My \t\n key ", "My key"),
        ("", "Security key"),
        (" \u200b\n", "Security key"),
        ("\u202egnirts", "gnirts"),
        ("a\0b", "a b"),
        ("x" * 64, "x" * 64),
        ("x" * 65, "x" * 64),
        ("Schl\u00fcssel \U0001f511", "Schl\u00fcssel \U0001f511"),
    ],
)
def test_labels_as_they_are_kept(label: str, clean: str) -> None:
    assert clean_label(label, "Security key") == clean


@pytest.mark.parametrize(
    ("failures", "delay_ms"),
    [
        (0, 0),
        (FREE_FAILURES - 1, 0),
        (FREE_FAILURES, FIRST_DELAY_MS),
        (FREE_FAILURES + 1, 2 * FIRST_DELAY_MS),
        (FREE_FAILURES + 2, 4 * FIRST_DELAY_MS),
        (FREE_FAILURES + 6, 64 * FIRST_DELAY_MS),
        (FREE_FAILURES + 7, LONGEST_DELAY_MS),
        (MAX_FAILURES, LONGEST_DELAY_MS),
        (10**9, LONGEST_DELAY_MS),
    ],
)
def test_delays_begin_after_the_free_failures_and_double_to_an_hour(
    failures: int, delay_ms: int
) -> None:
    assert delay_after(failures) == delay_ms


@given(st.integers(0, 200))
def test_a_further_failure_never_shortens_the_delay(failures: int) -> None:
    assert delay_after(failures) <= delay_after(failures + 1)


# --- the last authenticator -------------------------------------------------------------------


def authenticator(number: int, kind: KindName, facts: str = "{}") -> Authenticator:
    return Authenticator(
        AuthenticatorId(f"aut_{number}"),
        AccountId("acc_1"),
        kind,
        "",
        AuthenticatorState.LIVE,
        0,
        0,
        0,
        None,
        None,
        facts,
    )


PASSWORD = authenticator(1, KindName.PASSWORD)
ALONE = authenticator(2, KindName.WEBAUTHN, '{"alone":true}')
OTHER_ALONE = authenticator(3, KindName.WEBAUTHN, '{"alone":true}')
SECOND = authenticator(4, KindName.WEBAUTHN, '{"alone":false}')
OTHER_SECOND = authenticator(5, KindName.WEBAUTHN, '{"alone":false}')
DEAD_PASSWORD = replace(PASSWORD, state=AuthenticatorState.DISABLED)
DEAD_ALONE = replace(ALONE, state=AuthenticatorState.DISABLED)
LAST = Refused(Reason.LAST_AUTHENTICATOR)


@pytest.mark.parametrize(
    ("held", "enough"),
    [
        ((), False),
        ((PASSWORD,), False),
        ((SECOND,), False),
        ((SECOND, OTHER_SECOND), False),
        ((ALONE,), True),
        ((PASSWORD, SECOND), True),
        ((PASSWORD, ALONE), True),
        ((DEAD_PASSWORD, SECOND), False),
        ((DEAD_ALONE,), False),
        ((DEAD_ALONE, SECOND), False),
        ((DEAD_ALONE, PASSWORD), False),
    ],
)
def test_what_is_enough_to_sign_in(held: tuple[Authenticator, ...], enough: bool) -> None:
    assert can_sign_in_with(held) is enough


@pytest.mark.parametrize(
    ("held", "removed", "refused"),
    [
        ((ALONE,), ALONE, LAST),
        ((ALONE, OTHER_ALONE), ALONE, None),
        ((ALONE, SECOND), ALONE, LAST),
        ((ALONE, SECOND), SECOND, None),
        ((PASSWORD, SECOND), SECOND, LAST),
        ((PASSWORD, SECOND), PASSWORD, LAST),
        ((PASSWORD, SECOND, OTHER_SECOND), SECOND, None),
        ((PASSWORD, ALONE), PASSWORD, None),
        ((PASSWORD, ALONE), ALONE, LAST),
        ((PASSWORD, ALONE, SECOND), PASSWORD, None),
        ((PASSWORD, ALONE, SECOND), ALONE, None),
        ((ALONE, DEAD_PASSWORD), DEAD_PASSWORD, None),
        ((ALONE, replace(OTHER_ALONE, state=AuthenticatorState.DISABLED)), ALONE, LAST),
        ((PASSWORD,), PASSWORD, None),  # nobody can sign in with it anyway
        ((SECOND,), SECOND, None),
    ],
)
def test_the_last_way_to_sign_in_stays(
    held: tuple[Authenticator, ...], removed: Authenticator, refused: Refused | None
) -> None:
    assert refuse_last_authenticator(held, removed) == refused
