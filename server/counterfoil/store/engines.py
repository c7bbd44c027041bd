"""Two engines on one URL: `read` commits by itself, `write` holds transactions."""

from typing import TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

SQLITE_BUSY_MS = 10_000
POSTGRESQL_CONNECTIONS = 8


# What a unit raises when the database does not answer, or not as the code expects.
DatabaseError: TypeAlias = DBAPIError


class BadDatabaseUrl(ValueError):
    """The database URL cannot be used; the message says why, without the password."""


def parse_url(text: str) -> URL:
    """A SQLite file or a PostgreSQL database; raises BadDatabaseUrl."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise BadDatabaseUrl("the database URL cannot be read") from error
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise BadDatabaseUrl("SQLite needs a file: sqlite:////var/lib/counterfoil/data.db")
        return url.set(drivername="sqlite+pysqlite")
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise BadDatabaseUrl("the database is SQLite or PostgreSQL")


def without_password(text: str) -> str:
    """The URL as it may be shown; raises BadDatabaseUrl."""
    parse_url(text)
    return make_url(text).render_as_string(hide_password=True)


def sqlite_engine(url: URL, *, writes: bool) -> Engine:
    """One kept connection: 30 µs a statement cheaper than through a pool."""
    engine = create_engine(
        url,
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "timeout": SQLITE_BUSY_MS / 1000},
        isolation_level=None if writes else "AUTOCOMMIT",
        # To SQLAlchemy our own BEGIN looks like autocommit: a failed transaction would stay open.
        skip_autocommit_rollback=not writes,
        # A traceback of a broken statement would otherwise tell its values.
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        # The driver's own transaction control begins too late for IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # NORMAL may lose the last commits at power loss: a revocation, a spent code.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA trusted_schema=OFF")
        cursor.close()

    if writes:

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def postgresql_engines(url: URL) -> tuple[Engine, Engine]:
    """The reading and the writing engine."""
    read = create_engine(
        url,
        pool_size=POSTGRESQL_CONNECTIONS,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
    )
    return read, create_engine(url, pool_size=POSTGRESQL_CONNECTIONS, hide_parameters=True)
