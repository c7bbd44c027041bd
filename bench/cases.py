"""What is measured, in the order of one sign-in: what one case is answered, the next one needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.served import EMPTY as EMPTY_PATH
from bench.visit import Visit
from bench.wire import Answer, request


class UnexpectedAnswer(Exception):
    """The server answered something else: what is measured would not be the case."""


@dataclass(frozen=True, slots=True)
class Case:
    """`times`: how often each visit asks, more often where an answer is cheap to give."""

    name: str
    status: int
    ask: Callable[[Visit], bytes]
    take: Callable[[Visit, Answer], None] | None = None
    times: int = 1

    def requests(self, visits: Sequence[Visit]) -> list[bytes]:
        return [self.ask(visit) for visit in visits] * self.times

    def read(self, visits: Sequence[Visit], answers: Sequence[Answer]) -> None:
        """Keeps what was answered. Raises UnexpectedAnswer."""
        for visit, answer in zip([*visits] * self.times, answers, strict=True):
            if answer.status != self.status:
                said = answer.body[:500].decode("utf-8", "replace")
                raise UnexpectedAnswer(f"{self.name}: {answer.status}, not {self.status}: {said}")
            if self.take is not None:
                self.take(visit, answer)


def _get(target: str) -> Callable[[Visit], bytes]:
    return lambda visit: request("GET", target, visit.place.host)


EMPTY = Case("empty route", 204, _get(EMPTY_PATH))
OPTIONS = Case("WebAuthn options", 201, Visit.ask_options, Visit.take_options)
PROOF = Case("WebAuthn proof", 200, Visit.ask_proof, Visit.take_proof)
CASES = (
    Case("authorization request", 303, Visit.ask_to_begin, Visit.take_interaction),
    OPTIONS,
    PROOF,
    Case("code issued", 303, Visit.ask_code, Visit.take_code),
    Case("code redemption", 200, Visit.ask_tokens, Visit.take_tokens),
    Case("userinfo", 200, Visit.ask_userinfo, Visit.take_userinfo, times=2),
    Case("JWKS", 200, _get("/oauth2/jwks"), times=4),
    Case("discovery", 200, _get("/.well-known/openid-configuration"), times=4),
)
# What a key's sign-in costs is the sum of both its requests.
SIGN_IN = "key's sign-in (both)"
NAMES = (EMPTY.name, *(n for c in CASES for n in ((c.name, SIGN_IN) if c is PROOF else (c.name,))))
