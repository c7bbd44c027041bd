"""The one lifecycle: begin, claim, judge, settle, cancel; the same for every kind.

`claim` spends the challenge and counts the attempt before anything is judged; `judge`
touches no database; `settle` writes by compare-and-swap. A fast kind does all three in one
transaction, a slow one commits the claim first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.accounts import Account, AccountState
from counterfoil.accounts import store as account_store
from counterfoil.accounts.flows import Accounts, sealed_row
from counterfoil.audit import What, Where, record
from counterfoil.ceremonies import rules, store
from counterfoil.ceremonies.attempts import Attempts
from counterfoil.ceremonies.ceremony import Begun, Ceremony, CeremonyState, Claimed, Settled
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Kind, KindName, Known, Pointer, Proof, Purpose, Verified, Wish
from counterfoil.factors.registry import Registry
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import (
    AccountId,
    AuthenticatorId,
    CeremonyId,
    InteractionId,
    SessionId,
    new_ceremony_id,
)
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.sealing import DataKeyPurpose, Keyring
from counterfoil.notices import Told
from counterfoil.store import Transaction


@dataclass(frozen=True, slots=True)
class Ceremonies:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    kinds: Registry
    accounts: Accounts
    ceremony_s: int

    @property
    def attempts(self) -> Attempts:
        return Attempts(self.clock, self.accounts.notices)

    def begin(
        self,
        tx: Transaction,
        interaction: InteractionId,
        kind_name: KindName,
        purpose: Purpose,
        account: Account | None,
        *,
        alone: bool,
    ) -> Begun | Refused:
        """Opens a ceremony bound to account, purpose, interaction and kind."""
        kind = self.kinds[kind_name]
        known, _ = self._known(tx, kind, None if account is None else account.id)
        wish = Wish(purpose, None if account is None else account.as_person(), alone)
        begun = kind.begin(wish, known, self.entropy)
        if isinstance(begun, Refused):
            return begun
        challenge, expectation = begun
        now_ms = self.clock.now_ms()
        ceremony = Ceremony(
            new_ceremony_id(self.entropy),
            interaction,
            kind_name,
            expectation,
            now_ms + self.ceremony_s * 1000,
        )
        store.insert_open(tx, ceremony, self._seal(ceremony), now_ms)
        return Begun(ceremony.id, kind_name, challenge.public, self.ceremony_s)

    def claim(
        self,
        tx: Transaction,
        ceremony_id: CeremonyId,
        interaction: InteractionId,
        proof: Proof,
        where: Where,
    ) -> Claimed | Refused:
        """Spends the challenge and counts the attempt. The spending stays when it refuses."""
        kind = self.kinds[proof.kind]
        # Bound in the claim itself: a stranger must not spend somebody else's challenge.
        found = store.claim(
            tx, ceremony_id, interaction, kind.name, kind.tries, self.clock.now_ms()
        )
        if found is None:
            return self._why_not_claimed(tx, ceremony_id, interaction, proof.kind)
        ceremony = self._unsealed(*found)
        if ceremony.purpose is Purpose.ENROL:
            return Claimed(ceremony, proof, ceremony.expectation.account, (), {})
        try:
            pointer = kind.pointer(proof)
        except Malformed as error:
            refused = Refused(Reason.MALFORMED, str(error))
            return self._refuse(tx, ceremony, refused, where, ceremony.expectation.account)
        named = self._named(tx, ceremony, pointer)
        enrolled, versions = self._known(tx, kind, named, pointer.credential_id)
        account_id = named or self._owner(tx, enrolled, pointer)
        known = self.attempts.count(tx, kind, enrolled)
        blocked = None
        if enrolled and not known:
            recognised = ceremony.expectation.account is not None
            blocked = self.attempts.why_blocked(tx, enrolled, recognised=recognised)
        # What is blocked is judged all the same, so that its time tells nothing.
        return Claimed(ceremony, proof, account_id, known or enrolled, versions, blocked)

    def resume(
        self,
        tx: Transaction,
        interaction: InteractionId,
        account: AccountId | None,
        kind: KindName,
        purpose: Purpose,
    ) -> Begun | None:
        """The open ceremony that a further try in the same interaction belongs to.

        Tries are counted for each ceremony: nobody gets more of them by beginning again.
        """
        if account is None or self.kinds[kind].tries == 1 or purpose is Purpose.ENROL:
            return None
        now_ms = self.clock.now_ms()
        found = store.find_open(tx, interaction, account, kind, purpose, now_ms)
        if found is None:
            return None
        ceremony, expires_ms = found
        return Begun(ceremony, kind, {}, (expires_ms - now_ms) // 1000)

    def judge(self, claimed: Claimed) -> Verified | Refused:
        """The kind's verdict; no database, and a form that cannot be read is a refusal."""
        kind, expectation = self.kinds[claimed.ceremony.kind], claimed.ceremony.expectation
        try:
            verdict = kind.judge(expectation, claimed.proof, claimed.known, self.clock.now_ms())
        except Malformed as error:
            verdict = Refused(Reason.MALFORMED, str(error))
        return claimed.refused or verdict

    def settle(
        self,
        tx: Transaction,
        claimed: Claimed,
        verdict: Verified | Refused,
        label: str,
        where: Where,
        *,
        keep: SessionId | None = None,
    ) -> Settled | Refused:
        """Writes the verdict, and what the authenticator must be after it.

        `keep`: the session in which a new password is chosen, which outlives the old one.
        """
        ceremony = claimed.ceremony
        if isinstance(verdict, Refused):
            return self._refuse(tx, ceremony, verdict, where, claimed.account, claimed.known)
        if ceremony.purpose is Purpose.ENROL:
            outcome = self._enrol(tx, ceremony, verdict, label, where, keep)
        else:
            outcome = self._use(tx, claimed, verdict, where)
        if isinstance(outcome, Refused):
            return self._refuse(tx, ceremony, outcome, where, claimed.account, claimed.known)
        store.settle(
            tx, ceremony.id, CeremonyState.VERIFIED, None, before=self._state_after_claim(ceremony)
        )
        record(
            tx,
            What.VERIFIED,
            at_ms=self.clock.now_ms(),
            actor=outcome.account,
            account=outcome.account,
            subject=outcome.factor.authenticator,
            address=where.address,
            kind=ceremony.kind.value,
            purpose=ceremony.purpose.value,
        )
        return outcome

    def cancel(
        self, tx: Transaction, ceremony_id: CeremonyId, interaction: InteractionId, where: Where
    ) -> None | Refused:
        """The person stopped it: the challenge is spent."""
        found = store.find(tx, ceremony_id)
        if found is None or found[0].interaction != interaction:
            return Refused(Reason.NOT_FOUND)
        if not store.cancel(tx, ceremony_id):
            return Refused(Reason.REPLAYED)
        account = found[0].expectation.account
        record(
            tx,
            What.CANCELLED,
            at_ms=self.clock.now_ms(),
            actor=account or "nobody",
            account=account,
            subject=ceremony_id,
            address=where.address,
            kind=found[0].kind.value,
            purpose=found[0].purpose.value,
        )
        return None

    # --- steps ------------------------------------------------------------------------------

    def _why_not_claimed(
        self,
        tx: Transaction,
        ceremony_id: CeremonyId,
        interaction: InteractionId,
        kind: KindName,
    ) -> Refused:
        found = store.find(tx, ceremony_id)
        if found is None:
            return Refused(Reason.NOT_FOUND)
        ceremony, state = found
        return rules.refuse_other_binding(ceremony, interaction, kind) or rules.why_not_open(
            state, ceremony.expires_ms, self.clock.now_ms()
        )

    def _named(self, tx: Transaction, ceremony: Ceremony, pointer: Pointer) -> AccountId | None:
        """Whose ceremony it is, or whose name the proof says; unknown stays nobody."""
        if ceremony.expectation.account is not None or pointer.name is None:
            return ceremony.expectation.account
        account = self.accounts.find_by_name(tx, pointer.name)
        return None if account is None else account.id

    def _owner(self, tx: Transaction, known: Sequence[Known], pointer: Pointer) -> AccountId | None:
        """Whose the shown credential is, also when nothing of theirs may be used now."""
        if known:
            return known[0].account
        if pointer.credential_id is None:
            return None
        return account_store.owner_of(tx, pointer.credential_id)

    def _known(
        self,
        tx: Transaction,
        kind: Kind,
        account_id: AccountId | None,
        credential_id: bytes | None = None,
    ) -> tuple[tuple[Known, ...], dict[AuthenticatorId, int]]:
        """What a proof may use; nothing while neither account nor credential is known."""
        if account_id is None and credential_id is None:
            return (), {}
        rows = account_store.known_rows(
            tx, kind.name, account_id=account_id, credential_id=credential_id
        )
        known = tuple(
            Known(
                id=AuthenticatorId(row.id),
                account=AccountId(row.account_id),
                user_handle=row.user_handle,
                credential_id=row.credential_id,
                facts=row.facts,
                secret=self._open(row.id, row.account_id, row.sealed_secret),
            )
            for row in rows
        )
        return known, {AuthenticatorId(row.id): row.version for row in rows}

    def _open(self, authenticator: str, account: str, blob: bytes | None) -> bytes:
        if blob is None:
            return b""
        row = sealed_row(AuthenticatorId(authenticator), AccountId(account))
        return self.keyring.open(DataKeyPurpose.AUTHENTICATORS, row, blob)

    def _enrol(
        self,
        tx: Transaction,
        ceremony: Ceremony,
        verdict: Verified,
        label: str,
        where: Where,
        keep: SessionId | None,
    ) -> Settled | Refused:
        account_id = ceremony.expectation.account
        assert account_id is not None, "an enrolment is bound to an account from its beginning"
        enrolled = self.accounts.enrol(
            tx, account_id, ceremony.kind, verdict.record, label, where, keep=keep
        )
        if isinstance(enrolled, Refused):
            return enrolled
        factor = verdict.as_factor(enrolled.id, self.clock.now_ms(), ceremony.kind)
        return Settled(
            account_id, ceremony.interaction, ceremony.purpose, factor, enrolled=enrolled.id
        )

    def _use(
        self, tx: Transaction, claimed: Claimed, verdict: Verified, where: Where
    ) -> Settled | Refused:
        used = next(known for known in claimed.known if known.id == verdict.used)
        # Held, so that a disabling at the same moment finds the session that this opens.
        if account_store.lock_account(tx, used.account) is not AccountState.ACTIVE:
            return Refused(Reason.ACCOUNT_DISABLED)
        now_ms = self.clock.now_ms()
        written = account_store.write_used(
            tx, used.id, claimed.versions[used.id], verdict.record.facts, now_ms, where.address
        )
        if not written:
            return Refused(Reason.LOST_RACE)
        ceremony = claimed.ceremony
        self.attempts.calm(tx, self.kinds[ceremony.kind], claimed.known, used)
        if ceremony.expectation.account is None:
            store.bind_account(tx, ceremony.id, used.account)
        if ceremony.kind is KindName.RECOVERY:
            self.accounts.notices.tell(tx, used.account, Told.RECOVERY_CODE_USED, where)
        factor = verdict.as_factor(used.id, now_ms, ceremony.kind)
        return Settled(used.account, ceremony.interaction, ceremony.purpose, factor)

    def _refuse(
        self,
        tx: Transaction,
        ceremony: Ceremony,
        refused: Refused,
        where: Where,
        account: AccountId | None,
        known: Sequence[Known] = (),
    ) -> Refused:
        """Ends the ceremony when this was its last try, and disables what failed too often."""
        kind = self.kinds[ceremony.kind]
        if rules.tries_are_over(ceremony.tries, kind.tries):
            store.settle(tx, ceremony.id, CeremonyState.REFUSED, refused.reason)
            if kind.tries > 1 and refused.reason in rules.WRONG_CODES:
                refused = Refused(Reason.TRIES_SPENT, refused.reason.value)
        if kind.guessable:
            self.attempts.disable_exhausted(tx, known, where)
        if account is None:
            # An unknown name or key writes no event: nobody can fill the database with noise.
            return refused
        record(
            tx,
            What.REFUSED,
            at_ms=self.clock.now_ms(),
            actor="nobody",
            account=account,
            subject=known[0].id if len(known) == 1 else None,
            reason=refused.reason,
            address=where.address,
            kind=ceremony.kind.value,
            purpose=ceremony.purpose.value,
            detail=refused.detail,
        )
        return refused

    def _state_after_claim(self, ceremony: Ceremony) -> CeremonyState:
        over = rules.tries_are_over(ceremony.tries, self.kinds[ceremony.kind].tries)
        return CeremonyState.CLAIMED if over else CeremonyState.OPEN

    def _seal(self, ceremony: Ceremony) -> bytes | None:
        secret = ceremony.expectation.secret
        if not secret:
            return None
        row = rules.sealed_row(ceremony)
        return self.keyring.seal(DataKeyPurpose.AUTHENTICATORS, row, secret, self.entropy)

    def _unsealed(self, ceremony: Ceremony, blob: bytes | None) -> Ceremony:
        if blob is None:
            return ceremony
        secret = self.keyring.open(DataKeyPurpose.AUTHENTICATORS, rules.sealed_row(ceremony), blob)
        return replace(ceremony, expectation=replace(ceremony.expectation, secret=secret))
