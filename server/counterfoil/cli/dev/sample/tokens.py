"""Tokens, checked against the issuer's published keys with joserfc."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

ALGORITHM = "ES256"
KEYS_GOOD_FOR_S = 300
LEEWAY_S = 10
REQUIRED = ("iss", "sub", "aud", "exp", "iat")


class BadToken(Exception):
    """The token does not count; the message says why, for a developer."""


@dataclass(slots=True)
class Issuer:
    """An issuer and what it publishes; the keys are fetched again when they are old."""

    address: str
    client: httpx2.AsyncClient
    metadata: Mapping[str, Any] | None = None
    keys: KeySet | None = None
    fetched_s: float = 0.0
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def endpoint(self, name: str) -> str:
        """An address out of the issuer's metadata (OpenID Connect Discovery §4)."""
        if self.metadata is None:
            found = await self._get(f"{self.address}/.well-known/openid-configuration")
            # §4.3: the issuer that answers must be the one that was asked.
            if found.get("issuer") != self.address:
                raise BadToken("the metadata is of another issuer")
            self.metadata = found
        return str(self.metadata[name])

    async def published_keys(self) -> KeySet:
        """The issuer's keys, at most five minutes old."""
        async with self.fetching:
            if self.keys is None or time.monotonic() - self.fetched_s > KEYS_GOOD_FOR_S:
                found = await self._get(await self.endpoint("jwks_uri"))
                self.keys = KeySet.import_key_set({"keys": found["keys"]})
                self.fetched_s = time.monotonic()
            return self.keys

    async def access_token(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of an access token for `audience` (RFC 9068 §4). Raises BadToken."""
        return await self._claims(token, audience, types={"at+jwt", "application/at+jwt"})

    async def id_token(self, token: str, client_id: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core §3.1.3.7). Raises BadToken."""
        claims = await self._claims(token, client_id, types={"JWT"})
        if claims.get("nonce") != nonce:
            raise BadToken("the nonce is not ours")
        return claims

    async def _claims(self, token: str, audience: str, types: Collection[str]) -> dict[str, Any]:
        keys = await self.published_keys()
        try:
            # The algorithm is ours to choose, never the token's.
            decoded = jwt.decode(token, keys, registry=JWSRegistry(algorithms=[ALGORITHM]))
        except (JoseError, ValueError, KeyError) as error:
            raise BadToken(f"the signature does not hold ({type(error).__name__})") from error
        if decoded.header.get("typ") not in types:
            raise BadToken("it is a token of another type")
        _check(decoded.claims, self.address, audience, time.time())
        return dict(decoded.claims)

    async def _get(self, address: str) -> dict[str, Any]:
        response = await self.client.get(address)
        response.raise_for_status()
        found = response.json()
        if not isinstance(found, dict):
            raise BadToken("what the issuer publishes is no object")
        return found


def _check(claims: Mapping[str, Any], issuer: str, audience: str, now_s: float) -> None:
    """Issuer, audience and times: each must be there and hold."""
    missing = [name for name in REQUIRED if name not in claims]
    if missing:
        raise BadToken(f"{missing[0]} is missing")
    if claims["iss"] != issuer:
        raise BadToken("it is of another issuer")
    named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audience not in named:
        raise BadToken("it is for another audience")
    for name in ("exp", "iat"):
        if not isinstance(claims[name], int) or isinstance(claims[name], bool):
            raise BadToken(f"{name} is no time")
    if now_s >= claims["exp"] + LEEWAY_S:
        raise BadToken("its time is over")
    if now_s < claims["iat"] - LEEWAY_S:
        raise BadToken("it is of the future")
