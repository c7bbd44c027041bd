"""What is done with accounts as such: added, looked up, disabled, deleted."""

from counterfoil.accounts import rules, store
from counterfoil.accounts.flows.writing import NOWHERE, Writing
from counterfoil.accounts.people import Account, AccountState, Role
from counterfoil.audit import What, Where
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import AccountId, new_account_id
from counterfoil.store import Transaction

USER_HANDLE_BYTES = 64


class People(Writing):
    __slots__ = ()

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
        self,
        tx: Transaction,
        account_id: AccountId,
        state: AccountState,
        actor: str,
        where: Where = NOWHERE,
    ) -> Account | Refused:
        """Disabling also ends every session, grant and interaction."""
        if state is AccountState.DISABLED:
            store.cancel_interactions(tx, account_id)
        if not store.set_account_state(tx, account_id, state):
            return Refused(Reason.NOT_FOUND)
        if state is AccountState.DISABLED:
            store.end_all_of(tx, account_id, self.clock.now_ms())
            store.void_links(tx, account_id, self.clock.now_ms())
        what = {
            AccountState.ACTIVE: What.ACCOUNT_ENABLED,
            AccountState.DISABLED: What.ACCOUNT_DISABLED,
        }[state]
        self._tell(tx, what, account_id, actor, where)
        account = store.find_account(tx, account_id)
        assert account is not None
        return account

    def speak(self, tx: Transaction, account_id: AccountId, language: str) -> None:
        """The language of letters: the one chosen last, or at first the browser's."""
        store.write_language(tx, account_id, language)

    def delete(
        self, tx: Transaction, account_id: AccountId, actor: str, where: Where = NOWHERE
    ) -> None | Refused:
        """The account and all that hangs on it; its events stay."""
        if not store.delete_account(tx, account_id):
            return Refused(Reason.NOT_FOUND)
        self._tell(tx, What.ACCOUNT_DELETED, account_id, actor, where)
        return None
