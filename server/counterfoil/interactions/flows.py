"""Opens interactions, and joins a ceremony's verdict with the browser's session.

The asynchronous ones open their own units of work: a slow proof takes two, around the
judgement.
"""

from dataclasses import dataclass, replace

from counterfoil.accounts import Account, Accounts
from counterfoil.accounts.rules import clean_label
from counterfoil.assurance import touched_within
from counterfoil.audit import Where
from counterfoil.ceremonies import Begun, Ceremonies, Claimed, Settled
from counterfoil.ceremonies.judges import Judges
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose, Verified
from counterfoil.interactions import rules, store
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
)
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, CeremonyId, InteractionId, SessionId, new_interaction_id
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited, Limits
from counterfoil.sessions import Session, Sessions
from counterfoil.store import Store, Transaction

DEFAULT_LABEL = "Security key"


@dataclass(frozen=True, slots=True)
class Shown:
    """A proof that held: the interaction after it, and the new secret for the cookie."""

    interaction: Interaction
    cookie: Secret


@dataclass(frozen=True, slots=True)
class _Broken:
    """A judgement that broke, to be raised when its claim is committed."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Interactions:
    clock: Clock
    entropy: Entropy
    store: Store
    accounts: Accounts
    ceremonies: Ceremonies
    sessions: Sessions
    judges: Judges
    limits: Limits
    interaction_s: int
    enrolment_s: int
    step_up_s: int

    # --- opening ---------------------------------------------------------------------------

    def open_sign_in(
        self, tx: Transaction, session_id: SessionId, request: str | None
    ) -> Interaction:
        """Nobody is recognised yet, whoever the session belongs to."""
        return self._open(tx, session_id, InteractionPurpose.SIGN_IN, request, None)

    def open_done(self, tx: Transaction, session: Session, request: str) -> Interaction:
        """Nothing to prove: the session's factors are enough, only consent is missing."""
        done = replace(
            self._new(session.id, InteractionPurpose.SIGN_IN, request, session.account),
            state=InteractionState.DONE,
            factors=session.factors,
        )
        store.insert_interaction(tx, done)
        return done

    def open_first_visit(
        self, tx: Transaction, session_id: SessionId, token: Secret, where: Where
    ) -> Interaction | Refused:
        """Spends the invitation, and binds it to the browser that brought it."""
        account = self.accounts.claim_invitation(tx, token, where)
        if isinstance(account, Refused):
            return account
        return self._open(tx, session_id, InteractionPurpose.FIRST_VISIT, None, account.id)

    def open_enrolment(self, tx: Transaction, session: Session) -> Interaction | Refused:
        """Another authenticator; LEVEL_TOO_LOW until the person has touched one just now."""
        refused = self.sessions.hold(tx, session.id) or self.refuse_stale(session)
        if refused is not None:
            return refused
        return self._open(tx, session.id, InteractionPurpose.ENROL, None, session.account)

    def open_step_up(
        self, tx: Transaction, session: Session, way_back: str
    ) -> Interaction | Refused:
        """One touch, and then on to `way_back`, a path of ours."""
        if session.account is None:
            return Refused(Reason.SIGNED_OUT)
        ended = self.sessions.hold(tx, session.id)
        if ended is not None:
            return ended
        return self._open(tx, session.id, InteractionPurpose.STEP_UP, way_back, session.account)

    def refuse_stale(self, session: Session) -> Refused | None:
        """Changes to one's own tokens need the strongest level held, touched just now."""
        if session.account is None:
            return Refused(Reason.SIGNED_OUT)
        if not touched_within(session.factors, self.step_up_s, self.clock.now_ms()):
            return Refused(Reason.LEVEL_TOO_LOW)
        return None

    def refuse_flood(
        self, tx: Transaction, session: Session | None, where: Where, what: Limited
    ) -> Refused | None:
        """Counts what a browser does that nobody is signed in with, by its address."""
        if session is not None and session.signed_in:
            return None
        return self.limits.refuse_flood(tx, where.address, what)

    # --- looking and ending ------------------------------------------------------------------

    def find(
        self, tx: Transaction, interaction_id: InteractionId, session_id: SessionId
    ) -> Interaction | Refused:
        interaction = store.find(tx, interaction_id)
        refused = rules.refuse_unusable(interaction, session_id, self.clock.now_ms())
        if refused is not None or interaction is None:
            return refused or Refused(Reason.NOT_FOUND)
        return rules.forget_stale(interaction, self.clock.now_ms())

    def finish(
        self, tx: Transaction, interaction_id: InteractionId, session_id: SessionId
    ) -> Interaction | Refused:
        """Takes the fruit of a done interaction, once; REPLAYED the second time."""
        interaction = self.find(tx, interaction_id, session_id)
        if isinstance(interaction, Refused):
            return interaction
        if not store.end(tx, interaction_id, InteractionState.DONE, InteractionState.FINISHED):
            return Refused(Reason.REPLAYED)
        return replace(interaction, state=InteractionState.FINISHED)

    def can_use_second_key(self, tx: Transaction, account_id: AccountId) -> bool:
        """Whether the account has a password beside which a key need not verify the person."""
        return any(
            a.kind is KindName.PASSWORD and a.live
            for a in self.accounts.authenticators(tx, account_id)
        )

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
            stale = self.sessions.hold(tx, session.id) or self.refuse_stale(session)
            if stale is not None:
                return stale
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
        return self.ceremonies.begin(tx, interaction.id, kind, purpose, account, alone=alone)

    async def prove(
        self, ceremony_id: CeremonyId, session: Session, proof: Proof, label: str, where: Where
    ) -> Shown | Refused:
        """Claims, judges and settles the ceremony, and moves its interaction and session on."""
        label = clean_label(label, DEFAULT_LABEL)
        if not self.ceremonies.kinds[proof.kind].slow:
            outcome = await self.store.write(
                lambda tx: self._prove_at_once(tx, ceremony_id, session, proof, label, where)
            )
            if isinstance(outcome, _Broken):
                raise outcome.error
            return outcome
        with self.judges.place() as busy:
            if busy is not None:
                return busy
            claimed = await self.store.write(
                lambda tx: self._claim(tx, ceremony_id, session, proof, where)
            )
            if isinstance(claimed, Refused):
                return claimed
            verdict = await self.judges.judge(lambda: self.ceremonies.judge(claimed))
            return await self.store.write(
                lambda tx: self._settle(tx, session, claimed, verdict, label, where)
            )

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
        begun = await self.store.write(
            lambda tx: self.begin(
                tx, interaction_id, session, KindName.PASSWORD, purpose, where, alone=False
            )
        )
        if isinstance(begun, Refused):
            return begun
        proof = Proof(KindName.PASSWORD, {"name": name, "password": password.reveal()})
        return await self.prove(begun.ceremony, session, proof, "", where)

    def cancel(
        self, tx: Transaction, ceremony_id: CeremonyId, session_id: SessionId, where: Where
    ) -> None | Refused:
        interaction = store.find_of_ceremony(tx, ceremony_id)
        refused = rules.refuse_unusable(interaction, session_id, self.clock.now_ms())
        if refused is not None or interaction is None:
            return refused or Refused(Reason.NOT_FOUND)
        return self.ceremonies.cancel(tx, ceremony_id, interaction.id, where)

    # --- steps ------------------------------------------------------------------------------------

    def _prove_at_once(
        self,
        tx: Transaction,
        ceremony_id: CeremonyId,
        session: Session,
        proof: Proof,
        label: str,
        where: Where,
    ) -> Shown | Refused | _Broken:
        claimed = self._claim(tx, ceremony_id, session, proof, where)
        if isinstance(claimed, Refused):
            return claimed
        try:
            verdict = self.ceremonies.judge(claimed)
        except Exception as error:  # noqa: BLE001  # whatever broke, the challenge is spent
            return _Broken(error)
        return self._settle(tx, session, claimed, verdict, label, where)

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
        settled = self.ceremonies.settle(tx, claimed, verdict, label, where)
        if isinstance(settled, Refused):
            return settled
        assert before is not None, "without a session the verdict is a refusal"
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

    def _move_session(
        self, tx: Transaction, session: Session, after: Interaction, where: Where
    ) -> tuple[SessionId, Secret] | Refused:
        """The cookie's secret changes at every factor; the session becomes the person's when
        a sign-in or step-up is done. An enrolment proves nothing that signs in."""
        proves_person = after.purpose in (InteractionPurpose.SIGN_IN, InteractionPurpose.STEP_UP)
        if not proves_person or after.state is not InteractionState.DONE:
            cookie = self.sessions.rotate(tx, session.id)
            return cookie if isinstance(cookie, Refused) else (session.id, cookie)
        assert after.account is not None
        prove = (
            self.sessions.step_up
            if after.purpose is InteractionPurpose.STEP_UP
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

    def _open(
        self,
        tx: Transaction,
        session_id: SessionId,
        purpose: InteractionPurpose,
        request: str | None,
        account: AccountId | None,
    ) -> Interaction:
        interaction = self._new(session_id, purpose, request, account)
        store.insert_interaction(tx, interaction)
        return interaction

    def _new(
        self,
        session_id: SessionId,
        purpose: InteractionPurpose,
        request: str | None,
        account: AccountId | None,
    ) -> Interaction:
        now_ms = self.clock.now_ms()
        enrols = purpose in (InteractionPurpose.FIRST_VISIT, InteractionPurpose.ENROL)
        lifetime_s = self.enrolment_s if enrols else self.interaction_s
        return Interaction(
            id=new_interaction_id(self.entropy),
            session=session_id,
            purpose=purpose,
            state=InteractionState.OPEN,
            request=request,
            account=account,
            factors=(),
            made_ms=now_ms,
            expires_ms=now_ms + lifetime_s * 1000,
        )
