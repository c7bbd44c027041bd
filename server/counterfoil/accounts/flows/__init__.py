"""What is done with people, their links and their authenticators; each method is one sentence
of a transaction, and writes its event into the same one."""

from counterfoil.accounts.flows.enrolled import Enrolled, sealed_row
from counterfoil.accounts.flows.links import NEW_PASSWORD, Link, Links
from counterfoil.accounts.flows.people import People
from counterfoil.accounts.flows.writing import NOWHERE

__all__ = ["NEW_PASSWORD", "NOWHERE", "Accounts", "Link", "sealed_row"]


class Accounts(People, Links, Enrolled):
    """All of the flows of this slice, as the others see them."""

    __slots__ = ()
