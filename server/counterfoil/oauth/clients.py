"""What an operator does with clients, and how one proves who it is.

A secret is made by us, has 256 random bits, is shown once, and is kept as a keyed hash:
nothing about it can be guessed, so nothing slow protects it.
"""

import hmac
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import ClientId, new_client_id
from counterfoil.kit.opaque import TokenHash, TokenKind, keyed_hash, mint
from counterfoil.kit.sealing import Keyring
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited, Limits
from counterfoil.oauth import store
from counterfoil.oauth.authentication import Presented
from counterfoil.oauth.client import Client, ClientKind, ConsentRule
from counterfoil.oauth.redirect_uris import refuse_redirect_uri
from counterfoil.oauth.scopes import OF_A_PERSON, OPENID, PROFILE, refuse_scope
from counterfoil.store import Transaction
from counterfoil.tokens import Algorithm

MAX_NAME_CHARACTERS = 100
MAX_AUDIENCE_CHARACTERS = 500
MAX_LIST = 50
NOWHERE = Where("", "")


@dataclass(frozen=True, slots=True)
class Clients:
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    limits: Limits

    def add(
        self,
        tx: Transaction,
        name: str,
        *,
        kind: ClientKind,
        redirect_uris: Sequence[str] = (),
        scopes: Sequence[str] = (),
        audience: str,
        id_token_alg: Algorithm = Algorithm.ES256,
        consent: ConsentRule = ConsentRule.ASK,
        actor: str = "operator",
        where: Where = NOWHERE,
    ) -> tuple[Client, Secret | None] | Refused:
        """A new client, and its secret where it has one: nobody can read it again.

        Without `scopes` an application gets `openid` and `profile`.
        """
        client = Client(
            id=new_client_id(self.entropy),
            name=name.strip(),
            kind=kind,
            redirect_uris=tuple(dict.fromkeys(redirect_uris)),
            scopes=tuple(dict.fromkeys(scopes or ((OPENID, PROFILE) if kind.has_people else ()))),
            audience=audience,
            id_token_alg=id_token_alg,
            consent=consent,
            made_ms=self.clock.now_ms(),
        )
        refused = refuse_client(client)
        if refused is not None:
            return refused
        secret = self._new_secret() if kind.has_secret else None
        store.insert_client(tx, client, None if secret is None else self._hash(secret))
        self._tell(
            tx, What.CLIENT_ADDED, client.id, actor, where, kind=kind.value, name=client.name
        )
        return client, secret

    def find(self, tx: Transaction, client_id: ClientId) -> Client | None:
        found = store.find_client(tx, client_id)
        return None if found is None else found[0]

    def list_clients(self, tx: Transaction) -> list[Client]:
        """In the order of their names."""
        return store.list_clients(tx)

    def change(
        self,
        tx: Transaction,
        client_id: ClientId,
        *,
        name: str | None = None,
        redirect_uris: Sequence[str] | None = None,
        scopes: Sequence[str] | None = None,
        actor: str = "operator",
        where: Where = NOWHERE,
    ) -> Client | Refused:
        """The client as it is afterwards; None leaves a thing as it is, and a list replaces all
        of the old one. Judged as a whole, as a new client is.

        A scope that is taken away is not granted any more; a token that has it keeps it until
        it expires.
        """
        before = store.lock_client(tx, client_id)
        if before is None:
            return Refused(Reason.NOT_FOUND)
        after = replace(
            before,
            name=before.name if name is None else name.strip(),
            redirect_uris=_each_once(redirect_uris, before.redirect_uris),
            scopes=_each_once(scopes, before.scopes),
        )
        refused = refuse_client(after)
        if refused is not None or after == before:
            return refused or before
        store.write_client(tx, after)
        self._tell(
            tx, What.CLIENT_CHANGED, client_id, actor, where, changed=_changed(before, after)
        )
        return after

    def rotate_secret(
        self, tx: Transaction, client_id: ClientId, actor: str, where: Where = NOWHERE
    ) -> Secret | Refused:
        """A new secret, shown once; the old one is dead at once."""
        client = self.find(tx, client_id)
        if client is None:
            return Refused(Reason.NOT_FOUND)
        if not client.kind.has_secret:
            return Refused(Reason.CLIENT_REFUSED, "a public client has no secret")
        secret = self._new_secret()
        store.write_secret(tx, client_id, self._hash(secret))
        self._tell(tx, What.CLIENT_SECRET_ROTATED, client_id, actor, where)
        return secret

    def delete(
        self, tx: Transaction, client_id: ClientId, actor: str, where: Where = NOWHERE
    ) -> None | Refused:
        """The client, its codes, consents and grants; what was issued ceases to count."""
        if not store.delete_client(tx, client_id):
            return Refused(Reason.NOT_FOUND)
        self._tell(tx, What.CLIENT_DELETED, client_id, actor, where)
        return None

    def authenticate(self, tx: Transaction, presented: Presented, where: Where) -> Client | Refused:
        """INVALID_CLIENT for an unknown client, a wrong secret, or the method of another kind.

        An unknown client writes no event, and FLOODED none either: anybody could fill the table.
        """
        found = store.find_client(tx, presented.client)
        secret = presented.secret
        # Hashed in any case, so that the time does not tell whether the client exists.
        offered = None if secret is None else self._hash(secret)
        if found is None:
            return Refused(Reason.INVALID_CLIENT, "no such client")
        client, kept = found
        if kept is None and offered is None:
            return client
        if kept is not None and offered is not None and hmac.compare_digest(kept, offered):
            return client
        flooded = self.limits.refuse_flood(tx, where.address, Limited.CLIENT)
        if flooded is not None:
            return flooded
        record(
            tx,
            What.TOKEN_REFUSED,
            at_ms=self.clock.now_ms(),
            actor=client.id,
            subject=client.id,
            reason=Reason.INVALID_CLIENT,
            address=where.address,
        )
        return Refused(Reason.INVALID_CLIENT, "wrong secret or wrong method")

    def _new_secret(self) -> Secret:
        return mint(TokenKind.CLIENT_SECRET, self.entropy)

    def _hash(self, secret: Secret) -> TokenHash:
        return keyed_hash(self.keyring.pepper, TokenKind.CLIENT_SECRET, secret)

    def _tell(
        self,
        tx: Transaction,
        what: What,
        client_id: ClientId,
        actor: str,
        where: Where,
        **details: str,
    ) -> None:
        record(
            tx,
            what,
            at_ms=self.clock.now_ms(),
            actor=actor,
            account=None,
            subject=client_id,
            reason=None,
            address=where.address,
            **details,
        )


