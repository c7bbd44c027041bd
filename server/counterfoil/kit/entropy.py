"""Random bytes, plugged in: `entropy(n)` gives n bytes that nobody can guess."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

Entropy: TypeAlias = Callable[[int], bytes]


def system_entropy(length: int) -> bytes:
    return secrets.token_bytes(length)
