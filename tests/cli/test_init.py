"""`counterfoil init`: everything or nothing, and never over what is there."""

import stat
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from counterfoil.settings import load_settings
from tests.cli.commands import ISSUER, Made, Outcome, is_sentence_and_try, run


def init(config: Path, database_url: str, *more: str, issuer: str = ISSUER) -> Outcome:
    return run(
        *("init", "--issuer", issuer, "--config", str(config), "--database-url", database_url),
        *more,
    )


def test_it_makes_everything_on_an_empty_database(database_url: str, etc: Path) -> None:
    config = etc / "counterfoil.toml"
    outcome = init(config, database_url)
    assert outcome.code == 0, outcome.err
    assert load_settings(config).issuer == ISSUER
    assert run("db", "check", "--config", str(config)).code == 0
    assert len(run("keys", "list", "--json", "--config", str(config)).json) == 2


def test_secrets_are_for_nobody_else(tmp_path: Path) -> None:
    config = tmp_path / "etc" / "counterfoil.toml"
    init(config, f"sqlite:///{tmp_path / 'etc' / 'data' / 'c.db'}")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "etc").rglob("*")}
    assert modes == {"counterfoil.toml": 0o600, "root.key": 0o600, "data": 0o700, "c.db": 0o600}
    assert len((tmp_path / "etc" / "root.key").read_bytes()) == 32


def test_two_installations_share_no_key(tmp_path: Path) -> None:
    for name in ("one", "two"):
        init(tmp_path / name / "c.toml", f"sqlite:///{tmp_path / name / 'data' / 'c.db'}")
    keys = {(tmp_path / name / "root.key").read_bytes() for name in ("one", "two")}
    assert len(keys) == 2


def test_the_configuration_shows_every_setting_and_can_be_read(tmp_path: Path) -> None:
    config = tmp_path / "etc" / "c.toml"
    url = f"sqlite:///{tmp_path / 'data' / 'c.db'}"
    init(config, url, "--rp-id", "example.org")
    text = config.read_text(encoding="utf-8")
    for name in ("issuer", "database_url", "root_key_file", "code_s", "trusted_proxies"):
        assert f"{name} = " in text
    settings = load_settings(config)
    assert (settings.rp_id, settings.database_url) == ("example.org", url)
    uncommented = text.replace("# ", "").replace("\nThe ", "\n# The ")
    assert "demonstration" not in uncommented


def test_what_is_commented_out_is_the_default(tmp_path: Path) -> None:
    config = tmp_path / "etc" / "c.toml"
    init(config, f"sqlite:///{tmp_path / 'data' / 'c.db'}")
    before = load_settings(config)
    lines = config.read_text(encoding="utf-8").splitlines()
    shown = [line.removeprefix("# ") if " = " in line else line for line in lines]
    config.write_text("\n".join(shown), encoding="utf-8")
    assert load_settings(config) == before


def test_the_first_administrator_gets_a_link(made: Made) -> None:
    assert made.link.startswith(f"{ISSUER}/invitation/cf_inv_")
    people = made.run("users", "list", "--json").json
    assert [(p["name"], p["role"]) for p in people] == [("ada", "administrator")]


def test_there_is_no_default_account(tmp_path: Path) -> None:
    config = tmp_path / "etc" / "c.toml"
    outcome = init(config, f"sqlite:///{tmp_path / 'data' / 'c.db'}", "--json")
    assert outcome.json["administrator"] is None
    assert run("users", "list", "--json", "--config", str(config)).json == []


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    outcome = init(tmp_path / "c.toml", f"sqlite:///{tmp_path / 'data' / 'c.db'}")
    assert "Next: counterfoil serve" in outcome.err
    assert outcome.out == ""


@pytest.mark.parametrize("there", ["counterfoil.toml", "root.key"])
def test_nothing_is_written_over(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / there).write_bytes(b"precious")
    outcome = init(folder / "counterfoil.toml", f"sqlite:///{tmp_path / 'data' / 'c.db'}")
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)
    assert [file.name for file in folder.iterdir()] == [there]
    assert (folder / there).read_bytes() == b"precious"


def test_a_database_that_holds_an_installation_is_left_alone(made: Made, etc: Path) -> None:
    outcome = init(etc / "other" / "c.toml", made.database_url)
    assert outcome.code == 1
    assert "already holds an installation" in outcome.err
    assert not list((etc / "other").iterdir())
    assert made.run("keys", "list").code == 0


def test_when_the_database_does_not_answer_nothing_is_left(
    tmp_path: Path, free_ports: list[int]
) -> None:
    url = f"postgresql://nobody:hunter2@127.0.0.1:{free_ports[0]}/none"
    outcome = init(tmp_path / "etc" / "c.toml", url)
    assert outcome.code == 75
    assert is_sentence_and_try(outcome.err)
    assert "hunter2" not in outcome.err
    assert not list((tmp_path / "etc").iterdir())


def test_a_name_that_cannot_be_used_leaves_nothing(upgraded_database_url: str, etc: Path) -> None:
    outcome = init(etc / "c.toml", upgraded_database_url, "--administrator", "a b\x07")
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)
    assert not list(etc.iterdir())
    again = init(etc / "c.toml", upgraded_database_url, "--administrator", "ada")
    assert again.code == 0


def test_on_this_machine_it_listens_where_the_issuer_says(tmp_path: Path) -> None:
    config = tmp_path / "etc" / "c.toml"
    url = f"sqlite:///{tmp_path / 'data' / 'c.db'}"
    init(config, url, issuer="http://localhost:8123")
    assert load_settings(config).listen_port == 8123


def test_by_default_the_places_are_apart(tmp_path: Path) -> None:
    config = tmp_path / "somewhere" / "c.toml"
    assert run("init", "--issuer", ISSUER, "--config", str(config)).code == 0
    settings = load_settings(config)
    database = Path(str(make_url(settings.database_url).database))
    assert database.parent not in settings.root_key_file.parents
    assert database.is_file()


def test_the_password_of_a_database_is_not_printed(upgraded_database_url: str, etc: Path) -> None:
    outcome = init(etc / "c.toml", upgraded_database_url, "--json")
    password = make_url(upgraded_database_url).password
    assert outcome.json["database_url"]
    if password:
        assert f":{password}@" not in outcome.out + outcome.err
