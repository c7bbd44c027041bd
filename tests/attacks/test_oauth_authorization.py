"""What the authorization endpoint resists: who asks, where answers go, and whose sign-in it is."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from counterfoil.assurance import Level
from counterfoil.interactions import InteractionState
from counterfoil.oauth import ConsentRule, Parameters, Unfinished
from tests.oauth.town import HERE, Town, answer_of, good, town_on, waiting
from tests.rules.tokens.factors import key, password


@pytest.fixture
def town(upgraded_database_url: str) -> Iterator[Town]:
    with town_on(upgraded_database_url) as town:
        yield town


@pytest.mark.parametrize("client_id", ["cli_" + "n" * 22, "nobody", "", None])
def test_an_unknown_client_is_never_redirected_to(town: Town, client_id: str | None) -> None:
    response = town.authorize(town.application(), client_id=client_id)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "https://app.example" not in response.text


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/cb",
        "https://app.example/cb/",
        "https://app.example/cb?x=1",
        "https://app.example/cb#x",
        "https://app.example.evil.example/cb",
        "https://app.example@evil.example/cb",
        "https://app.example:8443/cb",
        "http://app.example/cb",
        "https://app.example/cb/../../evil",
        "//app.example/cb",
        "javascript:alert(1)",
        "",
        None,
    ],
)
def test_a_foreign_redirect_uri_is_never_redirected_to(town: Town, uri: str | None) -> None:
    town.sign_in(town.person())
    response = town.authorize(town.application(), redirect_uri=uri)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "evil" not in response.text


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_client_or_an_address_given_twice_is_none(town: Town, name: str) -> None:
    asked = town.asked(town.application())
    response = town.http.get(
        "/oauth2/authorize", params=[*asked.items(), (name, "https://evil.example/cb")]
    )
    assert response.status_code == 400
    assert "location" not in response.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "http://169.254.169.254/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_weaker_request_gets_an_error_with_state_and_issuer_and_no_code(
    town: Town, changes: dict[str, str | None], error: str
) -> None:
    town.sign_in(town.person())
    answer = answer_of(town.authorize(town.application(), **changes))
    assert answer["error"] == error
    assert answer["state"] == "a state"
    assert "code" not in answer


def test_a_parameter_given_twice_is_an_error(town: Town) -> None:
    town.sign_in(town.person())
    asked = town.asked(town.application())
    response = town.http.get("/oauth2/authorize", params=[*asked.items(), ("scope", "read")])
    assert answer_of(response)["error"] == "invalid_request"


def test_a_sign_in_cannot_be_continued_from_another_browser(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    town.forget_cookies()
    assert town.http.get(f"/oauth2/continue/{interaction}").status_code == 401
    town.sign_in(town.person("eve"))
    assert town.http.get(f"/oauth2/continue/{interaction}").status_code == 403
    assert town.http.get(f"/sign-in/{interaction}").status_code == 403


def test_one_sign_in_gives_one_code(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    assert "code" in answer_of(town.http.get(f"/oauth2/continue/{interaction}"))
    assert town.http.get(f"/oauth2/continue/{interaction}").status_code == 409


def test_an_old_session_does_not_answer_a_new_sign_in(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    interaction = waiting(town.authorize(app, prompt="login"))
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.headers["location"] == f"/sign-in/{interaction}"
    assert town.decide(interaction).headers["location"] == f"/sign-in/{interaction}"


def test_a_password_alone_gives_no_code(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada, password(town.clock.now_ms()))
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.headers["location"] == f"/sign-in/{interaction}"
    town.prove(interaction, ada)
    assert "code" in answer_of(town.http.get(f"/oauth2/continue/{interaction}"))


def test_a_sign_in_that_took_too_long_gives_no_code(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    town.clock.pass_s(3600)
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.status_code in (401, 410)
    assert "location" not in response.headers


def test_a_disabled_person_gets_no_code(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    town.disable(ada)
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.status_code == 401
    assert "location" not in response.headers
    assert waiting(town.authorize(app)) != interaction


@pytest.mark.parametrize("consent", ConsentRule)
def test_a_person_who_is_disabled_at_the_last_moment_gets_no_code(
    town: Town, consent: ConsentRule
) -> None:
    app, ada = town.application(consent=consent), town.person()
    session = town.sign_in(ada)
    asked = Parameters(town.asked(app), frozenset())
    # The request has found the session already; the operator is quicker than its transaction.
    town.disable(ada)
    told = town.house.store.write_now(
        lambda tx: town.house.oauth.authorization.authorize(tx, asked, session, HERE)
    )
    assert isinstance(told, Unfinished)
    assert told.interaction.state is InteractionState.OPEN
    assert told.interaction.account is None


def test_a_sign_in_below_the_demanded_level_gives_no_code(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app, acr_values="phr"))
    weak = replace(key(town.clock.now_ms()), phishing_resistant=False)
    town.prove(interaction, ada, weak)
    answer = answer_of(town.http.get(f"/oauth2/continue/{interaction}"))
    assert answer["error"] == "unmet_authentication_requirements"
    assert "code" not in answer
    assert waiting(town.authorize(app, acr_values="phr")) != interaction


def test_a_touch_for_ones_own_tokens_is_no_sign_in_for_an_application(town: Town) -> None:
    session = town.sign_in(town.person())
    interaction = town.house.store.write_now(
        lambda tx: town.house.interactions.open_step_up(tx, session, "/tokens", Level.OTP)
    )
    path = f"/oauth2/continue/{getattr(interaction, 'id', '')}"
    assert town.http.get(path).status_code == 404


def test_a_client_that_was_deleted_while_somebody_signed_in_gets_nothing(town: Town) -> None:
    app, ada = town.application(), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    town.house.store.write_now(lambda tx: town.house.clients.delete(tx, app.client.id, "operator"))
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.status_code == 400
    assert "location" not in response.headers


# --- consent ------------------------------------------------------------------------------


def _asked_for_consent(town: Town) -> str:
    app = town.application(consent=ConsentRule.ASK)
    town.sign_in(town.person())
    return waiting(town.authorize(app))


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:9000", "null", ""])
def test_another_site_cannot_agree_for_a_person(town: Town, origin: str) -> None:
    interaction = _asked_for_consent(town)
    assert town.decide(interaction, origin=origin).status_code == 403
    assert "code" in answer_of(town.decide(interaction))


def test_another_browser_cannot_agree_for_a_person(town: Town) -> None:
    interaction = _asked_for_consent(town)
    town.sign_in(town.person("eve"))
    assert town.decide(interaction).status_code == 403


def test_a_decision_counts_once(town: Town) -> None:
    interaction = _asked_for_consent(town)
    assert answer_of(town.decide(interaction, "deny"))["error"] == "access_denied"
    assert town.decide(interaction, "allow").status_code == 409


@pytest.mark.parametrize("decision", ["", "maybe", "ALLOW"])
def test_only_a_clear_yes_is_one(town: Town, decision: str) -> None:
    interaction = _asked_for_consent(town)
    assert town.decide(interaction, decision).status_code == 400


def test_the_consent_page_cannot_be_framed_and_its_form_ends_at_the_application_only(
    town: Town,
) -> None:
    page = town.http.get(f"/oauth2/continue/{_asked_for_consent(town)}")
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert re.search(r"form-action 'self' https://app\.example(;|$)", policy)


# --- what a stranger learns -------------------------------------------------------------------


def test_a_hint_does_not_tell_whether_the_name_exists(town: Town) -> None:
    app = town.application()
    town.person("ada")
    pages = []
    for name in ("ada", "nobody"):
        response = town.authorize(app, login_hint=name)
        page = town.http.get(response.headers["location"])
        interaction = waiting(response)
        text = page.text.replace(town.house.pages.files.version, "").replace(interaction, "")
        pages.append((page.status_code, text.replace(f'value="{name}"', "")))
    assert pages[0] == pages[1]


def test_a_foreign_sites_form_signs_nobody_out(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    cookies = dict(town.http.cookies)
    town.forget_cookies()
    response = town.http.post(
        "/oauth2/authorize", data=town.asked(app), headers={"Origin": "https://evil.example"}
    )
    assert "set-cookie" not in response.headers
    town.http.cookies.update(cookies)
    assert "code" in answer_of(town.http.get(response.headers["location"]))


def test_an_error_page_echoes_nothing_of_the_request(town: Town) -> None:
    response = town.authorize(
        town.application(), client_id="<script>x</script>", state="<b>state</b>"
    )
    assert response.status_code == 400
    assert "<script>x" not in response.text
    assert "state" not in response.text


def test_a_query_that_is_too_long_or_no_text_is_an_error(town: Town) -> None:
    for query in ("a=" + "x" * 20_000, "a=%FF", "&".join(f"p{n}=1" for n in range(70))):
        assert town.http.get(f"/oauth2/authorize?{query}").status_code == 400


def test_a_code_is_for_the_person_who_touched_the_key_whoever_was_signed_in(town: Town) -> None:
    app, ada, eve = town.application(), town.person("ada"), town.person("eve")
    town.sign_in(ada)
    interaction = waiting(town.authorize(app, prompt="login"))
    town.prove(interaction, eve)
    answer = answer_of(town.http.get(f"/oauth2/continue/{interaction}"))
    tokens = good(town.redeem(app, answer["code"]))
    assert good(town.userinfo(tokens["access_token"]))["sub"] == eve.id
