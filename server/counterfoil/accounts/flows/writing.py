"""What every flow of this slice writes with: the clock, the keyring, and the event beside it."""

from dataclasses import dataclass

from counterfoil.audit import What, Where, record
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId
from counterfoil.kit.sealing import Keyring
from counterfoil.notices import Notices, Told
from counterfoil.store import Transaction

NOWHERE = Where("", "")


@dataclass(frozen=True, slots=True)
class Writing:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    notices: Notices

    def _tell(
        self,
        tx: Transaction,
        what: What,
        account_id: AccountId,
        actor: str,
        where: Where = NOWHERE,
        subject: str | None = None,
        **details: str | int | bool | None,
    ) -> None:
        record(
            tx,
            what,
            at_ms=self.clock.now_ms(),
            actor=actor,
            account=account_id,
            subject=subject,
            reason=None,
            address=where.address,
            **details,
        )

    def _tell_person(
        self,
        tx: Transaction,
        what: Told,
        account_id: AccountId,
        where: Where,
        actor: str | None = None,
        **details: str | int,
    ) -> None:
        """The person's notice and letter; what others did comes from the service, not from where
        one of its people sits."""
        by_the_person = actor is None or actor == account_id
        self.notices.tell(tx, account_id, what, where if by_the_person else NOWHERE, **details)
