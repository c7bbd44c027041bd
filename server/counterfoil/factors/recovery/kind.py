"""Recovery codes as a kind: ten are shown once, and each is good once.

A code is the factor that one has (on paper), beside the password that one knows. It says
nothing of a touch or of where it was typed: it can be phished.
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
from counterfoil.factors.recovery import rules
from counterfoil.factors.recovery.facts import RecoveryFacts
from counterfoil.kit import argon2, base64url, strict_json
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.malformed import Malformed


@dataclass(frozen=True, slots=True)
class RecoveryKind:
    name: KindName = KindName.RECOVERY
    guessable: bool = True
    slow: bool = True
    tries: int = 1

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        """An enrolment shows the new codes; its terms carry a salt for each."""
        account = None if wish.person is None else wish.person.id
        if wish.purpose is not Purpose.ENROL:
            return Challenge({}), Expectation(wish.purpose, account, b"", "{}")
        codes = rules.draw_codes(entropy)
        salts = [base64url.encode(entropy(argon2.SALT_BYTES)) for _ in codes]
        return Challenge({"codes": [code.written() for code in codes]}), Expectation(
            wish.purpose,
            account,
            challenge=b"",
            terms=strict_json.dump({"salts": salts}),
            secret=strict_json.dump([code.text for code in codes]).encode(),
        )

    def pointer(self, proof: Proof) -> Pointer:
        """A code is of whoever showed a password before: alone it is nobody's."""
        return Pointer()

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        if expectation.purpose is Purpose.ENROL:
            if proof.body.get("kept") is not True:
                raise Malformed("the proof does not say that the codes are kept")
            return _enrol(expectation)
        code = proof.body.get("code")
        if not isinstance(code, str):
            raise Malformed("the proof has no code")
        return _use(rules.normalized(code), known, at_ms)


def _enrol(expectation: Expectation) -> Verified:
    texts = strict_json.parse(expectation.secret)
    salts = strict_json.parse_object(expectation.terms)["salts"]
    assert isinstance(texts, list)
    assert isinstance(salts, list)
    kept = rules.kept(
        [rules.Code(str(text)) for text in texts], [base64url.decode(str(salt)) for salt in salts]
    )
    record = AuthenticatorRecord(None, RecoveryFacts().dump(), secret=rules.dump_kept(kept))
    return Verified(None, record)


def _use(code: rules.Code | None, known: Sequence[Known], at_ms: int) -> Verified | Refused:
    enrolled = known[0] if known else None  # an account has one list
    which = rules.find(code, () if enrolled is None else rules.load_kept(enrolled.secret))
    if enrolled is None or which is None:
        return Refused(Reason.WRONG)
    facts = RecoveryFacts.load(enrolled.facts)
    if facts.is_used(which):
        # Told only to who has the whole code: a selector alone says nothing.
        return Refused(Reason.CODE_USED)
    after = facts.crossed_off(which, at_ms)
    return Verified(enrolled.id, AuthenticatorRecord(None, after.dump()))
