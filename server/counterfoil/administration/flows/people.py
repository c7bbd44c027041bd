"""People as administration sees and changes them; each change is an event with its actor."""

from counterfoil.accounts import Account, AccountState, Invitation, LinkPurpose, Role
from counterfoil.accounts import rules as account_rules
from counterfoil.accounts import store as account_store
from counterfoil.accounts.flows import NOWHERE
from counterfoil.administration import store
from counterfoil.administration.actor import Actor
from counterfoil.administration.facts import (
    EVERYBODY,
    MOST_PEOPLE,
    RECENT_EVENTS,
    PeopleFilter,
    PersonDetails,
    PersonRow,
)
from counterfoil.administration.flows.desk import Desk
from counterfoil.administration.rules import Action
from counterfoil.audit import What, Where, events_of_account, record
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.interactions import InteractionPurpose
from counterfoil.kit.ids import AccountId
from counterfoil.notices import Told
from counterfoil.store import Transaction


class People(Desk):
    __slots__ = ()

    # --- looking --------------------------------------------------------------------------

    def find_people(
        self,
        tx: Transaction,
        actor: Actor,
        wanted: PeopleFilter = EVERYBODY,
        after: str = "",
        limit: int = 50,
    ) -> list[PersonRow] | Refused:
        """In the order of their names, from the first one behind the name `after`."""
        refused = self._refuse(tx, Action.FIND_PEOPLE, actor)
        if refused is not None:
            return refused
        if "\0" in wanted.search:  # PostgreSQL takes none in a text, and nobody has one
            return []
        key = account_rules.name_key(after)
        start = "" if isinstance(key, Refused) else key
        return store.find_people(tx, wanted, start, min(limit, MOST_PEOPLE))

    def person(
        self, tx: Transaction, actor: Actor, account_id: AccountId
    ) -> PersonDetails | Refused:
        target = self._target(tx, Action.SEE_PERSON, actor, account_id)
        if isinstance(target, Refused):
            return target
        return PersonDetails(
            account=target,
            authenticators=tuple(self.accounts.authenticators(tx, target.id)),
            sessions=tuple(self.sessions.list_for(tx, target.id)),
            invited_until_ms=store.invited_until(tx, target.id, self.clock.now_ms()),
            events=tuple(events_of_account(tx, target.id, limit=RECENT_EVENTS)),
        )

    # --- their beginning ------------------------------------------------------------------

    def add_person(
        self,
        tx: Transaction,
        actor: Actor,
        name: str,
        display_name: str = "",
        email: str = "",
        role: Role = Role.PERSON,
    ) -> tuple[Account, Invitation] | Refused:
        """A new account with its first invitation.

        The address counts as verified: it is the operator's or administrator's word.
        """
        refused = self._refuse(tx, Action.ADD_PERSON, actor)
        if refused is not None:
            return refused
        account = self.accounts.add(
            tx,
            name,
            display_name=display_name,
            email=email,
            email_verified=True,
            role=role,
            actor=actor.id,
        )
        if isinstance(account, Refused):
            return account
        invitation = self.accounts.invite(tx, account.id, actor.id)
        assert not isinstance(invitation, Refused), "a new account is active"
        return account, invitation

    def invite(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        where: Where,
        *,
        again: bool = False,
    ) -> Invitation | Refused:
        """A link that is good once. For somebody who has tokens it is a new beginning.

        Then all that was before ends: tokens, sessions, grants. HAS_TOKENS until `again` says
        that this is meant; ACCOUNT_DISABLED for whom it would lead nowhere.
        """
        # Beside a promotion the link would be one into a higher role.
        store.stand_in_queue(tx)
        target = self._target(tx, Action.INVITE, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not target.active:
            return Refused(Reason.ACCOUNT_DISABLED)
        held = self.accounts.authenticators(tx, target.id)
        if not again and any(a.kind is not KindName.PASSWORD for a in held):
            return Refused(Reason.HAS_TOKENS)
        return self.accounts.invite(tx, target.id, actor.id, where, may_end=again)

    def reset_password(
        self, tx: Transaction, actor: Actor, account_id: AccountId, where: Where
    ) -> Invitation | Refused:
        """A link that is good once, to a new password and to nothing else: no second factor is
        replaced by it. NO_PASSWORD, ACCOUNT_DISABLED."""
        store.stand_in_queue(tx)
        target = self._target(tx, Action.RESET_PASSWORD, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not target.active:
            return Refused(Reason.ACCOUNT_DISABLED)
        held = self.accounts.authenticators(tx, target.id)
        if not any(a.kind is KindName.PASSWORD for a in held):
            return Refused(Reason.NO_PASSWORD)
        self._tell(tx, What.PASSWORD_LINK_SENT, actor, target, where)
        return self.accounts.issue_link(tx, target.id, LinkPurpose.PASSWORD)

    # --- changes --------------------------------------------------------------------------

    def set_state(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        state: AccountState,
        where: Where,
    ) -> Account | Refused:
        """Disabling ends every session and grant; the same state again changes nothing."""
        store.stand_in_queue(tx)
        target = self._target(tx, Action.SET_STATE, actor, account_id)
        if isinstance(target, Refused) or target.state is state:
            return target
        return self.accounts.set_state(tx, target.id, state, actor.id, where)

    def set_role(
        self, tx: Transaction, actor: Actor, account_id: AccountId, role: Role, where: Where
    ) -> Account | Refused:
        """Takes effect at the person's next request: roles are read at each of them.

        Two administrators who demote each other stand in one queue, so that the second one is
        none any more: with a role, there is always an administrator left. A higher role shuts
        the links that were made for a lower one: whoever made them may have kept them.
        """
        store.stand_in_queue(tx)
        target = self._target(tx, Action.SET_ROLE, actor, account_id)
        if isinstance(target, Refused) or target.role is role:
            return target
        if role.rank > target.role.rank:
            self._void(tx, target, InteractionPurpose.FIRST_VISIT, LinkPurpose.FIRST_VISIT)
            self._void(tx, target, InteractionPurpose.NEW_PASSWORD, LinkPurpose.PASSWORD)
        account_store.write_role(tx, target.id, role)
        before, after = target.role.value, role.value
        self._tell(tx, What.ROLE_CHANGED, actor, target, where, before=before, after=after)
        return self._again(tx, target)

    def change_profile(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        where: Where,
        *,
        name: str | None = None,
        display_name: str | None = None,
        email: str | None = None,
    ) -> Account | Refused:
        """None leaves a thing as it is; an empty address removes it, an empty display name makes
        it the name. All of it or nothing: NAME_REFUSED, NAME_TAKEN, EMAIL_REFUSED.

        An address counts as verified: it is the operator's or administrator's word.
        """
        target = self._target(tx, Action.CHANGE_PROFILE, actor, account_id)
        if isinstance(target, Refused):
            return target
        address = account_rules.clean_email(email) if email else None
        if isinstance(address, Refused):
            return address
        if name is not None and name != target.name:
            refused = self._rename(tx, actor, target, name, where)
            if refused is not None:
                return refused
        if display_name is not None:
            shown = account_rules.clean_label(display_name, name or target.name)
            if shown != target.display_name:
                account_store.write_display_name(tx, target.id, shown)
                self._tell(tx, What.DISPLAY_NAME_CHANGED, actor, target, where)
        if email is not None:
            self._change_email(tx, actor, target, address, where)
        return self._again(tx, target)

    def delete_person(
        self, tx: Transaction, actor: Actor, account_id: AccountId, where: Where
    ) -> None | Refused:
        """The account and all that hangs on it; its events stay."""
        store.stand_in_queue(tx)
        target = self._target(tx, Action.DELETE_PERSON, actor, account_id)
        if isinstance(target, Refused):
            return target
        return self.accounts.delete(tx, target.id, actor.id, where)

    # --- steps ----------------------------------------------------------------------------

    def _rename(
        self, tx: Transaction, actor: Actor, target: Account, name: str, where: Where
    ) -> Refused | None:
        key = account_rules.name_key(name)
        if isinstance(key, Refused):
            return key
        if not account_store.write_name(tx, target.id, name, key, account_rules.NAME_RULE):
            return Refused(Reason.NAME_TAKEN)
        self._tell(tx, What.NAME_CHANGED, actor, target, where, before=target.name, after=name)
        # Where an administrator sits is nobody's business.
        self.accounts.notices.tell(tx, target.id, Told.NAME_CHANGED, NOWHERE, name=name)
        return None

    def _change_email(
        self, tx: Transaction, actor: Actor, target: Account, address: str | None, where: Where
    ) -> None:
        """The old address hears of it, and what was sent to it opens nothing any more."""
        if (address, address is not None) == (target.email, target.email_verified):
            return
        if address != target.email:
            self.accounts.notices.tell(tx, target.id, Told.EMAIL_CHANGED, NOWHERE)
            self._void(tx, target, InteractionPurpose.NEW_PASSWORD, LinkPurpose.PASSWORD)
            account_store.void_links(tx, target.id, self.clock.now_ms(), LinkPurpose.EMAIL)
        account_store.write_email(tx, target.id, address, verified=True)
        self._tell(tx, What.EMAIL_CHANGED, actor, target, where)

    def _void(
        self, tx: Transaction, target: Account, begun: InteractionPurpose, link: LinkPurpose
    ) -> None:
        """Open links, and what one of them has begun in a browser."""
        account_store.cancel_interactions(tx, target.id, purpose=begun.value)
        account_store.void_links(tx, target.id, self.clock.now_ms(), link)

    def _again(self, tx: Transaction, target: Account) -> Account | Refused:
        return self.accounts.find(tx, target.id) or Refused(Reason.NOT_FOUND)

    def _tell(
        self,
        tx: Transaction,
        what: What,
        actor: Actor,
        target: Account,
        where: Where,
        **details: str,
    ) -> None:
        record(
            tx,
            what,
            at_ms=self.clock.now_ms(),
            actor=actor.id,
            account=target.id,
            subject=None,
            reason=None,
            address=where.address,
            **details,
        )
