"""What a code resists: a second use, a stranger's use, and being read."""

from collections.abc import Iterator

import pytest

from counterfoil.oauth import ClientKind
from counterfoil.store.schema import metadata
from tests.oauth.town import (
    CALLBACK,
    VERIFIER,
    App,
    Town,
    good,
    refused,
    town_on,
)


@pytest.fixture
def town(upgraded_database_url: str) -> Iterator[Town]:
    with town_on(upgraded_database_url) as town:
        town.sign_in(town.person())
        yield town


def test_a_code_is_good_only_once_and_its_second_use_revokes_what_the_first_gave(
    town: Town,
) -> None:
    app = town.application()
    code = town.code(app)
    tokens = good(town.redeem(app, code))
    good(town.userinfo(tokens["access_token"]))
    refused(town.redeem(app, code), "invalid_grant")
    assert town.userinfo(tokens["access_token"]).status_code == 401
    refused(town.redeem(app, code), "invalid_grant")


def test_a_second_use_revokes_even_after_the_codes_time(town: Town) -> None:
    app = town.application()
    code = town.code(app)
    tokens = good(town.redeem(app, code))
    town.clock.pass_s(61)
    refused(town.redeem(app, code), "invalid_grant")
    assert town.userinfo(tokens["access_token"]).status_code == 401


def test_one_grants_end_is_not_the_end_of_another(town: Town) -> None:
    app = town.application()
    code, other = town.code(app), town.tokens(app)
    good(town.redeem(app, code))
    refused(town.redeem(app, code), "invalid_grant")
    good(town.userinfo(other["access_token"]))


def _strangers_uses(town: Town, app: App, code: str) -> None:
    """Everything that somebody can try who saw the code, but has neither secret nor verifier."""
    eve = town.application(ClientKind.PUBLIC)
    other = town.application()
    refused(town.redeem(eve, code), "invalid_grant")
    refused(town.redeem(other, code), "invalid_grant")
    refused(town.redeem(app, code, code_verifier="x" * 43), "invalid_grant")
    refused(town.redeem(app, code, redirect_uri="https://app.example/other"), "invalid_grant")
    refused(town.redeem(app, code, code_verifier="short"), "invalid_request")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    refused(town.token({**form, "client_id": app.id}), "invalid_client", 401)
    refused(town.token(form, auth=(app.id, "a guess")), "invalid_client", 401)


def test_a_stranger_cannot_spend_a_code(town: Town) -> None:
    app = town.application()
    code = town.code(app)
    _strangers_uses(town, app, code)
    good(town.redeem(app, code))


def test_a_stranger_cannot_log_anybody_out_with_a_used_code(town: Town) -> None:
    app = town.application()
    code = town.code(app)
    tokens = good(town.redeem(app, code))
    _strangers_uses(town, app, code)
    good(town.userinfo(tokens["access_token"]))
    assert ("grant_revoked", "code_reused") not in town.events()


@pytest.mark.parametrize(
    "mangle",
    [
        lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"),
        lambda code: code + "A",
        lambda code: code.replace("cf_code_", "cf_ses_"),
        lambda code: code.upper(),
        lambda code: f" {code}",
        lambda code: code + "\0",
    ],
)
def test_a_code_that_is_not_exactly_the_code_is_none(town: Town, mangle: object) -> None:
    app = town.application()
    code = town.code(app)
    assert callable(mangle)
    response = town.redeem(app, mangle(code))
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_grant", "invalid_request")
    good(town.redeem(app, code))


def test_a_code_of_somebody_who_was_disabled_since_is_worth_nothing(town: Town) -> None:
    app, bob = town.application(), town.person("bob")
    town.sign_in(bob)
    code = town.code(app)
    town.disable(bob)
    refused(town.redeem(app, code), "invalid_grant")


def test_every_wrong_code_gets_the_same_answer(town: Town) -> None:
    app = town.application()
    used, late = town.code(app), town.code(app)
    good(town.redeem(app, used))
    unknown = "cf_code_" + "A" * 49
    answers = [
        town.redeem(app, used).content,
        town.redeem(app, unknown).content,
        town.redeem(app, late, code_verifier="x" * 43).content,
        town.redeem(app, late, redirect_uri="https://app.example/other").content,
    ]
    town.clock.pass_s(60)
    answers.append(town.redeem(app, late).content)
    assert len(set(answers)) == 1


def test_an_unknown_code_or_client_writes_no_row(town: Town) -> None:
    app = town.application()
    before = town.events()
    refused(town.redeem(app, "cf_code_" + "A" * 49), "invalid_grant")
    form = {"grant_type": "client_credentials", "client_id": "cli_" + "n" * 22}
    refused(town.token({**form, "client_secret": "x"}), "invalid_client", 401)
    assert town.events() == before


def test_nothing_that_opens_anything_can_be_read_in_the_database_or_the_log(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    app, robot = town.application(), town.service()
    code = town.code(app)
    tokens = good(town.redeem(app, code))
    good(town.userinfo(tokens["access_token"]))
    refused(town.redeem(app, code), "invalid_grant")
    refused(town.redeem(app, code, code_verifier="y" * 43), "invalid_grant")
    refused(
        town.token({"grant_type": "x"}, auth=(robot.id, "a wrong secret")), "unsupported_grant_type"
    )
    good(town.token({"grant_type": "client_credentials"}, auth=robot.basic))
    town.userinfo(tokens["access_token"] + "x")
    secrets = [
        code,
        VERIFIER,
        "y" * 43,
        tokens["access_token"],
        tokens["id_token"],
        app.basic[1],
        robot.basic[1],
        "a wrong secret",
    ]
    rows = town.house.store.read_now(
        lambda tx: [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in tx.execute(table.select())
        ]
    )
    assert rows
    # What the test's own client says of its own requests is not ours.
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("httpx")]
    assert any("code_reused" in line for line in ours)
    for secret in secrets:
        assert not any(secret in text for text in (*rows, *ours))
