"""What the token endpoint resists of clients that are not who they say."""

from collections.abc import Iterator

import pytest

from counterfoil.oauth import ClientKind
from tests.oauth.town import App, Town, good, refused, town_on

FORM = {"grant_type": "client_credentials"}


@pytest.fixture
def town(upgraded_database_url: str) -> Iterator[Town]:
    with town_on(upgraded_database_url) as town:
        yield town


def _in_form(app: App) -> dict[str, str]:
    client_id, secret = app.basic
    return {**FORM, "client_id": client_id, "client_secret": secret}


def test_an_unknown_client_and_a_wrong_secret_get_the_same_answer(town: Town) -> None:
    robot = town.service()
    wrong = town.token(FORM, auth=(robot.id, "wrong"))
    unknown = town.token(FORM, auth=("cli_" + "n" * 22, "wrong"))
    nonsense = town.token(FORM, auth=("nobody", "wrong"))
    for response in (wrong, unknown, nonsense):
        refused(response, "invalid_client", 401)
        assert response.headers["www-authenticate"] == 'Basic realm="counterfoil"'
        assert response.content == wrong.content


def test_a_wrong_secret_of_a_client_that_exists_is_an_event(town: Town) -> None:
    robot = town.service()
    refused(town.token(FORM, auth=(robot.id, "wrong")), "invalid_client", 401)
    assert town.events()[-1] == ("token_refused", "invalid_client")


def test_a_secret_of_another_client_opens_nothing(town: Town) -> None:
    robot, other = town.service(), town.service()
    refused(town.token(FORM, auth=(robot.id, other.basic[1])), "invalid_client", 401)


@pytest.mark.parametrize("secret", ["", "cf_secret_", " ", "\0", "ä", "x" * 10_000])
def test_a_guess_is_a_wrong_secret(town: Town, secret: str) -> None:
    robot = town.service()
    response = town.token({**FORM, "client_id": robot.id, "client_secret": secret})
    assert response.status_code in (400, 401)
    assert response.json()["error"] in ("invalid_client", "invalid_request")


def test_a_client_that_has_a_secret_must_show_it(town: Town) -> None:
    refused(town.token({**FORM, "client_id": town.service().id}), "invalid_client", 401)


def test_a_client_that_has_none_cannot_show_one(town: Town) -> None:
    app = town.application(ClientKind.PUBLIC)
    town.sign_in(town.person())
    code = town.code(app)
    refused(town.redeem(app, code, client_secret="x"), "invalid_client", 401)
    good(town.redeem(app, code))


def test_a_client_presents_itself_once(town: Town) -> None:
    robot, other = town.service(), town.service()
    refused(town.token(_in_form(robot), auth=robot.basic), "invalid_request")
    refused(town.token({**FORM, "client_id": other.id}, auth=robot.basic), "invalid_request")
    good(town.token(_in_form(robot)))


def test_nothing_is_taken_from_an_address(town: Town) -> None:
    robot = town.service()
    for address in (_in_form(robot), {"client_id": robot.id}, {"grant_type": "x"}):
        response = town.token(FORM, auth=robot.basic, params=address)
        refused(response, "invalid_request")


@pytest.mark.parametrize(
    "body",
    [
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&scope=read&scope=write",
        "grant_type=client_credentials&x=%FF",
        "grant_type=client_credentials&x=%00",
        "grant_type=client_credentials&" + "&".join(f"p{n}=" for n in range(70)),
        "grant_type=client_credentials&x=" + "x" * 70_000,
    ],
    ids=["twice", "scope-twice", "no-utf8", "nul", "many", "long"],
)
def test_a_form_that_two_readers_could_read_differently_is_an_error(town: Town, body: str) -> None:
    response = town.http.post(
        "/oauth2/token",
        content=body,
        auth=town.service().basic,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    refused(response, "invalid_request")


@pytest.mark.parametrize("type_", ["application/json", "text/plain", "multipart/form-data", ""])
def test_a_body_that_is_no_form_is_an_error(town: Town, type_: str) -> None:
    response = town.http.post(
        "/oauth2/token",
        content="grant_type=client_credentials",
        auth=town.service().basic,
        headers={"Content-Type": type_},
    )
    refused(response, "invalid_request")


def test_client_ids_and_account_ids_never_collide(town: Town) -> None:
    ids = {town.service().id[:4], town.person().id[:4]}
    assert ids == {"cli_", "acc_"}
