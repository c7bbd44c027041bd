"""Request parameters (RFC 6749 §3.1): each at most once, an empty one is none at all."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

MAX_CHARACTERS = 16 * 1024
MAX_PARAMETERS = 64


@dataclass(frozen=True, slots=True)
class Parameters:
    """`values` has those that came once and said something; `repeated` names the others."""

    values: dict[str, str]
    repeated: frozenset[str]

    def get(self, name: str) -> str | None:
        return self.values.get(name)


def read_parameters(text: str) -> Parameters | None:
    """Of a query or a form; None when it is too long or not percent-encoded UTF-8."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        return None
    times = Counter(name for name, _ in pairs)
    return Parameters(
        {name: value for name, value in pairs if value and times[name] == 1},
        frozenset(name for name, count in times.items() if count > 1),
    )
