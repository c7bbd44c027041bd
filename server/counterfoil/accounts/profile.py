"""What an account says of its person, changed by that person: names, and a confirmed address.

Whether people may change it is the operator's word (`editable`) and asked in front of this.
"""

from dataclasses import dataclass

from counterfoil.accounts import rules, store
from counterfoil.accounts.flows import NEW_PASSWORD, Accounts, Link
from counterfoil.accounts.people import Account, LinkPurpose
from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.kit.ids import AccountId
from counterfoil.kit.secret import Secret
from counterfoil.notices import Letter, Notices, Told
from counterfoil.store import Transaction

# A letter goes to whatever address is typed: nobody may write to strangers all day by us.
MOST_PROPOSALS = 5
PROPOSALS_WITHIN_MS = 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Profiles:
    """`issuer`: where the links in letters lead."""

    clock: Clock
    accounts: Accounts
    notices: Notices
    issuer: str

    def change_display_name(
        self, tx: Transaction, account_id: AccountId, display_name: str, where: Where
    ) -> None | Refused:
        """What the person is called; without any, it is the name."""
        account = self.accounts.find(tx, account_id)
        if account is None:
            return Refused(Reason.NOT_FOUND)
        clean = rules.clean_label(display_name, account.name)
        store.write_display_name(tx, account_id, clean)
        self._tell(tx, What.DISPLAY_NAME_CHANGED, account_id, where)
        return None

    def change_name(
        self, tx: Transaction, account_id: AccountId, name: str, where: Where
    ) -> None | Refused:
        """What one signs in with; NAME_REFUSED or NAME_TAKEN.

        The account, its `sub` and its tokens stay, and the old name is free at once.
        """
        key = rules.name_key(name)
        if isinstance(key, Refused):
            return key
        if not store.write_name(tx, account_id, name, key, rules.NAME_RULE):
            return Refused(Reason.NAME_TAKEN)
        self._tell(tx, What.NAME_CHANGED, account_id, where)
        self.notices.tell(tx, account_id, Told.NAME_CHANGED, where, name=name)
        return None

    def propose_email(
        self, tx: Transaction, account_id: AccountId, email: str, where: Where
    ) -> None | Refused:
        """Writes a letter with a link to the new address; until it is opened nothing changes.

        EMAIL_REFUSED for what is no address, TOO_MANY after several letters within an hour.
        """
        address = rules.clean_email(email)
        if isinstance(address, Refused):
            return address
        now_ms = self.clock.now_ms()
        # Two proposals at once are counted one after the other.
        store.lock_account(tx, account_id)
        since_ms = now_ms - PROPOSALS_WITHIN_MS
        made = store.links_made_since(tx, account_id, LinkPurpose.EMAIL, since_ms)
        if len(made) >= MOST_PROPOSALS:
            wait_ms = made[-MOST_PROPOSALS] + PROPOSALS_WITHIN_MS - now_ms
            return Refused(Reason.TOO_MANY, "letters to confirm an address", -(-wait_ms // 1000))
        link = self.accounts.issue_link(tx, account_id, LinkPurpose.EMAIL, address)
        self.notices.write_letter(
            tx,
            account_id,
            address,
            Letter.EMAIL_LINK,
            link=f"{self.issuer}/email/{link.token.reveal()}",
            minutes=(link.expires_ms - now_ms) // 60_000,
        )
        self._tell(tx, What.EMAIL_PROPOSED, account_id, where)
        return None

    def waiting_email(self, tx: Transaction, account_id: AccountId) -> str:
        """The address that waits to be confirmed; "" when there is none."""
        now_ms = self.clock.now_ms()
        return store.find_open_details(tx, account_id, LinkPurpose.EMAIL, now_ms) or ""

    def read_email_link(self, tx: Transaction, token: Secret) -> Link | Refused:
        """Whose link it is, and the address (`details`); looking spends nothing."""
        return self.accounts.read_link(tx, LinkPurpose.EMAIL, token)

    def confirm_email(self, tx: Transaction, token: Secret, where: Where) -> Account | Refused:
        """Spends the link, once: letters go to the new address. The old one is told."""
        link = self.accounts.claim_link(tx, LinkPurpose.EMAIL, token)
        if isinstance(link, Refused):
            return link
        account_id = link.account.id
        # Before the change, so that the old address hears of it.
        self.notices.tell(tx, account_id, Told.EMAIL_CHANGED, where)
        store.write_email(tx, account_id, link.details, verified=True)
        # Whoever still reads the old address must not choose a password with what waits there.
        store.void_links(tx, account_id, self.clock.now_ms(), LinkPurpose.PASSWORD)
        store.cancel_interactions(tx, account_id, purpose=NEW_PASSWORD)
        self._tell(tx, What.EMAIL_CHANGED, account_id, where)
        account = self.accounts.find(tx, account_id)
        assert account is not None
        return account

    def _tell(self, tx: Transaction, what: What, account_id: AccountId, where: Where) -> None:
        record(
            tx,
            what,
            at_ms=self.clock.now_ms(),
            actor=account_id,
            account=account_id,
            address=where.address,
        )
