"""`counterfoil clients`, on both databases."""

import pytest

from tests.cli.commands import Made, is_sentence_and_try

FACTS = {
    "client_id",
    "name",
    "kind",
    "redirect_uris",
    "scopes",
    "audience",
    "id_token_alg",
    "consent",
    "made_ms",
}
APP = ("--audience", "https://api.example.org", "--redirect-uri", "https://app.example.org/cb")


def added(made: Made, *words: str) -> dict[str, object]:
    outcome = made.run("clients", "add", "App", *words, "--json")
    assert outcome.code == 0, outcome.err
    found: dict[str, object] = outcome.json
    return found


def test_a_client_gets_an_id_and_once_a_secret(made: Made) -> None:
    client = added(made, *APP)
    assert set(client) == {*FACTS, "client_secret"}
    assert str(client["client_secret"]).startswith("cf_secret_")
    shown = made.run("clients", "show", str(client["client_id"]), "--json").json
    assert set(shown) == FACTS
    assert shown["redirect_uris"] == ["https://app.example.org/cb"]
    assert shown["scopes"] == ["openid", "profile"]


def test_a_public_client_has_no_secret(made: Made) -> None:
    client = added(made, "--kind", "public", *APP)
    assert client["client_secret"] is None
    rotated = made.run("clients", "rotate-secret", str(client["client_id"]))
    assert rotated.code == 1
    assert is_sentence_and_try(rotated.err)


def test_a_service_acts_without_people(made: Made) -> None:
    client = added(made, "--kind", "service", "--audience", "https://api.example.org")
    assert (client["kind"], client["redirect_uris"], client["scopes"]) == ("service", [], [])


@pytest.mark.parametrize(
    "words",
    [
        ("--audience", "https://api.example.org"),
        ("--audience", "https://api.example.org", "--redirect-uri", "http://app.example.org/cb"),
        ("--audience", "https://api.example.org", "--redirect-uri", "https://*.example.org/cb"),
        ("--audience", "", "--redirect-uri", "https://app.example.org/cb"),
        (*APP, "--scope", "two words"),
    ],
)
def test_what_cannot_be_a_client_is_refused(made: Made, words: tuple[str, ...]) -> None:
    outcome = made.run("clients", "add", "App", *words)
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err), outcome.err
    assert made.run("clients", "list", "--json").json == []


def test_a_new_secret_replaces_the_old_one(made: Made) -> None:
    client = added(made, *APP)
    rotated = made.run("clients", "rotate-secret", str(client["client_id"]), "--json").json
    assert rotated["client_id"] == client["client_id"]
    assert rotated["client_secret"] != client["client_secret"]


def test_the_id_and_the_secret_are_data_and_the_warning_is_not(made: Made) -> None:
    outcome = made.run("clients", "add", "App", *APP)
    names = [line.split()[0] for line in outcome.out.splitlines()]
    assert names == ["client_id", "client_secret"]
    assert "shown once" in outcome.err


def test_a_deleted_client_is_gone(made: Made) -> None:
    client = str(added(made, *APP)["client_id"])
    assert made.run("clients", "delete", client, "--yes").code == 0
    assert made.run("clients", "list", "--json").json == []


@pytest.mark.parametrize("verb", ["show", "rotate-secret", "delete"])
@pytest.mark.parametrize("client", ["cli_AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "\x1b[31m"])
def test_an_unknown_client_has_an_exit_code_of_its_own(made: Made, verb: str, client: str) -> None:
    outcome = made.run("clients", verb, client)
    assert outcome.code == 3
    assert is_sentence_and_try(outcome.err)
    assert "\x1b" not in outcome.err


def test_a_client_changes_and_what_is_not_named_stays(made: Made) -> None:
    client = added(made, *APP)
    client_id, other = str(client["client_id"]), "https://app.example.org/other"
    words = ("clients", "change", client_id)
    more = made.run(*words, "--add-redirect-uri", other, "--name", "Another", "--json").json
    assert more["redirect_uris"] == ["https://app.example.org/cb", other]
    assert (more["name"], more["scopes"]) == ("Another", ["openid", "profile"])
    less = made.run(
        *words, "--remove-redirect-uri", "https://app.example.org/cb", "--scope", "openid", "--json"
    ).json
    assert (less["redirect_uris"], less["scopes"]) == ([other], ["openid"])
    assert made.run("clients", "show", client_id, "--json").json == less


@pytest.mark.parametrize(
    "words",
    [
        ("--remove-redirect-uri", "https://app.example.org/cb"),
        ("--remove-redirect-uri", "https://nowhere.example.org/"),
        ("--add-redirect-uri", "http://app.example.org/"),
        ("--scope", "two words"),
        ("--name", ""),
    ],
)
def test_a_change_that_cannot_be_changes_nothing(made: Made, words: tuple[str, ...]) -> None:
    client_id = str(added(made, *APP)["client_id"])
    before = made.run("clients", "show", client_id, "--json").json
    outcome = made.run("clients", "change", client_id, *words)
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)
    assert made.run("clients", "show", client_id, "--json").json == before
