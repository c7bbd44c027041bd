"""Phones and paper at the desk: codes are enrolled, typed, and made wrong on purpose."""

import base64
from dataclasses import dataclass

from counterfoil.accounts import Account, Authenticator
from counterfoil.ceremonies import Begun, Settled
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.factors.otp.facts import OtpFacts
from counterfoil.factors.otp.rules import EVERY_PHONE, Algorithm, hotp
from counterfoil.kit.ids import InteractionId
from counterfoil.kit.strict_json import Json
from tests.ceremonies.desk import Desk, authenticators, must


@dataclass(slots=True)
class Typist:
    """Somebody at the step where a code is asked for; the password is behind them."""

    desk: Desk
    account: Account
    interaction: InteractionId

    def begin(self, kind: KindName, purpose: Purpose = Purpose.SIGN_IN) -> Begun:
        ceremonies = self.desk.interactions.ceremonies
        return must(
            self.desk.write(
                lambda tx: ceremonies.begin(
                    tx, self.interaction, kind, purpose, self.account, alone=False
                )
            )
        )

    def prove(self, begun: Begun, kind: KindName, body: dict[str, Json]) -> Settled | Refused:
        ceremonies, where = self.desk.interactions.ceremonies, self.desk.where
        claimed = self.desk.write(
            lambda tx: ceremonies.claim(
                tx, begun.ceremony, self.interaction, Proof(kind, body), where
            )
        )
        if isinstance(claimed, Refused):
            return claimed
        verdict = ceremonies.judge(claimed)
        return self.desk.write(lambda tx: ceremonies.settle(tx, claimed, verdict, "", where))

    def show(self, kind: KindName, code: str) -> Settled | Reason:
        outcome = self.prove(self.begin(kind), kind, {"code": code})
        return outcome.reason if isinstance(outcome, Refused) else outcome

    def enrol_phone(self) -> bytes:
        begun = self.begin(KindName.TOTP, Purpose.ENROL)
        secret = base64.b32decode(str(begun.challenge["secret"]))
        must(self.prove(begun, KindName.TOTP, {"code": self.code(secret)}))
        return secret

    def enrol_paper(self) -> list[str]:
        begun = self.begin(KindName.RECOVERY, Purpose.ENROL)
        codes = begun.challenge["codes"]
        assert isinstance(codes, list)
        must(self.prove(begun, KindName.RECOVERY, {"kept": True}))
        return [str(code) for code in codes]

    def code(self, secret: bytes) -> str:
        now = EVERY_PHONE.step_at(self.desk.house.clock.now_ms())
        return hotp(secret, now, 6, Algorithm.SHA1)

    def next_code(self, secret: bytes) -> str:
        """Of the step after the last accepted one: good for half a minute in any case."""
        (phone,) = self.enrolled(KindName.TOTP)
        return hotp(secret, OtpFacts.load(phone.facts).step + 1, 6, Algorithm.SHA1)

    def wrong_code(self, secret: bytes) -> str:
        """One that no step near has."""
        now = EVERY_PHONE.step_at(self.desk.house.clock.now_ms())
        near = {hotp(secret, step, 6, Algorithm.SHA1) for step in range(now - 30, now + 3)}
        return next(code for n in range(100) if (code := f"{n:06d}") not in near)

    def enrolled(self, kind: KindName) -> list[Authenticator]:
        return [a for a in authenticators(self.desk.house, self.account) if a.kind is kind]

    def blocked_until_ms(self, kind: KindName) -> int:
        """When the next guess may be made."""
        return max(authenticator.blocked_until_ms for authenticator in self.enrolled(kind))
