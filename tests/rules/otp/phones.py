"""Phones that show codes, for the tests of the rules: a secret and a clock of their own."""

from dataclasses import dataclass

from counterfoil.factors.kind import KindName, Known, Proof
from counterfoil.factors.otp.facts import OtpFacts
from counterfoil.factors.otp.rules import EVERY_PHONE, NEVER, Parameters, TimeStep, hotp
from counterfoil.kit.ids import AccountId, AuthenticatorId

SECRET = b"12345678901234567890"
NOON_MS = 1_800_000_000_000
ADA = AccountId("acc_ada")


@dataclass(frozen=True, slots=True)
class Phone:
    name: str = "aut_phone"
    secret: bytes = SECRET
    parameters: Parameters = EVERY_PHONE
    clock_behind_ms: int = 0

    def code(self, at_ms: int) -> str:
        return self.code_of(self.parameters.step_at(at_ms - self.clock_behind_ms))

    def code_of(self, step: int) -> str:
        return hotp(self.secret, step, self.parameters.digits, self.parameters.algorithm)

    def known(self, last: TimeStep = NEVER) -> Known:
        return self.known_by(OtpFacts(self.parameters, last).dump())

    def known_by(self, facts: str) -> Known:
        return Known(AuthenticatorId(self.name), ADA, b"", None, facts, self.secret)


def proof(code: object) -> Proof:
    return Proof(KindName.TOTP, {"code": code})  # type: ignore[dict-item]
