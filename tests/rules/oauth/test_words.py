"""The small words of the protocol: parameters, scopes, challenges and credentials."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.errors import Reason, Refused
from counterfoil.oauth import pkce, scopes
from counterfoil.oauth.authentication import Presented, read_credentials
from counterfoil.oauth.parameters import Parameters, read_parameters

CLIENT = "cli_" + "c" * 22
OTHER = "cli_" + "o" * 22


def test_an_empty_parameter_is_none_and_a_repeated_one_is_known_as_such() -> None:
    assert read_parameters("a=1&b=&c=1&c=2&d=&d=&e") == Parameters(
        {"a": "1"}, frozenset({"c", "d"})
    )


def test_parameters_are_percent_encoded_utf8() -> None:
    assert read_parameters("a=%C3%A4+%2B") == Parameters({"a": "ä +"}, frozenset())
    assert read_parameters("a=%FF") is None


def test_parameters_are_bounded() -> None:
    assert read_parameters("a=" + "x" * (16 * 1024 - 2)) is not None
    assert read_parameters("a=" + "x" * (16 * 1024 - 1)) is None
    assert read_parameters("&".join(f"p{n}=1" for n in range(64))) is not None
    assert read_parameters("&".join(f"p{n}=1" for n in range(65))) is None


@given(st.text(max_size=200))
def test_no_query_raises(text: str) -> None:
    read_parameters(text)


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("openid", ("openid",)),
        ("read openid read", ("read", "openid")),
        ("openid unknown", ("openid",)),
    ],
)
def test_a_client_gets_what_it_may_of_what_it_asked(asked: str, granted: tuple[str, ...]) -> None:
    assert scopes.grantable(asked, ("openid", "read")) == granted


@pytest.mark.parametrize(
    "asked", [None, "", "unknown", "openid  read", 'a"b', "a\\b", "ä", "o" * 1001]
)
def test_nothing_grantable_is_an_invalid_scope(asked: str | None) -> None:
    refused = scopes.grantable(asked, ("openid", "read"))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_SCOPE


def test_a_service_gets_all_or_an_error() -> None:
    assert scopes.all_or_none(None, ("read", "write")) == ("read", "write")
    assert scopes.all_or_none("write", ("read", "write")) == ("write",)
    assert isinstance(scopes.all_or_none("write more", ("read", "write")), Refused)
    assert isinstance(scopes.all_or_none("", ("read",)), Refused)


@pytest.mark.parametrize("scope", ["", "a b", 'a"', "a\\", "ä", "a\x7f", "a" * 101])
def test_what_is_no_scope_token_is_not_registered(scope: str) -> None:
    assert scopes.refuse_scope(scope) is not None


@pytest.mark.parametrize("scope", ["openid", "https://api.example/read", "!", "a" * 100])
def test_a_scope_token_is(scope: str) -> None:
    assert scopes.refuse_scope(scope) is None


def test_the_verifier_of_rfc_7636_appendix_b_fits_its_challenge() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert pkce.is_verifier(verifier)
    assert pkce.is_challenge(challenge)
    assert pkce.verifies(verifier, challenge)
    assert not pkce.verifies(verifier[:-1] + "l", challenge)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("A" * 43, True),
        ("A" * 42, False),
        ("A" * 44, False),
        ("A" * 42 + "B", False),  # bits that no digest has
        ("A" * 42 + "=", False),
        ("A" * 42 + "+", False),
        ("A" * 42 + " ", False),
        ("", False),
    ],
)
def test_a_challenge_is_43_characters_of_base64url(text: str, good: bool) -> None:
    assert pkce.is_challenge(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("a" * 43, True),
        ("a" * 128, True),
        ("Aa0-._~" * 7, True),
        ("a" * 42, False),
        ("a" * 129, False),
        ("a" * 42 + "+", False),
        ("a" * 42 + "ä", False),
        ("a" * 43 + "\n", False),
    ],
)
def test_a_verifier_is_43_to_128_unreserved_characters(text: str, good: bool) -> None:
    assert pkce.is_verifier(text) is good


def _basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("authorization", "form", "secret"),
    [
        (_basic(f"{CLIENT}:s"), {}, "s"),
        (_basic(f"{CLIENT}:s"), {"client_id": CLIENT}, "s"),
        (_basic(f"{CLIENT.replace('_', '%5F')}:a%3Ab"), {}, "a:b"),
        (_basic(f"{CLIENT}:s").replace("Basic", "basic"), {}, "s"),
        (None, {"client_id": CLIENT, "client_secret": "s"}, "s"),
        (None, {"client_id": CLIENT}, None),
        (None, {"client_id": CLIENT, "client_secret": ""}, None),
    ],
)
def test_a_client_presents_itself_in_one_way(
    authorization: str | None, form: dict[str, str], secret: str | None
) -> None:
    presented = read_credentials(authorization, form)
    assert isinstance(presented, Presented)
    assert presented.client == CLIENT
    assert (None if presented.secret is None else presented.secret.reveal()) == secret


@pytest.mark.parametrize(
    ("authorization", "form", "reason"),
    [
        (_basic(f"{CLIENT}:s"), {"client_secret": "s"}, Reason.INVALID_REQUEST),
        (_basic(f"{CLIENT}:s"), {"client_id": OTHER}, Reason.INVALID_REQUEST),
        (_basic(f"{CLIENT}:"), {}, Reason.INVALID_CLIENT),
        (_basic(f"{CLIENT}:"), {"client_id": CLIENT}, Reason.INVALID_CLIENT),
        (_basic(CLIENT), {}, Reason.INVALID_CLIENT),
        (_basic("nobody:s"), {}, Reason.INVALID_CLIENT),
        (_basic(f"{CLIENT}:%FF"), {}, Reason.INVALID_CLIENT),
        ("Basic !", {}, Reason.INVALID_CLIENT),
        ("Basic ä", {}, Reason.INVALID_CLIENT),
        ("Basic", {}, Reason.INVALID_CLIENT),
        ("Bearer x", {"client_id": CLIENT}, Reason.INVALID_CLIENT),
        (None, {}, Reason.INVALID_CLIENT),
        (None, {"client_id": "x\0"}, Reason.INVALID_CLIENT),
        (None, {"client_secret": "s"}, Reason.INVALID_CLIENT),
    ],
)
def test_and_in_no_other(authorization: str | None, form: dict[str, str], reason: Reason) -> None:
    refused = read_credentials(authorization, form)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


@given(st.text(max_size=60))
def test_no_authorization_header_raises(text: str) -> None:
    read_credentials(text, {})
    read_credentials(f"Basic {text}", {})
