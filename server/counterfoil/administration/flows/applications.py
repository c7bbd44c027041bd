"""Applications and services, by whoever may administer them."""

from collections.abc import Sequence

from counterfoil.administration.actor import Actor
from counterfoil.administration.flows.desk import Desk
from counterfoil.administration.rules import Action
from counterfoil.audit import Where
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, ClientKind, ConsentRule, read_client_id
from counterfoil.store import Transaction
from counterfoil.tokens import Algorithm


class Applications(Desk):
    __slots__ = ()

    def clients(self, tx: Transaction, actor: Actor) -> list[Client] | Refused:
        """In the order of their names."""
        return self._refuse(tx, Action.SEE_CLIENTS, actor) or self.registry.list_clients(tx)

    def client(self, tx: Transaction, actor: Actor, client_id: ClientId) -> Client | Refused:
        refused = self._refuse(tx, Action.SEE_CLIENTS, actor)
        if refused is not None:
            return refused
        found = self.registry.find(tx, client_id) if read_client_id(client_id) else None
        return found or Refused(Reason.NOT_FOUND)

    def add_client(
        self,
        tx: Transaction,
        actor: Actor,
        name: str,
        where: Where,
        *,
        kind: ClientKind,
        audience: str,
        redirect_uris: Sequence[str] = (),
        scopes: Sequence[str] = (),
        id_token_alg: Algorithm = Algorithm.ES256,
        consent: ConsentRule = ConsentRule.ASK,
    ) -> tuple[Client, Secret | None] | Refused:
        """A new client, and its secret where it has one: nobody can read it again."""
        return self._refuse(tx, Action.CHANGE_CLIENTS, actor) or self.registry.add(
            tx,
            name,
            kind=kind,
            redirect_uris=redirect_uris,
            scopes=scopes,
            audience=audience,
            id_token_alg=id_token_alg,
            consent=consent,
            actor=actor.id,
            where=where,
        )

    def change_client(
        self,
        tx: Transaction,
        actor: Actor,
        client_id: ClientId,
        where: Where,
        *,
        name: str | None = None,
        redirect_uris: Sequence[str] | None = None,
        scopes: Sequence[str] | None = None,
    ) -> Client | Refused:
        """None leaves a thing as it is; judged as a whole, as a new client is."""
        found = self._changeable(tx, actor, client_id)
        if isinstance(found, Refused):
            return found
        return self.registry.change(
            tx,
            found.id,
            name=name,
            redirect_uris=redirect_uris,
            scopes=scopes,
            actor=actor.id,
            where=where,
        )

    def rotate_secret(
        self, tx: Transaction, actor: Actor, client_id: ClientId, where: Where
    ) -> tuple[Client, Secret] | Refused:
        """A new secret, shown once; the old one is dead at once."""
        found = self._changeable(tx, actor, client_id)
        if isinstance(found, Refused):
            return found
        secret = self.registry.rotate_secret(tx, found.id, actor.id, where)
        return secret if isinstance(secret, Refused) else (found, secret)

    def delete_client(
        self, tx: Transaction, actor: Actor, client_id: ClientId, where: Where
    ) -> None | Refused:
        """The client, its codes, consents and grants; what was issued ceases to count."""
        found = self._changeable(tx, actor, client_id)
        if isinstance(found, Refused):
            return found
        return self.registry.delete(tx, found.id, actor.id, where)

    def _changeable(self, tx: Transaction, actor: Actor, client_id: ClientId) -> Client | Refused:
        refused = self._refuse(tx, Action.CHANGE_CLIENTS, actor)
        if refused is not None:
            return refused
        found = self.registry.find(tx, client_id) if read_client_id(client_id) else None
        return found or Refused(Reason.NOT_FOUND)
