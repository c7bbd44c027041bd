"""What every flow of administration begins with: who acts, as they are now, and on whom."""

from dataclasses import dataclass

from counterfoil.accounts import Account, Accounts
from counterfoil.administration.actor import Actor, Operator
from counterfoil.administration.rules import Action, refuse
from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.kit.ids import AccountId, is_id
from counterfoil.oauth import Clients
from counterfoil.sessions import Sessions
from counterfoil.store import Transaction


@dataclass(frozen=True, slots=True)
class Desk:
    clock: Clock
    accounts: Accounts
    sessions: Sessions
    registry: Clients

    def _refuse(self, tx: Transaction, action: Action, actor: Actor) -> Refused | None:
        """FORBIDDEN unless the actor's role, as it is now, has the action."""
        now = self._as_now(tx, actor)
        return (
            Refused(Reason.FORBIDDEN, "the actor is gone") if now is None else refuse(action, now)
        )

    def _target(
        self, tx: Transaction, action: Action, actor: Actor, account_id: AccountId
    ) -> Account | Refused:
        """Whom it is done to; FORBIDDEN and ONESELF by the matrix, else NOT_FOUND."""
        refused = self._refuse(tx, action, actor)
        if refused is not None:
            return refused
        target = self.accounts.find(tx, account_id) if is_id(account_id) else None
        if target is None:
            return Refused(Reason.NOT_FOUND)
        # The role that counts is not the one of when the request was read.
        now = self._as_now(tx, actor)
        assert now is not None
        return refuse(action, now, target) or target

    def _as_now(self, tx: Transaction, actor: Actor) -> Actor | None:
        return actor if isinstance(actor, Operator) else self.accounts.find(tx, actor.id)
