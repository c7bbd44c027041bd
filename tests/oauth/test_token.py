"""The token endpoint: a code or a service's credentials become tokens."""

import pytest

from counterfoil.oauth import ClientKind
from counterfoil.tokens import Algorithm
from tests.house import ISSUER
from tests.oauth.town import API, CALLBACK, VERIFIER, Town, claims_of, good, refused


def test_a_code_gives_an_access_token_and_an_id_token(town: Town) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada)
    response = town.redeem(app, town.code(app))
    tokens = good(response)
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 300)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["pragma"] == "no-cache"
    access, about = claims_of(tokens["access_token"]), claims_of(tokens["id_token"])
    now_s = town.clock.now_ms() // 1000
    assert access.pop("jti").startswith("gra_")
    said = {"auth_time": now_s, "acr": "phr", "amr": ["pop", "user", "mfa"]}
    assert access == {
        "iss": ISSUER,
        "aud": API,
        "sub": ada.id,
        "client_id": app.id,
        "scope": "openid profile",
        "iat": now_s,
        "exp": now_s + 300,
        **said,
    }
    assert about.pop("at_hash")
    assert about == {
        "iss": ISSUER,
        "aud": app.id,
        "sub": ada.id,
        "iat": now_s,
        "exp": now_s + 300,
        "nonce": "a nonce",
        **said,
    }


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_id_token_is_signed_as_the_client_wishes(town: Town, algorithm: Algorithm) -> None:
    app = town.application(id_token_alg=algorithm)
    town.sign_in(town.person())
    tokens = town.tokens(app)
    kid = town.house.tokens.keys.signing[algorithm].kid
    assert town.house.tokens.keys.by_kid[kid].verifies(tokens["id_token"])
    assert town.house.tokens.keys.signing[Algorithm.ES256].verifies(tokens["access_token"])


def test_a_secret_may_come_in_the_form(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    client_id, secret = app.basic
    form = {
        "grant_type": "authorization_code",
        "code": town.code(app),
        "redirect_uri": "https://app.example/cb",
        "code_verifier": VERIFIER,
        "client_id": client_id,
        "client_secret": secret,
    }
    good(town.token(form))


def test_a_public_client_needs_no_secret(town: Town) -> None:
    app = town.application(ClientKind.PUBLIC)
    town.sign_in(town.person())
    good(town.redeem(app, town.code(app)))


def test_a_code_is_good_for_sixty_seconds(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    in_time, late = town.code(app), town.code(app)
    town.clock.pass_s(59.999)
    good(town.redeem(app, in_time))
    town.clock.pass_s(0.001)
    refused(town.redeem(app, late), "invalid_grant")
    assert ("token_refused", "code_expired") in town.events()


def test_a_wrong_verifier_spends_nothing_until_the_tenth(town: Town) -> None:
    app = town.application(ClientKind.PUBLIC)
    town.sign_in(town.person())
    spent, worn_out = town.code(app), town.code(app)
    for _ in range(9):
        refused(town.redeem(app, spent, code_verifier="x" * 43), "invalid_grant")
        refused(town.redeem(app, worn_out, code_verifier="x" * 43), "invalid_grant")
    good(town.redeem(app, spent))
    refused(town.redeem(app, worn_out, code_verifier="x" * 43), "invalid_grant")
    refused(town.redeem(app, worn_out), "invalid_grant")
    assert ("token_refused", "code_worn_out") in town.events()
    assert ("grant_revoked", "code_reused") not in town.events()


def test_every_redemption_is_an_event(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    code = town.code(app)
    good(town.redeem(app, code))
    refused(town.redeem(app, code), "invalid_grant")
    assert town.events()[-5:] == [
        ("signed_in", None),
        ("granted", None),
        ("token_issued", None),
        ("grant_revoked", "code_reused"),
        ("token_refused", "code_reused"),
    ]


# --- services ---------------------------------------------------------------------------


def test_a_service_gets_a_token_without_any_person_in_it(town: Town) -> None:
    robot = town.service()
    tokens = good(town.token({"grant_type": "client_credentials"}, auth=robot.basic))
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope"}
    claims = claims_of(tokens["access_token"])
    assert claims["sub"] == claims["client_id"] == robot.id
    assert claims["scope"] == tokens["scope"] == "read write"
    assert not {"acr", "amr", "auth_time"} & claims.keys()


def test_a_service_may_ask_for_less_and_not_for_more(town: Town) -> None:
    robot, form = town.service(), {"grant_type": "client_credentials"}
    assert good(town.token({**form, "scope": "read"}, auth=robot.basic))["scope"] == "read"
    refused(town.token({**form, "scope": "read more"}, auth=robot.basic), "invalid_scope")
    refused(town.token({**form, "scope": "openid"}, auth=robot.basic), "invalid_scope")


def test_each_kind_of_client_has_its_own_grant_type(town: Town) -> None:
    app, public, robot = town.application(), town.application(ClientKind.PUBLIC), town.service()
    form = {"grant_type": "client_credentials"}
    refused(town.token(form, auth=app.basic), "unauthorized_client")
    refused(town.token({**form, "client_id": public.id}), "unauthorized_client")
    town.sign_in(town.person())
    refused(town.redeem(robot, town.code(app)), "unauthorized_client")


# --- the form ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_form_that_asks_for_nothing_we_give(town: Town, form: dict[str, str], error: str) -> None:
    refused(town.token(form, auth=town.application().basic), error)


@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier"])
def test_a_form_that_lacks_something(town: Town, name: str) -> None:
    app = town.application()
    town.sign_in(town.person())
    code = town.code(app)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    for lacking in ({**form, name: ""}, {k: v for k, v in form.items() if k != name}):
        response = town.token(lacking, auth=app.basic)
        refused(response, "invalid_request")
        assert name in response.json()["error_description"]
    good(town.token(form, auth=app.basic))


def test_only_forms_are_read(town: Town) -> None:
    app, body = town.application(), {"grant_type": "client_credentials"}
    refused(town.http.post("/oauth2/token", json=body, auth=app.basic), "invalid_request")
    assert town.http.get("/oauth2/token").status_code == 405
