"""Where a ceremony's factor meets a browser's session: what is due next, and what is done."""

from counterfoil.interactions.flows import Interactions, Shown
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
    Step,
)

__all__ = [
    "Interaction",
    "InteractionPurpose",
    "InteractionState",
    "Interactions",
    "Shown",
    "Step",
]
