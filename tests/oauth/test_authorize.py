"""From the application's link to its code, with nothing, something or everything to ask."""

import pytest

from counterfoil.oauth import ClientKind, ConsentRule
from tests.oauth.town import (
    API,
    CALLBACK,
    Town,
    answer_of,
    claims_of,
    good,
    waiting,
)
from tests.rules.tokens.factors import key, password


def test_whoever_is_signed_in_and_agreed_comes_back_with_a_code_at_once(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    answer = answer_of(town.authorize(app))
    assert answer.keys() == {"code", "state"}
    assert answer["state"] == "a state"
    assert answer["code"].startswith("cf_code_")


def test_a_stranger_signs_in_first(town: Town) -> None:
    app, ada = town.application(), town.person()
    response = town.authorize(app)
    interaction = waiting(response)
    assert response.headers["location"] == f"/sign-in/{interaction}"
    town.prove(interaction, ada)
    answer = answer_of(town.http.get(f"/oauth2/continue/{interaction}"))
    claims = claims_of(good(town.redeem(app, answer["code"]))["access_token"])
    assert claims["sub"] == ada.id


def test_the_sign_in_page_names_the_application_and_keeps_the_hint(town: Town) -> None:
    response = town.authorize(town.application(), login_hint="nobody-of-this-name")
    page = town.http.get(response.headers["location"])
    assert page.status_code == 200
    assert "Sample" in page.text
    assert "https://app.example" in page.text
    assert "nobody-of-this-name" in page.text


def test_continuing_too_early_leads_back_to_the_sign_in(town: Town) -> None:
    interaction = waiting(town.authorize(town.application()))
    response = town.http.get(f"/oauth2/continue/{interaction}")
    assert response.headers["location"] == f"/sign-in/{interaction}"


def test_a_form_asks_as_a_link_does(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    response = town.http.post("/oauth2/authorize", data=town.asked(app, state="ä&b"))
    assert response.status_code == 303
    # Only a link brings the cookie along from another site.
    assert response.headers["location"].startswith("/oauth2/authorize?")
    back = town.http.get(response.headers["location"])
    assert answer_of(back)["error"] == "invalid_request"
    response = town.http.post("/oauth2/authorize", data=town.asked(app, state="a+b&c"))
    assert answer_of(town.http.get(response.headers["location"]))["state"] == "a+b&c"


def test_a_request_without_state_gets_none(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    assert answer_of(town.authorize(app, state=None)).keys() == {"code"}


def test_a_native_client_listens_on_any_port(town: Town) -> None:
    app = town.application(ClientKind.PUBLIC, redirect_uris=("http://127.0.0.1/cb",))
    town.sign_in(town.person())
    uri = "http://127.0.0.1:51004/cb"
    response = town.authorize(app, redirect_uri=uri)
    assert response.headers["location"].startswith(f"{uri}?code=cf_code_")
    code = response.headers["location"].partition("code=")[2].partition("&")[0]
    good(town.redeem(app, code, redirect_uri=uri))


def test_scopes_that_are_not_the_clients_are_left_out(town: Town) -> None:
    app = town.application(scopes=("openid",))
    town.sign_in(town.person())
    tokens = town.tokens(app, scope="openid profile offline_access")
    assert tokens["scope"] == claims_of(tokens["access_token"])["scope"] == "openid"


def test_without_openid_there_is_no_id_token(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    assert "id_token" not in town.tokens(app, scope="read")


# --- how fresh, and how strong ---------------------------------------------


@pytest.mark.parametrize(
    "changes", [{"prompt": "login"}, {"prompt": "select_account"}, {"max_age": "0"}], ids=str
)
def test_a_new_sign_in_is_asked_for_and_only_its_factors_count(
    town: Town, changes: dict[str, str]
) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada, password(town.clock.now_ms()), key(town.clock.now_ms(), verified=False))
    town.clock.pass_s(600)
    interaction = waiting(town.authorize(app, **changes))
    town.prove(interaction, ada)
    answer = answer_of(town.http.get(f"/oauth2/continue/{interaction}"))
    claims = claims_of(good(town.redeem(app, answer["code"]))["id_token"])
    assert claims["auth_time"] == town.clock.now_ms() // 1000
    assert claims["amr"] == ["pop", "user", "mfa"]


def test_max_age_is_held_to_the_second(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    town.clock.pass_s(60)
    assert "code" in answer_of(town.authorize(app, max_age="60"))
    town.clock.pass_s(0.001)
    waiting(town.authorize(app, max_age="60"))


def test_a_fresh_sign_in_may_wait_for_an_answer_a_few_minutes_and_no_longer(town: Town) -> None:
    app = town.application(consent=ConsentRule.ASK)
    town.sign_in(town.person())
    in_time, late = (waiting(town.authorize(app, max_age="60")) for _ in range(2))
    town.clock.pass_s(360)
    assert "code" in answer_of(town.decide(in_time))
    town.clock.pass_s(0.001)
    assert answer_of(town.decide(late))["error"] == "login_required"


def test_the_oldest_factor_that_counts_is_the_time_of_the_sign_in(town: Town) -> None:
    app, now_ms = town.application(), town.clock.now_ms()
    town.sign_in(town.person(), password(now_ms - 70_000), key(now_ms, verified=False))
    waiting(town.authorize(app, max_age="60"))
    claims = claims_of(town.tokens(app, max_age="70")["access_token"])
    assert claims["auth_time"] == (now_ms - 70_000) // 1000
    assert claims["amr"] == ["pwd", "pop", "user", "mfa"]


def test_a_level_that_nobody_can_reach_is_told_at_once(town: Town) -> None:
    answer = answer_of(town.authorize(town.application(), acr_values="phrh"))
    assert answer["error"] == "unmet_authentication_requirements"


def test_the_token_says_the_level_that_was_reached(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    for asked in ("phr", "gold", "urn:counterfoil:acr:otp", "phrh phr"):
        assert claims_of(town.tokens(app, acr_values=asked)["id_token"])["acr"] == "phr"


# --- without asking ---------------------------------------------


def test_prompt_none_never_shows_a_page(town: Town) -> None:
    app = town.application(consent=ConsentRule.ASK)
    assert answer_of(town.authorize(app, prompt="none"))["error"] == "login_required"
    assert not town.http.cookies
    town.sign_in(town.person())
    assert answer_of(town.authorize(app, prompt="none"))["error"] == "consent_required"
    town.clock.pass_s(61)
    asked = town.authorize(app, prompt="none", max_age="60")
    assert answer_of(asked)["error"] == "login_required"


def test_prompt_none_gives_a_code_when_there_is_nothing_to_ask(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    assert "code" in answer_of(town.authorize(app, prompt="none"))


# --- consent ---------------------------------------------


def test_consent_is_asked_once_for_what_is_asked(town: Town) -> None:
    app = town.application(consent=ConsentRule.ASK)
    town.sign_in(town.person())
    response = town.authorize(app)
    interaction = waiting(response)
    page = town.http.get(response.headers["location"])
    assert page.status_code == 200
    assert "Sample" in page.text
    assert "https://app.example" in page.text
    assert f"/oauth2/consent/{interaction}" in page.text
    assert "form-action 'self' https://app.example" in page.headers["content-security-policy"]
    assert "code" in answer_of(town.decide(interaction))
    assert "code" in answer_of(town.authorize(app))
    assert "code" in answer_of(town.authorize(app, scope="openid"))
    waiting(town.authorize(app, scope="openid profile read"))
    waiting(town.authorize(app, prompt="consent"))


def test_consent_comes_after_the_sign_in_too(town: Town) -> None:
    app, ada = town.application(consent=ConsentRule.ASK), town.person()
    interaction = waiting(town.authorize(app))
    town.prove(interaction, ada)
    page = town.http.get(f"/oauth2/continue/{interaction}")
    assert page.status_code == 200
    assert "code" in answer_of(town.decide(interaction))
    assert ("consent_given", None) in town.events()


def test_no_means_no_and_is_not_remembered_as_yes(town: Town) -> None:
    app = town.application(consent=ConsentRule.ASK)
    town.sign_in(town.person())
    answer = answer_of(town.decide(waiting(town.authorize(app)), "deny"))
    assert answer == {
        "error": "access_denied",
        "error_description": "The person said no.",
        "state": "a state",
    }
    assert ("consent_denied", None) in town.events()
    waiting(town.authorize(app))


def test_more_consent_is_added_to_what_there_was(town: Town) -> None:
    app = town.application(consent=ConsentRule.ASK)
    town.sign_in(town.person())
    for scope in ("openid", "read"):
        answer_of(town.decide(waiting(town.authorize(app, scope=scope))))
    assert "code" in answer_of(town.authorize(app, scope="openid read"))


# --- what the tokens say ---------------------------------------------


def test_a_grant_remembers_who_for_whom_and_how(town: Town) -> None:
    app, ada = town.application(), town.person()
    session = town.sign_in(ada)
    claims = claims_of(town.tokens(app)["access_token"])
    standing = town.house.store.read_now(
        lambda tx: town.house.tokens.standing(tx, claims["jti"].partition(".")[0])
    )
    assert standing is not None
    assert standing.grant.client == app.id
    assert standing.grant.subject == claims["sub"] == ada.id
    assert getattr(standing.grant, "session", None) == session.id
    assert claims["aud"] == API
    assert CALLBACK not in str(claims)
