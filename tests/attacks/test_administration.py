"""What the administration's API resists: more than was asked for, less than was proved."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from counterfoil.accounts import Account, AccountState, Role
from counterfoil.app import make_app
from counterfoil.http.admin_api.description import describe
from counterfoil.http.house import House
from counterfoil.kit import strict_json
from tests.administration.office import OFFICE, Office, office_in
from tests.ceremonies.desk import must
from tests.house import ISSUER, HandClock
from tests.http.programs import Programs, programs_of
from tests.http.visitor import reason_of
from tests.rules.tokens.factors import key

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def office(house: House) -> Office:
    return office_in(house)


@pytest.fixture
def programs(office: Office) -> Programs:
    return programs_of(office)


@pytest.fixture
def http(house: House) -> Iterator[TestClient]:
    with TestClient(make_app(house), base_url=ISSUER, follow_redirects=False) as client:
        yield client


def person(who: Account, *more: str) -> str:
    return "/".join(("/api/admin/people", who.id, *more))


def refused(answer: Response, status: int, reason: str) -> None:
    assert (answer.status_code, reason_of(answer)) == (status, reason), answer.text
    assert answer.headers["cache-control"] == "no-store"


# --- more than was asked for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"display_name": "x", "role": "administrator"}),
        ("PATCH", "", {"display_name": "x", "email_verified": True}),
        ("PATCH", "", {"display_name": "x", "id": "acc_" + "A" * 22}),
        ("PATCH", "", {"display_name": None}),
        ("PATCH", "", {"display_name": 7}),
        ("PATCH", "", {"display_name": ["x"]}),
        ("PUT", "/role", {"role": "operator"}),
        ("PUT", "/role", {"role": ["administrator"]}),
        ("PUT", "/role", {"role": "Administrator"}),
        ("PUT", "/role", {}),
        ("PUT", "/state", {"state": "deleted"}),
        ("PUT", "/state", {"state": "disabled", "role": "person"}),
        ("POST", "/invitation", {"again": "yes"}),
        ("POST", "/invitation", {"again": 1}),
        ("POST", "/invitation", {"again": True, "expires_ms": 2**53}),
    ],
)
def test_a_body_with_anything_else_in_it_does_nothing(
    http: TestClient, programs: Programs, method: str, path: str, body: dict[str, Any]
) -> None:
    office = programs.office
    before = office.told()
    headers = programs.by_session(office.ada)
    before = office.told()
    answer = http.request(method, person(office.grace) + path, json=body, headers=headers)
    refused(answer, 400, "malformed")
    assert office.told() == before
    assert office.now(office.grace) == office.grace


@pytest.mark.parametrize(
    "more",
    [
        {"role": "administrator", "state": "disabled"},
        {"id": "acc_" + "A" * 22},
        {"user_handle": "AA"},
        {"made_ms": 0},
    ],
)
def test_a_new_person_is_only_what_is_documented(
    http: TestClient, programs: Programs, more: dict[str, Any]
) -> None:
    headers = programs.by_session(programs.office.ada)
    answer = http.post("/api/admin/people", json={"name": "kay", **more}, headers=headers)
    refused(answer, 400, "malformed")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "reason"),
    [
        (b'{"role":"helpdesk","role":"administrator"}', "application/json", 400, "malformed"),
        (b'{"role":"administrator"', "application/json", 400, "malformed"),
        (b'["administrator"]', "application/json", 400, "malformed"),
        (b'{"role":"\xff"}', "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b'{"role":"administrator"}', "text/plain", 415, "unsupported_media_type"),
        (b"role=administrator", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b" " * (strict_json.MAX_BYTES + 1), "application/json", 413, "too_large"),
    ],
)
def test_a_body_has_the_one_form(
    http: TestClient,
    programs: Programs,
    body: bytes,
    content_type: str,
    status: int,
    reason: str,
) -> None:
    office = programs.office
    headers = programs.by_session(office.ada) | {"Content-Type": content_type}
    answer = http.put(person(office.grace, "role"), content=body, headers=headers)
    refused(answer, status, reason)
    assert office.now(office.grace) == office.grace


def test_a_stranger_does_not_hear_what_is_wrong_with_a_body(
    http: TestClient, office: Office
) -> None:
    for body in (b"{}", b"{", b" " * (strict_json.MAX_BYTES + 1)):
        answer = http.put(person(office.grace, "role"), content=body, headers=JSON)
        refused(answer, 401, "signed_out")


def test_a_refusal_echoes_nothing(http: TestClient, programs: Programs) -> None:
    headers = programs.by_session(programs.office.ada)
    answer = http.post(
        "/api/admin/people", json={"name": 5, "secret": "tell-tale"}, headers=headers
    )
    refused(answer, 400, "malformed")
    assert "tell-tale" not in answer.text
    answer = http.get("/api/admin/people?role=tell-tale", headers=headers)
    refused(answer, 400, "malformed")
    assert "tell-tale" not in answer.text


# --- ids and filters ----------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["aut", "ses", "cli", "ACC", "acc"])
def test_an_id_of_another_kind_or_of_nobody_finds_nobody(
    http: TestClient, programs: Programs, prefix: str
) -> None:
    headers = programs.by_session(programs.office.ada)
    answer = http.get(f"/api/admin/people/{prefix}_{'A' * 22}", headers=headers)
    if prefix == "acc":
        refused(answer, 404, "not_found")
    else:
        refused(answer, 400, "malformed")


@pytest.mark.parametrize("which", ["..%2Fclients", "acc_%00", "%27%20or%20%27%27=%27", "ada"])
def test_an_id_is_no_way_to_anywhere(http: TestClient, programs: Programs, which: str) -> None:
    headers = programs.by_session(programs.office.ada)
    answer = http.get(f"/api/admin/people/{which}", headers=headers)
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "query",
    [
        "role=admin",
        "state=gone",
        "limit=0",
        "limit=201",
        "limit=many",
        "search=a%00",
        "after=%00",
        f"search={'a' * 501}",
        "rank=1",
        "without_token=perhaps",
    ],
)
def test_a_filter_that_is_none_is_refused(http: TestClient, programs: Programs, query: str) -> None:
    headers = programs.by_session(programs.office.ada)
    refused(http.get(f"/api/admin/people?{query}", headers=headers), 400, "malformed")


@pytest.mark.parametrize(
    "query",
    ["what=everything", "person=ada", "address=%00", "before=0", "before=-1", "since_ms=1e3"],
)
def test_a_filter_of_events_that_is_none_is_refused(
    http: TestClient, programs: Programs, query: str
) -> None:
    headers = programs.by_session(programs.office.ada)
    refused(http.get(f"/api/admin/events?{query}", headers=headers), 400, "malformed")


def test_signs_of_like_are_letters(http: TestClient, programs: Programs) -> None:
    headers = programs.by_session(programs.office.ada)
    for search in ("%25", "_", "%5C", "a%25a"):
        answer = http.get(f"/api/admin/people?search={search}", headers=headers)
        assert answer.json() == {"people": [], "next": None}


# --- less than was proved -----------------------------------------------------------------------


def test_a_form_of_another_site_changes_nothing(http: TestClient, programs: Programs) -> None:
    """The cookie comes along; the origin, or what the browser says of it, is another one."""
    office = programs.office
    cookie = programs.by_session(office.ada)["Cookie"]
    for foreign in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ISSUER + ".evil.example"},
        {"Origin": ISSUER.replace("8080", "8081"), "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {},
    ):
        headers = {"Cookie": cookie, **foreign}
        answer = http.post(person(office.grace, "invitation"), json={}, headers=headers)
        refused(answer, 403, "foreign_request")
        answer = http.request("DELETE", person(office.grace), headers=headers)
        refused(answer, 403, "foreign_request")
    assert office.now(office.grace) == office.grace


def test_a_role_that_was_taken_away_opens_nothing_from_then_on(
    http: TestClient, programs: Programs
) -> None:
    office = programs.office
    ways = [programs.by_session(office.amy), programs.by_token(office.amy)]
    for headers in ways:
        assert http.get("/api/admin/events", headers=headers).status_code == 200
    must(office.do(office.flows.set_role, office.ada, office.amy.id, Role.PERSON, OFFICE))
    for headers in ways:
        refused(http.get("/api/admin/events", headers=headers), 403, "forbidden")


def test_whoever_was_disabled_is_out_with_session_and_token(
    http: TestClient, programs: Programs
) -> None:
    office = programs.office
    session, token = programs.by_session(office.amy), programs.by_token(office.amy)
    disabled = AccountState.DISABLED
    must(office.do(office.flows.set_state, office.ada, office.amy.id, disabled, OFFICE))
    refused(http.get("/api/admin/people", headers=session), 401, "signed_out")
    refused(http.get("/api/admin/people", headers=token), 401, "invalid_token")


def test_signing_out_ends_what_an_application_may(http: TestClient, programs: Programs) -> None:
    office = programs.office
    token = programs.by_token(office.ada)
    must(office.do(office.house.sessions.end_others, office.ada.id, None, actor="-", where=OFFICE))
    refused(http.get("/api/admin/people", headers=token), 401, "invalid_token")


def test_what_would_do_is_said_in_the_words_of_the_standards(
    http: TestClient, programs: Programs, clock: HandClock
) -> None:
    office = programs.office
    nobody = http.get("/api/admin/people")
    assert (
        nobody.headers["www-authenticate"]
        == 'Bearer realm="counterfoil", scope="counterfoil:admin"'
    )
    less = http.get("/api/admin/people", headers=programs.by_token(office.ada, scopes=("openid",)))
    assert less.headers["www-authenticate"].startswith(
        'Bearer realm="counterfoil", error="insufficient_scope"'
    )
    assert less.headers["www-authenticate"].endswith('scope="counterfoil:admin"')
    stale = programs.by_token(office.ada)
    clock.pass_s(office.house.settings.step_up_s + 1)
    answer = http.post(person(office.grace, "invitation"), json={}, headers=stale)
    # The token itself is over sooner than its touch is stale: a new one of the old touch.
    assert reason_of(answer) == "invalid_token"
    long_ago = key(clock.now_ms() - (office.house.settings.step_up_s + 1) * 1000)
    answer = http.post(
        person(office.grace, "invitation"), json={}, headers=programs.by_token(office.ada, long_ago)
    )
    refused(answer, 403, "level_too_low")
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="counterfoil", error="insufficient_user_authentication",'
        ' acr_values="phr", max_age="300"'
    )


def test_the_description_tells_of_every_refusal_that_is_met_here() -> None:
    document = json.dumps(describe())
    for reason in ("malformed", "signed_out", "invalid_token", "insufficient_scope", "forbidden"):
        assert f"`{reason}`" in document
    assert "422" not in document
