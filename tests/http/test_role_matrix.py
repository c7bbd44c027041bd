"""The role matrix, called for real: every operation of the API's description by everybody who
could come, against somebody of each role. Only the listed cells succeed.

What may succeed is listed here by hand; an operation that is not in the list fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from counterfoil.accounts import Account, Role
from counterfoil.app import make_app
from counterfoil.audit import find_events
from counterfoil.http.admin_api import routes
from counterfoil.http.admin_api.description import describe
from counterfoil.http.house import House
from counterfoil.kit.ids import AuthenticatorId, ClientId, SessionId
from counterfoil.oauth import ClientKind
from tests.administration.office import HOME, Office, office_in
from tests.ceremonies.desk import must
from tests.house import ISSUER
from tests.http.programs import Programs, programs_of
from tests.rules.tokens.factors import key

PEOPLE = {"person"}
ALL = {"person", "helpdesk", "administrator"}
NOBODY: set[str] = set()
STALE_S = 301

# Whom the helpdesk and an administrator may do it to; what is done to nobody is ALL or NOBODY.
EXPECTED: dict[str, tuple[set[str], set[str]]] = {
    "readOverview": (ALL, ALL),
    "findPeople": (ALL, ALL),
    "readPerson": (PEOPLE, ALL),
    "invitePerson": (PEOPLE, ALL),
    "resetPassword": (PEOPLE, ALL),
    "setState": (PEOPLE, ALL),
    "suspendToken": (PEOPLE, ALL),
    "removeToken": (PEOPLE, ALL),
    "endSession": (PEOPLE, ALL),
    "endAllSessions": (PEOPLE, ALL),
    "addPerson": (NOBODY, ALL),
    "setRole": (NOBODY, ALL),
    "changeProfile": (NOBODY, ALL),
    "resumeToken": (NOBODY, ALL),
    "deletePerson": (NOBODY, ALL),
    "findEvents": (NOBODY, ALL),
    "findClients": (NOBODY, ALL),
    "readClient": (NOBODY, ALL),
    "addClient": (NOBODY, ALL),
    "changeClient": (NOBODY, ALL),
    "rotateSecret": (NOBODY, ALL),
    "deleteClient": (NOBODY, ALL),
}
BODIES: dict[str, dict[str, Any]] = {
    "invitePerson": {"again": True},
    "setRole": {"role": "helpdesk"},
    "setState": {"state": "disabled"},
    "changeProfile": {"display_name": "Another"},
    "addClient": {"name": "New", "audience": ISSUER, "redirect_uris": ["https://new.example/cb"]},
    "changeClient": {"name": "Another"},
}
DESCRIPTION = describe()
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    operation["operationId"]: (method, path, operation)
    for path, methods in DESCRIPTION["paths"].items()
    for method, operation in methods.items()
}


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody to whom everything could be done."""

    account: Account
    token: AuthenticatorId
    session: SessionId
    client: ClientId


@dataclass(slots=True)
class Matrix:
    """One service, everybody in it, and the way to its API."""

    office: Office
    programs: Programs
    http: TestClient
    number: int = 0

    def target(self, role: str, *, suspended: bool) -> Target:
        self.number += 1
        office, house = self.office, self.office.house
        account = must(office.do(house.accounts.add, f"target{self.number}", role=Role(role)))
        token, _ = office.give_key(account, 1), office.give_key(account, 2)
        office.give_password_record(account)
        if suspended:
            must_be_none = office.do(house.accounts.suspend, account.id, token, HOME)
            assert must_be_none is None
        session, _ = office.sign_in(account)
        client, _ = must(
            office.do(
                house.clients.add,
                "Target",
                kind=ClientKind.CONFIDENTIAL,
                redirect_uris=["https://target.example/cb"],
                audience="https://api.example",
            )
        )
        return Target(account, token, session.id, client.id)

    def call(self, operation: str, target: Target, headers: dict[str, str]) -> Response:
        method, path, _ = OPERATIONS[operation]
        address = path.format(
            person=target.account.id,
            token=target.token,
            session=target.session,
            client=target.client,
        )
        body = BODIES.get(operation)
        if operation == "addPerson":
            body = {"name": f"kay{self.number}"}
        return self.http.request(method, address, headers=headers, json=body)

    def newest_event(self) -> int:
        return self.office.house.store.read_now(lambda tx: find_events(tx, limit=1))[0].id


@pytest.fixture
def matrix(house: House) -> Iterator[Matrix]:
    office = office_in(house)
    with TestClient(make_app(house), base_url=ISSUER, follow_redirects=False) as http:
        yield Matrix(office, programs_of(office), http)


