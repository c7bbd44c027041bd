"""Claims, purely: what a grant becomes in a token, and what of a token is believed.

Access tokens follow RFC 9068, ID tokens OpenID Connect Core §2. Times are whole seconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil.errors import Reason, Refused
from counterfoil.kit import base64url, strict_json
from counterfoil.kit.ids import ClientId, GrantId
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.strict_json import Json
from counterfoil.tokens.grants import Grant, PersonGrant
from counterfoil.tokens.keys import SigningKey, left_half_hash

ACCESS_TYP = "at+jwt"
ID_TYP = "JWT"
# RFC 9068 §4: the media type may be spelled with or without `application/`.
_ACCESS_TYPES = frozenset({ACCESS_TYP, f"application/{ACCESS_TYP}"})
_HEADER = frozenset({"alg", "kid", "typ"})
_JTI = re.compile(r"(gra_[A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{22}", re.ASCII)

MAX_TOKEN_CHARACTERS = 8192
# Workers on several machines do not agree to the second on what time it is.
SKEW_S = 5


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims of an access token that was found to be ours, unaltered and in its time."""

    grant: GrantId
    subject: str
    client: ClientId
    audience: tuple[str, ...]
    scopes: tuple[str, ...]
    token_id: str
    expires_s: int


def access_claims(
    grant: Grant, *, issuer: str, audience: str, token_id: str, now_s: int, lifetime_s: int
) -> dict[str, Json]:
    """RFC 9068 §2.2; a service's token says nothing of a person."""
    claims: dict[str, Json] = {
        "iss": issuer,
        "aud": audience,
        "sub": grant.subject,
        "client_id": grant.client,
        "scope": " ".join(grant.scopes),
        "iat": now_s,
        "exp": now_s + lifetime_s,
        "jti": token_id,
    }
    if isinstance(grant, PersonGrant):
        claims |= _authentication(grant)
    return claims


def id_claims(
    grant: PersonGrant,
    *,
    issuer: str,
    nonce: str | None,
    access_token: str,
    now_s: int,
    lifetime_s: int,
) -> dict[str, Json]:
    """OpenID Connect Core §2 and §3.1.3.6. `aud` is the client alone, so there is no `azp`."""
    claims: dict[str, Json] = {
        "iss": issuer,
        "aud": grant.client,
        "sub": grant.subject,
        "iat": now_s,
        "exp": now_s + lifetime_s,
        "at_hash": left_half_hash(access_token),
        **_authentication(grant),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return claims


def find_key(token: str, keys: Mapping[str, SigningKey]) -> SigningKey | Refused:
    """Whose signature the token claims to bear, from a header exactly as we write it.

    Other parameters are refused, `crit` (RFC 7515 §4.1.11, also the empty list) and `b64`
    among them.
    """
    if len(token) > MAX_TOKEN_CHARACTERS or token.count(".") != 2:
        return Refused(Reason.INVALID_TOKEN, "not a compact JWS")
    try:
        header = strict_json.parse_object(base64url.decode(token.partition(".")[0]))
    except Malformed as error:
        return Refused(Reason.INVALID_TOKEN, f"header: {error}")
    if header.keys() != _HEADER:
        return Refused(Reason.INVALID_TOKEN, "header: not alg, kid and typ alone")
    kid, typ = header["kid"], header["typ"]
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        return Refused(Reason.INVALID_TOKEN, "kid: not a key of ours")
    if header["alg"] != key.algorithm.value:
        return Refused(Reason.INVALID_TOKEN, "alg: not the one pinned to the key")
    if not isinstance(typ, str) or typ not in _ACCESS_TYPES:
        return Refused(Reason.INVALID_TOKEN, "typ: not an access token")
    return key


def judge_access_claims(
    token: str, *, issuer: str, audience: str | None, now_s: int
) -> AccessClaims | Refused:
    """The claims of a token whose signature held (RFC 9068 §4); `audience` None takes any."""
    try:
        claims = strict_json.parse_object(base64url.decode(token.split(".")[1]))
        return _judge(claims, issuer=issuer, audience=audience, now_s=now_s)
    except Malformed as error:
        return Refused(Reason.INVALID_TOKEN, str(error))


def _judge(
    claims: dict[str, Json], *, issuer: str, audience: str | None, now_s: int
) -> AccessClaims | Refused:
    if claims.get("iss") != issuer:
        return Refused(Reason.INVALID_TOKEN, "iss: another issuer")
    audiences = _audiences(claims.get("aud"))
    if audience is not None and audience not in audiences:
        return Refused(Reason.INVALID_TOKEN, "aud: meant for another resource")
    expires_s = _moment(claims, "exp")
    if expires_s <= now_s:
        return Refused(Reason.INVALID_TOKEN, "exp: its time is over")
    if _moment(claims, "iat") > now_s + SKEW_S:
        return Refused(Reason.INVALID_TOKEN, "iat: not yet issued")
    token_id = _text(claims, "jti")
    grant = _JTI.fullmatch(token_id)
    if grant is None:
        raise Malformed("jti: names no grant")
    return AccessClaims(
        grant=GrantId(grant[1]),
        subject=_text(claims, "sub"),
        client=ClientId(_text(claims, "client_id")),
        audience=audiences,
        scopes=tuple(_text(claims, "scope", empty=True).split()),
        token_id=token_id,
        expires_s=int(expires_s),
    )


def _authentication(grant: PersonGrant) -> dict[str, Json]:
    assurance = grant.assurance
    return {
        "auth_time": assurance.auth_time_ms // 1000,
        "acr": assurance.acr,
        "amr": list(assurance.amr),
    }


def _audiences(aud: Json) -> tuple[str, ...]:
    several = aud if isinstance(aud, list) else [aud]
    texts = tuple(one for one in several if isinstance(one, str) and one)
    if not texts or len(texts) != len(several):
        raise Malformed("aud: not a text or a list of texts")
    return texts


def _moment(claims: dict[str, Json], name: str) -> float:
    # RFC 7519 §2: a NumericDate is a JSON number, and Python's booleans are no numbers here.
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Malformed(f"{name}: not a number")
    return value


def _text(claims: dict[str, Json], name: str, *, empty: bool = False) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise Malformed(f"{name}: not a text")
    return value
