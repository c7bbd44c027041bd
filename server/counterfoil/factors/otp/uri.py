"""The `otpauth:` link that a phone scans (the "Key URI format" of authenticator apps).

Apps split its label at the first colon, so that colons in names are percent-encoded; the
issuer's whole name is in a parameter of its own as well.
"""

import base64
import hashlib

import pyotp

from counterfoil.factors.otp.rules import Algorithm, Parameters

_DIGESTS = {
    Algorithm.SHA1: hashlib.sha1,
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.SHA512: hashlib.sha512,
}


def key_uri(secret: bytes, parameters: Parameters, *, issuer: str, account: str) -> str:
    """Raises ValueError for secrets and steps that are only verified, and not given out anew."""
    totp = pyotp.TOTP(
        base32(secret),
        digits=parameters.digits,
        digest=_DIGESTS[parameters.algorithm],
        interval=parameters.period_s,
    )
    return totp.provisioning_uri(name=account, issuer_name=issuer)


def base32(secret: bytes) -> str:
    """RFC 4648 §6 without padding, as the link and the phones want it."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def grouped(text: str) -> str:
    """In fours, for eyes and fingers: `JBSW Y3DP EHPK 3PXP`."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
