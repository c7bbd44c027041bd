"""A ceremony and its states.

    open --claim--> claimed --settle--> verified | refused
      |--claim, tries left--> open --settle--> open (a wrong one) | verified
      |--cancel--> cancelled
      '--time--> (expired: an open row whose time is over; it can no longer be claimed)

`claimed` is the moment between counting an attempt and knowing its verdict: a worker that
dies there leaves a spent challenge and a counted attempt behind, never a second chance. A kind
whose proof is typed by hand gives a few tries; each of them is counted by its claim.
"""

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.errors import Refused
from counterfoil.factors.kind import Expectation, KindName, Known, Proof, Purpose, VerifiedFactor
from counterfoil.kit.ids import AccountId, AuthenticatorId, CeremonyId, InteractionId
from counterfoil.kit.strict_json import Json


class CeremonyState(StrEnum):
    OPEN = "open"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ceremony:
    id: CeremonyId
    interaction: InteractionId
    kind: KindName
    expectation: Expectation
    expires_ms: int
    tries: int = 0  # counted so far, this claim's included

    @property
    def purpose(self) -> Purpose:
        return self.expectation.purpose


@dataclass(frozen=True, slots=True)
class Begun:
    """What the person's side gets."""

    ceremony: CeremonyId
    kind: KindName
    challenge: dict[str, Json]
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A spent challenge with a counted attempt, ready to be judged outside of a transaction.

    `account` is whom the proof points at, also when nothing of theirs may be used now; None for
    nobody that we know. `versions` are those of the known authenticators when they were read.
    `refused` is known before judging; the judgement is made all the same, so that its time
    tells nothing.
    """

    ceremony: Ceremony
    proof: Proof
    account: AccountId | None
    known: tuple[Known, ...]
    versions: dict[AuthenticatorId, int]
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A verified factor, and whose it is."""

    account: AccountId
    interaction: InteractionId
    purpose: Purpose
    factor: VerifiedFactor
    enrolled: AuthenticatorId | None = None
