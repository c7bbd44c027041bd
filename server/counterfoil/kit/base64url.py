"""base64url without padding (RFC 4648 §5), strictly: one text for one value.

The standard library's decoder drops foreign characters and accepts padding, so that many
texts mean the same bytes; a challenge or an identifier must have exactly one spelling.
"""

import base64
import binascii
import re

from counterfoil.kit.malformed import Malformed

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of `text`; raises Malformed for padding, foreign characters or stray bits."""
    if not _ALPHABET.fullmatch(text) or len(text) % 4 == 1:
        raise Malformed("not base64url")
    try:
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64url") from error
    if encode(value) != text:
        raise Malformed("base64url with stray bits")
    return value
