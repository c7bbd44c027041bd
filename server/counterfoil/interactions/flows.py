"""Joins a ceremony's verdict with the interaction that it is part of, and the browser's session.

The asynchronous ones open their own units of work: a slow proof takes two, around the
judgement.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from counterfoil.accounts import Account
from counterfoil.accounts.rules import clean_label
from counterfoil.audit import Where
from counterfoil.ceremonies import Begun, Claimed, Settled
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose, Verified
from counterfoil.interactions import rules, store
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
)
from counterfoil.interactions.openings import Openings
from counterfoil.kit.ids import CeremonyId, InteractionId, SessionId
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited
from counterfoil.notices import Told
from counterfoil.sessions import Session
from counterfoil.store import Transaction

Claim: TypeAlias = Callable[[Transaction], Claimed | Refused]


@dataclass(frozen=True, slots=True)
class Shown:
    """A proof that held: the interaction after it, and the new secret for the cookie."""

    interaction: Interaction
    cookie: Secret


@dataclass(frozen=True, slots=True)
class _Broken:
    """A judgement that broke, to be raised when its claim is committed."""

    error: Exception


class Interactions(Openings):
    """An interaction from its opening to its fruit."""

    __slots__ = ()

    # --- the ceremony in it --------------------------------------------------------------------

    def begin(
        self,
        tx: Transaction,
        interaction_id: InteractionId,
        session: Session,
        kind: KindName,
        purpose: Purpose,
        where: Where,
        *,
        alone: bool,
    ) -> Begun | Refused:
        """Begins what is due in the interaction, and nothing else; FLOODED for strangers who
        try too often. Nothing is proved that was not begun."""
        flooded = self.refuse_flood(tx, session, where, Limited.TRY)
        if flooded is not None:
            return flooded
        interaction = self.find(tx, interaction_id, session.id)
        if isinstance(interaction, Refused):
            return interaction
        if interaction.purpose is InteractionPurpose.ENROL:
            # The page may have waited: the touch must be fresh when the key is asked for.
            stale = self.sessions.hold(tx, session.id) or self.refuse_adding(tx, session)
            if stale is not None:
                return stale
        alone = alone and kind is KindName.WEBAUTHN
        account = self._account_of_ceremony(tx, interaction, kind, purpose, alone)
        if isinstance(account, Refused):
            return account
        has_password = account is not None and self.can_use_second_key(tx, account.id)
        refused = rules.refuse_out_of_turn(
            interaction, kind, purpose, alone=alone, has_password=has_password
        )
        if refused is not None:
            return refused
        if purpose is Purpose.STEP_UP:
            alone = not has_password
        going_on = self.ceremonies.resume(
            tx, interaction.id, None if account is None else account.id, kind, purpose
        )
        if going_on is not None:
            return going_on
        return self.ceremonies.begin(tx, interaction.id, kind, purpose, account, alone=alone)

    async def prove(
        self, ceremony_id: CeremonyId, session: Session, proof: Proof, label: str, where: Where
    ) -> Shown | Refused:
        """Claims, judges and settles the ceremony, and moves its interaction and session on."""
        label = clean_label(label, "")

        def claim(tx: Transaction) -> Claimed | Refused:
            return self._claim(tx, ceremony_id, session, proof, where)

        return await self._prove(claim, session, proof.kind, label, where)

    async def prove_form(
        self,
        interaction_id: InteractionId,
        session: Session,
        purpose: Purpose,
        proof: Proof,
        where: Where,
        *,
        ceremony: CeremonyId | None = None,
        label: str = "",
    ) -> Shown | Refused:
        """A proof from a form: without a `ceremony` one begins, or goes on, with the proof itself.

        What begins with it is claimed in the same transaction.
        """
        label = clean_label(label, "")

        def claim(tx: Transaction) -> Claimed | Refused:
            if ceremony is not None:
                return self._claim(tx, ceremony, session, proof, where)
            begun = self._ceremony_of_form(tx, interaction_id, session, proof.kind, purpose, where)
            if isinstance(begun, Refused):
                return begun
            return self._claim(tx, begun, session, proof, where)

        return await self._prove(claim, session, proof.kind, label, where)

    async def prove_password(
        self,
        interaction_id: InteractionId,
        session: Session,
        purpose: Purpose,
        name: str,
        password: Secret,
        where: Where,
    ) -> Shown | Refused:
        """A password from a form: its ceremony begins with the proof itself."""
        proof = Proof(KindName.PASSWORD, {"name": name, "password": password.reveal()})
        return await self.prove_form(interaction_id, session, purpose, proof, where)

    def cancel(
        self, tx: Transaction, ceremony_id: CeremonyId, session_id: SessionId, where: Where
    ) -> None | Refused:
        interaction = store.find_of_ceremony(tx, ceremony_id)
        refused = rules.refuse_unusable(interaction, session_id, self.clock.now_ms())
        if refused is not None or interaction is None:
            return refused or Refused(Reason.NOT_FOUND)
        return self.ceremonies.cancel(tx, ceremony_id, interaction.id, where)

    # --- steps ------------------------------------------------------------------------------------

    async def _prove(
        self, claim: Claim, session: Session, kind: KindName, label: str, where: Where
    ) -> Shown | Refused:
        """One transaction for a fast kind; for a slow one two, with the judgement between."""
        if not self.ceremonies.kinds[kind].slow:
            outcome = await self.store.write(
                lambda tx: self._prove_at_once(tx, claim, session, label, where)
            )
            if isinstance(outcome, _Broken):
                raise outcome.error
            return outcome
        with self.judges.place() as busy:
            if busy is not None:
                return busy
            claimed = await self.store.write(claim)
            if isinstance(claimed, Refused):
                return claimed
            verdict = await self.judges.judge(lambda: self.ceremonies.judge(claimed))
            return await self.store.write(
                lambda tx: self._settle(tx, session, claimed, verdict, label, where)
            )

    def _prove_at_once(
        self, tx: Transaction, claim: Claim, session: Session, label: str, where: Where
    ) -> Shown | Refused | _Broken:
        claimed = claim(tx)
        if isinstance(claimed, Refused):
            return claimed
        try:
            verdict = self.ceremonies.judge(claimed)
        except Exception as error:  # noqa: BLE001  # whatever broke, the challenge is spent
            return _Broken(error)
        return self._settle(tx, session, claimed, verdict, label, where)

    def _ceremony_of_form(
        self,
        tx: Transaction,
        interaction_id: InteractionId,
        session: Session,
        kind: KindName,
        purpose: Purpose,
        where: Where,
    ) -> CeremonyId | Refused:
        """The open one that this is a further try of, else a new one."""
        begun = self.begin(tx, interaction_id, session, kind, purpose, where, alone=False)
        return begun if isinstance(begun, Refused) else begun.ceremony

    def _claim(
        self,
        tx: Transaction,
        ceremony_id: CeremonyId,
        session: Session,
        proof: Proof,
        where: Where,
    ) -> Claimed | Refused:
        interaction = store.find_of_ceremony(tx, ceremony_id)
        refused = rules.refuse_unusable(interaction, session.id, self.clock.now_ms())
        if refused is not None or interaction is None:
            return refused or Refused(Reason.NOT_FOUND)
        if interaction.state is not InteractionState.OPEN:
            return Refused(Reason.REPLAYED)
        return self.ceremonies.claim(tx, ceremony_id, interaction.id, proof, where)

    def _settle(
        self,
        tx: Transaction,
        session: Session,
        claimed: Claimed,
        verdict: Verified | Refused,
        label: str,
        where: Where,
    ) -> Shown | Refused:
        # Held from here, so that nothing is written for a proof that comes too late.
        before = store.lock(tx, claimed.ceremony.interaction)
        if before is None:
            verdict = Refused(Reason.SIGNED_OUT)
        elif before.state is not InteractionState.OPEN:
            verdict = Refused(Reason.LOST_RACE)
        elif isinstance(verdict, Verified):
            verdict = rules.refuse_late(before, claimed.ceremony.kind) or verdict
        changes_password = before is not None and before.purpose is InteractionPurpose.ENROL
        keep = session.id if changes_password else None
        settled = self.ceremonies.settle(tx, claimed, verdict, label, where, keep=keep)
        if isinstance(settled, Refused):
            if settled.reason is Reason.TRIES_SPENT and before is not None:
                self._begin_anew(tx, before, where)
            return settled
        assert before is not None, "without a session the verdict is a refusal"
        if before.purpose is InteractionPurpose.FIRST_VISIT:
            # Whoever is setting up knows what they do; the letter tells it in any case.
            self.accounts.notices.see(tx, settled.account)
        return self._advance(tx, session, before, settled, where)

    def _advance(
        self,
        tx: Transaction,
        session: Session,
        before: Interaction,
        settled: Settled,
        where: Where,
    ) -> Shown | Refused:
        known = rules.forget_stale(before, self.clock.now_ms())
        after = rules.after(known, settled.account, settled.purpose, settled.factor)
        moved = self._move_session(tx, session, after, where)
        if isinstance(moved, Refused):
            return moved
        session_id, cookie = moved
        after = replace(after, session=session_id)
        if not store.advance(tx, before, after):
            return Refused(Reason.LOST_RACE)
        return Shown(after, cookie)

    def _begin_anew(self, tx: Transaction, spent: Interaction, where: Where) -> None:
        """Whoever guesses codes needs the password again for every few of them, and the person
        hears that somebody knows it."""
        if spent.purpose is InteractionPurpose.SIGN_IN:
            store.advance(tx, spent, rules.forgotten(spent))
            if spent.account is not None:
                self.accounts.notices.tell(tx, spent.account, Told.CODES_GUESSED, where)
        elif spent.purpose is InteractionPurpose.STEP_UP:
            store.end(tx, spent.id, InteractionState.OPEN, InteractionState.CANCELLED)

    def _move_session(
        self, tx: Transaction, session: Session, after: Interaction, where: Where
    ) -> tuple[SessionId, Secret] | Refused:
        """The cookie's secret changes at every factor; the session becomes the person's when
        a sign-in or step-up is done. An enrolment proves nothing that signs in."""
        proves_person = after.purpose in (InteractionPurpose.SIGN_IN, InteractionPurpose.STEP_UP)
        # The old password's place in the session is taken by the new one.
        changed = after.purpose is InteractionPurpose.ENROL and after.has_password
        if not (proves_person or changed) or after.state is not InteractionState.DONE:
            cookie = self.sessions.rotate(tx, session.id)
            return cookie if isinstance(cookie, Refused) else (session.id, cookie)
        assert after.account is not None
        prove = (
            self.sessions.step_up
            if after.purpose is not InteractionPurpose.SIGN_IN
            else self.sessions.sign_in
        )
        proven = prove(tx, session, after.account, after.factors, where)
        return proven if isinstance(proven, Refused) else (proven[0].id, proven[1])

    def _account_of_ceremony(
        self,
        tx: Transaction,
        interaction: Interaction,
        kind: KindName,
        purpose: Purpose,
        alone: bool,
    ) -> Account | None | Refused:
        """Whom the ceremony is bound to; None while nobody has been recognised."""
        recognises = purpose is Purpose.SIGN_IN and (kind is KindName.PASSWORD or alone)
        if recognises or interaction.account is None:
            return None
        account = self.accounts.find(tx, interaction.account)
        if account is None or not account.active:
            return Refused(Reason.ACCOUNT_DISABLED)
        return account
