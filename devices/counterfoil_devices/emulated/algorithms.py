"""Key pairs of an emulated token: made from its world's entropy, kept as few bytes, used to sign.

Elliptic-curve, Ed25519 and ML-DSA keys come from the given entropy alone, so that a seeded world
repeats itself. RSA keys are drawn from the system's randomness: their maker takes no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, unique
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from counterfoil_devices.emulated.wire import Cbor, CborKey
from counterfoil_devices.emulated.world import Entropy

CoseKey = Mapping[CborKey, Cbor]
"""A public key as a COSE_Key map (RFC 9052 §7)."""

_RSA_PRIME_BYTES: Final = 128
_RSA_EXPONENT: Final = 65537


@unique
class Algorithm(IntEnum):
    """COSE algorithm numbers that an emulated key can have been made with."""

    ES256 = -7
    EdDSA = -8
    ES384 = -35
    ES512 = -36
    RS256 = -257
    PS256 = -37
    ML_DSA_44 = -48
    ES256K = -47


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One private key in use: its public half and its signature."""

    cose: CoseKey
    sign: Callable[[bytes], bytes]

    def __repr__(self) -> str:
        return "SigningKey(...)"


def generate(algorithm: Algorithm, entropy: Entropy) -> bytes:
    """The private half of a new key, in the short form that `load` reads (32 to 256 bytes)."""
    match algorithm:
        case Algorithm.RS256 | Algorithm.PS256:
            numbers = rsa.generate_private_key(_RSA_EXPONENT, 2048).private_numbers()
            return b"".join(n.to_bytes(_RSA_PRIME_BYTES, "big") for n in (numbers.p, numbers.q))
        case Algorithm.EdDSA | Algorithm.ML_DSA_44:
            return entropy(32)
        case Algorithm.ES256 | Algorithm.ES384 | Algorithm.ES512 | Algorithm.ES256K:
            curve = _CURVES[algorithm]
            # FIPS 186-5 A.2.1: eight bytes more than the order make the bias negligible.
            drawn = int.from_bytes(entropy(curve.size + 8), "big")
            return (drawn % (curve.curve.group_order - 1) + 1).to_bytes(curve.size, "big")


def load(algorithm: Algorithm, private: bytes) -> SigningKey:
    """The key whose private half `generate` gave."""
    match algorithm:
        case Algorithm.RS256 | Algorithm.PS256:
            return _rsa_key(algorithm, private)
        case Algorithm.EdDSA:
            edwards = ed25519.Ed25519PrivateKey.from_private_bytes(private)
            public = edwards.public_key().public_bytes_raw()
            return SigningKey({1: 1, 3: algorithm, -1: 6, -2: public}, edwards.sign)
        case Algorithm.ML_DSA_44:
            lattice = mldsa.MLDSA44PrivateKey.from_seed_bytes(private)
            public = lattice.public_key().public_bytes_raw()
            return SigningKey({1: 7, 3: algorithm, -1: public}, lattice.sign)
        case Algorithm.ES256 | Algorithm.ES384 | Algorithm.ES512 | Algorithm.ES256K:
            return _curve_key(algorithm, private)


@dataclass(frozen=True, slots=True)
class _Curve:
    curve: ec.EllipticCurve
    cose: int
    size: int  # bytes of a coordinate
    digest: HashAlgorithm


_CURVES: Final = {
    Algorithm.ES256: _Curve(ec.SECP256R1(), 1, 32, SHA256()),
    Algorithm.ES384: _Curve(ec.SECP384R1(), 2, 48, SHA384()),
    Algorithm.ES512: _Curve(ec.SECP521R1(), 3, 66, SHA512()),
    Algorithm.ES256K: _Curve(ec.SECP256K1(), 8, 32, SHA256()),
}


def _curve_key(algorithm: Algorithm, private: bytes) -> SigningKey:
    curve = _CURVES[algorithm]
    key = ec.derive_private_key(int.from_bytes(private, "big"), curve.curve)
    point = key.public_key().public_numbers()
    x, y = (n.to_bytes(curve.size, "big") for n in (point.x, point.y))
    how = ec.ECDSA(curve.digest, deterministic_signing=True)
    return SigningKey(
        {1: 2, 3: algorithm, -1: curve.cose, -2: x, -3: y}, lambda message: key.sign(message, how)
    )


def _rsa_key(algorithm: Algorithm, private: bytes) -> SigningKey:
    p, q = (
        int.from_bytes(half, "big")
        for half in (private[:_RSA_PRIME_BYTES], private[_RSA_PRIME_BYTES:])
    )
    d = pow(_RSA_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(_RSA_EXPONENT, p * q)
    )
    key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    # RFC 8230 §2: the salt of PS256 is as long as its hash.
    scheme: padding.AsymmetricPadding = (
        padding.PKCS1v15()
        if algorithm is Algorithm.RS256
        else padding.PSS(padding.MGF1(SHA256()), SHA256.digest_size)
    )
    cose: CoseKey = {
        1: 3,
        3: algorithm,
        -1: (p * q).to_bytes(2 * _RSA_PRIME_BYTES, "big"),
        -2: _RSA_EXPONENT.to_bytes(3, "big"),
    }
    return SigningKey(cose, lambda message: key.sign(message, scheme, SHA256()))
