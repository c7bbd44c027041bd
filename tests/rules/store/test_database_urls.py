"""Which databases there are, and that a URL is never shown with its password."""

import pytest

from counterfoil.store.engines import BadDatabaseUrl, parse_url, without_password


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite:////var/lib/counterfoil/data.db", "sqlite+pysqlite"),
        ("postgresql://ada@db.example/counterfoil", "postgresql+psycopg"),
        ("postgresql+psycopg://ada@db.example/counterfoil", "postgresql+psycopg"),
        ("postgresql+psycopg2://ada@db.example/counterfoil", "postgresql+psycopg"),
    ],
)
def test_a_file_or_a_server_with_the_one_driver(text: str, driver: str) -> None:
    assert parse_url(text).drivername == driver


@pytest.mark.parametrize(
    "text",
    ["", "sqlite://", "sqlite:///:memory:", "mysql://ada:secret@db/x", "secret", "postgresql"],
)
def test_everything_else_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        parse_url(text)
    assert "secret" not in str(refused.value)


def test_the_password_is_not_shown() -> None:
    shown = without_password("postgresql://ada:secret@db.example/counterfoil")
    assert "secret" not in shown
    assert "db.example/counterfoil" in shown
