"""An interaction and its states.

    open --enough is proven--> done --its fruit is taken, once--> finished
      '--the person says no--> cancelled        (and every state ends with its time)

It holds the validated authorization request and the factors shown so far, and belongs to
one browser by the session's stable key.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from counterfoil.assurance import Level
from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.kit.ids import AccountId, InteractionId, SessionId


class InteractionPurpose(StrEnum):
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    FIRST_VISIT = "first_visit"
    ENROL = "enrol"
    NEW_PASSWORD = "new_password"


class InteractionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Step(Enum):
    """What is due next; each is one page."""

    FIRST_FACTOR = auto()
    SECOND_FACTOR = auto()
    CONFIRM = auto()  # step-up: one proof by what is held
    CHOOSE_FIRST = auto()  # first visit: a key alone, or a password and something beside it
    ENROL_TOKEN = auto()  # first visit: the token beside the password
    OFFER_SECOND = auto()  # first visit: a second token, which may be declined
    OFFER_RECOVERY = auto()  # first visit: recovery codes, which may be declined
    ADD = auto()
    NEW_PASSWORD = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Interaction:
    """`request` is the text of whoever opened it: oauth's request, a page's way back, or None;
    in a first visit, the offers that were declined. `least` is what a step-up must reach.
    """

    id: InteractionId
    session: SessionId
    purpose: InteractionPurpose
    state: InteractionState
    request: str | None
    account: AccountId | None
    factors: tuple[VerifiedFactor, ...]
    made_ms: int
    expires_ms: int
    least: Level | None = None

    @property
    def has_password(self) -> bool:
        return self.shows(KindName.PASSWORD)

    def shows(self, *kinds: KindName) -> bool:
        """Whether a factor of one of these kinds was shown, or in a first visit enrolled."""
        return any(factor.kind in kinds for factor in self.factors)
