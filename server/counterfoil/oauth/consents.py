"""What a person has linked: applications that they agreed to or that hold a grant of theirs."""

from collections.abc import Iterable
from dataclasses import dataclass

from counterfoil.audit import What, Where, record
from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.kit.ids import AccountId, ClientId
from counterfoil.oauth import store
from counterfoil.oauth.client import ConsentRule
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.redirect_uris import address_of
from counterfoil.store import Transaction


@dataclass(frozen=True, slots=True)
class Linked:
    """One application; `scopes` is all that it may know or do now, in a stable order.

    `asked`: whether the person is asked when it is linked, or the operator has decided.
    `used_ms`: when it was entered last, None when no grant of it stands.
    """

    client: ClientId
    name: str
    address: str
    scopes: tuple[str, ...]
    asked: bool
    since_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True)
class Consents:
    clock: Clock
    clients: Clients

    def linked(self, tx: Transaction, account_id: AccountId) -> list[Linked]:
        """In the order of their names."""
        scopes: dict[ClientId, set[str]] = {}
        since: dict[ClientId, list[int]] = {}
        used: dict[ClientId, int] = {}
        for client_id, agreed, given_ms in store.list_consents(tx, account_id):
            scopes.setdefault(client_id, set()).update(agreed)
            since.setdefault(client_id, []).append(given_ms)
        for client_id, granted, first_ms, last_ms in store.list_granted(tx, account_id):
            scopes.setdefault(client_id, set()).update(granted)
            since.setdefault(client_id, []).append(first_ms)
            used[client_id] = max(last_ms, used.get(client_id, 0))
        if not scopes:
            return []
        return [
            Linked(
                client=client.id,
                name=client.name,
                address=address_of(client.redirect_uris[0]),
                scopes=in_order(scopes[client.id], client.scopes),
                asked=client.consent is ConsentRule.ASK,
                since_ms=min(since[client.id]),
                used_ms=used.get(client.id),
            )
            for client in self.clients.list_clients(tx)
            if client.id in scopes
        ]

    def unlink(
        self,
        tx: Transaction,
        account_id: AccountId,
        client_id: ClientId,
        where: Where,
        *,
        actor: str | None = None,
    ) -> None | Refused:
        """Takes back the consent and all that was granted; NOT_FOUND when there is neither.

        An application whose people are asked asks again at the next sign-in.
        """
        client = self.clients.find(tx, client_id)
        if client is None:
            return Refused(Reason.NOT_FOUND)
        now_ms = self.clock.now_ms()
        agreed = store.delete_consent(tx, account_id, client_id)
        revoked = store.revoke_granted(tx, account_id, client_id, now_ms)
        if not agreed and not revoked:
            return Refused(Reason.NOT_FOUND)
        record(
            tx,
            What.CONSENT_REVOKED,
            at_ms=now_ms,
            actor=actor or account_id,
            account=account_id,
            subject=client_id,
            address=where.address,
            name=client.name,
            grants=revoked,
        )
        return None


def in_order(scopes: Iterable[str], registered: tuple[str, ...]) -> tuple[str, ...]:
    """As the client's registration has them; what it has lost since then comes last."""
    there = set(scopes)
    return (*(s for s in registered if s in there), *sorted(there - set(registered)))
