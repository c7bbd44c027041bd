"""What we publish about ourselves is true, and the keys may be kept for a while."""

from typing import Any

from counterfoil.http import oauth as routes
from tests.house import ISSUER
from tests.oauth.town import Town, answer_of, claims_of, good


def test_the_keys_are_the_public_ones_and_say_how_long_they_may_be_kept(town: Town) -> None:
    response = town.http.get("/oauth2/jwks")
    assert {key["alg"] for key in good(response)["keys"]} == {"ES256", "RS256"}
    assert not any("d" in key for key in response.json()["keys"])
    assert response.headers["content-type"] == "application/jwk-set+json"
    assert response.headers["cache-control"] == "public, max-age=300"


def test_keys_that_did_not_change_are_not_sent_again(town: Town) -> None:
    etag = town.http.get("/oauth2/jwks").headers["etag"]
    again = town.http.get("/oauth2/jwks", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == etag
    other = town.http.get("/oauth2/jwks", headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def _configuration(town: Town) -> dict[str, Any]:
    return good(town.http.get("/.well-known/openid-configuration"))


def test_every_endpoint_that_we_name_is_there(town: Town) -> None:
    ours = {getattr(route, "path", "") for route in routes.routes}
    named = {
        value.removeprefix(ISSUER)
        for name, value in _configuration(town).items()
        if name.endswith(("_endpoint", "_uri"))
    }
    assert len(named) == 4
    assert named <= ours
    assert _configuration(town)["issuer"] == ISSUER


def test_both_documents_agree(town: Town) -> None:
    server = good(town.http.get("/.well-known/oauth-authorization-server"))
    configuration = _configuration(town)
    assert server["issuer"] == ISSUER
    assert {name: configuration[name] for name in server} == server


def test_what_is_required_of_a_configuration_is_in_it(town: Town) -> None:
    # OpenID Connect Discovery 1.0 §3, and RS256 among the algorithms.
    assert {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    } <= _configuration(town).keys()
    assert "RS256" in _configuration(town)["id_token_signing_alg_values_supported"]


def test_what_is_said_to_be_missing_is_refused(town: Town) -> None:
    configuration, app = _configuration(town), town.application()
    assert configuration["request_parameter_supported"] is False
    assert answer_of(town.authorize(app, request="e30.e30."))["error"] == "request_not_supported"
    assert configuration["request_uri_parameter_supported"] is False
    asked = town.authorize(app, request_uri="https://app.example/r")
    assert answer_of(asked)["error"] == "request_uri_not_supported"
    assert configuration["response_types_supported"] == ["code"]
    asked = town.authorize(app, response_type="token")
    assert answer_of(asked)["error"] == "unsupported_response_type"


def test_every_claim_of_an_id_token_is_announced(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    tokens = town.tokens(app)
    announced = set(_configuration(town)["claims_supported"])
    assert claims_of(tokens["id_token"]).keys() <= announced
    assert good(town.userinfo(tokens["access_token"])).keys() <= announced
