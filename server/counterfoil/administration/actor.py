"""Who administers: somebody with a role, or the operator at the machine."""

from dataclasses import dataclass
from typing import TypeAlias

from counterfoil.accounts import Account


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever has the command line, the database and the root key: above every role."""

    id: str = "operator"


OPERATOR = Operator()

Actor: TypeAlias = Account | Operator
