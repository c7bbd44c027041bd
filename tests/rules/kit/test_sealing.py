"""A sealed blob opens with its own root key, in its own row, for its own purpose, unedited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import (
    DataKeyId,
    DataKeyPurpose,
    Keyring,
    RootKey,
    SealBroken,
    WrappedDataKey,
    new_data_keys,
)

ROOT = RootKey(b"r" * 32)
KEYS = new_data_keys(ROOT, system_entropy)
KEYRING = Keyring(ROOT, KEYS)
PURPOSE = DataKeyPurpose.AUTHENTICATORS
ROW = "authenticators/sealed_secret/aut_1/acc_1"
BLOB = KEYRING.seal(PURPOSE, ROW, b"a secret", system_entropy)


@given(st.binary(max_size=100), st.text(max_size=20))
def test_what_was_sealed_opens_in_its_row(plaintext: bytes, row: str) -> None:
    row = row.encode("utf-8", "replace").decode()
    blob = KEYRING.seal(PURPOSE, row, plaintext, system_entropy)
    assert KEYRING.open(PURPOSE, row, blob) == plaintext
    assert len(plaintext) < 8 or plaintext not in blob


def test_a_moved_blob_does_not_open() -> None:
    for row in (ROW.replace("aut_1", "aut_2"), ROW.replace("acc_1", "acc_2"), "", ROW + "/"):
        with pytest.raises(SealBroken):
            KEYRING.open(PURPOSE, row, BLOB)


@pytest.mark.parametrize("at", range(len(BLOB)))
def test_an_edited_byte_is_noticed_wherever_it_is(at: int) -> None:
    edited = BLOB[:at] + bytes([BLOB[at] ^ 1]) + BLOB[at + 1 :]
    with pytest.raises(SealBroken):
        KEYRING.open(PURPOSE, ROW, edited)


@pytest.mark.parametrize("length", range(len(BLOB)))
def test_a_cut_blob_does_not_open(length: int) -> None:
    with pytest.raises(SealBroken):
        KEYRING.open(PURPOSE, ROW, BLOB[:length])


@pytest.mark.parametrize("other", [p for p in DataKeyPurpose if p is not PURPOSE])
def test_a_blob_of_another_purpose_does_not_open(other: DataKeyPurpose) -> None:
    with pytest.raises(SealBroken):
        KEYRING.open(other, ROW, BLOB)


def test_another_root_key_is_noticed_before_anything_is_opened() -> None:
    with pytest.raises(SealBroken):
        Keyring(RootKey(b"s" * 32), KEYS)


def test_one_root_key_in_two_installations_opens_only_its_own() -> None:
    with pytest.raises(SealBroken):
        Keyring(ROOT, new_data_keys(ROOT, system_entropy)).open(PURPOSE, ROW, BLOB)


def test_a_data_key_under_another_name_or_number_does_not_unwrap() -> None:
    key = KEYS[0]
    for changed in (
        WrappedDataKey(DataKeyId(key.id + 7), key.purpose, key.wrapped),
        WrappedDataKey(key.id, DataKeyPurpose.SIGNING_KEYS, key.wrapped),
        WrappedDataKey(key.id, key.purpose, key.wrapped[:-1]),
        WrappedDataKey(key.id, key.purpose, b""),
        WrappedDataKey(key.id, key.purpose, b"\x02" + key.wrapped[1:]),
    ):
        with pytest.raises(SealBroken):
            ROOT.unwrap(changed)


def test_a_missing_purpose_stops_the_start() -> None:
    for missing in KEYS:
        with pytest.raises(SealBroken, match=missing.purpose):
            Keyring(ROOT, [key for key in KEYS if key is not missing])


def test_the_newest_key_seals_and_the_old_ones_open() -> None:
    newer = ROOT.wrap(DataKeyId(9), PURPOSE, system_entropy(32), system_entropy)
    both = Keyring(ROOT, [newer, *KEYS])
    assert both.open(PURPOSE, ROW, BLOB) == b"a secret"
    fresh = both.seal(PURPOSE, ROW, b"a secret", system_entropy)
    with pytest.raises(SealBroken):
        KEYRING.open(PURPOSE, ROW, fresh)


def test_equal_secrets_have_different_blobs() -> None:
    assert KEYRING.seal(PURPOSE, ROW, b"a secret", system_entropy) != BLOB


def test_a_root_key_has_32_bytes_at_least() -> None:
    RootKey(b"r" * 32)
    with pytest.raises(ValueError, match="32"):
        RootKey(b"r" * 31)
