"""Everything that administration does, over the same flows that people have themselves; each
method is one sentence of a transaction, and says no where the role matrix does."""

from counterfoil.administration.flows.applications import Applications
from counterfoil.administration.flows.looking import Looking
from counterfoil.administration.flows.people import People
from counterfoil.administration.flows.tokens import Tokens

__all__ = ["Administration"]


class Administration(People, Tokens, Applications, Looking):
    """All of it, as pages, API and command line see it."""

    __slots__ = ()
