"""A list of codes as somebody has it on paper, and as it is enrolled."""

import hashlib
import itertools
from dataclasses import dataclass

from counterfoil.errors import Refused
from counterfoil.factors.kind import (
    Expectation,
    KindName,
    Known,
    Person,
    Proof,
    Purpose,
    Verified,
    Wish,
)
from counterfoil.factors.recovery.kind import RecoveryKind
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, AuthenticatorId

NOON_MS = 1_800_000_000_000
ADA = AccountId("acc_ada")
PERSON = Person(ADA, b"\1" * 64, "ada", "Ada Lovelace")
LIST = AuthenticatorId("aut_list")
KIND = RecoveryKind()
USE = Expectation(Purpose.SIGN_IN, ADA, b"", "{}")


def seeded(seed: str = "paper") -> Entropy:
    """Entropy that is the same in every run."""
    count = itertools.count()

    def draw(length: int) -> bytes:
        return hashlib.shake_128(f"{seed} {next(count)}".encode()).digest(length)

    return draw


@dataclass(frozen=True, slots=True)
class Paper:
    codes: tuple[str, ...]
    facts: str
    secret: bytes

    def known(self, facts: str | None = None) -> Known:
        return Known(LIST, ADA, b"", None, facts or self.facts, self.secret)


def begun(seed: str = "paper") -> tuple[tuple[str, ...], Expectation]:
    opened = KIND.begin(Wish(Purpose.ENROL, PERSON, alone=False), (), seeded(seed))
    assert not isinstance(opened, Refused)
    challenge, expectation = opened
    codes = challenge.public["codes"]
    assert isinstance(codes, list)
    return tuple(str(code) for code in codes), expectation


def enrolled(seed: str = "paper") -> Paper:
    codes, expectation = begun(seed)
    made = KIND.judge(expectation, kept(True), (), NOON_MS)
    assert isinstance(made, Verified)
    return Paper(codes, made.record.facts, made.record.secret)


def kept(value: object) -> Proof:
    return Proof(KindName.RECOVERY, {"kept": value})  # type: ignore[dict-item]


def typed(code: object) -> Proof:
    return Proof(KindName.RECOVERY, {"code": code})  # type: ignore[dict-item]
