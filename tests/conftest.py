"""What every test may ask for: a fresh database on each engine, and the published vectors."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy.engine import make_url

from counterfoil.app import close_house
from counterfoil.http.house import House
from counterfoil.store.upgrades import upgrade
from tests.databases import Lent, PostgreSQL
from tests.house import HandClock, house_on, install
from tests.needs import NO_VECTORS, fails_instead
from tests.postgresql import NoServer, Run

ROOT = Path(__file__).parent.parent
RUN = pytest.StashKey[Run]()
OURS = pytest.StashKey[ExitStack]()
IN_WORKER = "counterfoil_run"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published vectors: COUNTERFOIL_VECTORS, or beside the checkout."""
    named = os.environ.get("COUNTERFOIL_VECTORS")
    beside = [ROOT.parent / "shared" / "vectors", ROOT.parent / "vectors"]
    for place in [Path(named)] if named else beside:
        if place.is_dir():
            return place
    pytest.skip(f"{NO_VECTORS}: COUNTERFOIL_VECTORS names their folder")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """The engine that this test runs on: whoever asks for a database runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database, made for this test."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create(template="template0")
    yield url
    server.drop(url)


@pytest.fixture
def upgraded_database_url(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a database with today's schema and nothing in it, made for this test."""
    if engine_name == "sqlite":
        file = tmp_path / "upgraded.db"
        shutil.copyfile(request.getfixturevalue("upgraded_sqlite_file"), file)
        yield f"sqlite:///{file}"
        return
    lent: Lent = request.getfixturevalue("upgraded_postgresql")
    yield lent.lend()
    lent.take_back()


@pytest.fixture(scope="session")
def upgraded_postgresql(
    postgresql: PostgreSQL, upgraded_postgresql_template: str
) -> Iterator[Lent]:
    """A PostgreSQL database with today's schema, for one test after the other."""
    lent = Lent(postgresql, upgraded_postgresql_template)
    yield lent
    lent.drop()


@pytest.fixture(scope="session")
def upgraded_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with today's schema, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def upgraded_postgresql_template(postgresql: PostgreSQL) -> Iterator[str]:
    """The name of a PostgreSQL database with today's schema, to be copied."""
    url = postgresql.create(template="template0")
    upgrade(url)
    yield str(make_url(url).database)
    postgresql.drop(url)


@pytest.fixture
def installed_database_url(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a database that is set up: data keys and signing keys, nobody in it yet."""
    if engine_name == "sqlite":
        file = tmp_path / "installed.db"
        shutil.copyfile(request.getfixturevalue("installed_sqlite_file"), file)
        yield f"sqlite:///{file}"
        return
    lent: Lent = request.getfixturevalue("installed_postgresql")
    yield lent.lend()
    lent.take_back()


@pytest.fixture(scope="session")
def installed_postgresql(
    postgresql: PostgreSQL, installed_postgresql_template: str
) -> Iterator[Lent]:
    """A PostgreSQL database that is set up, for one test after the other."""
    lent = Lent(postgresql, installed_postgresql_template)
    yield lent
    lent.drop()


@pytest.fixture(scope="session")
def installed_sqlite_file(upgraded_sqlite_file: Path) -> Path:
    """A SQLite file that is set up, to be copied: making an RSA key takes longer than a test."""
    file = upgraded_sqlite_file.with_name("installed.db")
    shutil.copyfile(upgraded_sqlite_file, file)
    install(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def installed_postgresql_template(
    postgresql: PostgreSQL, upgraded_postgresql_template: str
) -> Iterator[str]:
    """The name of a PostgreSQL database that is set up, to be copied."""
    url = postgresql.create(template=upgraded_postgresql_template)
    install(url)
    yield str(make_url(url).database)
    postgresql.drop(url)


@pytest.fixture
def clock() -> HandClock:
    """The service's time, moved by the test."""
    return HandClock()


@pytest.fixture
def house(installed_database_url: str, clock: HandClock) -> Iterator[House]:
    """A whole service on a database of its own."""
    opened = house_on(installed_database_url, clock)
    yield opened
    close_house(opened)


@pytest.fixture(scope="session")
def postgresql(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """The server at COUNTERFOIL_TEST_POSTGRESQL, a URL that may make databases, or the run's."""
    try:
        url = os.environ.get("COUNTERFOIL_TEST_POSTGRESQL")
        server = PostgreSQL(url or request.config.stash[RUN].server_url(), f"{os.getpid()}")
    except NoServer as reason:
        pytest.skip(f"needs PostgreSQL: {reason}")
    yield server
    server.close()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of this run, unless we are a worker of it, and hold its lock."""
    # The same examples on every machine, and no failure because another test was busy.
    hypothesis.settings.register_profile(
        "repeatable", derandomize=True, deadline=None, database=None
    )
    hypothesis.settings.load_profile("repeatable")
    worker_input: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker_input is not None:
        config.stash[RUN] = Run(Path(worker_input[IN_WORKER]))
        return
    stack = config.stash[OURS] = ExitStack()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="counterfoil-run-"))
    run = config.stash[RUN] = Run(Path(folder))
    stack.callback(run.wait_for_keeper)
    stack.enter_context(run.held("alive", fcntl.LOCK_EX))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist where the run's folder is."""
    node.workerinput[IN_WORKER] = str(node.config.stash[RUN].folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the run: its server stops, and we wait until it has."""
    if OURS in config.stash:
        config.stash[OURS].close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a failure of a skip, where everything is said to be there."""
    report = yield
    if not hasattr(report, "wasxfail"):
        refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that would be skipped."""
    report = yield
    refuse_skip(report)
    return report


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skipped report into a failed one when the reason is no reason here."""
    if report.outcome == "skipped" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if fails_instead(reason):
            report.outcome = "failed"
            report.longrepr = f"Under CI everything that the suite wants is there. {reason}"
