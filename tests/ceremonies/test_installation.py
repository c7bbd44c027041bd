"""What the start notices: another root key, another database, emulated tokens, a newer schema."""

import pytest
from sqlalchemy import text

from counterfoil.app import close_house, make_house
from counterfoil.errors import Reason
from counterfoil.factors.kind import Purpose
from counterfoil.kit.sealing import RootKey, SealBroken
from counterfoil.store import Transaction, open_store
from counterfoil.store.installation import MadeBy
from counterfoil.store.upgrades import SchemaTooNew, check, upgrade
from counterfoil_devices.emulated import EMULATED_AAGUID, Model
from tests.ceremonies.desk import Desk, add_account, authenticators, must, reason
from tests.house import house_on, install, settings_for


def change(url: str, statement: str) -> None:
    store = open_store(url)

    def run(tx: Transaction) -> None:
        tx.execute(text(statement))

    store.write_now(run)
    store.close()


def test_a_wrong_root_key_is_noticed_at_start(installed_database_url: str) -> None:
    with pytest.raises(SealBroken):
        make_house(settings_for(installed_database_url), RootKey(b"another root key" * 2))


def test_a_database_that_nobody_set_up_does_not_start(upgraded_database_url: str) -> None:
    with pytest.raises(LookupError):
        house_on(upgraded_database_url)


def test_a_database_is_set_up_once(installed_database_url: str) -> None:
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        install(installed_database_url)


def test_a_database_newer_than_the_code_stops(installed_database_url: str) -> None:
    assert check(installed_database_url).current
    change(installed_database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaTooNew, match="9999"):
        upgrade(installed_database_url)
    assert not check(installed_database_url).current


def test_a_database_that_somebody_changed_is_not_current(installed_database_url: str) -> None:
    change(installed_database_url, "ALTER TABLE accounts ADD COLUMN more TEXT")
    state = check(installed_database_url)
    assert not state.current
    assert any("more" in difference for difference in state.differences)


def test_upgrading_again_changes_nothing(installed_database_url: str) -> None:
    before = check(installed_database_url)
    assert upgrade(installed_database_url) == before
    close_house(house_on(installed_database_url))


@pytest.mark.parametrize("made_by", MadeBy)
def test_emulated_keys_are_taken_only_where_a_test_or_demonstration_made_the_database(
    upgraded_database_url: str, made_by: MadeBy
) -> None:
    install(upgraded_database_url, made_by=made_by)
    house = house_on(upgraded_database_url)
    try:
        desk, account = Desk(house), add_account(house)
        begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
        outcome = desk.prove(begun, desk.create(begun))
        if made_by is MadeBy.INIT:
            assert reason(outcome) is Reason.ATTESTATION_UNTRUSTED
            assert authenticators(house, account) == []
        else:
            must(outcome)
            desk.touch_in()
    finally:
        close_house(house)


def test_an_emulated_key_that_came_into_a_real_database_proves_nothing(
    installed_database_url: str,
) -> None:
    house = house_on(installed_database_url)
    desk = Desk(house, model=Model(aaguid=EMULATED_AAGUID))
    desk.enrol(add_account(house))
    close_house(house)
    change(installed_database_url, "UPDATE installation SET made_by = 'init'")
    real = house_on(installed_database_url)
    try:
        late = Desk(real)
        late.browser, late.key = desk.browser, desk.key
        begun = late.begin(late.sign_in())
        assert reason(late.prove(begun, late.touch(begun))) is Reason.ATTESTATION_UNTRUSTED
    finally:
        close_house(real)
