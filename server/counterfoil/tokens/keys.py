"""Signing keys: one algorithm pinned to each, and the set that others verify by (RFC 7517).

A key's `kid` is its RFC 7638 thumbprint. The private part leaves this module only sealed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from counterfoil.kit import base64url, strict_json

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

RSA_BITS = 2048


class Algorithm(StrEnum):
    """ES256 is the default; an RS256 key always exists (OpenID Connect Discovery §3)."""

    ES256 = "ES256"
    RS256 = "RS256"


class NoSigningKey(Exception):
    """The database has no key that signs with an algorithm: `counterfoil init` makes them."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair, imported once: importing costs more than signing."""

    kid: str
    algorithm: Algorithm
    signs: bool  # False once retired: it verifies what it signed
    private: ECKey | RSAKey = field(repr=False)
    public: ECKey | RSAKey = field(repr=False)
    registry: JWSRegistry = field(repr=False)

    @property
    def public_jwk(self) -> dict[str, str]:
        members = {name: str(value) for name, value in self.public.as_dict().items()}
        return {**members, "kid": self.kid}

    def sign(self, typ: str, payload: str) -> str:
        """A compact JWS of `payload` with the header `alg`, `kid` and `typ`."""
        header = {"alg": self.algorithm.value, "kid": self.kid, "typ": typ}
        return jws.serialize_compact(header, payload, self.private, registry=self.registry)

    def verifies(self, token: str) -> bool:
        """Whether the compact JWS `token` was signed with this key and its own algorithm."""
        try:
            jws.deserialize_compact(token, self.public, registry=self.registry)
        except (JoseError, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """All keys of the installation as one process sees them; read once at its start."""

    by_kid: Mapping[str, SigningKey]
    signing: Mapping[Algorithm, SigningKey]
    jwks: bytes  # the public JWK set, as it is served
    etag: str

    @classmethod
    def of(cls, keys: Iterable[SigningKey]) -> "SigningKeys":
        """Of several keys that sign with one algorithm, the last one does."""
        by_kid = {key.kid: key for key in keys}
        signing = {key.algorithm: key for key in by_kid.values() if key.signs}
        for algorithm in Algorithm:
            if algorithm not in signing:
                raise NoSigningKey(f"no key signs with {algorithm}")
        jwks = strict_json.dump({"keys": [key.public_jwk for key in by_kid.values()]}).encode()
        etag = f'"{hashlib.sha256(jwks).hexdigest()[:32]}"'
        return cls(MappingProxyType(by_kid), MappingProxyType(signing), jwks, etag)


def make_key(algorithm: Algorithm) -> SigningKey:
    """A new key pair; RSA takes a tenth of a second."""
    private: PrivateKey
    match algorithm:
        case Algorithm.ES256:
            private = ec.generate_private_key(ec.SECP256R1())
        case Algorithm.RS256:
            private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return _signing_key(private, algorithm, signs=True)


def export_private(key: SigningKey) -> bytes:
    """PKCS #8 in DER: for sealing only."""
    native = key.private.private_key
    assert native is not None
    return native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def import_private(der: bytes, algorithm: Algorithm, *, signs: bool) -> SigningKey:
    """The inverse of `export_private`; the bytes are ours, so odd ones are a broken promise."""
    # Sealed bytes open only as they were written: testing the primes anew costs 60 ms a start.
    private = load_der_private_key(der, password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(private, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return _signing_key(private, algorithm, signs=signs)


def left_half_hash(text: str) -> str:
    """`at_hash` (OpenID Connect Core §3.1.3.6): both algorithms here end in SHA-256."""
    return base64url.encode(hashlib.sha256(text.encode("ascii")).digest()[:16])


def _signing_key(private: PrivateKey, algorithm: Algorithm, *, signs: bool) -> SigningKey:
    ours: ECKey | RSAKey
    public: ECKey | RSAKey
    if isinstance(private, ec.EllipticCurvePrivateKey):
        assert algorithm is Algorithm.ES256
        ours = ECKey(private, private, {"alg": algorithm.value, "use": "sig"})
        theirs = private.public_key()
        public = ECKey(theirs, theirs, {"alg": algorithm.value, "use": "sig"})
    else:
        assert algorithm is Algorithm.RS256
        ours = RSAKey(private, private, {"alg": algorithm.value, "use": "sig"})
        rsa_public = private.public_key()
        public = RSAKey(rsa_public, rsa_public, {"alg": algorithm.value, "use": "sig"})
    registry = JWSRegistry(algorithms=[algorithm.value])
    return SigningKey(public.thumbprint(), algorithm, signs, ours, public, registry)
