"""Redirect URIs: what may be registered, and what matches what is."""

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.oauth.client import ClientKind
from counterfoil.oauth.redirect_uris import (
    address_of,
    is_registered,
    policy_source,
    refuse_redirect_uri,
    with_parameters,
)

CONFIDENTIAL, PUBLIC = ClientKind.CONFIDENTIAL, ClientKind.PUBLIC


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("https://app.example/cb", CONFIDENTIAL),
        ("https://app.example", CONFIDENTIAL),
        ("https://app.example:8443/cb?tenant=1", CONFIDENTIAL),
        ("https://192.0.2.1/cb", CONFIDENTIAL),
        ("https://[2001:db8::1]/cb", CONFIDENTIAL),
        ("https://app.example/a.b/..c", CONFIDENTIAL),
        ("https://app.example/" + "a" * 1980, CONFIDENTIAL),
        ("http://localhost:3000/cb", CONFIDENTIAL),
        ("http://127.0.0.1/cb", CONFIDENTIAL),
        ("http://[::1]:9/cb", CONFIDENTIAL),
        ("com.example.app:/cb", PUBLIC),
        ("com.example.app://cb", PUBLIC),
    ],
)
def test_these_may_be_registered(uri: str, kind: ClientKind) -> None:
    assert refuse_redirect_uri(uri, kind) is None


@pytest.mark.parametrize(
    ("uri", "kind"),
    [
        ("", CONFIDENTIAL),
        ("/cb", CONFIDENTIAL),
        ("//app.example/cb", CONFIDENTIAL),
        ("app.example/cb", CONFIDENTIAL),
        ("https:///cb", CONFIDENTIAL),
        ("https:app.example/cb", CONFIDENTIAL),
        ("HTTPS://app.example/cb", CONFIDENTIAL),
        ("https://APP.example/cb", CONFIDENTIAL),
        ("https://app.example/cb#", CONFIDENTIAL),
        ("https://app.example/cb#fragment", CONFIDENTIAL),
        ("https://*.example/cb", CONFIDENTIAL),
        ("https://app.example/*", CONFIDENTIAL),
        ("https://user@app.example/cb", CONFIDENTIAL),
        ("https://user:word@app.example/cb", CONFIDENTIAL),
        ("https://app.example\\@evil.example/cb", CONFIDENTIAL),
        ("https://app.example/a b", CONFIDENTIAL),
        ("https://app.example/a\n", CONFIDENTIAL),
        ("https://app.example/ä", CONFIDENTIAL),
        ("https://app.example:port/cb", CONFIDENTIAL),
        ("https://app.example:99999/cb", CONFIDENTIAL),
        ("https://app.example:0/cb", CONFIDENTIAL),
        ("https://app.example:/cb", CONFIDENTIAL),
        ("https://-app.example/cb", CONFIDENTIAL),
        ("https://app..example/cb", CONFIDENTIAL),
        ("https://app_1.example/cb", CONFIDENTIAL),
        ("https://[2001:db8::1/cb", CONFIDENTIAL),
        ("https://app.example/a/../b", CONFIDENTIAL),
        ("https://app.example/a/%2e%2E/b", CONFIDENTIAL),
        ("https://app.example/" + "a" * 1981, CONFIDENTIAL),
        ("http://app.example/cb", CONFIDENTIAL),
        ("http://localhost.evil.example/cb", CONFIDENTIAL),
        ("http://127.0.0.2/cb", CONFIDENTIAL),
        ("http://app.example/cb", PUBLIC),
        ("com.example.app:/cb", CONFIDENTIAL),
        ("com.example.app:cb", PUBLIC),
        ("myapp:/cb", PUBLIC),
        ("javascript:alert(1)", PUBLIC),
        ("data:text/html,x", PUBLIC),
        ("com.example.app:/cb#x", PUBLIC),
    ],
)
def test_these_may_not(uri: str, kind: ClientKind) -> None:
    refused = refuse_redirect_uri(uri, kind)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.REDIRECT_URI_REFUSED


@pytest.mark.parametrize(
    ("asked", "registered", "kind", "matches"),
    [
        ("https://app.example/cb", "https://app.example/cb", CONFIDENTIAL, True),
        ("https://app.example/cb/", "https://app.example/cb", CONFIDENTIAL, False),
        ("https://app.example/cb?x=1", "https://app.example/cb", CONFIDENTIAL, False),
        ("https://app.example/CB", "https://app.example/cb", CONFIDENTIAL, False),
        ("https://app.example:443/cb", "https://app.example/cb", CONFIDENTIAL, False),
        ("https://app.example/cb", "https://app.example/cb", PUBLIC, True),
        ("https://app.example:8443/cb", "https://app.example/cb", PUBLIC, False),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", PUBLIC, True),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1:3000/cb", PUBLIC, True),
        ("http://127.0.0.1/cb", "http://127.0.0.1:3000/cb", PUBLIC, True),
        ("http://[::1]:51004/cb?a=b", "http://[::1]/cb?a=b", PUBLIC, True),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1/cb", CONFIDENTIAL, False),
        ("http://127.0.0.1:51004/other", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://[::1]:51004/cb", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://127.0.0.1:51004@evil.example/cb", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://127.0.0.1:51004.evil.example/cb", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://127.0.0.1.evil.example/cb", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://127.0.0.1:51004/cb\n", "http://127.0.0.1/cb", PUBLIC, False),
        ("http://localhost:51004/cb", "http://localhost/cb", PUBLIC, False),
        ("https://127.0.0.1:51004/cb", "http://127.0.0.1/cb", PUBLIC, False),
        ("com.example.app:/cb", "com.example.app:/cb", PUBLIC, True),
        ("com.example.app:/cb2", "com.example.app:/cb", PUBLIC, False),
    ],
)
def test_a_redirect_uri_matches_exactly_but_for_a_native_clients_port(
    asked: str, registered: str, kind: ClientKind, matches: bool
) -> None:
    assert is_registered(asked, ("https://other.example/", registered), kind) is matches


@pytest.mark.parametrize(
    ("uri", "whole"),
    [
        ("https://app.example/cb", "https://app.example/cb?code=a+b%26c&iss=https%3A%2F%2Fl"),
        (
            "https://app.example/cb?x=1",
            "https://app.example/cb?x=1&code=a+b%26c&iss=https%3A%2F%2Fl",
        ),
        ("com.example.app:/cb", "com.example.app:/cb?code=a+b%26c&iss=https%3A%2F%2Fl"),
    ],
)
def test_an_answer_keeps_the_query_that_was_there(uri: str, whole: str) -> None:
    assert with_parameters(uri, {"code": "a b&c", "iss": "https://l"}) == whole


@pytest.mark.parametrize(
    ("uri", "address", "source"),
    [
        ("https://app.example:8443/cb?x", "https://app.example:8443", "https://app.example:8443"),
        ("http://[::1]:9/cb", "http://[::1]:9", "http:"),
        ("com.example.app:/cb", "com.example.app:", "com.example.app:"),
        ("com.example.app://cb", "com.example.app://cb", "com.example.app:"),
    ],
)
def test_the_address_shown_and_the_policys_source(uri: str, address: str, source: str) -> None:
    assert (address_of(uri), policy_source(uri)) == (address, source)
