"""`counterfoil users`, on both databases."""

import pytest

from tests.cli.commands import Made, is_sentence_and_try, run_apart

FACTS = {
    "id",
    "name",
    "display_name",
    "email",
    "email_verified",
    "role",
    "state",
    "made_ms",
}
ROW = {*FACTS, "tokens", "last_used_ms"}


def test_somebody_is_added_and_invited(made: Made) -> None:
    outcome = made.run("users", "add", "grace", "--display-name", "Grace Hopper", "--json")
    assert outcome.code == 0
    added = outcome.json
    assert set(added) == {*FACTS, "invitation"}
    assert (added["name"], added["display_name"]) == ("grace", "Grace Hopper")
    assert (added["role"], added["state"]) == ("person", "active")
    assert added["invitation"]["link"].startswith("https://login.example.org/invitation/cf_inv_")
    assert added["invitation"]["expires_ms"] > added["made_ms"]


def test_the_link_alone_is_data(made: Made) -> None:
    outcome = made.run("users", "add", "grace")
    assert outcome.out.startswith("https://login.example.org/invitation/cf_inv_")
    assert len(outcome.out.splitlines()) == 1
    assert "Added grace." in outcome.err


def test_a_taken_name_is_refused_however_it_is_spelled(made: Made) -> None:
    for name in ("ada", "ADA", "\uff21\uff24\uff21"):
        outcome = made.run("users", "add", name)
        assert outcome.code == 1
        assert is_sentence_and_try(outcome.err)
    assert len(made.run("users", "list", "--json").json) == 1


@pytest.mark.parametrize("name", ["", " ", "a b", "a\x00b", "a\nb", "x" * 200])
def test_a_name_that_cannot_be_one_is_refused(made: Made, name: str) -> None:
    outcome = made.run("users", "add", name)
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)


def test_everybody_is_listed_by_name(made: Made) -> None:
    for name in ("grace", "barbara"):
        made.run("users", "add", name)
    people = made.run("users", "list", "--json").json
    assert [person["name"] for person in people] == ["ada", "barbara", "grace"]
    assert all(set(person) == ROW for person in people)
    lines = made.run("users", "list").out.splitlines()
    column = lines[0].index("ROLE")
    assert [line[column:].split()[0] for line in lines[1:]] == ["administrator", "person", "person"]


def test_somebody_is_shown_with_what_they_sign_in_with(made: Made) -> None:
    shown = made.run("users", "show", "ADA", "--json").json
    assert set(shown) == {*FACTS, "authenticators", "sessions", "invited_until_ms"}
    assert shown["authenticators"] == []
    assert "counterfoil users invite ada" in made.run("users", "show", "ada").out


def test_a_password_comes_by_standard_input(made: Made) -> None:
    words = ("users", "add", "grace", "--password-stdin", "--config", str(made.config))
    outcome = run_apart(*words, stdin="a long enough sentence\n")
    assert outcome.code == 0, outcome.err
    held = made.run("users", "show", "grace", "--json").json["authenticators"]
    assert [(a["kind"], a["state"]) for a in held] == [("password", "live")]
    assert "a long enough sentence" not in outcome.out + outcome.err


@pytest.mark.parametrize("password", ["", "short"])
def test_a_bad_password_adds_nobody(made: Made, password: str) -> None:
    words = ("users", "add", "grace", "--password-stdin", "--config", str(made.config))
    outcome = run_apart(*words, stdin=password)
    assert outcome.code in {1, 2}
    assert is_sentence_and_try(outcome.err)
    assert made.run("users", "show", "grace").code == 3


def test_disabling_and_enabling(made: Made) -> None:
    made.run("users", "add", "grace")
    assert made.run("users", "disable", "grace", "--json").json["state"] == "disabled"
    assert made.run("users", "show", "grace", "--json").json["state"] == "disabled"
    refused = made.run("users", "invite", "grace")
    assert refused.code == 1
    assert "try: counterfoil users enable grace" in refused.err
    assert made.run("users", "enable", "grace", "--json").json["state"] == "active"
    assert made.run("users", "invite", "grace").code == 0


def test_a_new_link_voids_the_old_one(made: Made) -> None:
    first = made.run("users", "invite", "ada").out
    second = made.run("users", "invite", "ada").out
    assert first != second
    assert made.link not in {first.strip(), second.strip()}


def test_deleting_asks_and_without_a_terminal_does_nothing(made: Made) -> None:
    made.run("users", "add", "grace")
    words = ("users", "delete", "grace", "--config", str(made.config))
    outcome = run_apart(*words, stdin="y\n")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1] == "try: counterfoil users delete grace --yes"
    assert made.run("users", "show", "grace").code == 0


def test_deleting_for_sure(made: Made) -> None:
    made.run("users", "add", "grace")
    deleted = made.run("users", "delete", "grace", "--yes", "--json")
    assert deleted.code == 0
    assert deleted.json["deleted"].startswith("acc_")
    assert made.run("users", "show", "grace").code == 3


@pytest.mark.parametrize("verb", ["show", "disable", "enable", "delete", "invite"])
def test_somebody_unknown_has_an_exit_code_of_their_own(made: Made, verb: str) -> None:
    outcome = made.run("users", verb, "nobody")
    assert outcome.code == 3
    assert is_sentence_and_try(outcome.err)
    assert outcome.out == ""
