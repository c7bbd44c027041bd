"""Links that are good once: an invitation, a new password, an address to confirm.

A link's token is shown or sent once; the database keeps its keyed hash.
"""

from dataclasses import dataclass

from counterfoil.accounts import rules, store
from counterfoil.accounts.flows.writing import NOWHERE, Writing
from counterfoil.accounts.people import Account, AccountState, Invitation, LinkPurpose
from counterfoil.audit import What, Where
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.kit.ids import AccountId, new_invitation_id
from counterfoil.kit.opaque import TokenKind, keyed_hash, mint, well_formed
from counterfoil.kit.secret import Secret
from counterfoil.notices import Told
from counterfoil.store import Transaction

# InteractionPurpose.FIRST_VISIT and NEW_PASSWORD, which this slice does not import: the arrow
# points down.
FIRST_VISIT = "first_visit"
NEW_PASSWORD = "new_password"
_TOKEN = {
    LinkPurpose.FIRST_VISIT: TokenKind.INVITATION,
    LinkPurpose.PASSWORD: TokenKind.PASSWORD_LINK,
    LinkPurpose.EMAIL: TokenKind.EMAIL_LINK,
}
_WRONG = {
    LinkPurpose.FIRST_VISIT: Reason.INVITATION_REFUSED,
    LinkPurpose.PASSWORD: Reason.LINK_REFUSED,
    LinkPurpose.EMAIL: Reason.LINK_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Link:
    """An open link: whose it is, until when, and what it is about (EMAIL: the address)."""

    account: Account
    expires_ms: int
    details: str


class Links(Writing):
    __slots__ = ()

    # --- invitations ----------------------------------------------------------------------

    def invite(
        self,
        tx: Transaction,
        account_id: AccountId,
        actor: str,
        where: Where = NOWHERE,
        *,
        may_end: bool = True,
    ) -> Invitation | Refused:
        """A link's token, good once and for 15 minutes.

        It voids the account's earlier ones, and the first visit that one of them began: a link
        is asked for anew when somebody else may have used the old one. For a person who has
        tokens already it is a new beginning: all that was before ends with it, or HAS_TOKENS
        where nothing may end.
        """
        # Held first: an invitation that is claimed at this moment ends before it, or not at all.
        if store.lock_account(tx, account_id) is not AccountState.ACTIVE:
            return Refused(Reason.NOT_FOUND, "no such account, or it is disabled")
        store.cancel_interactions(tx, account_id, purpose=FIRST_VISIT)
        held = store.list_authenticators(tx, account_id)
        again = any(a.kind is not KindName.PASSWORD for a in held)
        if again and not may_end:
            return Refused(Reason.HAS_TOKENS)
        if again:
            self._end_all_that_was(tx, account_id, actor, where)
        invitation = self.issue_link(tx, account_id, LinkPurpose.FIRST_VISIT)
        self._tell(tx, What.INVITED, account_id, actor, where, again=again)
        return invitation

    def read_invitation(self, tx: Transaction, token: Secret) -> tuple[Account, int] | Refused:
        """Whom the invitation is for, and until when (ms); looking at it spends nothing."""
        link = self.read_link(tx, LinkPurpose.FIRST_VISIT, token)
        return link if isinstance(link, Refused) else (link.account, link.expires_ms)

    def claim_invitation(self, tx: Transaction, token: Secret, where: Where) -> Account | Refused:
        """Spends the invitation, once."""
        link = self.claim_link(tx, LinkPurpose.FIRST_VISIT, token)
        if isinstance(link, Refused):
            return link
        self._tell(tx, What.INVITATION_USED, link.account.id, link.account.id, where)
        return link.account

    # --- a forgotten password -------------------------------------------------------------

    def forgot_password(
        self, tx: Transaction, name: str, where: Where
    ) -> tuple[Account, Invitation] | None:
        """A link to a new password, for who has one and an address that is known to be theirs.

        It replaces the password and nothing else; None for everybody else, unknown names too.
        A few in an hour: whoever knows a name must not fill its mailbox. An earlier link stays
        good beside it, or the same stranger could keep the honest one dead.
        """
        key = rules.name_key(name)
        account = None if isinstance(key, Refused) else store.find_account_by_key(tx, key)
        if account is None or not (account.active and account.email and account.email_verified):
            return None
        held = store.list_authenticators(tx, account.id)
        if not any(a.kind is KindName.PASSWORD for a in held):
            return None
        store.lock_account(tx, account.id)
        since_ms = self.clock.now_ms() - rules.HOUR_MS
        made = store.links_made_since(tx, account.id, LinkPurpose.PASSWORD, since_ms)
        if len(made) >= rules.PASSWORD_LINKS_AN_HOUR:
            return None
        link = self.issue_link(tx, account.id, LinkPurpose.PASSWORD, void_earlier=False)
        self._tell(tx, What.PASSWORD_LINK_SENT, account.id, "nobody", where)
        return account, link

    def claim_password_link(
        self, tx: Transaction, token: Secret, where: Where
    ) -> Account | Refused:
        """Spends the link, once, and ends what an earlier one began."""
        link = self.claim_link(tx, LinkPurpose.PASSWORD, token)
        if isinstance(link, Refused):
            return link
        store.void_links(tx, link.account.id, self.clock.now_ms(), LinkPurpose.PASSWORD)
        store.cancel_interactions(tx, link.account.id, purpose=NEW_PASSWORD)
        self._tell(tx, What.PASSWORD_LINK_USED, link.account.id, link.account.id, where)
        return link.account

    # --- links of every purpose -----------------------------------------------------------

    def issue_link(
        self,
        tx: Transaction,
        account_id: AccountId,
        purpose: LinkPurpose,
        details: str = "",
        *,
        void_earlier: bool = True,
    ) -> Invitation:
        """A new token; by default the account's earlier ones of this purpose are void."""
        now_ms = self.clock.now_ms()
        token = mint(_TOKEN[purpose], self.entropy)
        expires_ms = now_ms + rules.LINK_MS[purpose]
        if void_earlier:
            store.void_links(tx, account_id, now_ms, purpose)
        store.insert_link(
            tx,
            new_invitation_id(self.entropy),
            keyed_hash(self.keyring.pepper, _TOKEN[purpose], token),
            account_id,
            purpose,
            details,
            now_ms,
            expires_ms,
        )
        return Invitation(token, expires_ms)

    def read_link(self, tx: Transaction, purpose: LinkPurpose, token: Secret) -> Link | Refused:
        """An open link of an active account; looking spends nothing."""
        if not well_formed(_TOKEN[purpose], token.reveal()):
            return Refused(_WRONG[purpose])
        token_hash = keyed_hash(self.keyring.pepper, _TOKEN[purpose], token)
        return self._link(tx, purpose, store.find_link(tx, token_hash, self.clock.now_ms()))

    def claim_link(self, tx: Transaction, purpose: LinkPurpose, token: Secret) -> Link | Refused:
        """Spends the link: one conditional statement, so that only one caller gets it."""
        if not well_formed(_TOKEN[purpose], token.reveal()):
            return Refused(_WRONG[purpose])
        token_hash = keyed_hash(self.keyring.pepper, _TOKEN[purpose], token)
        found = store.find_link(tx, token_hash, self.clock.now_ms())
        if found is not None:
            # Whoever voids links holds the account: what they void is not claimed beside it.
            store.lock_account(tx, found.account)
        return self._link(tx, purpose, store.claim_link(tx, token_hash, self.clock.now_ms()))

    def _link(
        self, tx: Transaction, purpose: LinkPurpose, found: store.OpenLink | None
    ) -> Link | Refused:
        account = None if found is None else store.find_account(tx, found.account)
        if found is None or account is None or not account.active:
            return Refused(_WRONG[purpose])
        return Link(account, found.expires_ms, found.details)

    def _end_all_that_was(
        self, tx: Transaction, account_id: AccountId, actor: str, where: Where
    ) -> None:
        """Every way to sign in, and whatever it opened: nothing of it comes back."""
        store.cancel_interactions(tx, account_id)
        store.end_all_of(tx, account_id, self.clock.now_ms())
        store.remove_all(tx, account_id)
        store.void_links(tx, account_id, self.clock.now_ms())
        self._tell(tx, What.STARTED_OVER, account_id, actor, where)
        self._tell_person(tx, Told.INVITED_AGAIN, account_id, where, actor)
