"""What is done with people and their authenticators; each method is one sentence of a
transaction, and writes its event into the same one."""

from dataclasses import dataclass

from counterfoil.accounts import rules, store
from counterfoil.accounts.people import (
    Account,
    AccountState,
    Authenticator,
    AuthenticatorState,
    Invitation,
    Role,
)
from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import (
    AccountId,
    AuthenticatorId,
    new_account_id,
    new_authenticator_id,
    new_invitation_id,
)
from counterfoil.kit.opaque import TokenKind, keyed_hash, mint, well_formed
from counterfoil.kit.sealing import DataKeyPurpose, Keyring
from counterfoil.kit.secret import Secret
from counterfoil.notices import Notices
from counterfoil.store import Transaction

USER_HANDLE_BYTES = 64
# InteractionPurpose.FIRST_VISIT, which this slice does not import: the arrow points down.
FIRST_VISIT = "first_visit"
NOWHERE = Where("", "")


@dataclass(frozen=True, slots=True)
class Accounts:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    notices: Notices

    def add(
        self,
        tx: Transaction,
        name: str,
        *,
        display_name: str = "",
        email: str = "",
        email_verified: bool = False,
        role: Role = Role.PERSON,
        actor: str = "operator",
    ) -> Account | Refused:
        """A new account without any way to sign in; NAME_REFUSED, NAME_TAKEN or EMAIL_REFUSED.

        `email_verified` when somebody's word stands for the address; else nobody has confirmed it.
        """
        key = rules.name_key(name)
        if isinstance(key, Refused):
            return key
        address = rules.clean_email(email) if email else None
        if isinstance(address, Refused):
            return address
        account = Account(
            id=new_account_id(self.entropy),
            name=name,
            display_name=rules.clean_label(display_name, name),
            user_handle=self.entropy(USER_HANDLE_BYTES),
            role=role,
            state=AccountState.ACTIVE,
            made_ms=self.clock.now_ms(),
            email=address,
            email_verified=email_verified and address is not None,
        )
        if not store.insert_account(tx, account, key, rules.NAME_RULE):
            return Refused(Reason.NAME_TAKEN)
        self._tell(tx, What.ACCOUNT_ADDED, account.id, actor, role=role.value)
        return account

    def find(self, tx: Transaction, account_id: AccountId) -> Account | None:
        return store.find_account(tx, account_id)

    def find_by_name(self, tx: Transaction, name: str) -> Account | None:
        """Names are compared by the PRECIS rule; None also for what cannot be a name."""
        key = rules.name_key(name)
        return None if isinstance(key, Refused) else store.find_account_by_key(tx, key)

    def list_accounts(self, tx: Transaction, *, after: str = "", limit: int = 100) -> list[Account]:
        """In the order of their names, from the first one behind `after`."""
        key = rules.name_key(after)
        return store.list_accounts(tx, "" if isinstance(key, Refused) else key, limit)

    def set_state(
        self, tx: Transaction, account_id: AccountId, state: AccountState, actor: str
    ) -> Account | Refused:
        """Disabling also ends every session, grant and interaction."""
        if state is AccountState.DISABLED:
            store.cancel_interactions(tx, account_id)
        if not store.set_account_state(tx, account_id, state):
            return Refused(Reason.NOT_FOUND)
        if state is AccountState.DISABLED:
            store.end_all_of(tx, account_id, self.clock.now_ms())
            store.void_invitations(tx, account_id, self.clock.now_ms())
        what = {
            AccountState.ACTIVE: What.ACCOUNT_ENABLED,
            AccountState.DISABLED: What.ACCOUNT_DISABLED,
        }[state]
        self._tell(tx, what, account_id, actor)
        account = store.find_account(tx, account_id)
        assert account is not None
        return account

    def delete(self, tx: Transaction, account_id: AccountId, actor: str) -> None | Refused:
        """The account and all that hangs on it; its events stay."""
        if not store.delete_account(tx, account_id):
            return Refused(Reason.NOT_FOUND)
        self._tell(tx, What.ACCOUNT_DELETED, account_id, actor)
        return None

    # --- invitations ----------------------------------------------------------------------

    def invite(self, tx: Transaction, account_id: AccountId, actor: str) -> Invitation | Refused:
        """A link's token, good once and for 15 minutes.

        It voids the account's earlier ones, and the first visit that one of them began: a link
        is asked for anew when somebody else may have used the old one.
        """
        store.cancel_interactions(tx, account_id, purpose=FIRST_VISIT)
        if store.lock_account(tx, account_id) is not AccountState.ACTIVE:
            return Refused(Reason.NOT_FOUND, "no such account, or it is disabled")
        now_ms = self.clock.now_ms()
        token = mint(TokenKind.INVITATION, self.entropy)
        expires_ms = now_ms + rules.INVITATION_MS
        store.void_invitations(tx, account_id, now_ms)
        store.insert_invitation(
            tx,
            new_invitation_id(self.entropy),
            keyed_hash(self.keyring.pepper, TokenKind.INVITATION, token),
            account_id,
            now_ms,
            expires_ms,
        )
        self._tell(tx, What.INVITED, account_id, actor)
        return Invitation(token, expires_ms)

    def read_invitation(self, tx: Transaction, token: Secret) -> tuple[Account, int] | Refused:
        """Whom the invitation is for, and until when (ms); looking at it spends nothing."""
        if not well_formed(TokenKind.INVITATION, token.reveal()):
            return Refused(Reason.INVITATION_REFUSED)
        token_hash = keyed_hash(self.keyring.pepper, TokenKind.INVITATION, token)
        found = store.find_open_invitation(tx, token_hash, self.clock.now_ms())
        if found is None:
            return Refused(Reason.INVITATION_REFUSED)
        account = self._invited(tx, found[0])
        return account if isinstance(account, Refused) else (account, found[1])

    def claim_invitation(self, tx: Transaction, token: Secret, where: Where) -> Account | Refused:
        """Spends the invitation, once."""
        if not well_formed(TokenKind.INVITATION, token.reveal()):
            return Refused(Reason.INVITATION_REFUSED)
        token_hash = keyed_hash(self.keyring.pepper, TokenKind.INVITATION, token)
        account = self._invited(tx, store.claim_invitation(tx, token_hash, self.clock.now_ms()))
        if isinstance(account, Account):
            self._tell(tx, What.INVITATION_USED, account.id, account.id, where)
        return account

    # --- authenticators -------------------------------------------------------------------

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
    ) -> Authenticator | Refused:
        """An authenticator that proved itself goes live. A new password replaces the old, and
        ends what rests on it."""
        now_ms = self.clock.now_ms()
        if store.lock_account(tx, account_id) is not AccountState.ACTIVE:
            return Refused(Reason.ACCOUNT_DISABLED)
        if kind is KindName.PASSWORD:
            self._replace_passwords(tx, account_id)
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
        clean = rules.clean_label(label, "Security key")
        if not store.rename(tx, account_id, authenticator_id, clean):
            return Refused(Reason.NOT_FOUND)
        self._tell(tx, What.RENAMED, account_id, account_id, where, authenticator_id)
        return None

    def remove(
        self,
        tx: Transaction,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
    ) -> None | Refused:
        """Ends every session and grant that it opened, of whoever holds it now.

        LAST_AUTHENTICATOR when the person could not sign in any more.
        """
        # Two removals at once must not each leave the other one's authenticator.
        store.lock_account(tx, account_id)
        enrolled = store.list_authenticators(tx, account_id)
        found = next((a for a in enrolled if a.id == authenticator_id), None)
        if found is None:
            return Refused(Reason.NOT_FOUND)
        refused = rules.refuse_last_authenticator(enrolled, found)
        if refused is not None:
            return refused
        store.remove(tx, account_id, authenticator_id)
        store.end_what_rests_on(tx, account_id, authenticator_id, self.clock.now_ms())
        self._tell(tx, What.REMOVED, account_id, account_id, where, found.id, kind=found.kind.value)
        return None

    def _replace_passwords(self, tx: Transaction, account_id: AccountId) -> None:
        for old in store.list_authenticators(tx, account_id):
            if old.kind is KindName.PASSWORD:
                store.remove(tx, account_id, old.id)
                store.end_what_rests_on(tx, account_id, old.id, self.clock.now_ms())

    def _invited(self, tx: Transaction, account_id: AccountId | None) -> Account | Refused:
        account = None if account_id is None else store.find_account(tx, account_id)
        if account is None or not account.active:
            return Refused(Reason.INVITATION_REFUSED)
        return account

    def _seal(
        self, authenticator_id: AuthenticatorId, account_id: AccountId, secret: bytes
    ) -> bytes:
        row = sealed_row(authenticator_id, account_id)
        return self.keyring.seal(DataKeyPurpose.AUTHENTICATORS, row, secret, self.entropy)

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


def sealed_row(authenticator_id: AuthenticatorId, account_id: AccountId) -> str:
    """The place of an authenticator's secret: it opens for no other row and no other owner."""
    return f"authenticators/sealed_secret/{authenticator_id}/{account_id}"
