"""What every command looks at before it does anything: settings, key, database, and whose it is."""

from pathlib import Path

import pytest

from tests.cli.commands import ISSUER, Made, change, is_sentence_and_try, run
from tests.house import install

COMMANDS = [("serve",), ("users", "list"), ("clients", "list"), ("keys", "list")]


def refuses(made: Made, says: str, code: int = 1) -> None:
    for command in COMMANDS:
        outcome = made.run(*command)
        assert outcome.code == code, command
        assert is_sentence_and_try(outcome.err), outcome.err
        assert says in outcome.err, command
        assert outcome.out == ""


def test_a_wrong_root_key_is_noticed_at_start(made: Made) -> None:
    made.root_key.write_bytes(b"x" * 32)
    refuses(made, "does not open this database")


def test_a_root_key_that_others_may_read_is_noticed_at_start(made: Made) -> None:
    made.root_key.chmod(0o644)
    refuses(made, "Others may read the root key", code=2)


def test_a_database_of_a_newer_counterfoil_stops_the_start(made: Made) -> None:
    change(made, "UPDATE alembic_version SET version_num = '9999'")
    refuses(made, "upgraded by a newer counterfoil")


def test_an_empty_database_stops_the_start(made: Made) -> None:
    change(made, "DELETE FROM alembic_version")
    refuses(made, "The database is empty")


def test_tables_that_are_not_ours_stop_the_start(made: Made) -> None:
    change(made, "ALTER TABLE accounts ADD COLUMN surprise TEXT")
    refuses(made, "tables are not those of its schema version")


def test_a_database_of_the_demonstration_is_refused(made: Made) -> None:
    change(made, "UPDATE installation SET made_by = 'demonstration'")
    refuses(made, "belongs to the demonstration")


def test_a_database_of_a_test_is_refused(upgraded_database_url: str, etc: Path) -> None:
    install(upgraded_database_url, issuer=ISSUER)
    root_key = etc / "root.key"
    root_key.write_bytes(b"x" * 32)
    root_key.chmod(0o600)
    config = etc / "c.toml"
    config.write_text(
        f'issuer = "{ISSUER}"\ndatabase_url = "{upgraded_database_url}"\n'
        f'root_key_file = "{root_key}"\n',
        encoding="utf-8",
    )
    outcome = run("users", "list", "--config", str(config))
    assert outcome.code == 1
    assert "made by a test" in outcome.err


def test_another_issuer_than_the_one_the_database_was_made_for_is_refused(made: Made) -> None:
    config = made.config.read_text(encoding="utf-8")
    made.config.write_text(
        config.replace(f'"{ISSUER}"', '"https://other.example.org"').replace(
            "\nrp_id", "\n# rp_id"
        ),
        encoding="utf-8",
    )
    refuses(made, f"The database was made for {ISSUER}")


def test_looking_for_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    file = tmp_path / "data" / "counterfoil.db"
    config = tmp_path / "c.toml"
    assert run("init", "--issuer", ISSUER, "--config", str(config)).code == 0
    file.unlink()
    for command in [*COMMANDS, ("db", "check"), ("db", "upgrade")]:
        outcome = run(*command, "--config", str(config))
        assert outcome.code == 3, command
        assert is_sentence_and_try(outcome.err)
    assert not file.exists()


@pytest.mark.parametrize("command", [*COMMANDS, ("db", "check")])
def test_without_a_configuration_it_says_how_to_make_one(command: tuple[str, ...]) -> None:
    outcome = run(*command)
    assert outcome.code == 2
    assert is_sentence_and_try(outcome.err)
    assert "try: counterfoil init" in outcome.err


def test_a_database_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    assert run("init", "--issuer", ISSUER, "--config", str(config)).code == 0
    file = tmp_path / "data" / "counterfoil.db"
    file.write_bytes(b"not a database at all, but long enough to look like one" * 100)
    outcome = run("users", "list", "--config", str(config))
    assert outcome.code == 75
    assert is_sentence_and_try(outcome.err)
