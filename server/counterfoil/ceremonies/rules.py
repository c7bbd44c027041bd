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
