"""An installation, opened for an operator's command: settings, root key, schema, data keys.

Each step refuses with one sentence; `serve`, `users`, `clients` and `keys` all begin here.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil.accounts import Accounts
from counterfoil.administration import Administration
from counterfoil.cli.output import Exit, Problem, sentence
from counterfoil.kit.clock import Clock, SystemClock
from counterfoil.kit.entropy import Entropy, system_entropy
from counterfoil.kit.sealing import Keyring, RootKey, SealBroken
from counterfoil.limits import Limits
from counterfoil.notices import Notices
from counterfoil.oauth import Clients
from counterfoil.sessions import Sessions
from counterfoil.settings import Settings, find_config, load_settings, read_root_key
from counterfoil.store import Store, Transaction, open_store
from counterfoil.store.engines import DatabaseError, parse_url
from counterfoil.store.installation import Installation, MadeBy, find_installation, open_keyring
from counterfoil.store.upgrades import SchemaState, SchemaTooNew, check, refuse_newer_schema

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a command works with."""

    settings: Settings
    store: Store
    keyring: Keyring
    clock: Clock
    entropy: Entropy
    accounts: Accounts
    notices: Notices
    clients: Clients
    administration: Administration


def load(config: Path | None, **flags: object) -> Settings:
    """The settings for a command; raises Problem when there is no configuration at all."""
    found = find_config(config)
    settings_in_flags = any(value is not None for value in flags.values())
    if found is None and not settings_in_flags and not _set_by_environment():
        raise Problem(
            "There is no configuration yet.",
            "counterfoil init --issuer https://login.example.org --administrator YOUR_NAME",
            Exit.USAGE,
        )
    return load_settings(found, **flags)


@contextmanager
def opened(config: Path | None, **flags: object) -> Iterator[Opened]:
    """Everything checked and open; closed again at the end. Raises Problem and BadSettings."""
    settings = load(config, **flags)
    root_key = read_root_key(settings.root_key_file)
    with opened_store(settings.database_url) as store:
        refuse_other_schema(store, settings.database_url)
        keyring = open_installation(store, settings, root_key, MadeBy.INIT)
        clock = SystemClock()
        limits = Limits(clock, settings.anonymous_per_minute, settings.anonymous_burst)
        notices = Notices(clock, system_entropy, keyring)
        accounts = Accounts(clock, system_entropy, keyring, notices)
        clients = Clients(clock, system_entropy, keyring, limits)
        sessions = Sessions(
            clock, system_entropy, keyring, settings.session_idle_s, settings.session_absolute_s
        )
        yield Opened(
            settings=settings,
            store=store,
            keyring=keyring,
            clock=clock,
            entropy=system_entropy,
            accounts=accounts,
            notices=notices,
            clients=clients,
            administration=Administration(clock, accounts, sessions, clients),
        )


@contextmanager
def opened_store(url: str) -> Iterator[Store]:
    """The store, closed at the end; raises BadDatabaseUrl."""
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def check_schema(url: str) -> SchemaState:
    """The schema's state; raises Problem when there is no database or it does not answer."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        # Looking must not make an empty file that a later look takes for a database.
        raise Problem(f"There is no database at {file}.", "counterfoil init --help", Exit.NOT_FOUND)
    try:
        return check(url)
    except DatabaseError as error:
        raise unreachable(error) from error


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; None for another one. Raises BadDatabaseUrl."""
    parsed = parse_url(url)
    return Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None


def refuse_other_schema(store: Store, url: str) -> None:
    """Refuse an empty, older, newer or altered database: the code fits one schema exactly."""
    state = check_schema(url)
    if state.found is None:
        raise Problem("The database is empty.", "counterfoil init --help")
    try:
        store.read_now(refuse_newer_schema)
    except SchemaTooNew as error:
        raise Problem(
            f"The database was upgraded by a newer counterfoil (schema {state.found}).",
            "install that version again, or restore the backup made before the upgrade",
        ) from error
    if state.found != state.newest:
        raise Problem(
            f"The database has the older schema {state.found}; this counterfoil needs"
            f" {state.newest}.",
            "make a backup, then: counterfoil db upgrade",
        )
    if state.differences:
        raise Problem(
            "The database's tables are not those of its schema version.", "counterfoil db check"
        )


def open_installation(
    store: Store, settings: Settings, root_key: RootKey, made_by: MadeBy
) -> Keyring:
    """The keyring of a database that `made_by` made for this issuer. Raises Problem.

    A database of an earlier version gets the data keys that it lacks.
    """
    try:
        store.read_now(lambda tx: _refuse_other_installation(tx, settings, made_by))
        return open_keyring(store, root_key, system_entropy, SystemClock().now_ms())
    except SealBroken as error:
        raise Problem(
            f"The root key at {settings.root_key_file} does not open this database.",
            "restore the root key that belongs to it from its backup",
        ) from error
    except DatabaseError as error:
        raise unreachable(error) from error


def unreachable(error: DatabaseError) -> Problem:
    """The problem of a database that does not answer; its words, without the URL."""
    told = sentence(f"the database does not answer: {error.orig}")
    return Problem(told, "counterfoil doctor", Exit.BUSY)


def _refuse_other_installation(tx: Transaction, settings: Settings, made_by: MadeBy) -> None:
    found = find_installation(tx)
    if found is None:
        raise Problem("The database has tables, but no installation.", "counterfoil init --help")
    refuse_made_by(found, made_by)
    if found.issuer != settings.issuer:
        raise Problem(
            f"The database was made for {found.issuer}, but the settings say {settings.issuer}.",
            "set issuer back; every application and key was set up with it",
        )


def refuse_made_by(found: Installation, wanted: MadeBy) -> None:
    """Keep the demonstration, where keys in software are trusted, apart. Raises Problem."""
    if found.made_by is wanted:
        return
    if found.made_by is MadeBy.DEMONSTRATION:
        raise Problem(
            "This database belongs to the demonstration, where keys in software are trusted.",
            "counterfoil init --help",
        )
    if wanted is MadeBy.DEMONSTRATION:
        raise Problem(
            "This database was not made by the demonstration, which would trust keys in software.",
            "counterfoil dev --data ANOTHER_FOLDER",
        )
    raise Problem("This database was made by a test.", "counterfoil init --help")


def _set_by_environment() -> bool:
    return "COUNTERFOIL_ISSUER" in os.environ or "COUNTERFOIL_SECRETS" in os.environ
