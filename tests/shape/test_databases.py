"""The databases that tests run on are real, fresh, and gone afterwards."""

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from counterfoil.http.house import House
from counterfoil.store.upgrades import check
from tests.ceremonies.desk import add_account
from tests.house import events_of


@pytest.mark.parametrize("time", ["first", "second"])
def test_every_test_gets_an_empty_database(database_url: str, time: str) -> None:
    with create_engine(database_url, poolclass=NullPool).begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("CREATE TABLE mine (time TEXT)"))


@pytest.mark.parametrize("time", ["first", "second"])
def test_an_upgraded_database_has_todays_schema(upgraded_database_url: str, time: str) -> None:
    assert check(upgraded_database_url).current
    with create_engine(upgraded_database_url, poolclass=NullPool).begin() as connection:
        assert "mine" not in inspect(connection).get_table_names()
        connection.execute(text("CREATE TABLE mine (time TEXT)"))


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_wrote_is_not_there_for_the_next(house: House, time: str) -> None:
    before = [event.id for event in events_of(house)]
    assert before == list(range(1, len(before) + 1))
    add_account(house, "ada")
    assert [event.id for event in events_of(house)] == [*before, len(before) + 1]
