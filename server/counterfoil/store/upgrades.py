"""The schema's versions: upgrade, and refuse a database that is newer than the code."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import NullPool

from counterfoil.store.engines import parse_url
from counterfoil.store.schema import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaTooNew(Exception):
    """The database was upgraded by a newer counterfoil: this one would damage it."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`found` is None for an empty database; `differences` names what does not fit the code."""

    found: str | None
    newest: str
    differences: tuple[str, ...]

    @property
    def current(self) -> bool:
        return self.found == self.newest and not self.differences


def upgrade(url: str) -> SchemaState:
    """Brings the schema to the newest version in one transaction; raises SchemaTooNew."""
    with _connect(url) as connection:
        refuse_newer_schema(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return check(url)


def check(url: str) -> SchemaState:
    """Compares the database with the code and changes nothing."""
    with _connect(url) as connection:
        context = MigrationContext.configure(connection)
        found = context.get_current_revision()
        differences = compare_metadata(context, metadata) if found else []
    return SchemaState(found, _newest(), tuple(str(d) for d in differences))


def refuse_newer_schema(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise SchemaTooNew(f"the database has schema {found}, this counterfoil knows {_newest()}")


def _newest() -> str:
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _connect(url: str) -> Connection:
    parsed = parse_url(url)
    engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True)
    if parsed.get_backend_name() == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: DBAPIConnection, _record: object) -> None:
            # Schema changes are transactional only when the driver does not commit by itself.
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.close()

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine.connect()
