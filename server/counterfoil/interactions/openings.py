"""Opens, finds and ends interactions, and says how fresh a proof must be for what comes next."""

from dataclasses import dataclass, replace

from counterfoil.accounts import Accounts
from counterfoil.assurance import Level, fresh_level
from counterfoil.audit import Where
from counterfoil.ceremonies import Ceremonies
from counterfoil.ceremonies.judges import Judges
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.interactions import rules, store
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
)
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, InteractionId, SessionId, new_interaction_id
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited, Limits
from counterfoil.sessions import Session, Sessions
from counterfoil.store import Store, Transaction


@dataclass(frozen=True, slots=True)
class Openings:
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

    def open_new_password(
        self, tx: Transaction, session_id: SessionId, token: Secret, where: Where
    ) -> Interaction | Refused:
        """Spends a password link, and binds it to the browser that brought it."""
        account = self.accounts.claim_password_link(tx, token, where)
        if isinstance(account, Refused):
            return account
        return self._open(tx, session_id, InteractionPurpose.NEW_PASSWORD, None, account.id)

    def open_enrolment(self, tx: Transaction, session: Session) -> Interaction | Refused:
        """Another authenticator; LEVEL_TOO_LOW until the strongest that is held was just proven."""
        refused = self.sessions.hold(tx, session.id) or self.refuse_adding(tx, session)
        if refused is not None:
            return refused
        return self._open(tx, session.id, InteractionPurpose.ENROL, None, session.account)

    def open_step_up(
        self, tx: Transaction, session: Session, way_back: str, least: Level
    ) -> Interaction | Refused:
        """One proof of at least this level, and then on to `way_back`, a path of ours."""
        if session.account is None:
            return Refused(Reason.SIGNED_OUT)
        ended = self.sessions.hold(tx, session.id)
        if ended is not None:
            return ended
        interaction = self._new(session.id, InteractionPurpose.STEP_UP, way_back, session.account)
        interaction = replace(interaction, least=least)
        store.insert_interaction(tx, interaction)
        return interaction

    # --- how fresh a proof must be -----------------------------------------------------------

    def refuse_stale(self, session: Session, least: Level) -> Refused | None:
        """LEVEL_TOO_LOW unless something of at least this level was proven just now.

        Adding needs the strongest level held (`least_to_add`), removing that of the removed
        token (`rules.level_of`), suspending a lost one any second factor (`Level.OTP`).
        """
        if session.account is None:
            return Refused(Reason.SIGNED_OUT)
        proven = fresh_level(session.factors, self.step_up_s, self.clock.now_ms())
        return Refused(Reason.LEVEL_TOO_LOW) if proven is None or proven < least else None

    def refuse_adding(self, tx: Transaction, session: Session) -> Refused | None:
        if session.account is None:
            return Refused(Reason.SIGNED_OUT)
        return self.refuse_stale(session, self.least_to_add(tx, session.account))

    def least_to_add(self, tx: Transaction, account_id: AccountId) -> Level:
        """The strongest level among the account's live tokens."""
        held = self.accounts.authenticators(tx, account_id)
        return rules.strongest(a.kind for a in held if a.live)

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

    def decline(
        self, tx: Transaction, interaction_id: InteractionId, session_id: SessionId
    ) -> Interaction | Refused:
        """A first visit without what it offers now."""
        before = self.find(tx, interaction_id, session_id)
        if isinstance(before, Refused):
            return before
        if before.purpose is not InteractionPurpose.FIRST_VISIT:
            return Refused(Reason.NOT_FOUND)
        after = rules.declining(before)
        if isinstance(after, Refused):
            return after
        if not store.decline(tx, before.id, before.request, after.request or ""):
            return Refused(Reason.LOST_RACE)
        if after.state is InteractionState.DONE:
            store.end(tx, before.id, InteractionState.OPEN, InteractionState.DONE)
        return after

    def can_use_second_key(self, tx: Transaction, account_id: AccountId) -> bool:
        """Whether the account has a password beside which a key need not verify the person."""
        return any(
            a.kind is KindName.PASSWORD and a.live
            for a in self.accounts.authenticators(tx, account_id)
        )

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
