"""What happens to a browser's session; each method is one sentence of a transaction."""

from dataclasses import dataclass, replace

from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import VerifiedFactor
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, SessionId, new_session_id
from counterfoil.kit.opaque import TokenHash, TokenKind, keyed_hash, mint, well_formed
from counterfoil.kit.sealing import Keyring
from counterfoil.kit.secret import Secret
from counterfoil.sessions import store
from counterfoil.sessions.session import Session, with_newer
from counterfoil.store import Transaction

ANONYMOUS_MS = 60 * 60 * 1000
SEEN_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Sessions:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    idle_s: int
    absolute_s: int

    def open(self, tx: Transaction, where: Where) -> tuple[Session, Secret]:
        """A new anonymous session, and the secret for its cookie."""
        now_ms = self.clock.now_ms()
        cookie = mint(TokenKind.SESSION, self.entropy)
        session = Session(
            id=new_session_id(self.entropy),
            account=None,
            factors=(),
            user_agent=where.user_agent,
            address=where.address,
            made_ms=now_ms,
            seen_ms=now_ms,
            expires_ms=now_ms + ANONYMOUS_MS,
        )
        store.insert_session(tx, session, self._hash(cookie))
        return session, cookie

    def find(self, tx: Transaction, cookie: Secret) -> Session | None:
        """The living session of a cookie: not ended, idle or over, of no disabled account."""
        if not well_formed(TokenKind.SESSION, cookie.reveal()):
            return None
        now_ms = self.clock.now_ms()
        return store.find_by_cookie(tx, self._hash(cookie), now_ms, self._seen_after(now_ms))

    def hold(self, tx: Transaction, session_id: SessionId) -> Refused | None:
        """Keeps the session alive to the end of `tx`; SIGNED_OUT when it has ended meanwhile.

        A session was read before the transaction that acts on it: a sign-out may lie between.
        """
        return None if store.lock(tx, session_id) else Refused(Reason.SIGNED_OUT)

    def list_for(self, tx: Transaction, account_id: AccountId) -> list[Session]:
        now_ms = self.clock.now_ms()
        return store.list_of(tx, account_id, now_ms, self._seen_after(now_ms))

    def wants_seen(self, session: Session) -> bool:
        """Whether the session's last sight is worth a write: once a minute is enough."""
        return self.clock.now_ms() - session.seen_ms >= SEEN_EVERY_MS

    def see(self, tx: Transaction, session_id: SessionId) -> None:
        store.write_seen(tx, session_id, self.clock.now_ms())

    def rotate(self, tx: Transaction, session_id: SessionId) -> Secret | Refused:
        """A new cookie secret; the old one is dead. SIGNED_OUT when the session has ended."""
        cookie = mint(TokenKind.SESSION, self.entropy)
        if not store.write_cookie(tx, session_id, self._hash(cookie)):
            return Refused(Reason.SIGNED_OUT)
        return cookie

    def sign_in(
        self,
        tx: Transaction,
        session: Session,
        account_id: AccountId,
        factors: tuple[VerifiedFactor, ...],
        where: Where,
    ) -> tuple[Session, Secret] | Refused:
        """The session becomes the person's; another person's session ends and a new one opens."""
        if session.account not in (None, account_id):
            self._end(tx, session.id, session.account, session.account or "nobody", where)
            session, _ = self.open(tx, where)
        expires_ms = self.clock.now_ms() + self.absolute_s * 1000
        return self._prove(tx, session, account_id, factors, expires_ms, What.SIGNED_IN, where)

    def step_up(
        self,
        tx: Transaction,
        session: Session,
        account_id: AccountId,
        factors: tuple[VerifiedFactor, ...],
        where: Where,
    ) -> tuple[Session, Secret] | Refused:
        """A fresher proof by the same person; the session does not live longer for it."""
        if session.account != account_id:
            return Refused(Reason.SIGNED_OUT)
        return self._prove(
            tx, session, account_id, factors, session.expires_ms, What.STEPPED_UP, where
        )

    def end(self, tx: Transaction, session: Session, *, actor: str, where: Where) -> None:
        """Ends the session, and with it what it has not taken yet and what was granted in it.

        Ending it again changes and tells nothing.
        """
        store.cancel_done(tx, session.id)
        self._end(tx, session.id, session.account, actor, where)

    def end_one(
        self,
        tx: Transaction,
        account_id: AccountId,
        session_id: SessionId,
        *,
        actor: str,
        where: Where,
    ) -> None | Refused:
        """The same for a session elsewhere; NOT_FOUND unless it is the account's and living."""
        if session_id not in store.living_of(tx, account_id):
            return Refused(Reason.NOT_FOUND)
        store.cancel_done(tx, session_id)
        self._end(tx, session_id, account_id, actor, where, elsewhere=True)
        return None

    def end_others(
        self,
        tx: Transaction,
        account_id: AccountId,
        keep: SessionId | None,
        *,
        actor: str,
        where: Where,
    ) -> int:
        """Ends every session but `keep`, and revokes every grant that was not made in that one.

        How many sessions ended; None keeps none.
        """
        ending = [session for session in store.living_of(tx, account_id) if session != keep]
        for session_id in ending:
            store.cancel_done(tx, session_id)
            self._end(tx, session_id, account_id, actor, where, elsewhere=True)
        store.revoke_grants_not_of(tx, account_id, keep, self.clock.now_ms())
        return len(ending)

    def _end(
        self,
        tx: Transaction,
        session_id: SessionId,
        account_id: AccountId | None,
        actor: str,
        where: Where,
        *,
        elsewhere: bool = False,
    ) -> None:
        now_ms = self.clock.now_ms()
        if not store.end(tx, session_id, now_ms) or account_id is None:
            return
        store.revoke_grants_of(tx, session_id, now_ms)
        record(
            tx,
            What.SIGNED_OUT,
            at_ms=now_ms,
            actor=actor,
            account=account_id,
            subject=session_id,
            address=where.address,
            elsewhere=elsewhere,
        )

    def _prove(
        self,
        tx: Transaction,
        session: Session,
        account_id: AccountId,
        factors: tuple[VerifiedFactor, ...],
        expires_ms: int,
        what: What,
        where: Where,
    ) -> tuple[Session, Secret] | Refused:
        now_ms = self.clock.now_ms()
        proven = replace(
            session,
            account=account_id,
            factors=with_newer(session.factors, factors),
            seen_ms=now_ms,
            expires_ms=expires_ms,
        )
        # First, because a refusal must not change the secret of somebody's session.
        if not store.write_proof(tx, session.id, account_id, proven.factors, now_ms, expires_ms):
            return Refused(Reason.SIGNED_OUT)
        cookie = self.rotate(tx, session.id)
        if isinstance(cookie, Refused):
            return cookie
        record(
            tx,
            what,
            at_ms=now_ms,
            actor=account_id,
            account=account_id,
            subject=session.id,
            address=where.address,
        )
        return proven, cookie

    def _hash(self, cookie: Secret) -> TokenHash:
        return keyed_hash(self.keyring.pepper, TokenKind.SESSION, cookie)

    def _seen_after(self, now_ms: int) -> int:
        return now_ms - self.idle_s * 1000
