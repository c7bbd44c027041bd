"""Other people's names inside our sentences: they must not turn around what stands beside them.

A sentence goes into titles and attributes as well as into text, so that the isolates are
characters (Unicode Standard Annex #9) and no elements; where a name stands alone, it is in <bdi>.
"""

import unicodedata

_FIRST_STRONG_ISOLATE = "\u2068"
_POP_DIRECTIONAL_ISOLATE = "\u2069"
# Embeddings, overrides, isolates and their ends: within an isolate they could only break out.
_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def isolated(text: str, direction: str) -> str:
    """Return the text as it may stand in a sentence that runs in that direction.

    What cannot disturb the sentence stays as it is: a name in Latin letters in an English one.
    """
    if direction == "ltr" and text.isascii():
        return text
    plain = text.translate(_CONTROLS)
    if direction == "ltr" and not any(
        unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in plain
    ):
        return plain
    return _FIRST_STRONG_ISOLATE + plain + _POP_DIRECTIONAL_ISOLATE
