"""TOTP as a kind: an enrolment shows a secret once, and every code is good once.

A person may have several phones; a code is tried with each of them. It says that the secret
was at hand, and nothing of a touch or of where it was typed: it can be phished.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import (
    AuthenticatorRecord,
    Challenge,
    Expectation,
    KindName,
    Known,
    Pointer,
    Proof,
    Purpose,
    Verified,
    Wish,
)
from counterfoil.factors.otp import uri
from counterfoil.factors.otp.facts import OtpFacts, dump_parameters, load_parameters
from counterfoil.factors.otp.rules import EVERY_PHONE, MAX_NEW_PERIOD_S, Parameters
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.malformed import Malformed

# What helps a person most is told, when a code fits none of several phones.
_MOST_HELPFUL = (Reason.CODE_USED, Reason.CODE_LATE, Reason.WRONG)


@dataclass(frozen=True, slots=True)
class TotpKind:
    """`service` is what the phone shows; `parameters` are those of new enrolments.

    Raises ValueError for steps over two minutes: they verify, and are not enrolled anew.
    """

    service: str
    parameters: Parameters = EVERY_PHONE

    name: KindName = KindName.TOTP
    guessable: bool = True
    slow: bool = False
    tries: int = 5  # people mistype six digits; each try is a counted attempt

    def __post_init__(self) -> None:
        if self.parameters.period_s > MAX_NEW_PERIOD_S:
            raise ValueError("a new code is due every two minutes at least")

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        """An enrolment shows the new secret; a code itself needs no challenge."""
        person = wish.person
        if wish.purpose is not Purpose.ENROL:
            account = None if person is None else person.id
            return Challenge({}), Expectation(wish.purpose, account, b"", "{}")
        assert person is not None, "an enrolment knows for whom it is"
        parameters = self.parameters
        secret = entropy(parameters.algorithm.new_secret_bytes)
        typed = uri.base32(secret)
        challenge = Challenge(
            {
                "uri": uri.key_uri(secret, parameters, issuer=self.service, account=person.name),
                "secret": typed,
                "grouped": uri.grouped(typed),
                "algorithm": parameters.algorithm.value,
                "digits": parameters.digits,
                "period_s": parameters.period_s,
            }
        )
        terms = dump_parameters(parameters)
        return challenge, Expectation(wish.purpose, person.id, b"", terms, secret=secret)

    def pointer(self, proof: Proof) -> Pointer:
        """Six digits are nobody's name: a code is of whoever showed a password before."""
        return Pointer()

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        code = proof.body.get("code")
        if not isinstance(code, str):
            raise Malformed("the proof has no code")
        if expectation.purpose is Purpose.ENROL:
            return _enrol(expectation, code, at_ms)
        return _use(code, known, at_ms)


def _enrol(expectation: Expectation, code: str, at_ms: int) -> Verified | Refused:
    """The code that confirms the enrolment is spent by it."""
    facts = OtpFacts(load_parameters(expectation.terms)).accept(expectation.secret, code, at_ms)
    if isinstance(facts, Refused):
        return facts
    return Verified(None, AuthenticatorRecord(None, facts.dump(), secret=expectation.secret))


def _use(code: str, known: Sequence[Known], at_ms: int) -> Verified | Refused:
    # All are judged before one is chosen, so that time does not tell which one it was.
    verdicts = [(k, OtpFacts.load(k.facts).accept(k.secret, code, at_ms)) for k in known]
    for enrolled, after in verdicts:
        if not isinstance(after, Refused):
            return Verified(enrolled.id, AuthenticatorRecord(None, after.dump()))
    refusals = [verdict for _, verdict in verdicts if isinstance(verdict, Refused)]
    return min(refusals, key=_helpfulness, default=Refused(Reason.WRONG))


def _helpfulness(refused: Refused) -> tuple[int, int]:
    return _MOST_HELPFUL.index(refused.reason), refused.by_s
