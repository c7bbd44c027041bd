"""Installations made by `counterfoil init`, and an environment without other settings."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.cli.commands import ISSUER, Made, run
from tests.databases import PostgreSQL


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of whoever runs the tests, and a home of our own."""
    for name in list(os.environ):
        if name.startswith("COUNTERFOIL_") and not name.startswith("COUNTERFOIL_TEST_"):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.chdir(home)


@pytest.fixture
def etc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder apart from the database's, for the configuration and the root key."""
    return tmp_path_factory.mktemp("etc")


@pytest.fixture
def made(
    engine_name: str, etc: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Made]:
    """An installation with an administrator named ada, copied from one that `init` made."""
    template: Made = request.getfixturevalue(f"made_on_{engine_name}")
    if engine_name == "sqlite":
        file = tmp_path / "made.db"
        shutil.copyfile(template.database_url.removeprefix("sqlite:///"), file)
        yield copied(template, etc, f"sqlite:///{file}")
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create(template=str(make_url(template.database_url).database))
    yield copied(template, etc, url)
    server.drop(url)


@pytest.fixture(scope="session")
def made_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The installation that is copied."""
    url = f"sqlite:///{tmp_path_factory.mktemp('data') / 'template.db'}"
    return make(url, tmp_path_factory.mktemp("etc"))


@pytest.fixture(scope="session")
def made_on_postgresql(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    """The installation that is copied."""
    url = postgresql.create(template="template0")
    yield make(url, tmp_path_factory.mktemp("etc"))
    postgresql.drop(url)


def copied(template: Made, etc: Path, url: str) -> Made:
    """The same installation with the copy of its database at `url`."""
    config, root_key = etc / template.config.name, etc / template.root_key.name
    text = template.config.read_text(encoding="utf-8")
    for old, new in ((template.database_url, url), (str(template.root_key), str(root_key))):
        text = text.replace(f'"{old}"', f'"{new}"')
    config.write_text(text, encoding="utf-8")
    root_key.write_bytes(template.root_key.read_bytes())
    root_key.chmod(0o600)
    return Made(config, root_key, url, template.link)


def make(database_url: str, folder: Path) -> Made:
    """Run `init` for that database."""
    config = folder / "counterfoil.toml"
    outcome = run(
        *("init", "--issuer", ISSUER, "--administrator", "ada", "--config", str(config)),
        *("--database-url", database_url, "--json"),
    )
    assert outcome.code == 0, outcome.err
    link = outcome.json["administrator"]["invitation"]["link"]
    return Made(config, folder / "root.key", database_url, link)


@pytest.fixture
def free_ports() -> list[int]:
    """Two ports of this machine on which nobody listens."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return [one.getsockname()[1], other.getsockname()[1]]
