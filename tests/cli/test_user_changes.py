"""`counterfoil users`: what an operator changes of people, their tokens and their sessions."""

import pytest

from tests.cli.commands import Made, change, is_sentence_and_try

KEYS = ("aut_" + "A" * 22, "aut_" + "B" * 22)
SESSION = "ses_" + "A" * 22


def give(made: Made, name: str) -> None:
    """Two keys that work alone, and a browser, as they lie in the database."""
    person = made.run("users", "show", name, "--json").json["id"]
    for key in KEYS:
        change(
            made,
            "insert into authenticators (id, account_id, kind, label, state, facts, version,"
            " failures, blocked_until_ms, made_ms) values (:key, :person, 'webauthn', 'Key',"
            """ 'live', '{"alone":true}', 1, 0, 0, 0)""".replace(":true", r"\:true"),
            key=key,
            person=person,
        )
    change(
        made,
        "insert into sessions (id, cookie_hash, account_id, factors, user_agent, address, made_ms,"
        " seen_ms, expires_ms) values (:session, :hash, :person, '[]', 'a browser', '192.0.2.1',"
        " 0, 35184372088832, 35184372088832)",
        session=SESSION,
        hash=b"0",  # type: ignore[arg-type]  # bytes, in this one column
        person=person,
    )


def whats(made: Made, name: str) -> list[tuple[str, str]]:
    person = made.run("users", "show", name, "--json").json["id"]
    found = made.run("events", "--json").json
    return [(e["what"], e["actor"]) for e in reversed(found) if e["account"] == person]


def test_people_are_searched_and_filtered(made: Made) -> None:
    made.run("users", "add", "grace", "--display-name", "Grace Hopper", "--email", "g@navy.test")
    made.run("users", "add", "hugo", "--role", "helpdesk")
    made.run("users", "disable", "hugo")

    def names(*words: str) -> list[str]:
        return [person["name"] for person in made.run("users", "list", *words, "--json").json]

    assert names("--search", "hopp") == names("--search", "NAVY") == ["grace"]
    assert names("--role", "helpdesk") == names("--state", "disabled") == ["hugo"]
    assert names("--role", "helpdesk", "--state", "active") == []
    assert names("--without-token") == ["ada", "grace", "hugo"]
    assert made.run("users", "list", "--role", "operator").code == 2


def test_a_role_is_given_and_taken(made: Made) -> None:
    made.run("users", "add", "grace")
    assert made.run("users", "set-role", "grace", "helpdesk", "--json").json["role"] == "helpdesk"
    given = made.run("users", "set-role", "grace", "administrator")
    assert (given.out, given.err) == ("", "grace has the role administrator.\n")
    assert whats(made, "grace")[-2:] == [("role_changed", "operator")] * 2
    # The operator stands above the table: the last administrator may be stopped, too.
    for name in ("ada", "grace"):
        assert made.run("users", "set-role", name, "person", "--json").json["role"] == "person"


def test_names_and_addresses_change(made: Made) -> None:
    made.run("users", "add", "grace")
    renamed = made.run("users", "set-name", "grace", "Hopper", "--json").json
    assert (renamed["name"], renamed["display_name"]) == ("Hopper", "grace")
    shown = made.run("users", "set-display-name", "hopper", "Amazing Grace", "--json").json
    assert shown["display_name"] == "Amazing Grace"
    mailed = made.run("users", "set-email", "hopper", "g@navy.test", "--json").json
    assert (mailed["email"], mailed["email_verified"]) == ("g@navy.test", True)
    assert made.run("users", "set-email", "hopper", "", "--json").json["email"] is None


@pytest.mark.parametrize(
    "words",
    [
        ("set-name", "grace", "ada"),
        ("set-name", "grace", "a b"),
        ("set-email", "grace", "nowhere"),
        ("set-role", "grace", "king"),
        ("suspend-token", "grace", "aut_x"),
        ("sign-out", "grace", "--session", "ses_x"),
        ("reset-password", "grace"),
    ],
)
def test_what_cannot_be_is_a_sentence_and_what_to_try(made: Made, words: tuple[str, ...]) -> None:
    made.run("users", "add", "grace")
    outcome = made.run("users", *words)
    assert outcome.code in {1, 2, 3}
    assert is_sentence_and_try(outcome.err)
    assert outcome.out == ""


def test_a_lost_token_is_shut_found_and_taken_away(made: Made) -> None:
    give(made, "ada")

    def states() -> dict[str, str]:
        held = made.run("users", "show", "ada", "--json").json["authenticators"]
        return {one["id"]: one["state"] for one in held}

    lost, kept = KEYS
    assert lost in made.run("users", "show", "ada").out
    assert made.run("users", "suspend-token", "ada", lost).code == 0
    assert states() == {lost: "suspended", kept: "live"}
    resumed = made.run("users", "resume-token", "ada", lost, "--json").json
    assert (resumed["token"], resumed["state"]) == (lost, "live")
    assert made.run("users", "remove-token", "ada", lost).code == 0
    assert states() == {kept: "live"}
    last = made.run("users", "remove-token", "ada", kept)
    assert last.code == 1
    assert is_sentence_and_try(last.err)


def test_somebody_is_signed_out(made: Made) -> None:
    give(made, "ada")
    assert [s["id"] for s in made.run("users", "show", "ada", "--json").json["sessions"]] == [
        SESSION
    ]
    one = made.run("users", "sign-out", "ada", "--session", SESSION, "--json")
    assert one.json["ended"] == 1
    assert made.run("users", "sign-out", "ada", "--session", SESSION).code == 3
    assert made.run("users", "sign-out", "ada", "--json").json["ended"] == 0
    assert made.run("users", "show", "ada", "--json").json["sessions"] == []


def test_who_has_tokens_is_invited_again_by_saying_so(made: Made) -> None:
    give(made, "ada")
    refused = made.run("users", "invite", "ada")
    assert refused.code == 1
    assert "try: counterfoil users invite ada --again" in refused.err
    again = made.run("users", "invite", "ada", "--again", "--json").json
    assert again["invitation"]["link"].startswith("https://login.example.org/invitation/")
    shown = made.run("users", "show", "ada", "--json").json
    assert (shown["authenticators"], shown["sessions"]) == ([], [])
    assert shown["invited_until_ms"] == again["invitation"]["expires_ms"]


def test_how_things_stand(made: Made) -> None:
    shown = made.run("overview", "--json").json
    assert (shown["people"], shown["administrators"]) == (1, 1)
    assert shown["enrolment"] == {"none": 1, "one": 0, "more": 0, "recovery": 0}
    assert "without a token" in made.run("overview").out
