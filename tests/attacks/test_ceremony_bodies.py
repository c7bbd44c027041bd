"""Whatever a body holds, the answer is a problem with a reason: never a 500, never an echo."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from counterfoil.app import close_house
from counterfoil.errors import Reason
from counterfoil.http.house import House
from tests.house import house_on
from tests.http.visitor import Visitor, reason_of

MARK = "attackers-own-words"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"0",
        b'"text"',
        b"{",
        b"{}",
        b"{}{}",
        b'{"kind":"webauthn","kind":"password"}',
        b'{"kind":NaN}',
        b'{"kind":1e999}',
        b'{"kind":' + b"9" * 5000 + b"}",
        b'{"kind":"\\ud800"}',
        b'{"interaction":"\\u0000","kind":"webauthn","purpose":"sign_in"}',
        b'{"kind":"webauthn","credential":' + b"[" * 50_000,
        b"[" * 200_000,
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"attackers-own-words":"attackers-own-words"}',
        b'{"kind":"attackers-own-words","purpose":"attackers-own-words"}',
        b'{"kind":"webauthn","purpose":"sign_in","interaction":"attackers-own-words"}',
        b'{"kind":["webauthn"],"purpose":{"sign_in":1},"interaction":1}',
    ],
    ids=range(22),
)
def test_malformed_bodies_are_problems_and_not_repeated(house: House, body: bytes) -> None:
    visitor = Visitor(house)
    interaction = visitor.start()
    begun = visitor.begin(interaction)
    for path in ("/ceremonies", f"/ceremonies/{begun['ceremony']}/proof"):
        answer = visitor.post(path, content=body, headers=JSON)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert Reason(reason_of(answer))
        assert MARK not in answer.text


def test_a_body_over_its_bound_is_not_read(house: House) -> None:
    visitor = Visitor(house)
    visitor.start()
    answer = visitor.post("/ceremonies", content=b" " * (256 * 1024 + 1), headers=JSON)
    assert reason_of(answer) == Reason.TOO_LARGE
    answer = visitor.post("/sign-in/x/password", data={"name": "x" * 70_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/ceremonies/%00/proof",
        "/ceremonies/x/proof",
        "/ceremonies/%ff%fe/proof",
        "/ceremonies/cer_AAAAAAAAAAAAAAAAAAAAAA/proof",
        "/ceremonies/" + "x" * 5000 + "/proof",
        "/ceremonies/..%2f..%2fetc/proof",
        "/ceremonies/%F0%9F%98%80/cancel",
    ],
)
def test_a_ceremony_that_is_none_is_a_problem(house: House, path: str) -> None:
    visitor = Visitor(house)
    visitor.start()
    answer = visitor.post(path, json={"kind": "webauthn", "credential": {}})
    assert 400 <= answer.status_code < 500
    assert reason_of(answer) in {Reason.FOREIGN_CEREMONY, Reason.NOT_FOUND}


@pytest.mark.parametrize(
    "path",
    ["/sign-in/{}", "/step-up/{}", "/first-visit/{}", "/enrol/{}", "/invitation/{}",
     "/oauth2/continue/{}", "/static/{}/x", "/static/x/{}"],
)  # fmt: skip
@pytest.mark.parametrize("part", ["%00", "%ff", "%F0%9F%98%80", "x" * 5000, "..", "%2e%2e%2f", "'"])
def test_an_address_that_is_none_is_no_broken_promise(house: House, path: str, part: str) -> None:
    visitor = Visitor(house)
    visitor.start()
    assert visitor.get(path.format(part)).status_code < 500


def test_without_a_session_nothing_begins(house: House) -> None:
    visitor = Visitor(house)
    answer = visitor.ask("int_AAAAAAAAAAAAAAAAAAAAAA")
    assert (answer.status_code, reason_of(answer)) == (401, Reason.SIGNED_OUT)


# --- anything at all ---------------------------------------------------------------------------

words = (
    st.sampled_from(
        ["webauthn", "password", "sign_in", "enrol", "step_up", "credential", "kind", "purpose",
         "alone", "interaction", "label", "name", "response", "id", "rawId", "type", "public-key",
         "clientDataJSON", "authenticatorData", "signature", "userHandle", "AAAA", "\0", "\ud800"]
    )
    | st.text(max_size=8)
)  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=12,
)
credentials = st.fixed_dictionaries(
    {},
    optional={
        "id": words | values,
        "rawId": words | values,
        "type": st.just("public-key") | values,
        "response": st.dictionaries(words, words | values, max_size=5),
        "clientExtensionResults": values,
    },
)
proofs = st.fixed_dictionaries(
    {"kind": st.sampled_from(["webauthn", "password"])},
    optional={
        "credential": credentials | values,
        "name": words | values,
        "password": words | values,
        "label": words | values,
    },
)
asked = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["webauthn", "password"]) | values,
        "purpose": st.sampled_from(["sign_in", "enrol", "step_up"]) | values,
        "interaction": words | values,
    },
    optional={"alone": values},
)
bodies = (values | proofs | asked).map(lambda value: json.dumps(value).encode()) | st.binary(
    max_size=40
)
SEARCH = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def anybody(
    tmp_path_factory: pytest.TempPathFactory, installed_sqlite_file: Path
) -> Iterator[Visitor]:
    """One visitor for all examples."""
    file = tmp_path_factory.mktemp("bodies") / "installed.db"
    file.write_bytes(installed_sqlite_file.read_bytes())
    house = house_on(f"sqlite:///{file}")
    yield Visitor(house)
    close_house(house)


@SEARCH
@given(bodies)
@example(b'{"kind":"webauthn","purpose":"sign_in","interaction":"\\ud800"}')
def test_any_body_begins_or_is_a_problem(anybody: Visitor, body: bytes) -> None:
    anybody.start()
    answer = anybody.post("/ceremonies", content=body, headers=JSON)
    if answer.status_code != 201:
        assert 400 <= answer.status_code < 500
        assert Reason(reason_of(answer))


@SEARCH
@given(bodies, st.sampled_from(["webauthn", "password"]))
@example(b'{"kind":"password","name":"\\ud800","password":"\\ud800"}', "password")
def test_any_proof_is_a_problem(anybody: Visitor, body: bytes, kind: str) -> None:
    begun = anybody.begin(anybody.start(), kind=kind)
    answer = anybody.post(f"/ceremonies/{begun['ceremony']}/proof", content=body, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert Reason(reason_of(answer))