def refuse_client(client: Client) -> Refused | None:
    """Why these settings cannot be a client; None when they can."""
    if not _is_line(client.name, MAX_NAME_CHARACTERS):
        return Refused(Reason.CLIENT_REFUSED, "the name must be one printable line")
    if not _is_line(client.audience, MAX_AUDIENCE_CHARACTERS):
        return Refused(Reason.CLIENT_REFUSED, "the audience must be one printable line")
    if max(len(client.redirect_uris), len(client.scopes)) > MAX_LIST:
        return Refused(Reason.CLIENT_REFUSED, f"more than {MAX_LIST} redirect URIs or scopes")
    if client.kind.has_people != bool(client.redirect_uris):
        return Refused(
            Reason.CLIENT_REFUSED,
            "an application needs a redirect URI, and a service has none",
        )
    for uri in client.redirect_uris:
        refused = refuse_redirect_uri(uri, client.kind)
        if refused is not None:
            return refused
    for scope in client.scopes:
        refused = refuse_scope(scope)
        if refused is not None:
            return refused
    if client.kind is ClientKind.SERVICE and OF_A_PERSON & set(client.scopes):
        return Refused(Reason.SCOPE_REFUSED, "openid, profile and email are about people")
    return None


def _is_line(text: str, most: int) -> bool:
    return 0 < len(text) <= most and all(unicodedata.category(c)[0] != "C" for c in text)


def _each_once(new: Sequence[str] | None, old: tuple[str, ...]) -> tuple[str, ...]:
    return old if new is None else tuple(dict.fromkeys(new))


def _changed(before: Client, after: Client) -> str:
    """Which settings differ, by their names."""
    names = ("name", "redirect_uris", "scopes")
    return " ".join(name for name in names if getattr(before, name) != getattr(after, name))
