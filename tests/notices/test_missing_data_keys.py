"""A database of an earlier version gets the data keys that came later, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, func, select

from counterfoil.app import close_house, make_house
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.sealing import DataKeyPurpose, RootKey, SealBroken
from counterfoil.store import Transaction, open_store
from counterfoil.store.installation import ensure_data_keys, load_keyring, open_keyring
from counterfoil.store.schema import data_keys
from tests.house import NOON_MS, ROOT_KEY_MATERIAL, house_on, settings_for

ROOT = RootKey(ROOT_KEY_MATERIAL)


def take_key(tx: Transaction) -> None:
    tx.execute(delete(data_keys).where(data_keys.c.purpose == DataKeyPurpose.OUTBOX.value))


def count(tx: Transaction) -> int:
    return tx.execute(select(func.count()).select_from(data_keys)).scalar_one()


@pytest.fixture
def older_url(installed_database_url: str) -> str:
    store = open_store(installed_database_url)
    store.write_now(take_key)
    store.close()
    return installed_database_url


def test_two_workers_that_start_at_once_make_it_once(older_url: str) -> None:
    """Each has looked and found it missing before either of them writes."""
    stores = [open_store(older_url) for _ in range(2)]

    def unit(tx: Transaction) -> None:
        ensure_data_keys(tx, ROOT, system_entropy, NOON_MS)

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(store.write_now, unit) for store in stores * 4]:
            done.result()
    first, second = (store.read_now(lambda tx: load_keyring(tx, ROOT)) for store in stores)
    assert stores[0].read_now(count) == len(DataKeyPurpose)
    blob = first.seal(DataKeyPurpose.OUTBOX, "row", b"a letter", system_entropy)
    assert second.open(DataKeyPurpose.OUTBOX, "row", blob) == b"a letter"
    for store in stores:
        store.close()


def test_the_service_starts_on_an_older_database_and_keeps_the_key(older_url: str) -> None:
    house = house_on(older_url)
    blob = house.keyring.seal(DataKeyPurpose.OUTBOX, "row", b"a letter", system_entropy)
    close_house(house)
    later = house_on(older_url)
    assert later.keyring.open(DataKeyPurpose.OUTBOX, "row", blob) == b"a letter"
    close_house(later)


def test_a_wrong_root_key_adds_none(older_url: str) -> None:
    with pytest.raises(SealBroken):
        make_house(settings_for(older_url), RootKey(b"another root key" * 2))
    store = open_store(older_url)
    assert store.read_now(count) == len(DataKeyPurpose) - 1
    open_keyring(store, ROOT, system_entropy, NOON_MS)
    assert store.read_now(count) == len(DataKeyPurpose)
    store.close()
