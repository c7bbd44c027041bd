"""Proof Key for Code Exchange (RFC 7636): S256, always."""

import hashlib
import hmac
import re

from counterfoil.kit import base64url
from counterfoil.kit.malformed import Malformed

METHOD = "S256"
_DIGEST_BYTES = 32
_VERIFIER = re.compile(r"[A-Za-z0-9\-._~]{43,128}", re.ASCII)


def is_challenge(text: str) -> bool:
    """§4.2: base64url of a SHA-256 digest; any other text is one that no verifier meets."""
    try:
        return len(base64url.decode(text)) == _DIGEST_BYTES
    except Malformed:
        return False


def is_verifier(text: str) -> bool:
    """§4.1: 43 to 128 unreserved characters."""
    return _VERIFIER.fullmatch(text) is not None


def verifies(verifier: str, challenge: str) -> bool:
    """§4.6, in constant time."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return hmac.compare_digest(base64url.encode(digest), challenge)
