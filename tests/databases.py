"""A PostgreSQL server on which every test gets a database of its own."""

import itertools
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from counterfoil.store.schema import metadata


class PostgreSQL:
    """A server that makes databases and drops them; `owner` keeps the names of workers apart."""

    def __init__(self, url: str, owner: str) -> None:
        self._url = make_url(url)
        self._owner = owner
        self._numbers = itertools.count(1)
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)

    def create(self, template: str) -> str:
        """Make a database from that template and return its URL."""
        name = f"counterfoil_test_{self._owner}_{next(self._numbers)}"
        # Copying files takes half as long as logging them, for databases as small as these.
        copying = " STRATEGY file_copy" if self._connection.info.server_version >= 150_000 else ""
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{copying}')
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove that database, whoever is still connected to it."""
        self._execute(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()

    def _execute(self, statement: str) -> None:
        self._connection.execute(statement.encode())


@dataclass(slots=True)
class Lent:
    """A database that is lent to one test after the other: what a test wrote is taken out again.

    Making and dropping one for each test is most of a run's time. Whoever changes more than rows
    gets it to keep: it is dropped, and the next test gets another.
    """

    server: PostgreSQL
    template: str
    _url: str = ""
    _rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)
    _shape: list[tuple[Any, ...]] = field(default_factory=list)

    def lend(self) -> str:
        """The URL of a database that is as its template."""
        if not self._url:
            self._url = self.server.create(template=self.template)
            with self._connect() as connection:
                self._shape = _shape_of(connection)
                self._rows = {name: _rows_of(connection, name) for name in metadata.tables}
        return self._url

    def take_back(self) -> None:
        """Make it as it was, or drop it."""
        with self._connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            as_before = _shape_of(connection) == self._shape
            if as_before:
                self._restore(connection)
        if not as_before:
            self.drop()

    def drop(self) -> None:
        if self._url:
            self.server.drop(self._url)
            self._url = ""

    def _restore(self, connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
        tables = [table.name for table in metadata.sorted_tables]
        with connection.transaction():
            for name in reversed(tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            for name in tables:
                for row in self._rows[name]:
                    values = sql.SQL(", ").join(sql.Placeholder() * len(row))
                    statement = sql.SQL("INSERT INTO {} VALUES ({})")
                    connection.execute(statement.format(sql.Identifier(name), values), row)
            for name in ("events", "notices"):
                connection.execute(
                    sql.SQL(
                        "SELECT setval(pg_get_serial_sequence({}, 'id'), coalesce(max(id), 0) + 1,"
                        " false) FROM {}"
                    ).format(sql.Literal(name), sql.Identifier(name))
                )

    def _connect(self) -> "psycopg.Connection[tuple[Any, ...]]":
        plain = make_url(self._url).set(drivername="postgresql")
        return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _shape_of(connection: "psycopg.Connection[tuple[Any, ...]]") -> list[tuple[Any, ...]]:
    """Every column that there is, and which version the schema has."""
    columns = connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2"
    ).fetchall()
    return [*columns, *connection.execute("SELECT version_num FROM alembic_version").fetchall()]


def _rows_of(
    connection: "psycopg.Connection[tuple[Any, ...]]", table: str
) -> list[tuple[Any, ...]]:
    return connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))).fetchall()
