"""`counterfoil keys` and `counterfoil db`, on both databases."""

from pathlib import Path

from tests.cli.commands import ISSUER, Made, is_sentence_and_try, run


def test_the_public_halves_are_listed_and_no_private_one(made: Made) -> None:
    outcome = made.run("keys", "list", "--json")
    assert {key["alg"] for key in outcome.json} == {"ES256", "RS256"}
    for key in outcome.json:
        assert set(key) == {"kid", "alg", "state", "made_ms", "public_jwk"}
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key["public_jwk"])


def test_checking_tells_versions(made: Made) -> None:
    outcome = made.run("db", "check", "--json")
    assert outcome.code == 0
    assert outcome.json["current"] is True
    assert outcome.json["found"] == outcome.json["newest"]
    assert outcome.json["differences"] == []


def test_upgrading_twice_does_nothing(made: Made) -> None:
    outcome = made.run("db", "upgrade", "--json")
    assert outcome.code == 0
    assert "Nothing to do." in outcome.err
    assert outcome.json["current"] is True


def test_an_empty_database_is_upgraded(database_url: str, etc: Path) -> None:
    config = etc / "c.toml"
    config.write_text(
        f'issuer = "{ISSUER}"\ndatabase_url = "{database_url}"\n'
        f'root_key_file = "{etc / "root.key"}"\n',
        encoding="utf-8",
    )
    if database_url.startswith("sqlite"):
        Path(database_url.removeprefix("sqlite:///")).touch()
    checked = run("db", "check", "--config", str(config), "--json")
    assert checked.code == 1
    assert checked.json["found"] is None
    assert is_sentence_and_try(checked.err)
    upgraded = run("db", "upgrade", "--config", str(config))
    assert upgraded.code == 0
    assert "Upgraded from nothing to" in upgraded.err
