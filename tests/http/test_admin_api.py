"""The administration's API as a program uses it: found, read, changed, and told what was done."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from counterfoil.app import make_app
from counterfoil.http.house import House
from tests.administration.office import Office, office_in
from tests.ceremonies.desk import authenticators
from tests.house import ISSUER
from tests.http.programs import programs_of
from tests.http.visitor import reason_of

PEOPLE, CLIENTS = "/api/admin/people", "/api/admin/clients"
FACTS = {"id", "name", "display_name", "email", "email_verified", "role", "state", "made_ms"}


@pytest.fixture
def office(house: House) -> Office:
    return office_in(house)


@pytest.fixture
def http(office: Office) -> Iterator[TestClient]:
    """An administrator's program."""
    headers = programs_of(office).by_token(office.ada)
    app = make_app(office.house)
    with TestClient(app, base_url=ISSUER, follow_redirects=False, headers=headers) as client:
        yield client


def test_people_are_found_page_after_page(http: TestClient) -> None:
    names, after = [], ""
    while True:
        page = http.get(PEOPLE, params={"limit": 2, "after": after}).json()
        names += [person["name"] for person in page["people"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert names == ["ada", "amy", "grace", "hugo", "paul"]


def test_filters_are_added_up(http: TestClient, office: Office) -> None:
    office.give_key(office.ada)
    asked = {"role": "administrator", "state": "active", "without_token": "true"}
    found = http.get(PEOPLE, params=asked).json()["people"]
    assert [person["name"] for person in found] == ["amy"]
    assert set(found[0]) == {*FACTS, "tokens", "last_used_ms"}
    found = http.get(PEOPLE, params={"search": "HOPPER"}).json()["people"]
    assert [person["name"] for person in found] == ["grace"]


def test_somebody_is_added_read_changed_and_deleted(http: TestClient) -> None:
    new = {"name": "kay", "display_name": "Kay", "email": "kay@example.org", "role": "helpdesk"}
    added = http.post(PEOPLE, json=new)
    assert added.status_code == 201
    person, invitation = added.json()["person"], added.json()["invitation"]
    assert new.items() <= person.items()
    assert person["email_verified"] is True
    assert invitation["link"].startswith(f"{ISSUER}/invitation/cf_inv_")
    place = f"{PEOPLE}/{person['id']}"
    whole = http.get(place).json()
    assert person.items() <= whole.items()
    assert whole["invited_until_ms"] == invitation["expires_ms"]
    assert [event["what"] for event in whole["events"]] == ["invited", "account_added"]
    changed = http.patch(place, json={"name": "kay2", "email": ""}).json()
    assert (changed["name"], changed["email"], changed["display_name"]) == ("kay2", None, "Kay")
    assert http.put(f"{place}/role", json={"role": "person"}).json()["role"] == "person"
    assert http.put(f"{place}/state", json={"state": "disabled"}).json()["state"] == "disabled"
    assert http.delete(place).status_code == 204
    assert reason_of(http.get(place)) == "not_found"


def test_an_empty_change_changes_nothing(http: TestClient, office: Office) -> None:
    before = office.told()
    assert http.patch(f"{PEOPLE}/{office.grace.id}", json={}).json()["name"] == "grace"
    assert office.told() == before


def test_who_has_tokens_is_invited_again_by_saying_so(http: TestClient, office: Office) -> None:
    office.give_key(office.grace)
    place = f"{PEOPLE}/{office.grace.id}/invitation"
    answer = http.post(place, json={})
    assert (answer.status_code, reason_of(answer)) == (409, "has_tokens")
    assert http.post(place, json={"again": True}).status_code == 201
    assert authenticators(office.house, office.grace) == []


def test_tokens_are_suspended_resumed_and_removed(http: TestClient, office: Office) -> None:
    lost, _ = office.give_key(office.grace, 1), office.give_key(office.grace, 2)
    place = f"{PEOPLE}/{office.grace.id}/tokens/{lost}"

    def states() -> dict[str, str]:
        tokens = http.get(f"{PEOPLE}/{office.grace.id}").json()["tokens"]
        return {token["id"]: token["state"] for token in tokens}

    assert http.post(f"{place}/suspend").status_code == 204
    assert states()[lost] == "suspended"
    assert reason_of(http.post(f"{place}/suspend")) == "replayed"
    assert http.post(f"{place}/resume").status_code == 204
    assert states()[lost] == "live"
    assert http.delete(place).status_code == 204
    assert lost not in states()
    (left,) = states()
    answer = http.delete(f"{PEOPLE}/{office.grace.id}/tokens/{left}")
    assert (answer.status_code, reason_of(answer)) == (409, "last_authenticator")


def test_browsers_are_signed_out(http: TestClient, office: Office) -> None:
    one, _ = office.sign_in(office.grace)
    office.sign_in(office.grace)
    place = f"{PEOPLE}/{office.grace.id}/sessions"
    assert http.delete(f"{place}/{one.id}").status_code == 204
    assert reason_of(http.delete(f"{place}/{one.id}")) == "not_found"
    assert http.delete(place).json() == {"ended": 1}
    assert http.get(f"{PEOPLE}/{office.grace.id}").json()["sessions"] == []


def test_an_application_lives_and_dies(http: TestClient) -> None:
    new = {
        "name": "Sample",
        "audience": "https://api.example",
        "redirect_uris": ["https://app.example/cb"],
    }
    added = http.post(CLIENTS, json=new)
    assert added.status_code == 201
    client = added.json()
    secret = client.pop("client_secret")
    assert secret.startswith("cf_secret_")
    place = f"{CLIENTS}/{client['client_id']}"
    assert http.get(place).json() == client
    assert client in http.get(CLIENTS).json()["clients"]
    more = [*new["redirect_uris"], "https://app.example/2"]
    assert http.patch(place, json={"redirect_uris": more}).json()["redirect_uris"] == more
    answer = http.patch(place, json={"redirect_uris": []})
    assert (answer.status_code, reason_of(answer)) == (400, "client_refused")
    rotated = http.post(f"{place}/secret").json()
    assert rotated["client_secret"] != secret
    assert http.delete(place).status_code == 204
    assert reason_of(http.get(place)) == "not_found"


def test_events_are_filtered_page_after_page(http: TestClient, office: Office) -> None:
    http.put(f"{PEOPLE}/{office.grace.id}/role", json={"role": "helpdesk"})
    asked: dict[str, str | int | list[str]] = {
        "what": ["role_changed", "account_added"],
        "person": office.grace.id,
        "limit": 1,
    }
    page = http.get("/api/admin/events", params=asked).json()
    (event,) = page["events"]
    assert (event["what"], event["actor"]) == ("role_changed", office.ada.id)
    assert event["details"] == {"before": "person", "after": "helpdesk"}
    older = http.get("/api/admin/events", params=asked | {"before": page["next"]}).json()
    assert [event["what"] for event in older["events"]] == ["account_added"]


def test_the_overview_counts(http: TestClient, office: Office) -> None:
    office.give_key(office.ada)
    shown = http.get("/api/admin/overview").json()
    assert (shown["people"], shown["administrators"], shown["helpdesk"]) == (5, 2, 1)
    assert shown["enrolment"] == {"none": 4, "one": 1, "more": 0, "recovery": 0}


def test_a_change_is_told_with_who_and_whence(http: TestClient, office: Office) -> None:
    http.patch(f"{PEOPLE}/{office.grace.id}", json={"display_name": "Amazing Grace"})
    event = http.get("/api/admin/events", params={"person": office.grace.id}).json()["events"][0]
    assert (event["what"], event["actor"]) == ("display_name_changed", office.ada.id)
    assert event["address"] == "testclient"
