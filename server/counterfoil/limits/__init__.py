"""How often strangers may ask, by the address that they come from; shared by all workers."""

from counterfoil.limits.flows import Limits
from counterfoil.limits.rules import Limited

__all__ = ["Limited", "Limits"]
