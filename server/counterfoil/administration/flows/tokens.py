"""Somebody's tokens and sessions: shut, opened again, taken away, ended."""

from counterfoil.administration.actor import Actor
from counterfoil.administration.flows.desk import Desk
from counterfoil.administration.rules import Action
from counterfoil.audit import Where
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import AccountId, AuthenticatorId, SessionId, is_id
from counterfoil.store import Transaction


class Tokens(Desk):
    __slots__ = ()

    def suspend_token(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
    ) -> None | Refused:
        """Lost: it opens nothing until it is resumed. LAST_AUTHENTICATOR as for its owner."""
        target = self._target(tx, Action.SUSPEND_TOKEN, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not is_id(authenticator_id):
            return Refused(Reason.NOT_FOUND)
        return self.accounts.suspend(tx, target.id, authenticator_id, where, actor=actor.id)

    def resume_token(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
    ) -> None | Refused:
        """Found again."""
        target = self._target(tx, Action.RESUME_TOKEN, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not is_id(authenticator_id):
            return Refused(Reason.NOT_FOUND)
        return self.accounts.resume(tx, target.id, authenticator_id, where, actor=actor.id)

    def remove_token(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        authenticator_id: AuthenticatorId,
        where: Where,
    ) -> None | Refused:
        """Ends what it opened. LAST_AUTHENTICATOR as for its owner: who has lost everything
        is invited again."""
        target = self._target(tx, Action.REMOVE_TOKEN, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not is_id(authenticator_id):
            return Refused(Reason.NOT_FOUND)
        return self.accounts.remove(tx, target.id, authenticator_id, where, actor=actor.id)

    def end_session(
        self,
        tx: Transaction,
        actor: Actor,
        account_id: AccountId,
        session_id: SessionId,
        where: Where,
    ) -> None | Refused:
        """Signs one browser out; NOT_FOUND unless it is the account's and living."""
        target = self._target(tx, Action.END_SESSIONS, actor, account_id)
        if isinstance(target, Refused):
            return target
        if not is_id(session_id):
            return Refused(Reason.NOT_FOUND)
        return self.sessions.end_one(tx, target.id, session_id, actor=actor.id, where=where)

    def end_all_sessions(
        self, tx: Transaction, actor: Actor, account_id: AccountId, where: Where
    ) -> int | Refused:
        """Signs the person out everywhere and revokes what was granted; how many sessions ended."""
        target = self._target(tx, Action.END_SESSIONS, actor, account_id)
        if isinstance(target, Refused):
            return target
        return self.sessions.end_others(tx, target.id, None, actor=actor.id, where=where)
