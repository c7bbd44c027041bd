"""COSE_Key (RFC 9052 §7) as WebAuthn §6.5.1.1 narrows it, and signatures verified with it.

A key has exactly the parameters of its algorithm and no other, with exactly their lengths.
One tolerance: the x of an Ed25519 key may be an array of 32 integers instead of a byte
string, since Firefox 117 wrote it so; it is the same key.
"""

from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn import cbor
from counterfoil.factors.webauthn.edwards import EDWARDS448, EDWARDS25519, refuse_weak_point
from counterfoil.kit.malformed import Malformed

EdwardsKey: TypeAlias = ed25519.Ed25519PublicKey | ed448.Ed448PublicKey
MlDsaKey: TypeAlias = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey
Key: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | EdwardsKey | MlDsaKey

ES256, ES384, ES512 = -7, -35, -36
ESP256, ESP384, ESP512 = -9, -51, -52  # RFC 9864: the same, said fully
EDDSA, ED25519, ED448 = -8, -19, -53
RS256, PS256 = -257, -37
ML_DSA_44, ML_DSA_65, ML_DSA_87 = -48, -49, -50

_KTY, _ALG = 1, 3
_OKP, _EC2, _RSA, _AKP = 1, 2, 3, 7

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
# FIPS 186-5 §A.1.1 asks for more than 2^16; beyond 32 bits it is only slow.
MIN_RSA_EXPONENT, MAX_RSA_EXPONENT = 2**16, 2**32


@dataclass(frozen=True, slots=True)
class _Curve:
    """An ECDSA algorithm: the COSE curve, its coordinates' length in bytes, the hash."""

    crv: int
    curve: ec.EllipticCurve
    length: int
    ecdsa: ec.ECDSA


def _ecdsa(crv: int, curve: ec.EllipticCurve, algorithm: HashAlgorithm) -> _Curve:
    return _Curve(crv, curve, (curve.key_size + 7) // 8, ec.ECDSA(algorithm))


_P256 = _ecdsa(1, ec.SECP256R1(), SHA256())
_P384 = _ecdsa(2, ec.SECP384R1(), SHA384())
_P521 = _ecdsa(3, ec.SECP521R1(), SHA512())
_ECDSA = {ES256: _P256, ES384: _P384, ES512: _P521, ESP256: _P256, ESP384: _P384, ESP512: _P521}
_EDWARDS = {EDDSA: EDWARDS25519, ED25519: EDWARDS25519, ED448: EDWARDS448}
_RSA_PADDING: dict[int, padding.AsymmetricPadding] = {
    RS256: padding.PKCS1v15(),
    # RFC 8230 §2: the salt is as long as the hash.
    PS256: padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH),
}
_ML_DSA: dict[int, type[MlDsaKey]] = {
    ML_DSA_44: mldsa.MLDSA44PublicKey,
    ML_DSA_65: mldsa.MLDSA65PublicKey,
    ML_DSA_87: mldsa.MLDSA87PublicKey,
}
_ML_DSA_BYTES = {ML_DSA_44: 1312, ML_DSA_65: 1952, ML_DSA_87: 2592}


@dataclass(frozen=True, slots=True)
class CoseKey:
    """A decoded COSE_Key: kty and alg, and all its parameters by label."""

    kty: int
    algorithm: int
    parameters: dict[cbor.Key, cbor.Cbor]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that fits its algorithm."""

    algorithm: int
    key: Key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` over `message` is by this key, in WebAuthn §6.5.5's formats."""
        try:
            match self.key:
                case ec.EllipticCurvePublicKey():
                    self.key.verify(signature, message, _ECDSA[self.algorithm].ecdsa)
                case rsa.RSAPublicKey():
                    self.key.verify(signature, message, _RSA_PADDING[self.algorithm], SHA256())
                case _:
                    self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def parse_cose_key(encoded: bytes) -> CoseKey:
    """The parameters of one COSE_Key; raises Malformed."""
    return cose_key(cbor.decode(encoded))


def cose_key(value: cbor.Cbor) -> CoseKey:
    """As `parse_cose_key`, for what is decoded already."""
    if not isinstance(value, dict):
        raise Malformed("the COSE key is not a map")
    kty, algorithm = value.get(_KTY), value.get(_ALG)
    if not _is_integer(kty) or not _is_integer(algorithm):
        raise Malformed("the COSE key lacks alg or kty")
    return CoseKey(kty, algorithm, value)


def load_public_key(key: CoseKey) -> PublicKey | Refused:
    """The key, if it has the type, curve, lengths and size that its algorithm demands."""
    try:
        if key.algorithm in _ECDSA:
            return _load_ec(key)
        if key.algorithm in _EDWARDS:
            return _load_edwards(key)
        if key.algorithm in _RSA_PADDING:
            return _load_rsa(key)
        if key.algorithm in _ML_DSA:
            return _load_ml_dsa(key)
    except (ValueError, UnsupportedAlgorithm):
        return _refused("the key is not on its curve, or this installation cannot use it")
    return _refused("an algorithm that we do not know")


def refuse_weak_key(public_key: PublicKey) -> Refused | None:
    """What loading does not see, and what is too slow for each sign-in: weak Edwards points."""
    if isinstance(public_key.key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey):
        curve = _EDWARDS[public_key.algorithm]
        return refuse_weak_point(curve, public_key.key.public_bytes_raw())
    return None


