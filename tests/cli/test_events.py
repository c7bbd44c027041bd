"""`counterfoil events`, on both databases."""

import pytest

from counterfoil.cli.events import read_moment
from counterfoil.cli.output import Exit, Problem
from tests.cli.commands import Made, change, is_sentence_and_try

FACTS = {
    *("id", "at_ms", "what", "account", "name", "actor", "subject", "reason", "address", "details")
}
NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00 UTC
WRITE = """
INSERT INTO events (at_ms, what, account_id, actor, reason, address, details)
SELECT {at_ms}, 'refused', id, 'nobody', 'wrong', '192.0.2.7',
  '{{"kind":"password","purpose":"sign_in","detail":""}}'
FROM accounts WHERE name = 'ada'
"""


def whats(made: Made, *words: str) -> list[str]:
    outcome = made.run("events", "--json", *words)
    assert outcome.code == 0, outcome.err
    assert all(set(event) == FACTS for event in outcome.json)
    return [event["what"] for event in outcome.json]


def test_what_happened_is_listed_the_newest_first(made: Made) -> None:
    made.run("users", "add", "grace")
    made.run("users", "disable", "grace")
    assert whats(made)[:3] == ["account_disabled", "invited", "account_added"]
    ids = [event["id"] for event in made.run("events", "--json").json]
    assert ids == sorted(ids, reverse=True)


def test_a_person_is_found_by_name_and_still_by_id_when_gone(made: Made) -> None:
    account = made.run("users", "add", "grace", "--json").json["id"]
    assert whats(made, "--account", "GRACE") == ["invited", "account_added"]
    made.run("users", "delete", "grace", "--yes")
    assert whats(made, "--account", account) == ["account_deleted", "invited", "account_added"]
    refused = made.run("events", "--account", "grace")
    assert refused.code == Exit.NOT_FOUND
    assert is_sentence_and_try(refused.err)


def test_everything_that_is_asked_for_must_fit(made: Made) -> None:
    change(made, WRITE.format(at_ms=NOON_MS))
    fits = ("--what", "refused", "--kind", "password", "--reason", "wrong")
    assert whats(made, *fits, "--address", "192.0.2.7", "--account", "ada") == ["refused"]
    assert whats(made, *fits, "--since", "2026-11-24T12:00", "--until", "2026-11-24T12:01") == [
        "refused"
    ]
    assert whats(made, "--what", "refused", "--what", "invited") == ["refused", "invited"]
    for misfit in (
        ("--kind", "webauthn"),
        ("--reason", "blocked"),
        ("--address", "192.0.2.8"),
        ("--since", "2026-11-24T12:01", "--what", "refused"),
        ("--until", "2026-11-24T12:00", "--what", "refused"),
    ):
        assert whats(made, *misfit) == []


def test_pages_follow_each_other(made: Made) -> None:
    made.run("users", "add", "grace")
    everything = made.run("events", "--json").json
    first = made.run("events", "--json", "--limit", "2").json
    rest = made.run("events", "--json", "--before", str(first[-1]["id"])).json
    assert first + rest == everything


def test_people_read_names_and_a_reason(made: Made) -> None:
    change(made, WRITE.format(at_ms=NOON_MS))
    heading, line = made.run("events", "--what", "refused").out.splitlines()
    assert heading.split("  ")[0] == "ID"
    assert "2026-11-24 12:00  refused  ada  nobody  wrong   192.0.2.7" in line
    assert line.endswith("kind=password purpose=sign_in")


@pytest.mark.parametrize(
    "words",
    [
        ("--what", "nonsense"),
        ("--kind", "nonsense"),
        ("--reason", "nonsense"),
        ("--since", "yesterday"),
        ("--since", "9999999d"),
        ("--until", "d"),
        ("--limit", "0"),
        ("--before", "0"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(made: Made, words: tuple[str, str]) -> None:
    outcome = made.run("events", *words)
    assert outcome.code == Exit.USAGE
    assert is_sentence_and_try(outcome.err)


@pytest.mark.parametrize(
    ("text", "at_ms"),
    [
        ("2026-11-24", NOON_MS - 12 * 3_600_000),
        ("2026-11-24T12:00", NOON_MS),
        ("2026-11-24T12:00:00Z", NOON_MS),
        ("2026-11-24T13:00+01:00", NOON_MS),
        ("90m", NOON_MS - 90 * 60_000),
        ("24h", NOON_MS - 24 * 3_600_000),
        ("7d", NOON_MS - 7 * 24 * 3_600_000),
        ("0m", NOON_MS),
    ],
)
def test_times_are_utc_or_ago(text: str, at_ms: int) -> None:
    assert read_moment(text, NOON_MS) == at_ms


@pytest.mark.parametrize("text", ["", "m", "-1h", "1.5h", "1w", "12:00", "٣d"])
def test_what_is_no_time_is_told(text: str) -> None:
    with pytest.raises(Problem):
        read_moment(text, NOON_MS)
