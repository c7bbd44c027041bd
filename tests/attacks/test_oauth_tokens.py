"""What an access token resists: being altered, made elsewhere, or used for something else."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from counterfoil.kit import base64url
from counterfoil.tokens import Algorithm
from counterfoil.tokens.keys import make_key
from tests.oauth.town import Town, claims_of, good, town_on


@pytest.fixture
def town(upgraded_database_url: str) -> Iterator[Town]:
    with town_on(upgraded_database_url) as town:
        town.sign_in(town.person())
        yield town


def _access_token(town: Town) -> str:
    return str(town.tokens(town.application())["access_token"])


def _refused(town: Town, token: str) -> None:
    response = town.userinfo(token)
    assert response.status_code == 401, response.text
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


def _part(value: object) -> str:
    return base64url.encode(json.dumps(value).encode())


def _header(token: str) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(base64url.decode(token.split(".", maxsplit=1)[0]))
    return header


def test_a_token_with_one_bit_changed_is_refused(town: Town) -> None:
    token = _access_token(town)
    good(town.userinfo(token))
    for place in range(0, len(token), 37):
        other = "A" if token[place] != "A" else "B"
        _refused(town, token[:place] + other + token[place + 1 :])


def test_a_token_with_other_claims_is_refused(town: Town) -> None:
    token = _access_token(town)
    header, _, signature = token.split(".")
    claims = {**claims_of(token), "sub": town.person("eve").id}
    _refused(town, f"{header}.{_part(claims)}.{signature}")


def test_a_token_without_a_signature_is_refused(town: Town) -> None:
    token = _access_token(town)
    for header in ({**_header(token), "alg": "none"}, {"alg": "none", "typ": "at+jwt"}):
        _refused(town, f"{_part(header)}.{_part(claims_of(token))}.")


def test_a_token_signed_with_our_public_key_as_a_secret_is_refused(town: Town) -> None:
    token = _access_token(town)
    for key in town.house.tokens.keys.by_kid.values():
        public = key.public.public_key
        encodings = [
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        ]
        header = _part({**_header(token), "alg": "HS256", "kid": key.kid})
        for secret in encodings:
            text = f"{header}.{_part(claims_of(token))}"
            mac = hmac.digest(secret, text.encode(), hashlib.sha256)
            _refused(town, f"{text}.{base64url.encode(mac)}")


def test_a_token_that_brings_its_own_key_is_refused(town: Town) -> None:
    token, theirs = _access_token(town), make_key(Algorithm.ES256)
    signed = theirs.sign("at+jwt", json.dumps(claims_of(token)))
    _refused(town, signed)
    _, payload, signature = signed.split(".")
    for header in (
        {**_header(signed), "jwk": theirs.public_jwk},
        {**_header(signed), "kid": _header(token)["kid"]},
        {**_header(signed), "jku": "https://evil.example/jwks"},
    ):
        _refused(town, f"{_part(header)}.{payload}.{signature}")


def test_a_token_signed_with_the_other_one_of_our_algorithms_is_refused(town: Town) -> None:
    token = _access_token(town)
    header, payload, _ = token.split(".")
    rs256 = town.house.tokens.keys.signing[Algorithm.RS256]
    swapped = _part({**_header(token), "alg": "RS256"})
    signature = rs256.sign("at+jwt", json.dumps(claims_of(token))).rpartition(".")[2]
    _refused(town, f"{swapped}.{payload}.{signature}")
    _refused(town, f"{header}.{payload}.{signature}")


def test_a_token_of_another_type_is_refused_though_we_signed_it(town: Town) -> None:
    tokens = town.tokens(town.application())
    _refused(town, tokens["id_token"])
    key = town.house.tokens.keys.signing[Algorithm.ES256]
    _refused(town, key.sign("JWT", json.dumps(claims_of(tokens["access_token"]))))
    good(town.userinfo(key.sign("at+jwt", json.dumps(claims_of(tokens["access_token"])))))


def test_a_token_that_names_no_grant_or_anothers_is_refused_though_we_signed_it(
    town: Town,
) -> None:
    token = _access_token(town)
    key = town.house.tokens.keys.signing[Algorithm.ES256]
    claims = claims_of(token)
    grant, _, random = claims["jti"].partition(".")
    for jti in (f"gra_{'n' * 22}.{random}", random, f"{grant}.", ""):
        _refused(town, key.sign("at+jwt", json.dumps({**claims, "jti": jti})))
    eve = town.person("eve")
    _refused(town, key.sign("at+jwt", json.dumps({**claims, "sub": eve.id})))


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", ".", "cf_code_x", "A" * 9000, "ä"])
def test_what_is_no_token_is_refused_and_breaks_nothing(town: Town, token: str) -> None:
    response = town.http.get(
        "/oauth2/userinfo", headers={b"Authorization": f"Bearer {token}".encode("latin-1")}
    )
    assert response.status_code == 401
