"""JSON (RFC 8259) as we accept it: no repeated names, no NaN, no half characters, bounded.

Two parsers that disagree about a repeated name are a way around a check; half of a surrogate
pair is text that no database and no UTF-8 can hold (RFC 7493 §2.1).
"""

import json
import math
from typing import NoReturn, TypeAlias, cast

from counterfoil.kit.malformed import Malformed

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"

MAX_BYTES = 256 * 1024
MAX_DEPTH = 16


def parse(text: bytes | str, *, max_bytes: int = MAX_BYTES) -> Json:
    """The value of `text`; raises Malformed. `max_bytes` bounds it before anything is read."""
    if len(text) > max_bytes:
        raise Malformed("the JSON is too long")
    try:
        decoded = text.decode("utf-8", "strict") if isinstance(text, bytes) else text
        # Nothing is nested more deeply than it has openings: most texts need no closer look.
        if decoded.count("[") + decoded.count("{") > MAX_DEPTH:
            refuse_deep_nesting(decoded)
        value = json.loads(
            decoded,
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_int=_integer,
            parse_float=_finite,
        )
        _refuse_half_characters(decoded, value)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    return cast(Json, value)


def parse_object(text: bytes | str, *, max_bytes: int = MAX_BYTES) -> dict[str, Json]:
    """As `parse`, for a text that must be a JSON object."""
    value = parse(text, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise Malformed("the JSON is not an object")
    return value


def dump(value: object) -> str:
    """Compact JSON with sorted names, so that equal values have equal texts."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)


def refuse_deep_nesting(text: str) -> None:
    depth, in_string, escaped = 0, False, False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise Malformed("the JSON is nested too deeply")
        elif character in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Malformed("the JSON repeats a name")
    return value


def _integer(digits: str) -> int:
    if len(digits) > 20:
        raise Malformed("the JSON has a number that is too long")
    return int(digits)


def _finite(digits: str) -> float:
    # A large exponent is Infinity to some readers and an error to others.
    value = float(digits)
    if not math.isfinite(value):
        raise Malformed("the JSON has a number that is not finite")
    return value


def _refuse_half_characters(text: str, value: object) -> None:
    """Raises UnicodeEncodeError, a ValueError. Only an escape can hide one from the text."""
    text.encode()
    if "\\u" in text:
        json.dumps(value, ensure_ascii=False).encode()


def _refuse_constant(name: str) -> NoReturn:
    raise Malformed("the JSON has a number that is not finite")
