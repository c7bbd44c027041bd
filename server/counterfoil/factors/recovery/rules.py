"""What a recovery code looks like, and how a list of them is kept.

A code is sixteen characters without look-alikes. The first four, the selector, say which code
of the list it is; the other twelve (60 bits) are known to nobody but the person and are kept
as Argon2id hashes.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from counterfoil.kit import argon2, strict_json, typed
from counterfoil.kit.entropy import Entropy

CODES = 10
CHARACTERS = 16
GROUP = 4
SELECTOR_CHARACTERS = 4

# Crockford's base32: 32 signs without I, L, O (read as 1, 1, 0) and U.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is compared: its sixteen characters, without dashes."""

    text: str = field(repr=False)

    @property
    def selector(self) -> str:
        return self.text[:SELECTOR_CHARACTERS]

    @property
    def secret(self) -> str:
        return self.text[SELECTOR_CHARACTERS:]

    def written(self) -> str:
        """As it is shown: `7K2M-XXXX-XXXX-XXXX`."""
        return "-".join(self.text[at : at + GROUP] for at in range(0, CHARACTERS, GROUP))


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code as it is kept: `phc` is the Argon2id hash of what follows the selector."""

    selector: str
    phc: str = field(repr=False)


def draw_codes(entropy: Entropy) -> tuple[Code, ...]:
    """Ten codes with ten different selectors."""
    drawn: dict[str, Code] = {}
    while len(drawn) < CODES:
        code = _draw(entropy)
        drawn.setdefault(code.selector, code)
    return tuple(drawn.values())


def normalized(text: str) -> Code | None:
    """What was typed or pasted, whatever its case and dashes; None when it is no code.

    Raises Malformed for more than anybody types.
    """
    bare = typed.without_separators(text)
    plain = unicodedata.normalize("NFKC", bare).upper().translate(_LOOK_ALIKES)
    if len(plain) != CHARACTERS or not set(plain) <= set(ALPHABET):
        return None
    return Code(plain)


def kept(codes: Sequence[Code], salts: Sequence[bytes]) -> tuple[KeptCode, ...]:
    """The codes as they are kept, each with a salt of its own; slow: some 50 ms for each."""
    return tuple(
        KeptCode(code.selector, argon2.hashed(code.secret, salt))
        for code, salt in zip(codes, salts, strict=True)
    )


def find(code: Code | None, kept_codes: Sequence[KeptCode]) -> int | None:
    """Which of `kept_codes` it is, by one Argon2 computation in every case."""
    which = _selected(code, kept_codes)
    if code is None or which is None:
        argon2.waste_as_much_time("" if code is None else code.secret)
        return None
    return which if argon2.matches(code.secret, kept_codes[which].phc) else None


def dump_kept(kept_codes: Sequence[KeptCode]) -> bytes:
    rows = [{"selector": code.selector, "phc": code.phc} for code in kept_codes]
    return strict_json.dump(rows).encode()


def load_kept(text: bytes) -> tuple[KeptCode, ...]:
    """The inverse; the text is ours, so an odd one is a broken promise, not bad input."""
    rows = strict_json.parse(text)
    assert isinstance(rows, list)
    return tuple(_kept_code(row) for row in rows)


def _kept_code(row: strict_json.Json) -> KeptCode:
    assert isinstance(row, dict)
    return KeptCode(str(row["selector"]), str(row["phc"]))


def _selected(code: Code | None, kept_codes: Sequence[KeptCode]) -> int | None:
    if code is None:
        return None
    selectors = [kept_code.selector for kept_code in kept_codes]
    return selectors.index(code.selector) if code.selector in selectors else None


def _draw(entropy: Entropy) -> Code:
    # 32 signs divide 256 evenly: no sign is likelier than another.
    return Code("".join(ALPHABET[byte % len(ALPHABET)] for byte in entropy(CHARACTERS)))
