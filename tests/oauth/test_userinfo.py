"""What an access token opens here: who its person is, as long as its grant stands."""

import pytest
from sqlalchemy import update

from counterfoil.oauth import ClientKind
from counterfoil.store.schema import accounts
from tests.oauth.town import Town, good


def test_a_token_tells_of_its_person_what_its_scopes_say(town: Town) -> None:
    app, ada = town.application(), town.person("ada")
    town.sign_in(ada)
    whole = good(town.userinfo(town.tokens(app)["access_token"]))
    assert whole == {"sub": ada.id, "name": "Ada", "preferred_username": "ada"}
    bare = good(town.userinfo(town.tokens(app, scope="openid")["access_token"]))
    assert bare == {"sub": ada.id}


def test_the_scope_email_tells_the_address_and_whether_anybody_confirmed_it(town: Town) -> None:
    app, ada = town.application(scopes=("openid", "email")), town.person()
    town.sign_in(ada)
    token = town.tokens(app, scope="openid email")["access_token"]
    bare = town.tokens(app, scope="openid")["access_token"]
    assert good(town.userinfo(token)) == {"sub": ada.id}
    one = update(accounts).where(accounts.c.id == ada.id)
    for verified in (False, True):
        told = one.values(email="ada@example.org", email_verified=int(verified))
        town.house.store.write_now(lambda tx, told=told: tx.execute(told))  # type: ignore[misc]
        assert good(town.userinfo(token)) == {
            "sub": ada.id,
            "email": "ada@example.org",
            "email_verified": verified,
        }
    assert good(town.userinfo(bare)) == {"sub": ada.id}


def test_both_methods_answer_and_no_cache_keeps_it(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    headers = {"Authorization": f"Bearer {town.tokens(app)['access_token']}"}
    for response in (
        town.http.get("/oauth2/userinfo", headers=headers),
        town.http.post("/oauth2/userinfo", headers=headers),
    ):
        good(response)
        assert response.headers["cache-control"] == "no-store"


def test_whoever_brings_no_token_is_told_how(town: Town) -> None:
    response = town.http.get("/oauth2/userinfo")
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer realm="counterfoil"'


def test_a_token_in_a_query_or_a_form_is_no_token(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    token = town.tokens(app)["access_token"]
    for response in (
        town.http.get("/oauth2/userinfo", params={"access_token": token}),
        town.http.post("/oauth2/userinfo", data={"access_token": token}),
        town.http.get("/oauth2/userinfo", headers={"Authorization": f"Basic {token}"}),
    ):
        assert response.status_code == 401
        assert "error" not in response.headers["www-authenticate"]


def test_a_token_without_openid_does_not_reach_this_far(town: Town) -> None:
    app, robot = town.application(), town.service()
    town.sign_in(town.person())
    services = good(town.token({"grant_type": "client_credentials"}, auth=robot.basic))
    for tokens in (services, town.tokens(app, scope="read")):
        response = town.userinfo(tokens["access_token"])
        assert response.status_code == 403
        challenge = response.headers["www-authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert 'scope="openid"' in challenge


def _invalid(town: Town, token: str) -> None:
    response = town.userinfo(token)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]
    assert response.json()["error"] == "invalid_token"


def test_a_token_is_good_for_five_minutes(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    token = town.tokens(app)["access_token"]
    town.clock.pass_s(299.999)
    good(town.userinfo(token))
    town.clock.pass_s(0.001)
    _invalid(town, token)


def test_an_id_token_is_no_access_token(town: Town) -> None:
    app = town.application()
    town.sign_in(town.person())
    _invalid(town, town.tokens(app)["id_token"])


def test_a_token_of_a_disabled_person_counts_no_more(town: Town) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada)
    token = town.tokens(app)["access_token"]
    town.disable(ada)
    _invalid(town, token)


@pytest.mark.parametrize("kind", [ClientKind.CONFIDENTIAL, ClientKind.PUBLIC])
def test_a_token_of_a_deleted_client_counts_no_more(town: Town, kind: ClientKind) -> None:
    app = town.application(kind)
    town.sign_in(town.person())
    token = town.tokens(app)["access_token"]
    town.house.store.write_now(lambda tx: town.house.clients.delete(tx, app.client.id, "operator"))
    _invalid(town, token)


def test_a_grant_does_not_stand_while_its_person_is_not_active(town: Town) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada)
    token = town.tokens(app)["access_token"]
    one = update(accounts).where(accounts.c.id == ada.id)
    # By hand in the database: the command revokes the grants as well.
    town.house.store.write_now(lambda tx: tx.execute(one.values(state="disabled")))
    _invalid(town, token)
    town.house.store.write_now(lambda tx: tx.execute(one.values(state="active")))
    good(town.userinfo(token))


def test_a_token_of_a_deleted_person_counts_no_more(town: Town) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada)
    token = town.tokens(app)["access_token"]
    town.house.store.write_now(lambda tx: town.house.accounts.delete(tx, ada.id, "operator"))
    _invalid(town, token)
