"""RegistrationResponseJSON and AuthenticationResponseJSON, from strangers."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.factors.webauthn.rules import (
    AuthenticationResponse,
    RegistrationResponse,
    parse_assertion,
    parse_registration,
)
from counterfoil.kit.malformed import Malformed
from tests.rules.webauthn import software_key as soft

Bend = Callable[[dict[str, Any]], object]

BOTH: list[tuple[str, Bend]] = [
    ("no id", lambda body: body.pop("id")),
    ("no rawId", lambda body: body.pop("rawId")),
    ("no type", lambda body: body.pop("type")),
    ("no response", lambda body: body.pop("response")),
    ("no clientExtensionResults", lambda body: body.pop("clientExtensionResults")),
    ("another type", lambda body: body.update(type="password")),
    ("a type in capitals", lambda body: body.update(type="PUBLIC-KEY")),
    ("an id other than rawId", lambda body: body.update(rawId="AAAA")),
    ("an id with padding", lambda body: body.update(id="AA==", rawId="AA==")),
    ("an id in base64", lambda body: body.update(id="+/+/", rawId="+/+/")),
    ("an id with stray bits", lambda body: body.update(id="AB", rawId="AB")),
    ("an empty id", lambda body: body.update(id="", rawId="")),
    ("an id that is a number", lambda body: body.update(id=1, rawId=1)),
    ("a response that is a list", lambda body: body.update(response=[])),
    ("results that are a list", lambda body: body.update(clientExtensionResults=[])),
    ("results that are null", lambda body: body.update(clientExtensionResults=None)),
    ("no clientDataJSON", lambda body: body["response"].pop("clientDataJSON")),
    ("clientDataJSON as bytes", lambda body: body["response"].update(clientDataJSON=[1, 2])),
    ("clientDataJSON as JSON", lambda body: body["response"].update(clientDataJSON="{}")),
]
REGISTRATION: list[tuple[str, Bend]] = [
    ("no attestationObject", lambda body: body["response"].pop("attestationObject")),
    ("a padded one", lambda body: body["response"].update(attestationObject="AA==")),
    ("transports as text", lambda body: body["response"].update(transports="usb")),
    ("a transport as number", lambda body: body["response"].update(transports=["usb", 1])),
    ("an empty transport", lambda body: body["response"].update(transports=[""])),
    ("a long transport", lambda body: body["response"].update(transports=["u" * 33])),
    ("an odd transport", lambda body: body["response"].update(transports=["usb\n"])),
    ("many transports", lambda body: body["response"].update(transports=["usb"] * 17)),
    ("credProps as text", lambda body: body["clientExtensionResults"].update(credProps="rk")),
    ("rk as text", lambda body: body["clientExtensionResults"].update(credProps={"rk": "true"})),
    ("rk as number", lambda body: body["clientExtensionResults"].update(credProps={"rk": 1})),
]
ASSERTION: list[tuple[str, Bend]] = [
    ("no authenticatorData", lambda body: body["response"].pop("authenticatorData")),
    ("no signature", lambda body: body["response"].pop("signature")),
    ("a signature of null", lambda body: body["response"].update(signature=None)),
    ("a user handle as number", lambda body: body["response"].update(userHandle=1)),
    ("a padded user handle", lambda body: body["response"].update(userHandle="AA==")),
    ("a user handle of 65 bytes", lambda body: body["response"].update(userHandle="A" * 87)),
]


@pytest.mark.parametrize(("what", "bend"), BOTH + REGISTRATION)
def test_a_registration_without_its_form_is_malformed(what: str, bend: Bend) -> None:
    body = copy.deepcopy(soft.registration())
    parse_registration(body)
    bend(body)
    with pytest.raises(Malformed):
        parse_registration(body)


@pytest.mark.parametrize(("what", "bend"), BOTH + ASSERTION)
def test_an_assertion_without_its_form_is_malformed(what: str, bend: Bend) -> None:
    body = copy.deepcopy(soft.assertion())
    parse_assertion(body)
    bend(body)
    with pytest.raises(Malformed):
        parse_assertion(body)


def test_what_browsers_add_is_not_looked_at() -> None:
    body = soft.registration()
    plain = parse_registration(body)
    body["authenticatorAttachment"] = "platform"
    body["clientExtensionResults"]["appid"] = False
    body["response"] |= {"publicKey": "!", "publicKeyAlgorithm": "?", "authenticatorData": 1}
    assert parse_registration(body) == plain


@pytest.mark.parametrize("sent", [None, ""])
def test_a_user_handle_that_is_missing_or_empty_is_none(sent: str | None) -> None:
    body = soft.assertion()
    body["response"]["userHandle"] = sent
    assert parse_assertion(body).user_handle is None
    del body["response"]["userHandle"]
    assert parse_assertion(body).user_handle is None


@pytest.mark.parametrize("length", [1, 64])
def test_a_user_handle_has_1_to_64_bytes(length: int) -> None:
    assert parse_assertion(soft.assertion(user_handle=b"u" * length)).user_handle == b"u" * length


@pytest.mark.parametrize(
    ("results", "discoverable"),
    [
        ({}, None),
        ({"credProps": {}}, None),
        ({"credProps": None}, None),
        ({"credProps": {"rk": None}}, None),
        ({"credProps": {"rk": True}}, True),
        ({"credProps": {"rk": False, "authenticatorDisplayName": "x"}}, False),
    ],
)
def test_credprops_says_whether_it_is_discoverable(
    results: dict[str, Any], discoverable: bool | None
) -> None:
    assert parse_registration(soft.registration(results=results)).discoverable is discoverable


def test_transports_are_kept_also_unknown_ones() -> None:
    body = soft.registration(transports=("hybrid", "smart-card", "x.of_tomorrow"))
    assert parse_registration(body).transports == ("hybrid", "smart-card", "x.of_tomorrow")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.just("public-key"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=10,
)
MEMBERS = st.sampled_from(["id", "rawId", "type", "response", "clientExtensionResults", "x"])
INNER = st.sampled_from(
    [
        "clientDataJSON",
        "attestationObject",
        "authenticatorData",
        "signature",
        "userHandle",
        "transports",
    ]
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(JSON, st.dictionaries(MEMBERS, JSON, max_size=2), st.dictionaries(INNER, JSON, max_size=2))
def test_any_json_is_a_response_or_malformed(
    anything: Any, outer: dict[str, Any], inner: dict[str, Any]
) -> None:
    honest = soft.registration() | soft.assertion()
    bent = {**honest, "response": {**honest["response"], **inner}, **outer}
    for body in (anything, bent):
        for parse, kind in (
            (parse_registration, RegistrationResponse),
            (parse_assertion, AuthenticationResponse),
        ):
            try:
                assert isinstance(parse(body), kind)
            except Malformed:
                continue