def certificate_key(key: object, algorithm: int) -> PublicKey | Refused:
    """A certificate's key for `algorithm`, held to the same rules as a credential's."""
    match key:
        case ec.EllipticCurvePublicKey() if curve := _ECDSA.get(algorithm):
            fits = key.curve.name == curve.curve.name
        case rsa.RSAPublicKey() if algorithm in _RSA_PADDING:
            numbers = key.public_numbers()
            if refused := _refuse_rsa_numbers(numbers.n, numbers.e):
                return refused
            fits = True
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() if algorithm in _EDWARDS:
            fits = len(key.public_bytes_raw()) == _EDWARDS[algorithm].length
        case mldsa.MLDSA44PublicKey() | mldsa.MLDSA65PublicKey() | mldsa.MLDSA87PublicKey():
            fits = algorithm in _ML_DSA and isinstance(key, _ML_DSA[algorithm])
        case _:
            return _refused("a certificate's key does not fit the algorithm")
    return PublicKey(algorithm, key) if fits else _refused("a certificate's key does not fit")


def ml_dsa_is_here() -> bool:
    """Whether this installation's cryptography library can verify ML-DSA."""
    try:
        mldsa.MLDSA44PublicKey.from_public_bytes(bytes(_ML_DSA_BYTES[ML_DSA_44]))
    except UnsupportedAlgorithm:
        return False
    return True


def _load_ec(key: CoseKey) -> PublicKey | Refused:
    curve = _ECDSA[key.algorithm]
    x, y = key.parameters.get(-2), key.parameters.get(-3)
    if refused := _refuse_form(key, _EC2, {-1, -2, -3}, crv=curve.crv):
        return refused
    # A compressed point has a boolean y, which §6.5.1.1 forbids.
    if not isinstance(x, bytes) or not isinstance(y, bytes):
        return _refused("a coordinate is not a byte string")
    if len(x) != curve.length or len(y) != curve.length:
        return _refused("a coordinate does not have its curve's length")
    point = b"\x04" + x + y
    return PublicKey(
        key.algorithm, ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, point)
    )


def _load_edwards(key: CoseKey) -> PublicKey | Refused:
    curve = _EDWARDS[key.algorithm]
    if refused := _refuse_form(key, _OKP, {-1, -2}, crv=curve.crv):
        return refused
    x = key.parameters[-2]
    if curve is EDWARDS25519:
        x = _firefox_117_bytes(x)
    if not isinstance(x, bytes) or len(x) != curve.length:
        return _refused("x does not have its curve's length")
    if curve is EDWARDS25519:
        return PublicKey(key.algorithm, ed25519.Ed25519PublicKey.from_public_bytes(x))
    return PublicKey(key.algorithm, ed448.Ed448PublicKey.from_public_bytes(x))


def _load_rsa(key: CoseKey) -> PublicKey | Refused:
    if refused := _refuse_form(key, _RSA, {-1, -2}):
        return refused
    n, e = key.parameters[-1], key.parameters[-2]
    if not isinstance(n, bytes) or not isinstance(e, bytes):
        return _refused("modulus or exponent is not a byte string")
    if n[:1] in (b"", b"\x00") or e[:1] in (b"", b"\x00"):
        return _refused("modulus or exponent has leading zeros")
    modulus, exponent = int.from_bytes(n, "big"), int.from_bytes(e, "big")
    if refused := _refuse_rsa_numbers(modulus, exponent):
        return refused
    return PublicKey(key.algorithm, rsa.RSAPublicNumbers(exponent, modulus).public_key())


def _load_ml_dsa(key: CoseKey) -> PublicKey | Refused:
    if refused := _refuse_form(key, _AKP, {-1}):
        return refused
    pub = key.parameters[-1]
    if not isinstance(pub, bytes) or len(pub) != _ML_DSA_BYTES[key.algorithm]:
        return _refused("pub does not have its algorithm's length")
    return PublicKey(key.algorithm, _ML_DSA[key.algorithm].from_public_bytes(pub))


def _refuse_form(
    key: CoseKey, kty: int, labels: set[int], crv: int | None = None
) -> Refused | None:
    if key.kty != kty:
        return _refused("kty does not fit the algorithm")
    # §6.5.1.1: no OPTIONAL parameters besides alg.
    if key.parameters.keys() != {_KTY, _ALG, *labels}:
        return _refused("the key lacks a parameter or has one too many")
    if crv is not None and (not _is_integer(key.parameters[-1]) or key.parameters[-1] != crv):
        return _refused("the curve does not fit the algorithm")
    return None


def _refuse_rsa_numbers(modulus: int, exponent: int) -> Refused | None:
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS or modulus % 2 == 0:
        return _refused("the RSA modulus is too small, too large or even")
    if not MIN_RSA_EXPONENT < exponent < MAX_RSA_EXPONENT or exponent % 2 == 0:
        return _refused("the RSA exponent is too small, too large or even")
    return None


def _firefox_117_bytes(x: cbor.Cbor) -> cbor.Cbor:
    if not isinstance(x, list) or len(x) != EDWARDS25519.length:
        return x
    numbers = [n for n in x if isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= 0xFF]
    return bytes(numbers) if len(numbers) == len(x) else x


def _is_integer(value: cbor.Cbor) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _refused(detail: str) -> Refused:
    return Refused(Reason.KEY_REFUSED, detail)
