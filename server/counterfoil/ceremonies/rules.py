"""Pure rules of the lifecycle: whose ceremony it is, and what an attempt costs."""

from counterfoil.ceremonies.ceremony import Ceremony, CeremonyState
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.kit.ids import InteractionId


def refuse_other_binding(
    ceremony: Ceremony, interaction: InteractionId, kind: KindName
) -> Refused | None:
    """A ceremony is bound to its interaction (and so to one browser) and to its kind."""
    if ceremony.interaction != interaction:
        return Refused(Reason.FOREIGN_CEREMONY)
    if ceremony.kind is not kind:
        return Refused(Reason.WRONG_KIND)
    return None


def why_not_open(state: CeremonyState, expires_ms: int, now_ms: int) -> Refused:
    """The reason behind a claim that found no open ceremony."""
    if state is CeremonyState.OPEN and expires_ms <= now_ms:
        return Refused(Reason.EXPIRED)
    return Refused(Reason.REPLAYED)


WRONG_CODES = frozenset({Reason.WRONG, Reason.CODE_USED, Reason.CODE_LATE, Reason.MALFORMED})


def tries_are_over(counted: int, most: int) -> bool:
    """Whether the try that was just counted is the last one of its ceremony."""
    return counted >= most


def sealed_row(ceremony: Ceremony) -> str:
    """The place of an enrolment's secret: it opens for no other ceremony and no other account."""
    return f"ceremonies/sealed_secret/{ceremony.id}/{ceremony.expectation.account}"
