"""An interaction and its states.

    open --enough is proven--> done --its fruit is taken, once--> finished
      '--the person says no--> cancelled        (and every state ends with its time)

It holds the validated authorization request and the factors shown so far, and belongs to
one browser by the session's stable key.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.kit.ids import AccountId, InteractionId, SessionId


class InteractionPurpose(StrEnum):
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    FIRST_VISIT = "first_visit"
    ENROL = "enrol"


class InteractionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class Step(Enum):
    """What is due next; each is one page."""

    FIRST_FACTOR = auto()
    SECOND_FACTOR = auto()
    CHOOSE_FIRST = auto()
    ENROL_KEY = auto()
    TOUCH = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Interaction:
    """`request` is the text of whoever opened it: oauth's request, a page's way back, or None."""

    id: InteractionId
    session: SessionId
    purpose: InteractionPurpose
    state: InteractionState
    request: str | None
    account: AccountId | None
    factors: tuple[VerifiedFactor, ...]
    made_ms: int
    expires_ms: int

    @property
    def has_password(self) -> bool:
        return any(factor.kind is KindName.PASSWORD for factor in self.factors)
