"""begin -> proof -> verified factor: the one place where a challenge is spent, an attempt
counted, a limit applied and an event written."""

from counterfoil.ceremonies.ceremony import Begun, Ceremony, CeremonyState, Claimed, Settled
from counterfoil.ceremonies.flows import Ceremonies

__all__ = ["Begun", "Ceremonies", "Ceremony", "CeremonyState", "Claimed", "Settled"]
