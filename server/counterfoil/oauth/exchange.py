"""The token endpoint's side: a code or a service's own credentials become tokens.

Whatever is decided is committed first, a refusal and its revocation as well; minting comes
after the commit and touches no database.
"""

from dataclasses import dataclass

from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, new_grant_id
from counterfoil.kit.opaque import TokenKind, keyed_hash, well_formed
from counterfoil.kit.sealing import Keyring
from counterfoil.kit.secret import Secret
from counterfoil.kit.strict_json import Json
from counterfoil.oauth import codes, scopes, store
from counterfoil.oauth.authentication import Presented
from counterfoil.oauth.client import Client, ClientKind
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.codes import Code, Redemption
from counterfoil.store import Transaction
from counterfoil.tokens import AccessClaims, Grant, PersonGrant, ServiceGrant, Standing, Tokens


@dataclass(frozen=True, slots=True)
class Issued:
    """What a client gets tokens for, committed before they are minted."""

    grant: Grant
    client: Client
    nonce: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    clients: Clients
    tokens: Tokens

    def redeem(
        self, tx: Transaction, presented: Presented, asked: Redemption, where: Where
    ) -> Issued | Refused:
        """Spends a code, once; a second proven use revokes what the first one gave.

        The refusal is committed, and the revocation with it.
        """
        client = self.clients.authenticate(tx, presented, where)
        if isinstance(client, Refused):
            return client
        if not client.kind.has_people:
            return Refused(Reason.UNAUTHORIZED_CLIENT)
        code = self._lock_code(tx, asked.code)
        standing = None if code is None else self.tokens.standing(tx, code.grant)
        if code is None or standing is None:
            return Refused(Reason.CODE_UNKNOWN)
        refused = codes.judge(code, client.id, asked, self.clock.now_ms())
        if refused is None and not standing.live:
            refused = Refused(Reason.GRANT_REVOKED)
        if refused is None and not store.use_code(tx, code.hash, self.clock.now_ms()):
            refused = Refused(Reason.CODE_REUSED)
        if refused is not None:
            self._refuse_code(tx, code, standing, client, refused, where)
            return refused
        self._tell_issued(tx, standing.grant, where)
        return Issued(standing.grant, client, code.nonce)

    def grant_to_service(
        self, tx: Transaction, presented: Presented, scope: str | None, where: Where
    ) -> Issued | Refused:
        """Client credentials (RFC 6749 §4.4): a service acts for itself."""
        client = self.clients.authenticate(tx, presented, where)
        if isinstance(client, Refused):
            return client
        if client.kind is not ClientKind.SERVICE:
            return Refused(Reason.UNAUTHORIZED_CLIENT)
        granted = scopes.all_or_none(scope, client.scopes)
        if isinstance(granted, Refused):
            return granted
        grant = ServiceGrant(new_grant_id(self.entropy), client.id, granted)
        self.tokens.open_grant(tx, grant, where.address)
        return Issued(grant, client, None)

    def mint(self, issued: Issued) -> dict[str, Json]:
        """The token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""
        access = self.tokens.mint_access(issued.grant, issued.client.audience)
        answer: dict[str, Json] = {
            "access_token": access.text.reveal(),
            "token_type": "Bearer",
            "expires_in": access.expires_in_s,
            "scope": " ".join(issued.grant.scopes),
        }
        if isinstance(issued.grant, PersonGrant) and scopes.OPENID in issued.grant.scopes:
            answer["id_token"] = self.tokens.mint_id(
                issued.grant,
                nonce=issued.nonce,
                access_token=access,
                algorithm=issued.client.id_token_alg,
            ).reveal()
        return answer

    def userinfo(self, tx: Transaction, claims: AccessClaims) -> dict[str, Json] | Refused:
        """OpenID Connect Core §5.3: what the token's scopes tell of its person, as it is now."""
        if scopes.OPENID not in claims.scopes:
            return Refused(Reason.INSUFFICIENT_SCOPE)
        standing = self.tokens.standing(tx, claims.grant)
        if standing is None or not standing.live or standing.grant.subject != claims.subject:
            return Refused(Reason.INVALID_TOKEN, "its grant does not stand any more")
        told: dict[str, Json] = {"sub": standing.grant.subject}
        if scopes.PROFILE in claims.scopes:
            told["preferred_username"] = standing.name
            told["name"] = standing.display_name or standing.name
        # §5.3.2: a claim without a value is left out, not null.
        if scopes.EMAIL in claims.scopes and standing.email is not None:
            told["email"] = standing.email
            told["email_verified"] = standing.email_verified
        return told

    def _lock_code(self, tx: Transaction, code: Secret) -> Code | None:
        if not well_formed(TokenKind.CODE, code.reveal()):
            return None
        return store.lock_code(tx, keyed_hash(self.keyring.pepper, TokenKind.CODE, code))

    def _refuse_code(
        self,
        tx: Transaction,
        code: Code,
        standing: Standing,
        client: Client,
        refused: Refused,
        where: Where,
    ) -> None:
        if refused.reason is Reason.VERIFIER_WRONG:
            store.count_failure(tx, code.hash)
        if refused.reason is Reason.CODE_REUSED:
            self.tokens.revoke(tx, standing.grant, client.id, refused.reason)
        record(
            tx,
            What.TOKEN_REFUSED,
            at_ms=self.clock.now_ms(),
            actor=client.id,
            account=_account_of(standing.grant),
            subject=code.grant,
            reason=refused.reason,
            address=where.address,
        )

    def _tell_issued(self, tx: Transaction, grant: Grant, where: Where) -> None:
        record(
            tx,
            What.TOKEN_ISSUED,
            at_ms=self.clock.now_ms(),
            actor=grant.client,
            account=_account_of(grant),
            subject=grant.id,
            address=where.address,
        )


def _account_of(grant: Grant) -> AccountId | None:
    return grant.account if isinstance(grant, PersonGrant) else None
