"""Signing keys at rest, grants, and the tokens that are signed for them.

Minting and verifying touch no database; whether a grant still stands is asked apart.
"""

from dataclasses import dataclass

from counterfoil.audit import What, record
from counterfoil.errors import Reason, Refused
from counterfoil.kit import base64url, strict_json
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import GrantId
from counterfoil.kit.sealing import DataKeyPurpose, Keyring
from counterfoil.kit.secret import Secret
from counterfoil.store import Transaction
from counterfoil.tokens import rules, store
from counterfoil.tokens.grants import Grant, PersonGrant
from counterfoil.tokens.keys import (
    Algorithm,
    SigningKey,
    SigningKeys,
    export_private,
    import_private,
    make_key,
)
from counterfoil.tokens.rules import AccessClaims
from counterfoil.tokens.store import SigningKeyRow, Standing

SIGNING = "signing"
_TOKEN_ID_BYTES = 16


def make_signing_keys(tx: Transaction, keyring: Keyring, entropy: Entropy, now_ms: int) -> None:
    """One new key for each algorithm, its private part sealed."""
    for algorithm in Algorithm:
        key = make_key(algorithm)
        sealed = keyring.seal(
            DataKeyPurpose.SIGNING_KEYS, sealed_row(key.kid), export_private(key), entropy
        )
        jwk = strict_json.dump(key.public_jwk)
        store.insert_signing_key(
            tx, SigningKeyRow(key.kid, algorithm.value, jwk, sealed, SIGNING, now_ms)
        )
        record(
            tx,
            What.SIGNING_KEY_MADE,
            at_ms=now_ms,
            actor="operator",
            subject=key.kid,
            algorithm=algorithm.value,
        )


def load_signing_keys(tx: Transaction, keyring: Keyring) -> SigningKeys:
    """All keys of the database; raises SealBroken, and NoSigningKey when one is missing."""
    return SigningKeys.of([_open(row, keyring) for row in store.list_signing_keys(tx)])


def list_signing_keys(tx: Transaction) -> list[SigningKeyRow]:
    """The keys as they lie in the database, the oldest first."""
    return list(store.list_signing_keys(tx))


def sealed_row(kid: str) -> str:
    """The place of a private key: it opens for no other row."""
    return f"signing_keys/sealed_private/{kid}"


@dataclass(frozen=True, slots=True)
class AccessToken:
    text: Secret
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """Mints and verifies; `issuer` is an origin without a trailing slash."""

    clock: Clock
    entropy: Entropy
    keys: SigningKeys
    issuer: str
    access_token_s: int
    id_token_s: int

    def mint_access(self, grant: Grant, audience: str) -> AccessToken:
        """An `at+jwt` for `audience`, signed with ES256; its `jti` begins with the grant."""
        claims = rules.access_claims(
            grant,
            issuer=self.issuer,
            audience=audience,
            token_id=f"{grant.id}.{base64url.encode(self.entropy(_TOKEN_ID_BYTES))}",
            now_s=self._now_s(),
            lifetime_s=self.access_token_s,
        )
        key = self.keys.signing[Algorithm.ES256]
        text = key.sign(rules.ACCESS_TYP, strict_json.dump(claims))
        return AccessToken(Secret(text), self.access_token_s)

    def mint_id(
        self,
        grant: PersonGrant,
        *,
        nonce: str | None,
        access_token: AccessToken,
        algorithm: Algorithm,
    ) -> Secret:
        """An ID token for the grant's client, with the algorithm that it asked for."""
        claims = rules.id_claims(
            grant,
            issuer=self.issuer,
            nonce=nonce,
            access_token=access_token.text.reveal(),
            now_s=self._now_s(),
            lifetime_s=self.id_token_s,
        )
        return Secret(self.keys.signing[algorithm].sign(rules.ID_TYP, strict_json.dump(claims)))

    def verify_access(self, token: Secret, *, audience: str | None) -> AccessClaims | Refused:
        """The claims of an access token of ours; whether its grant stands is not asked here.

        1. a header as we write it, a key of ours, its pinned algorithm, the access type
        2. the signature
        3. issuer, audience, times, id, and the forms of the rest
        """
        text = token.reveal()
        key = rules.find_key(text, self.keys.by_kid)
        if isinstance(key, Refused):
            return key
        if not key.verifies(text):
            return Refused(Reason.INVALID_TOKEN, "the signature is wrong")
        return rules.judge_access_claims(
            text, issuer=self.issuer, audience=audience, now_s=self._now_s()
        )

    def open_grant(self, tx: Transaction, grant: Grant, address: str) -> None:
        """Keeps a grant, before anything is issued for it."""
        now_ms = self.clock.now_ms()
        person = grant if isinstance(grant, PersonGrant) else None
        store.insert_grant(tx, grant, now_ms)
        record(
            tx,
            What.GRANTED,
            at_ms=now_ms,
            actor=grant.subject,
            account=None if person is None else person.account,
            subject=grant.id,
            address=address,
            client=grant.client,
            scope=" ".join(grant.scopes),
            acr=None if person is None else person.assurance.acr,
        )

    def revoke(self, tx: Transaction, grant: Grant, actor: str, reason: Reason) -> None:
        """All tokens of the grant cease to count; a second time changes and tells nothing."""
        now_ms = self.clock.now_ms()
        if store.revoke_grant(tx, grant.id, now_ms):
            record(
                tx,
                What.GRANT_REVOKED,
                at_ms=now_ms,
                actor=actor,
                account=grant.account if isinstance(grant, PersonGrant) else None,
                subject=grant.id,
                reason=reason,
            )

    def standing(self, tx: Transaction, grant_id: GrantId) -> Standing | None:
        """The grant as it is now; None when its client or account is gone."""
        return store.find_standing(tx, grant_id)

    def _now_s(self) -> int:
        return self.clock.now_ms() // 1000


def _open(row: SigningKeyRow, keyring: Keyring) -> SigningKey:
    der = keyring.open(DataKeyPurpose.SIGNING_KEYS, sealed_row(row.kid), row.sealed_private)
    return import_private(der, Algorithm(row.algorithm), signs=row.state == SIGNING)
