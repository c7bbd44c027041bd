"""What a grant becomes in a token, and what of a token is believed: both edges of each rule."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jws import JWSRegistry

from counterfoil.errors import Reason, Refused
from counterfoil.kit import base64url
from counterfoil.kit.ids import AccountId, ClientId, GrantId
from counterfoil.kit.secret import Secret
from counterfoil.tokens import (
    AccessClaims,
    Algorithm,
    PersonGrant,
    ServiceGrant,
    SigningKeys,
    Tokens,
)
from counterfoil.tokens.keys import SigningKey, left_half_hash, make_key
from tests.house import HandClock
from tests.rules.tokens.factors import AT_MS, key

ISSUER = "https://login.example"
GRANT = GrantId("gra_" + "g" * 22)
NOW_S = AT_MS // 1000
KEYS = SigningKeys.of([make_key(Algorithm.ES256), make_key(Algorithm.RS256)])

PERSON = PersonGrant(
    id=GRANT,
    client=ClientId("cli_app"),
    account=AccountId("acc_ada"),
    session=None,
    scopes=("openid", "read"),
    factors=(key(AT_MS - 61_500),),
)
SERVICE = ServiceGrant(GRANT, ClientId("cli_robot"), ("write",))


def _tokens(clock: HandClock | None = None) -> Tokens:
    return Tokens(clock or HandClock(AT_MS), bytes, KEYS, ISSUER, 300, 600)


def _part(token: str, number: int) -> dict[str, Any]:
    part: dict[str, Any] = json.loads(base64url.decode(token.split(".")[number]))
    return part


def _signed(claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None) -> str:
    """A token that was really signed, whatever it says: only an insider could make it."""
    parts = [_header() if header is None else header, _honest() if claims is None else claims]
    return _sign(".".join(base64url.encode(json.dumps(part).encode()) for part in parts))


def _sign(text: str, by: SigningKey = KEYS.signing[Algorithm.ES256]) -> str:
    model = JWSRegistry(algorithms=[by.algorithm.value]).get_alg(by.algorithm.value)
    return f"{text}.{base64url.encode(model.sign(text.encode(), by.private))}"


def _header(**changes: object) -> dict[str, Any]:
    honest = {"alg": "ES256", "kid": KEYS.signing[Algorithm.ES256].kid, "typ": "at+jwt"}
    return {**honest, **changes}


def _honest(**changes: object) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": "https://api.example",
        "sub": "acc_ada",
        "client_id": "cli_app",
        "scope": "openid read",
        "iat": NOW_S,
        "exp": NOW_S + 300,
        "jti": f"{GRANT}.{'r' * 22}",
    }
    return {**claims, **changes}


def _without(name: str) -> dict[str, Any]:
    return {key_: value for key_, value in _honest().items() if key_ != name}


def _verify(text: str, audience: str | None = None) -> AccessClaims | Refused:
    return _tokens().verify_access(Secret(text), audience=audience)


def test_a_persons_access_token_says_truthfully_how() -> None:
    token = _tokens().mint_access(PERSON, "https://api.example").text.reveal()
    kid = KEYS.signing[Algorithm.ES256].kid
    assert _part(token, 0) == {"alg": "ES256", "kid": kid, "typ": "at+jwt"}
    assert _part(token, 1) == {
        "iss": ISSUER,
        "aud": "https://api.example",
        "sub": "acc_ada",
        "client_id": "cli_app",
        "scope": "openid read",
        "iat": NOW_S,
        "exp": NOW_S + 300,
        "jti": f"{GRANT}.{'A' * 22}",
        "auth_time": NOW_S - 62,
        "acr": "phr",
        "amr": ["pop", "user", "mfa"],
    }


def test_a_services_access_token_says_nothing_of_a_person() -> None:
    claims = _part(_tokens().mint_access(SERVICE, "https://api.example").text.reveal(), 1)
    assert claims["sub"] == claims["client_id"] == "cli_robot"
    assert not {"auth_time", "acr", "amr"} & claims.keys()


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_id_token_is_for_its_client_and_signed_as_it_asked(algorithm: Algorithm) -> None:
    tokens = _tokens()
    access = tokens.mint_access(PERSON, "https://api.example")
    token = tokens.mint_id(PERSON, nonce="n", access_token=access, algorithm=algorithm).reveal()
    assert _part(token, 0) == {
        "alg": algorithm.value,
        "kid": KEYS.signing[algorithm].kid,
        "typ": "JWT",
    }
    claims = _part(token, 1)
    assert len(base64url.decode(claims.pop("at_hash"))) == 16
    assert claims == {
        "iss": ISSUER,
        "aud": "cli_app",
        "sub": "acc_ada",
        "iat": NOW_S,
        "exp": NOW_S + 600,
        "nonce": "n",
        "auth_time": NOW_S - 62,
        "acr": "phr",
        "amr": ["pop", "user", "mfa"],
    }


def test_at_hash_is_the_published_one() -> None:
    # OpenID Connect Core 1.0, Appendix A.3: the access token and its at_hash.
    assert left_half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y") == "77QmUPtjPfzWtF2AnpK9RQ"


def test_what_we_mint_we_believe() -> None:
    for grant in (PERSON, SERVICE):
        token = _tokens().mint_access(grant, "https://api.example").text.reveal()
        claims = _verify(token, "https://api.example")
        assert isinstance(claims, AccessClaims)
        assert (claims.grant, claims.subject) == (GRANT, grant.subject)
        assert claims.scopes == grant.scopes


@pytest.mark.parametrize(
    ("claims", "detail"),
    [
        (_honest(iss="https://other.example"), "iss"),
        (_without("iss"), "iss"),
        (_without("aud"), "aud"),
        (_honest(aud=["https://api.example", 1]), "aud"),
        (_honest(aud=[]), "aud"),
        (_honest(exp=NOW_S), "exp"),
        (_honest(exp=True), "exp"),
        (_honest(exp="1900000000"), "exp"),
        (_without("exp"), "exp"),
        (_honest(iat=NOW_S + 6), "iat"),
        (_honest(iat=False), "iat"),
        (_without("iat"), "iat"),
        (_without("jti"), "jti"),
        (_honest(jti="of another form"), "jti"),
        (_honest(jti=f"{GRANT}.{'r' * 22}x"), "jti"),
        (_honest(scope=["openid"]), "scope"),
        (_without("scope"), "scope"),
        (_honest(sub=""), "sub"),
        (_without("client_id"), "client_id"),
    ],
    ids=str,
)
def test_claims_that_are_not_an_access_tokens_are_refused(
    claims: dict[str, Any], detail: str
) -> None:
    refused = _verify(_signed(claims))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_TOKEN
    assert refused.detail.startswith(detail)


@pytest.mark.parametrize(
    "claims",
    [
        _honest(),
        _honest(exp=NOW_S + 1),
        _honest(exp=NOW_S + 0.5),
        _honest(iat=NOW_S + 5),
        _honest(aud=["https://api.example", "https://other.example"]),
        _honest(scope=""),
        _honest(more="claims"),
    ],
    ids=str,
)
def test_their_neighbours_are_believed(claims: dict[str, Any]) -> None:
    assert isinstance(_verify(_signed(claims)), AccessClaims)


def test_a_number_that_is_not_finite_is_no_time() -> None:
    text = json.dumps(_honest()).replace(f'"exp": {NOW_S + 300}', '"exp": 1e999')
    head = json.dumps(_header())
    refused = _verify(_sign(f"{base64url.encode(head.encode())}.{base64url.encode(text.encode())}"))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_TOKEN


def test_the_audience_is_held_where_it_is_asked_for() -> None:
    token = _signed()
    assert isinstance(_verify(token, None), AccessClaims)
    assert isinstance(_verify(token, "https://api.example"), AccessClaims)
    assert isinstance(_verify(token, "https://api.example.evil"), Refused)


@pytest.mark.parametrize(
    "header",
    [
        _header(typ="JWT"),
        _header(typ="AT+JWT"),
        _header(typ=["at+jwt"]),
        _header(alg="none"),
        _header(alg="HS256"),
        _header(alg="RS256"),
        _header(kid="unknown"),
        _header(kid=1),
        _header(crit=[]),
        _header(crit=["b64"], b64=False),
        _header(b64=True),
        _header(jwk={"kty": "oct", "k": "AA"}),
        {"alg": "ES256", "typ": "at+jwt"},
        {"alg": "ES256", "kid": KEYS.signing[Algorithm.ES256].kid},
    ],
)
def test_a_header_that_we_do_not_write_is_refused(header: dict[str, Any]) -> None:
    refused = _verify(_signed(header=header))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_TOKEN


@pytest.mark.parametrize("typ", ["at+jwt", "application/at+jwt"])
def test_both_spellings_of_the_type_are_believed(typ: str) -> None:
    assert isinstance(_verify(_signed(header=_header(typ=typ))), AccessClaims)


def test_a_header_that_repeats_a_name_is_refused() -> None:
    kid = KEYS.signing[Algorithm.ES256].kid
    head = f'{{"alg":"ES256","alg":"ES256","kid":"{kid}","typ":"at+jwt"}}'
    body = ".".join(
        [base64url.encode(head.encode()), base64url.encode(json.dumps(_honest()).encode())]
    )
    assert isinstance(_verify(_sign(body)), Refused)


def test_every_bit_of_a_token_counts() -> None:
    token = _tokens().mint_access(PERSON, "https://api.example").text.reveal()
    assert isinstance(_verify(token), AccessClaims)
    for place, character in enumerate(token):
        other = "A" if character != "A" else "B"
        assert isinstance(_verify(token[:place] + other + token[place + 1 :]), Refused), place


def test_a_signature_by_a_key_that_is_not_ours_is_refused() -> None:
    theirs = make_key(Algorithm.ES256)
    body = _signed().rpartition(".")[0]
    assert isinstance(_verify(_sign(body)), AccessClaims)
    assert isinstance(_verify(_sign(body, theirs)), Refused)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token + ".x",
        lambda token: token.rpartition(".")[0],
        lambda token: token.rpartition(".")[0] + ".",
        lambda token: token + "=",
        lambda token: token + " ",
        lambda token: "é" + token,
        lambda token: token + "A" * 8192,
    ],
)
def test_what_is_no_compact_jws_is_refused_and_raises_nothing(mangle: Callable[[str], str]) -> None:
    assert isinstance(_verify(mangle(_signed())), Refused)


def test_a_retired_key_verifies_what_it_signed_and_signs_no_more() -> None:
    old = replace(make_key(Algorithm.ES256), signs=False)
    keys = SigningKeys.of([old, *KEYS.by_kid.values()])
    assert keys.signing[Algorithm.ES256].kid != old.kid
    before = SigningKeys.of([replace(old, signs=True), KEYS.signing[Algorithm.RS256]])
    clock = HandClock(AT_MS)
    token = Tokens(clock, bytes, before, ISSUER, 300, 600).mint_access(PERSON, "a").text
    now = Tokens(clock, bytes, keys, ISSUER, 300, 600)
    assert isinstance(now.verify_access(token, audience="a"), AccessClaims)


@given(st.text(max_size=300))
def test_no_text_raises(text: str) -> None:
    assert isinstance(_verify(text), Refused)


@given(st.binary(max_size=200))
def test_no_signed_payload_raises(payload: bytes) -> None:
    head = base64url.encode(json.dumps(_header()).encode())
    assert isinstance(_verify(_sign(f"{head}.{base64url.encode(payload)}")), Refused)
