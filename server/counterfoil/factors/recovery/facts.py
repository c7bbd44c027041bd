"""Which codes of a list are crossed off, as the JSON that an authenticator's row keeps."""

from dataclasses import dataclass

from counterfoil.factors.recovery.rules import CODES
from counterfoil.kit import strict_json


@dataclass(frozen=True, slots=True)
class RecoveryFacts:
    """`used_ms`: for each code of the list when it was used, None while it is good."""

    used_ms: tuple[int | None, ...] = (None,) * CODES

    @property
    def left(self) -> int:
        return self.used_ms.count(None)

    def is_used(self, which: int) -> bool:
        return self.used_ms[which] is not None

    def crossed_off(self, which: int, at_ms: int) -> "RecoveryFacts":
        before, after = self.used_ms[:which], self.used_ms[which + 1 :]
        return RecoveryFacts((*before, at_ms, *after))

    def dump(self) -> str:
        return strict_json.dump({"used_ms": list(self.used_ms)})

    @classmethod
    def load(cls, text: str) -> "RecoveryFacts":
        """The text is ours, so an odd one is a broken promise, not bad input."""
        used_ms = strict_json.parse_object(text)["used_ms"]
        assert isinstance(used_ms, list)
        return cls(tuple(_moment(used) for used in used_ms))


def left(facts: str) -> int:
    """How many codes of a list are still good; `facts` as the authenticator has them."""
    return RecoveryFacts.load(facts).left


def _moment(value: strict_json.Json) -> int | None:
    assert value is None or isinstance(value, int)
    return value
