"""The one place where attempts on an authenticator are counted, delayed and come to an end."""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.accounts import rules as account_rules
from counterfoil.accounts import store as account_store
from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Kind, Known
from counterfoil.kit.clock import Clock
from counterfoil.notices import Notices, Told
from counterfoil.store import Transaction


@dataclass(frozen=True, slots=True)
class Attempts:
    clock: Clock
    notices: Notices

    def count(self, tx: Transaction, kind: Kind, enrolled: Sequence[Known]) -> tuple[Known, ...]:
        """Counts an attempt on each authenticator that the proof may be for, before judging.

        Answers with those that may be tried now; the others are blocked. The delay is set with
        the count, so that a burst of rivals finds it; success lifts it.
        """
        most = account_rules.MAX_FAILURES if kind.guessable else None
        known, now_ms = [], self.clock.now_ms()
        for authenticator in enrolled:
            counted = account_store.count_attempt(tx, authenticator.id, now_ms, most)
            if counted is None:
                continue
            known.append(authenticator)
            if kind.guessable and counted >= account_rules.FREE_FAILURES:
                until_ms = now_ms + account_rules.delay_after(counted)
                account_store.delay(tx, authenticator.id, until_ms)
        return tuple(known)

    def why_blocked(
        self, tx: Transaction, blocked: Sequence[Known], *, recognised: bool
    ) -> Refused:
        """Whoever is recognised hears how long to wait; a name alone gives nothing away."""
        if not recognised:
            return Refused(Reason.BLOCKED)
        until_ms = account_store.blocked_until(tx, [known.id for known in blocked])
        wait_ms = (until_ms or 0) - self.clock.now_ms()
        return Refused(Reason.TOO_MANY, by_s=max(1, -(-wait_ms // 1000)))

    def calm(self, tx: Transaction, kind: Kind, known: Sequence[Known], used: Known) -> None:
        """A code was counted on each of the person's phones; one fitted, so none has failed."""
        others = [other.id for other in known if other.id != used.id]
        if others and kind.guessable:
            account_store.calm(tx, others)

    def disable_exhausted(self, tx: Transaction, known: Sequence[Known], where: Where) -> None:
        """100 failures without a success: bound again or reset, never merely waited for."""
        for authenticator in known:
            if account_store.disable_exhausted(tx, authenticator.id, account_rules.MAX_FAILURES):
                record(
                    tx,
                    What.AUTHENTICATOR_DISABLED,
                    at_ms=self.clock.now_ms(),
                    actor="nobody",
                    account=authenticator.account,
                    subject=authenticator.id,
                    address=where.address,
                )
                self._tell_owner(tx, authenticator, where)

    def _tell_owner(self, tx: Transaction, disabled: Known, where: Where) -> None:
        enrolled = account_store.list_authenticators(tx, disabled.account)
        told = {a.id: {"kind": a.kind.value, "label": a.label} for a in enrolled}
        facts = told.get(disabled.id, {})
        self.notices.tell(tx, disabled.account, Told.TOKEN_DISABLED, where, **facts)
