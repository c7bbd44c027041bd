"""A PostgreSQL server on which every test gets a database of its own."""

import itertools

import psycopg
from sqlalchemy.engine import make_url


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
