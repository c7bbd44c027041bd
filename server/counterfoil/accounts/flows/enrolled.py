"""What is done with enrolled authenticators: live after a proof, suspended when lost, removed."""

from counterfoil.accounts import rules, store
from counterfoil.accounts.flows.writing import NOWHERE, Writing
from counterfoil.accounts.people import AccountState, Authenticator, AuthenticatorState
from counterfoil.audit import What, Where
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.kit.ids import AccountId, AuthenticatorId, SessionId, new_authenticator_id
from counterfoil.kit.sealing import DataKeyPurpose
from counterfoil.notices import Told
from counterfoil.store import Transaction

_TOLD = {
    What.REMOVED: Told.TOKEN_REMOVED,
    What.SUSPENDED: Told.TOKEN_SUSPENDED,
    What.RESUMED: Told.TOKEN_RESUMED,
}


class Enrolled(Writing):
    __slots__ = ()

    def authenticators(self, tx: Transaction, account_id: AccountId) -> list[Authenticator]:
        return store.list_authenticators(tx, account_id)

    def enrol(
        self,
        tx: Transaction,
        account_id: AccountId,
        kind: KindName,
        new: AuthenticatorRecord,
        label: str,
        where: Where,
        *,
        keep: SessionId | None = None,
    ) -> Authenticator | Refused:
        """An authenticator that proved itself goes live.

        A new password takes the place of the old and ends what rests on it, save the session
        `keep`, in which it was chosen; a new list of recovery codes voids the old.
        """
        now_ms = self.clock.now_ms()
        if store.lock_account(tx, account_id) is not AccountState.ACTIVE:
            return Refused(Reason.ACCOUNT_DISABLED)
        replaced = kind in rules.ONE_AT_A_TIME and self._replace(tx, account_id, kind, keep)
        authenticator = Authenticator(
            id=new_authenticator_id(self.entropy),
            account=account_id,
            kind=kind,
            label=label,
            state=AuthenticatorState.LIVE,
            failures=0,
            blocked_until_ms=0,
            made_ms=now_ms,
            used_ms=None,
            used_from=None,
            facts=new.facts,
        )
        sealed = self._seal(authenticator.id, account_id, new.secret) if new.secret else None
        if not store.insert_authenticator(tx, authenticator, new, sealed):
            return Refused(Reason.ALREADY_ENROLLED)
        what = What.PASSWORD_SET if kind is KindName.PASSWORD else What.ENROLLED
        self._tell(tx, what, account_id, account_id, where, authenticator.id, kind=kind.value)
        told = rules.told_of_new(
            kind, replaced=replaced, forgotten=keep is None and where != NOWHERE
        )
        self._tell_person(tx, told, account_id, where, kind=kind.value, label=label)
        return authenticator

    def set_password(
        self, tx: Transaction, account_id: AccountId, new: AuthenticatorRecord, actor: str
    ) -> Authenticator | Refused:
        """An operator sets a password; a password alone opens nothing."""
        outcome = self.enrol(tx, account_id, KindName.PASSWORD, new, "", NOWHERE)
        if isinstance(outcome, Authenticator):
            self._tell(tx, What.PASSWORD_SET, account_id, actor)
        return outcome

    def rename(
        self,
        tx: Transaction,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        label: str,
        where: Where,
    ) -> None | Refused:
        """An empty label lets pages say what kind of token it is, in the reader's language."""
        if not store.rename(tx, account_id, authenticator_id, rules.clean_label(label, "")):
            return Refused(Reason.NOT_FOUND)
        self._tell(tx, What.RENAMED, account_id, account_id, where, authenticator_id)
        return None

    def remove(
        self,
        tx: Transaction,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
        *,
        actor: str | None = None,
    ) -> None | Refused:
        """Ends every session and grant that it opened, of whoever holds it now.

        LAST_AUTHENTICATOR when the person could not sign in any more. `actor`: who does it, the
        person when nobody else.
        """
        found = self._held(tx, account_id, authenticator_id)
        if isinstance(found, Refused):
            return found
        enrolled, removed = found
        refused = rules.refuse_last_authenticator(enrolled, removed)
        if refused is not None:
            return refused
        store.remove(tx, account_id, authenticator_id)
        store.end_what_rests_on(tx, account_id, authenticator_id, self.clock.now_ms())
        self._told(tx, What.REMOVED, removed, where, actor)
        return None

    def suspend(
        self,
        tx: Transaction,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
        *,
        actor: str | None = None,
    ) -> None | Refused:
        """Lost, says its owner: it opens nothing until it is resumed; what it opened ends now.

        Recovery codes beside a password are way enough to be left with: whoever lost the only
        token may still shut it. REPLAYED when it is not live.
        """
        found = self._held(tx, account_id, authenticator_id)
        if isinstance(found, Refused):
            return found
        enrolled, lost = found
        refused = rules.refuse_last_authenticator(enrolled, lost, recovery_counts=True)
        if refused is not None:
            return refused
        if not store.move_state(
            tx, authenticator_id, AuthenticatorState.LIVE, AuthenticatorState.SUSPENDED
        ):
            return Refused(Reason.REPLAYED)
        store.end_what_rests_on(tx, account_id, authenticator_id, self.clock.now_ms())
        self._told(tx, What.SUSPENDED, lost, where, actor)
        return None

    def resume(
        self,
        tx: Transaction,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
        *,
        actor: str | None = None,
    ) -> None | Refused:
        """Found again: live as before. A disabled one is never switched back on: REPLAYED."""
        found = self._held(tx, account_id, authenticator_id)
        if isinstance(found, Refused):
            return found
        if not store.move_state(
            tx, authenticator_id, AuthenticatorState.SUSPENDED, AuthenticatorState.LIVE
        ):
            return Refused(Reason.REPLAYED)
        self._told(tx, What.RESUMED, found[1], where, actor)
        return None

    def _held(
        self, tx: Transaction, account_id: AccountId, authenticator_id: AuthenticatorId
    ) -> tuple[list[Authenticator], Authenticator] | Refused:
        """All that the account holds and the one meant; the account's row is held."""
        # Two removals at once must not each leave the other one's authenticator.
        store.lock_account(tx, account_id)
        enrolled = store.list_authenticators(tx, account_id)
        meant = next((a for a in enrolled if a.id == authenticator_id), None)
        return Refused(Reason.NOT_FOUND) if meant is None else (enrolled, meant)

    def _told(
        self, tx: Transaction, what: What, changed: Authenticator, where: Where, actor: str | None
    ) -> None:
        by, kind = actor or changed.account, changed.kind.value
        self._tell(tx, what, changed.account, by, where, changed.id, kind=kind)
        told, label = _TOLD[what], changed.label
        self._tell_person(tx, told, changed.account, where, actor, kind=kind, label=label)

    def _replace(
        self, tx: Transaction, account_id: AccountId, kind: KindName, keep: SessionId | None
    ) -> bool:
        """Whether there was one before."""
        replaced = False
        for old in store.list_authenticators(tx, account_id):
            if old.kind is not kind:
                continue
            replaced = True
            store.remove(tx, account_id, old.id)
            if kind is KindName.PASSWORD:
                store.end_what_rests_on(tx, account_id, old.id, self.clock.now_ms(), keep=keep)
        return replaced

    def _seal(
        self, authenticator_id: AuthenticatorId, account_id: AccountId, secret: bytes
    ) -> bytes:
        row = sealed_row(authenticator_id, account_id)
        return self.keyring.seal(DataKeyPurpose.AUTHENTICATORS, row, secret, self.entropy)


def sealed_row(authenticator_id: AuthenticatorId, account_id: AccountId) -> str:
    """The place of an authenticator's secret: it opens for no other row and no other owner."""
    return f"authenticators/sealed_secret/{authenticator_id}/{account_id}"
