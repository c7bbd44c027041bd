"""The databases that tests run on are real, fresh, and gone afterwards."""

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from counterfoil.store.upgrades import check


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
