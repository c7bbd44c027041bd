"""Whether an Ed25519 or Ed448 key is a point of its curve, and of large order (RFC 8032).

Libraries find out at the first signature, or never: with a point of small order some
signatures verify for messages that nobody signed.
"""

from dataclasses import dataclass

from counterfoil.errors import Reason, Refused


@dataclass(frozen=True, slots=True)
class EdwardsCurve:
    """a·x² + y² = 1 + d·x²·y² modulo p, with its COSE number and its length in bytes."""

    crv: int
    length: int
    p: int
    a: int
    d: int


_P25519 = 2**255 - 19
_P448 = 2**448 - 2**224 - 1
# d = -121665/121666 (RFC 8032 §5.1), written out.
_D25519 = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3

EDWARDS25519 = EdwardsCurve(crv=6, length=32, p=_P25519, a=-1, d=_D25519)
EDWARDS448 = EdwardsCurve(crv=7, length=57, p=_P448, a=1, d=-39081)


def refuse_weak_point(curve: EdwardsCurve, encoded: bytes) -> Refused | None:
    """Refuses what is no point, has no canonical y, or has an order of 1, 2, 4 or 8."""
    p = curve.p
    # The highest bit is the sign of x (RFC 8032 §5.1.3 and §5.2.3).
    y = int.from_bytes(encoded, "little") & ~(1 << (curve.length * 8 - 1))
    if y >= p:
        return Refused(Reason.KEY_REFUSED, "y is not below the curve's prime")
    # x² = numerator / denominator, and the denominator is never 0 as d is no square.
    numerator, denominator = (1 - y * y) % p, (curve.a - curve.d * y * y) % p
    if pow(numerator * denominator, (p - 1) // 2, p) == p - 1:
        return Refused(Reason.KEY_REFUSED, "the key is not a point of its curve")
    # x = 0: order 1 or 2. y = 0: order 4. y² = a·x², so that doubling gives y = 0: order 8.
    if numerator == 0 or y == 0 or (y * y * denominator - curve.a * numerator) % p == 0:
        return Refused(Reason.KEY_REFUSED, "the key has a small order")
    return None
