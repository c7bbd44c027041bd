"""What is remembered of a source of codes, as the JSON that an authenticator's row keeps."""

from dataclasses import dataclass, replace

from counterfoil.errors import Refused
from counterfoil.factors.otp import rules
from counterfoil.factors.otp.rules import NEVER, Algorithm, Parameters, TimeStep
from counterfoil.kit import strict_json
from counterfoil.kit.strict_json import Json


@dataclass(frozen=True, slots=True)
class OtpFacts:
    """`step`: the last one that was accepted; it only rises."""

    parameters: Parameters
    step: TimeStep = NEVER

    def accept(self, secret: bytes, code: str, at_ms: int) -> "OtpFacts | Refused":
        """The facts after `code`, which spend its step, or why it is not good."""
        step = rules.accept(self.parameters, self.step, secret, code, at_ms)
        return step if isinstance(step, Refused) else replace(self, step=step)

    def dump(self) -> str:
        return strict_json.dump({**_parameters(self.parameters), "step": self.step})

    @classmethod
    def load(cls, text: str) -> "OtpFacts":
        """The text is ours, so an odd one is a broken promise, not bad input."""
        row = strict_json.parse_object(text)
        return cls(_load_parameters(row), TimeStep(_integer(row["step"])))


def dump_parameters(parameters: Parameters) -> str:
    return strict_json.dump(_parameters(parameters))


def load_parameters(text: str) -> Parameters:
    return _load_parameters(strict_json.parse_object(text))


def _parameters(parameters: Parameters) -> dict[str, Json]:
    return {
        "algorithm": parameters.algorithm.value,
        "digits": parameters.digits,
        "period_s": parameters.period_s,
    }


def _load_parameters(row: dict[str, Json]) -> Parameters:
    return Parameters(
        Algorithm(str(row["algorithm"])), _integer(row["digits"]), _integer(row["period_s"])
    )


def _integer(value: Json) -> int:
    assert isinstance(value, int)
    return value
