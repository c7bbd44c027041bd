"""The authorization endpoint's side: who asks, who is signed in, who agrees, and the code.

Each method is one sentence of a transaction. A code is issued in the transaction that takes
the sign-in's fruit, so one sign-in gives one code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from counterfoil.accounts import Account, Accounts
from counterfoil.assurance import Level, assess, meets
from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused, voice
from counterfoil.factors.kind import VerifiedFactor
from counterfoil.interactions import Interaction, InteractionPurpose, Interactions, InteractionState
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, InteractionId, SessionId, new_grant_id
from counterfoil.kit.opaque import TokenKind, keyed_hash, mint
from counterfoil.kit.sealing import Keyring
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited
from counterfoil.notices import Told
from counterfoil.oauth import rules, store
from counterfoil.oauth.client import Client
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.codes import Code
from counterfoil.oauth.parameters import Parameters
from counterfoil.oauth.redirect_uris import address_of, policy_source, with_parameters
from counterfoil.oauth.request import (
    AuthorizationRequest,
    Prompt,
    ReturnAddress,
    dump_request,
    load_request,
)
from counterfoil.oauth.wire import describe
from counterfoil.sessions import Session, Sessions
from counterfoil.store import Transaction
from counterfoil.tokens import PersonGrant, Tokens, as_factors


@dataclass(frozen=True, slots=True)
class SendBack:
    """Back to the client with its answer; `location` holds a code or an error."""

    location: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """On to the interaction's next step; `cookie` is for a browser without a session."""

    interaction: Interaction
    cookie: Secret | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks a person, and for what: facts for pages. `source` is for form-action.

    `least` is the level that the application asks for.
    """

    client: str
    address: str
    source: str
    scopes: tuple[str, ...]
    login_hint: str
    least: Level | None


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    interaction: InteractionId
    account: Account
    asking: Asking


Answer: TypeAlias = SendBack | Unfinished | Refused
Continued: TypeAlias = SendBack | Unfinished | ConsentAsked | Refused


@dataclass(frozen=True, slots=True)
class Authorization:
    """`code_s`: for how many seconds a code is good."""

    clock: Clock
    entropy: Entropy
    keyring: Keyring
    accounts: Accounts
    sessions: Sessions
    interactions: Interactions
    clients: Clients
    tokens: Tokens
    issuer: str
    code_s: int

    def authorize(
        self, tx: Transaction, parameters: Parameters, session: Session | None, where: Where
    ) -> Answer:
        """A code at once, a sign-in, or a refusal; `Refused` is shown and never redirected."""
        client_id = rules.read_client(parameters)
        if isinstance(client_id, Refused):
            return client_id
        client = self.clients.find(tx, client_id)
        if client is None:
            return Refused(Reason.UNKNOWN_CLIENT, "client_id: not registered")
        back = rules.read_return_address(parameters, client)
        if isinstance(back, Refused):
            return back
        request = rules.read_request(parameters, client, back)
        if isinstance(request, Refused):
            return self._tell_client(back, request)
        assurance = assess(session.factors) if session and session.account else None
        if (
            session is None
            or session.account is None
            or rules.needs_sign_in(request, assurance, self.clock.now_ms())
        ):
            return self._open_sign_in(tx, request, session, where)
        ended = self.sessions.hold(tx, session.id)
        if ended is not None:
            return self._open_sign_in(tx, request, None, where)
        given = store.find_consent(tx, session.account, client.id)
        if not rules.needs_consent(request, client, given):
            return self._issue(tx, request, session.id, session.account, session.factors, where)
        if Prompt.NONE in request.prompts:
            return self._tell_client(back, Refused(Reason.CONSENT_REQUIRED))
        return Unfinished(self.interactions.open_done(tx, session, dump_request(request)))

    def resume(
        self, tx: Transaction, interaction_id: InteractionId, session: Session, where: Where
    ) -> Continued:
        """After the sign-in: a code, or first the question whether the person agrees."""
        found = self._find_done(tx, interaction_id, session)
        if not isinstance(found, _Done):
            return found
        if self._refuse_outcome(found) is not None or not self._needs_consent(tx, found):
            return self._finish(tx, found, where)
        return ConsentAsked(
            found.interaction.id, found.account, _asking(found.request, found.client)
        )

    def decide(
        self,
        tx: Transaction,
        interaction_id: InteractionId,
        session: Session,
        where: Where,
        *,
        allowed: bool,
    ) -> SendBack | Unfinished | Refused:
        """The person's yes or no, kept with the code or the error that it leads to."""
        found = self._find_done(tx, interaction_id, session)
        if not isinstance(found, _Done):
            return found
        finished = self._finish(tx, found, where, allowed=allowed)
        if isinstance(finished, Refused):
            return finished
        self._tell_decision(tx, found, where, allowed=allowed)
        if allowed:
            before = store.find_consent(tx, found.account.id, found.client.id)
            agreed = sorted({*(before or ()), *found.request.scopes})
            now_ms = self.clock.now_ms()
            store.write_consent(tx, found.account.id, found.client.id, agreed, now_ms)
            if before is None:
                self.accounts.notices.tell(
                    tx,
                    found.account.id,
                    Told.NEW_APPLICATION,
                    where,
                    application=found.client.name,
                )
        return finished

    def asking(self, tx: Transaction, interaction: Interaction) -> Asking | None:
        """Who waits behind a sign-in; None when it is one of our own pages."""
        if interaction.purpose is not InteractionPurpose.SIGN_IN or not interaction.request:
            return None
        request = load_request(interaction.request)
        client = self.clients.find(tx, request.back.client)
        return None if client is None else _asking(request, client)

    # --- steps -----------------------------------------------------------------------------------

    def _open_sign_in(
        self,
        tx: Transaction,
        request: AuthorizationRequest,
        session: Session | None,
        where: Where,
    ) -> Answer:
        if Prompt.NONE in request.prompts:
            return self._tell_client(request.back, Refused(Reason.LOGIN_REQUIRED))
        flooded = self.interactions.refuse_flood(tx, session, where, Limited.OPENING)
        if flooded is not None:
            return flooded
        cookie: Secret | None = None
        if session is None:
            session, cookie = self.sessions.open(tx, where)
        opened = self.interactions.open_sign_in(tx, session.id, dump_request(request))
        return Unfinished(opened, cookie)

    def _find_done(
        self, tx: Transaction, interaction_id: InteractionId, session: Session
    ) -> "_Done | Unfinished | Refused":
        interaction = self.interactions.find(tx, interaction_id, session.id)
        if isinstance(interaction, Refused):
            return interaction
        if interaction.purpose is not InteractionPurpose.SIGN_IN or not interaction.request:
            return Refused(Reason.NOT_FOUND, "no application waits behind this interaction")
        if interaction.state is not InteractionState.DONE:
            return Unfinished(interaction)
        request = load_request(interaction.request)
        client = self.clients.find(tx, request.back.client)
        if client is None:
            return Refused(Reason.UNKNOWN_CLIENT, "deleted since it asked")
        assert interaction.account is not None, "done without a person"
        account = self.accounts.find(tx, interaction.account)
        if account is None or not account.active:
            return Refused(Reason.SIGNED_OUT)
        return _Done(interaction, request, client, account)

    def _refuse_outcome(self, done: "_Done") -> Refused | None:
        """Whether the person may, and showed enough: asked after the sign-in."""
        assurance = assess(done.interaction.factors)
        now_ms = self.clock.now_ms()
        if not meets(assurance, least=done.request.least, max_age_s=None, now_ms=now_ms):
            return Refused(Reason.UNMET_AUTHENTICATION_REQUIREMENTS)
        # The sign-in was fresh when it was asked for; it must not have waited here since.
        if not meets(assurance, least=None, max_age_s=rules.oldest_s(done.request), now_ms=now_ms):
            return Refused(Reason.LOGIN_REQUIRED)
        return None

    def _needs_consent(self, tx: Transaction, done: "_Done") -> bool:
        given = store.find_consent(tx, done.account.id, done.client.id)
        return rules.needs_consent(done.request, done.client, given)

    def _finish(
        self, tx: Transaction, done: "_Done", where: Where, *, allowed: bool = True
    ) -> SendBack | Refused:
        """Takes the interaction's fruit, once, and issues the code in the same transaction."""
        finished = self.interactions.finish(tx, done.interaction.id, done.interaction.session)
        if isinstance(finished, Refused):
            return finished
        refused = self._refuse_outcome(done)
        if refused is None and not allowed:
            refused = Refused(Reason.ACCESS_DENIED)
        if refused is not None:
            return self._tell_client(done.request.back, refused)
        return self._issue(
            tx,
            done.request,
            done.interaction.session,
            done.account.id,
            done.interaction.factors,
            where,
        )

    def _issue(
        self,
        tx: Transaction,
        request: AuthorizationRequest,
        session_id: SessionId,
        account_id: AccountId,
        shown: tuple[VerifiedFactor, ...],
        where: Where,
    ) -> SendBack:
        factors = as_factors(shown)
        assert factors is not None, "nobody is signed in without factors"
        grant = PersonGrant(
            id=new_grant_id(self.entropy),
            client=request.back.client,
            account=account_id,
            session=session_id,
            scopes=request.scopes,
            factors=factors,
        )
        self.tokens.open_grant(tx, grant, where.address)
        code = mint(TokenKind.CODE, self.entropy)
        store.insert_code(
            tx,
            Code(
                hash=keyed_hash(self.keyring.pepper, TokenKind.CODE, code),
                grant=grant.id,
                client=grant.client,
                redirect_uri=request.back.redirect_uri,
                code_challenge=request.code_challenge,
                nonce=request.nonce,
                failures=0,
                expires_ms=self.clock.now_ms() + self.code_s * 1000,
                used_ms=None,
            ),
        )
        return self._send_back(request.back, {"code": code.reveal()})

    def _tell_client(self, back: ReturnAddress, refused: Refused) -> SendBack:
        error = {"error": voice(refused.reason).oauth, "error_description": describe(refused)}
        return self._send_back(back, error)

    def _send_back(self, back: ReturnAddress, answer: Mapping[str, str]) -> SendBack:
        state = {} if back.state is None else {"state": back.state}
        # RFC 9207: whoever answers says so, or one server's code is sent to another.
        parameters = {**answer, **state, "iss": self.issuer}
        return SendBack(with_parameters(back.redirect_uri, parameters))

    def _tell_decision(
        self, tx: Transaction, done: "_Done", where: Where, *, allowed: bool
    ) -> None:
        record(
            tx,
            What.CONSENT_GIVEN if allowed else What.CONSENT_DENIED,
            at_ms=self.clock.now_ms(),
            actor=done.account.id,
            account=done.account.id,
            subject=done.client.id,
            address=where.address,
            scope=" ".join(done.request.scopes),
        )


@dataclass(frozen=True, slots=True)
class _Done:
    """A finished sign-in, with the request, client and person that it joins."""

    interaction: Interaction
    request: AuthorizationRequest
    client: Client
    account: Account


def _asking(request: AuthorizationRequest, client: Client) -> Asking:
    uri = request.back.redirect_uri
    return Asking(
        client=client.name,
        address=address_of(uri),
        source=policy_source(uri),
        scopes=request.scopes,
        login_hint=request.login_hint or "",
        least=request.least,
    )