def everybody_with_a_role(matrix: Matrix) -> Iterator[tuple[str, dict[str, str]]]:
    """The role by which they come, and how: these the matrix tells apart."""
    office, programs = matrix.office, matrix.programs
    for role, who in (
        ("person", office.paul),
        ("helpdesk", office.hugo),
        ("administrator", office.ada),
    ):
        yield role, programs.by_session(who)
        yield role, programs.by_token(who)


def those_who_never_may(matrix: Matrix, *, changes: bool) -> dict[str, dict[str, str]]:
    """Everybody else: an administrator, too, in a way that will not do."""
    ada, programs = matrix.office.ada, matrix.programs
    now_ms = matrix.office.house.clock.now_ms()
    cookie, token = programs.by_session(ada), programs.by_token(ada)
    never = {
        "nobody": {"Origin": ISSUER},
        "a weak session": programs.by_weak_session(ada),
        "a token without the scope": programs.by_token(ada, scopes=("openid", "profile")),
        "a token for an application's own API": programs.by_token(ada, audience="https://a.test"),
        "a service's token": programs.by_service_token(),
        "a made up token": {"Authorization": "Bearer cf_made_up"},
        "no token at all": cookie | {"Authorization": "Bearer "},
        "another scheme": {"Authorization": token["Authorization"].replace("Bearer", "Basic")},
        "a session that is no token": {"Authorization": f"Bearer {cookie['Cookie']}"},
    }
    if changes:
        long_ago = key(now_ms - STALE_S * 1000)
        never |= {
            "a touch long ago": programs.by_session(ada, long_ago),
            "a token of a touch long ago": programs.by_token(ada, long_ago),
            "another origin": cookie | {"Origin": "https://evil.example"},
            "no origin": {"Cookie": cookie["Cookie"]},
            "a cross-site fetch": {"Cookie": cookie["Cookie"], "Sec-Fetch-Site": "same-site"},
        }
    return never


def test_every_operation_is_listed_and_every_route_is_described() -> None:
    assert OPERATIONS.keys() == EXPECTED.keys()
    described = {(path, method) for method, path, _ in OPERATIONS.values()}
    served = {
        (route.path, method.lower())  # type: ignore[attr-defined]  # all of them have both
        for route in routes
        for method in route.methods  # type: ignore[attr-defined]
    }
    assert described == served


def test_no_other_route_lies_below_the_api(house: House) -> None:
    below = [
        route for route in make_app(house).routes if getattr(route, "path", "").startswith("/api")
    ]
    assert below == routes


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_description_says_whose_it_is(operation: str) -> None:
    helpdesk, administrator = EXPECTED[operation]
    expected = {
        role: sorted(whom)
        for role, whom in (("helpdesk", helpdesk), ("administrator", administrator))
        if whom
    }
    assert OPERATIONS[operation][2]["x-counterfoil-roles"] == expected


@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_the_listed_cells_succeed(matrix: Matrix, operation: str) -> None:
    helpdesk, administrator = EXPECTED[operation]
    may = {"person": NOBODY, "helpdesk": helpdesk, "administrator": administrator}
    method, path, _ = OPERATIONS[operation]
    suspended = operation == "resumeToken"
    for role in sorted(ALL) if "{person}" in path else ["person"]:
        target = matrix.target(role, suspended=suspended)
        for actor, headers in everybody_with_a_role(matrix):
            before = matrix.newest_event()
            answer = matrix.call(operation, target, headers)
            cell = (operation, actor, role, answer.status_code, answer.text)
            assert answer.headers["cache-control"] == "no-store", cell
            if role in may[actor]:
                assert answer.is_success, cell
                target = matrix.target(role, suspended=suspended)
            else:
                assert answer.status_code == 403, cell
                assert answer.json()["reason"] == "forbidden", cell
                assert matrix.newest_event() == before, cell
    target = matrix.target("person", suspended=suspended)
    for way, headers in those_who_never_may(matrix, changes=method != "get").items():
        before = matrix.newest_event()
        answer = matrix.call(operation, target, headers)
        assert answer.status_code in (401, 403), (operation, way, answer.status_code, answer.text)
        assert matrix.newest_event() == before, (operation, way)


@pytest.mark.parametrize(
    "operation", [name for name, (m, _, _) in OPERATIONS.items() if m == "get"]
)
def test_to_look_needs_no_fresh_touch(matrix: Matrix, operation: str) -> None:
    long_ago = key(matrix.office.house.clock.now_ms() - STALE_S * 1000)
    target = matrix.target("person", suspended=False)
    for headers in (
        matrix.programs.by_session(matrix.office.ada, long_ago),
        matrix.programs.by_token(matrix.office.ada, long_ago),
    ):
        assert matrix.call(operation, target, headers).is_success
