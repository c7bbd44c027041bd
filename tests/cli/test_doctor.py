"""`counterfoil doctor`: what is wrong, and what to do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import ISSUER, Made, change, run

CHECKS = [
    "configuration",
    "relying party",
    "limits",
    "look",
    "root key",
    "database",
    "data keys",
    "signing keys",
    "administrator",
    "clock",
    "mail",
    "issuer",
]
ENROLLED = """
INSERT INTO authenticators
  (id, account_id, kind, label, state, facts, version, failures, blocked_until_ms, made_ms)
SELECT 'aut_x', id, 'webauthn', 'key', 'live', '{}', 1, 0, 0, 0 FROM accounts
"""


def states(outcome_json: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    return {check["what"]: check["state"] for check in outcome_json["checks"]}


def configure(made: Made, line: str) -> None:
    made.config.write_text(f"{made.config.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")


def limits_of(made: Made) -> tuple[str, str]:
    outcome = made.run("doctor", "--offline", "--json")
    (found,) = [check for check in outcome.json["checks"] if check["what"] == "limits"]
    return found["state"], found["sentence"]


def test_a_healthy_installation_has_nothing_wrong(made: Made) -> None:
    change(made, ENROLLED)
    configure(made, 'trusted_proxies = ["127.0.0.1"]')
    outcome = made.run("doctor", "--offline", "--json")
    assert outcome.code == 0, outcome.out
    assert outcome.json["fine"] is True
    found = states(outcome.json)
    assert list(found) == CHECKS
    others = {state for what, state in found.items() if what not in ("issuer", "mail")}
    assert others == {"fine"}
    assert found["mail"] == "advice", "without a mail server nobody is written to"
    assert found["issuer"] == "skipped"


def test_an_administrator_without_a_key_cannot_administer(made: Made) -> None:
    outcome = made.run("doctor", "--offline")
    assert outcome.code == 1
    assert "try: counterfoil users invite ada" in outcome.err


def test_an_installation_without_administrator_says_how_to_add_one(made: Made) -> None:
    made.run("users", "delete", "ada", "--yes")
    outcome = made.run("doctor", "--offline")
    assert outcome.code == 1
    assert "try: counterfoil users add YOUR_NAME --administrator" in outcome.err


def test_a_proxy_that_nobody_named_hides_everybodys_address(made: Made) -> None:
    state, sentence = limits_of(made)
    assert state == "advice"
    assert "trusted_proxies" in sentence
    configure(made, 'trusted_proxies = ["127.0.0.1"]')
    assert limits_of(made) == ("fine", "one address may try 120 a minute and 240 at once")


@pytest.mark.parametrize(
    ("line", "state"),
    [
        ("anonymous_per_minute = 600", "fine"),
        ("anonymous_per_minute = 601", "advice"),
        ("anonymous_burst = 1200", "fine"),
        ("anonymous_burst = 1201", "advice"),
    ],
)
def test_raised_limits_are_told(made: Made, line: str, state: str) -> None:
    configure(made, f'trusted_proxies = ["127.0.0.1"]\n{line}')
    found, sentence = limits_of(made)
    assert found == state
    assert line.rpartition(" ")[2] in sentence


def spoil_root_key(made: Made) -> None:
    made.root_key.write_bytes(b"x" * 32)


def open_root_key(made: Made) -> None:
    made.root_key.chmod(0o644)


def remove_root_key(made: Made) -> None:
    made.root_key.unlink()


def spoil_configuration(made: Made) -> None:
    made.config.write_text("nonsense = 1\n", encoding="utf-8")


def age_database(made: Made) -> None:
    change(made, "DELETE FROM alembic_version")


def remove_signing_key(made: Made) -> None:
    change(made, "DELETE FROM signing_keys WHERE alg = 'RS256'")


def exchange_signing_keys(made: Made) -> None:
    change(
        made,
        "UPDATE signing_keys SET sealed_private = (SELECT wrapped FROM data_keys WHERE id = 1)",
    )


def come_from_the_future(made: Made) -> None:
    change(made, "UPDATE signing_keys SET made_ms = 9000000000000")


@pytest.mark.parametrize(
    ("spoil", "wrong"),
    [
        (spoil_configuration, "configuration"),
        (open_root_key, "root key"),
        (remove_root_key, "root key"),
        (age_database, "database"),
        (spoil_root_key, "data keys"),
        (remove_signing_key, "signing keys"),
        (exchange_signing_keys, "signing keys"),
        (come_from_the_future, "clock"),
    ],
)
def test_what_is_wrong_is_found(made: Made, spoil: Callable[[Made], None], wrong: str) -> None:
    change(made, ENROLLED)
    spoil(made)
    outcome = made.run("doctor", "--offline", "--json")
    assert outcome.code == 1
    assert [what for what, state in states(outcome.json).items() if state == "wrong"] == [wrong]
    assert all(check["try"] for check in outcome.json["checks"] if check["state"] == "wrong")
    assert outcome.err.count("try: ") == 1


def test_an_issuer_that_does_not_answer_is_wrong(
    made: Made, free_ports: list[int], tmp_path: Path
) -> None:
    issuer = f"http://localhost:{free_ports[0]}"
    text = made.config.read_text(encoding="utf-8").replace(f'"{ISSUER}"', f'"{issuer}"')
    made.config.write_text(text.replace("\nrp_id = ", "\n# rp_id = "), encoding="utf-8")
    outcome = made.run("doctor", "--json")
    assert states(outcome.json)["issuer"] == "wrong"


def test_nothing_at_all_is_wrong_in_one_place() -> None:
    outcome = run("doctor", "--json")
    assert outcome.code == 1
    found = states(outcome.json)
    assert found["configuration"] == "wrong"
    assert {found[what] for what in CHECKS[1:]} == {"skipped"}


def test_it_changes_nothing(made: Made) -> None:
    before = made.config.read_bytes(), made.root_key.read_bytes()
    made.run("doctor", "--offline")
    assert (made.config.read_bytes(), made.root_key.read_bytes()) == before
