"""Codes as people type and paste them: grouped, dashed, with invisible marks around."""

import unicodedata

from counterfoil.kit.malformed import Malformed

MAX_CHARACTERS = 64

# Not of the category of dashes, but what the dash key writes: Japanese keyboards make it long.
_WRITTEN_AS_DASHES = frozenset(
    "\N{MINUS SIGN}\N{KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
    "\N{HALFWIDTH KATAKANA-HIRAGANA PROLONGED SOUND MARK}"
)


def without_separators(code: str) -> str:
    """`code` without spaces, dashes and invisible marks; raises Malformed over 64 characters."""
    if len(code) > MAX_CHARACTERS:
        raise Malformed("the code is too long")
    return "".join(character for character in code if not _separates(character))


def _separates(character: str) -> bool:
    # Keyboards make long dashes of short ones; right-to-left pages wrap codes in Cf marks.
    dash_or_mark = unicodedata.category(character) in {"Pd", "Cf"}
    return dash_or_mark or character.isspace() or character in _WRITTEN_AS_DASHES
