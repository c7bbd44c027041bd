"""Random tokens of ours: a recognisable prefix, 256 random bits and a checksum.

Form: `cf_<what>_<43 characters of base64url><6 characters of CRC-32>`. The prefix and the
checksum let a scanner find a leaked one without asking us; the database keeps only the
HMAC-SHA-256 under the pepper, so that neither a dump nor a guess gives one back.
"""

import hmac
import zlib
from enum import StrEnum
from typing import NewType

from counterfoil.kit import base64url
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.secret import Secret

TokenHash = NewType("TokenHash", bytes)

_RANDOM_BYTES = 32
_RANDOM_CHARACTERS = 43
_CHECKSUM_CHARACTERS = 6


class TokenKind(StrEnum):
    SESSION = "ses"
    INVITATION = "inv"
    PASSWORD_LINK = "pwd"
    EMAIL_LINK = "mail"
    CODE = "code"
    CLIENT_SECRET = "secret"


def mint(kind: TokenKind, entropy: Entropy) -> Secret:
    body = f"cf_{kind}_{base64url.encode(entropy(_RANDOM_BYTES))}"
    return Secret(body + _checksum(body))


def well_formed(kind: TokenKind, text: str) -> bool:
    """Whether `text` can be a token of this kind; spares the database all other texts."""
    prefix = f"cf_{kind}_"
    body, checksum = text[:-_CHECKSUM_CHARACTERS], text[-_CHECKSUM_CHARACTERS:]
    return (
        text.isascii()
        and text.startswith(prefix)
        and len(body) == len(prefix) + _RANDOM_CHARACTERS
        and checksum == _checksum(body)
    )


def keyed_hash(pepper: bytes, kind: TokenKind, token: Secret) -> TokenHash:
    """HMAC-SHA-256 of the token under the pepper; the kind keeps their spaces apart."""
    message = f"{kind}\0{token.reveal()}".encode()
    return TokenHash(hmac.digest(pepper, message, "sha256"))


def _checksum(body: str) -> str:
    return base64url.encode(zlib.crc32(body.encode()).to_bytes(4, "big"))
