"""The pages about applications: added, changed, given a new secret, deleted."""

import re

import pytest

from counterfoil.accounts import Role
from counterfoil.http.house import House
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, read_client_id
from counterfoil.oauth.authentication import Presented
from counterfoil_web import Wording
from tests.ceremonies.desk import HERE
from tests.http.back_office import Somebody, somebody, told_in, value_of, words_of, wrong_at

SAY = Wording("en").say
WIKI = {
    "name": "Wiki & co",
    "kind": "confidential",
    "redirect_uris": "https://wiki.example/callback\r\n https://wiki.example/other \r\n",
    "scopes": "openid  profile read",
    "audience": "https://api.example",
}


@pytest.fixture
def ada(house: House) -> Somebody:
    return somebody(house, "ada", Role.ADMINISTRATOR)


def clients_of(house: House) -> list[Client]:
    return house.store.read_now(house.clients.list_clients)


def secret_in(text: str) -> Secret:
    (secret,) = re.findall(r'<code id="client-secret"[^>]*>([^<]+)</code>', text)
    return Secret(secret)


def fits(house: House, client: Client, secret: Secret) -> bool:
    presented = Presented(client.id, secret)
    return isinstance(
        house.store.write_now(lambda tx: house.clients.authenticate(tx, presented, HERE)), Client
    )


def test_an_application_is_added_and_its_secret_shown_once(house: House, ada: Somebody) -> None:
    assert SAY("admin.application.empty") in words_of(ada.browser.get("/admin/applications"))

    page = ada.browser.submit("/admin/applications/add", **WIKI)

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    (client,) = clients_of(house)
    secret = secret_in(page.text)
    assert fits(house, client, secret)
    assert client.redirect_uris == ("https://wiki.example/callback", "https://wiki.example/other")
    assert client.scopes == ("openid", "profile", "read")
    shown = ada.browser.get(f"/admin/applications/{client.id}")
    assert secret.reveal() not in shown.text
    assert "Wiki & co" in words_of(ada.browser.get("/admin/applications"))


def test_one_without_a_server_has_no_secret(house: House, ada: Somebody) -> None:
    answer = ada.browser.submit("/admin/applications/add", **WIKI | {"kind": "public"})
    (client,) = clients_of(house)
    assert answer.headers["location"] == f"/admin/applications/{client.id}?done=client_added"
    page = ada.browser.get(answer.headers["location"])
    assert told_in(page) == SAY("admin.done.client_added")
    assert "/rotate" not in page.text


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"redirect_uris": "http://wiki.example/x"}, "redirect_uris", "redirect_uri_refused"),
        ({"scopes": 'read "write"'}, "scopes", "scope_refused"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(
    house: House, ada: Somebody, change: dict[str, str], field: str, sentence: str
) -> None:
    page = ada.browser.submit("/admin/applications/add", **WIKI | change)
    assert page.status_code == 400
    assert wrong_at(page, field).startswith(SAY(f"admin.problem.{sentence}"))
    for name in ("name", "redirect_uris", "scopes", "audience"):
        assert value_of(page, name) == (WIKI | change)[name], name
    assert clients_of(house) == []


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"audience": ""}, {"redirect_uris": ""}, {"kind": "service"}]
)
def test_what_does_not_fit_together_is_said_at_the_top(
    house: House, ada: Somebody, change: dict[str, str]
) -> None:
    page = ada.browser.submit("/admin/applications/add", **WIKI | change)
    assert (page.status_code, told_in(page)) == (400, SAY("admin.problem.client_refused"))
    assert value_of(page, "scopes") == WIKI["scopes"]
    assert clients_of(house) == []


def test_a_service_needs_no_address(house: House, ada: Somebody) -> None:
    service = WIKI | {"kind": "service", "redirect_uris": "", "scopes": "read"}
    assert ada.browser.submit("/admin/applications/add", **service).status_code == 200
    (client,) = clients_of(house)
    page = ada.browser.get(f"/admin/applications/{client.id}")
    assert 'name="redirect_uris"' not in page.text
    changed = ada.browser.submit(
        f"/admin/applications/{client.id}/change", name="Report", scopes="read write"
    )
    assert changed.status_code == 303
    assert clients_of(house)[0].scopes == ("read", "write")


def test_addresses_and_scopes_are_changed(house: House, ada: Somebody) -> None:
    ada.browser.submit("/admin/applications/add", **WIKI)
    (client,) = clients_of(house)
    path = f"/admin/applications/{client.id}"
    page = ada.browser.get(path)
    assert value_of(page, "redirect_uris") == "\n".join(client.redirect_uris)

    changed = {"name": "Wiki", "redirect_uris": "https://wiki.example/new", "scopes": "openid"}
    answer = ada.browser.submit(f"{path}/change", **changed)

    assert told_in(ada.browser.get(answer.headers["location"])) == SAY("admin.done.client_changed")
    (after,) = clients_of(house)
    assert (after.name, after.redirect_uris) == ("Wiki", ("https://wiki.example/new",))
    assert after.scopes == ("openid",)
    wrong = ada.browser.submit(f"{path}/change", **changed | {"redirect_uris": "wiki"})
    assert wrong_at(wrong, "redirect_uris").startswith(SAY("admin.problem.redirect_uri_refused"))
    assert value_of(wrong, "redirect_uris") == "wiki"


def test_a_new_secret_is_asked_for_and_the_old_one_is_dead(house: House, ada: Somebody) -> None:
    old = secret_in(ada.browser.submit("/admin/applications/add", **WIKI).text)
    (client,) = clients_of(house)
    path = f"/admin/applications/{client.id}/rotate"
    assert SAY("admin.question.rotate.lead") in words_of(ada.browser.get(path))
    assert fits(house, client, old)

    new = secret_in(ada.browser.submit(path).text)

    assert fits(house, client, new)
    assert not fits(house, client, old)


def test_deleting_is_asked_for_first(house: House, ada: Somebody) -> None:
    ada.browser.submit("/admin/applications/add", **WIKI)
    (client,) = clients_of(house)
    path = f"/admin/applications/{client.id}/delete"
    about = SAY("admin.question.client_delete.title", about="Wiki & co")
    assert about in words_of(ada.browser.get(path))
    assert len(clients_of(house)) == 1

    answer = ada.browser.submit(path)

    assert told_in(ada.browser.get(answer.headers["location"])) == SAY("admin.done.client_deleted")
    assert clients_of(house) == []
    assert ada.browser.submit(path).status_code == 404


@pytest.mark.parametrize("method", ["get", "submit"])
@pytest.mark.parametrize("path", ["", "/rotate", "/change", "/delete", "/eat"])
def test_there_is_no_such_application(ada: Somebody, method: str, path: str) -> None:
    address = f"/admin/applications/cli_nobody{path}"
    answer = getattr(ada.browser, method)(address)
    assert answer.status_code in (404, 405)


@pytest.mark.parametrize("path", ["/rotate", "/change", "/delete", "", "/add"])
def test_the_helpdesk_has_nothing_to_do_here(house: House, ada: Somebody, path: str) -> None:
    hugo = somebody(house, "hugo", Role.HELPDESK).browser
    ada.browser.submit("/admin/applications/add", **WIKI)
    (client,) = clients_of(house)
    assert read_client_id(client.id) is not None
    address = f"/admin/applications{path if path == '/add' else f'/{client.id}{path}'}"
    assert hugo.get(address).status_code == 403
    assert path == "" or hugo.submit(address, **WIKI).status_code == 403
    assert clients_of(house) == [client]
