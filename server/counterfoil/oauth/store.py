"""The SQL of clients, consents and authorization codes.

Statements of hot paths are built once: building one costs more than running it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.kit import strict_json
from counterfoil.kit.ids import AccountId, ClientId, GrantId
from counterfoil.kit.opaque import TokenHash
from counterfoil.oauth.client import Client, ClientKind, ConsentRule
from counterfoil.oauth.codes import Code
from counterfoil.store import Transaction
from counterfoil.store.schema import clients, codes, consents, grants
from counterfoil.tokens import Algorithm

_FIND_CLIENT = select(clients).where(clients.c.id == bindparam("client_id"))
_FIND_CONSENT = select(consents.c.scopes).where(
    consents.c.account_id == bindparam("account_id"), consents.c.client_id == bindparam("client_id")
)
_INSERT_CODE = insert(codes)
_LOCK_CODE = select(codes).where(codes.c.code_hash == bindparam("hash")).with_for_update()
_USE_CODE = (
    update(codes)
    .where(codes.c.code_hash == bindparam("hash"), codes.c.used_ms.is_(None))
    .values(used_ms=bindparam("now_ms"))
)


def insert_client(tx: Transaction, client: Client, secret_hash: TokenHash | None) -> None:
    tx.execute(
        insert(clients).values(
            id=client.id,
            name=client.name,
            kind=client.kind.value,
            secret_hash=secret_hash,
            redirect_uris=strict_json.dump(list(client.redirect_uris)),
            scopes=strict_json.dump(list(client.scopes)),
            audience=client.audience,
            id_token_alg=client.id_token_alg.value,
            consent=client.consent.value,
            made_ms=client.made_ms,
        )
    )


def find_client(tx: Transaction, client_id: ClientId) -> tuple[Client, TokenHash | None] | None:
    row = tx.execute(_FIND_CLIENT, {"client_id": client_id}).one_or_none()
    if row is None:
        return None
    return _client(row), None if row.secret_hash is None else TokenHash(row.secret_hash)


def lock_client(tx: Transaction, client_id: ClientId) -> Client | None:
    """The client, which no other transaction changes before this one ends."""
    statement = select(clients).where(clients.c.id == client_id).with_for_update()
    row = tx.execute(statement).one_or_none()
    return None if row is None else _client(row)


def list_clients(tx: Transaction) -> list[Client]:
    """In the order of their names."""
    rows = tx.execute(select(clients).order_by(clients.c.name, clients.c.id))
    return [_client(row) for row in rows]


def write_client(tx: Transaction, client: Client) -> None:
    """What may change of it: kind, audience and algorithm are what tokens were issued by."""
    values = {
        "name": client.name,
        "redirect_uris": strict_json.dump(list(client.redirect_uris)),
        "scopes": strict_json.dump(list(client.scopes)),
    }
    tx.execute(update(clients).where(clients.c.id == client.id).values(values))


def write_secret(tx: Transaction, client_id: ClientId, secret_hash: TokenHash) -> None:
    tx.execute(update(clients).where(clients.c.id == client_id).values(secret_hash=secret_hash))


def delete_client(tx: Transaction, client_id: ClientId) -> bool:
    return tx.execute(delete(clients).where(clients.c.id == client_id)).rowcount == 1


def find_consent(
    tx: Transaction, account_id: AccountId, client_id: ClientId
) -> tuple[str, ...] | None:
    """The scopes that the person agreed to; None for never."""
    which = {"account_id": account_id, "client_id": client_id}
    text = tx.execute(_FIND_CONSENT, which).scalar_one_or_none()
    return None if text is None else _texts(text)


def write_consent(
    tx: Transaction,
    account_id: AccountId,
    client_id: ClientId,
    scopes: Sequence[str],
    now_ms: int,
) -> None:
    """Replaces what was agreed to before."""
    values = {
        "account_id": account_id,
        "client_id": client_id,
        "scopes": strict_json.dump(list(scopes)),
        "given_ms": now_ms,
    }
    changed = {"scopes": values["scopes"], "given_ms": now_ms}
    if tx.dialect.name == "postgresql":
        on_postgresql = postgresql.insert(consents).values(values)
        tx.execute(
            on_postgresql.on_conflict_do_update(index_elements=consents.primary_key, set_=changed)
        )
    else:
        on_sqlite = sqlite.insert(consents).values(values)
        tx.execute(
            on_sqlite.on_conflict_do_update(index_elements=consents.primary_key, set_=changed)
        )


def list_consents(
    tx: Transaction, account_id: AccountId
) -> list[tuple[ClientId, tuple[str, ...], int]]:
    """To whom the person agreed, to what, and when."""
    rows = tx.execute(select(consents).where(consents.c.account_id == account_id))
    return [(ClientId(r.client_id), _texts(r.scopes), r.given_ms) for r in rows]


def list_granted(
    tx: Transaction, account_id: AccountId
) -> list[tuple[ClientId, tuple[str, ...], int, int]]:
    """What stands of the person's grants, by client and scopes: since when, and the latest."""
    statement = (
        select(
            grants.c.client_id,
            grants.c.scopes,
            func.min(grants.c.made_ms).label("first"),
            func.max(grants.c.made_ms).label("last"),
        )
        .where(grants.c.account_id == account_id, grants.c.revoked_ms.is_(None))
        .group_by(grants.c.client_id, grants.c.scopes)
    )
    rows = tx.execute(statement)
    return [(ClientId(r.client_id), _texts(r.scopes), r.first, r.last) for r in rows]


def delete_consent(tx: Transaction, account_id: AccountId, client_id: ClientId) -> bool:
    statement = delete(consents).where(
        consents.c.account_id == account_id, consents.c.client_id == client_id
    )
    return tx.execute(statement).rowcount == 1


def revoke_granted(tx: Transaction, account_id: AccountId, client_id: ClientId, now_ms: int) -> int:
    """How many grants ceased to stand."""
    statement = update(grants).where(
        grants.c.account_id == account_id,
        grants.c.client_id == client_id,
        grants.c.revoked_ms.is_(None),
    )
    return tx.execute(statement.values(revoked_ms=now_ms)).rowcount


def insert_code(tx: Transaction, code: Code) -> None:
    tx.execute(
        _INSERT_CODE,
        {
            "code_hash": code.hash,
            "grant_id": code.grant,
            "client_id": code.client,
            "redirect_uri": code.redirect_uri,
            "code_challenge": code.code_challenge,
            "nonce": code.nonce,
            "failures": code.failures,
            "expires_ms": code.expires_ms,
            "used_ms": code.used_ms,
        },
    )


def lock_code(tx: Transaction, code_hash: TokenHash) -> Code | None:
    """The code, which no other transaction changes before this one ends."""
    row = tx.execute(_LOCK_CODE, {"hash": code_hash}).one_or_none()
    if row is None:
        return None
    return Code(
        hash=TokenHash(row.code_hash),
        grant=GrantId(row.grant_id),
        client=ClientId(row.client_id),
        redirect_uri=row.redirect_uri,
        code_challenge=row.code_challenge,
        nonce=row.nonce,
        failures=row.failures,
        expires_ms=row.expires_ms,
        used_ms=row.used_ms,
    )


def use_code(tx: Transaction, code_hash: TokenHash, now_ms: int) -> bool:
    """Whether it was this call that used it: the row count is the truth."""
    return tx.execute(_USE_CODE, {"hash": code_hash, "now_ms": now_ms}).rowcount == 1


def count_failure(tx: Transaction, code_hash: TokenHash) -> None:
    tx.execute(
        update(codes).where(codes.c.code_hash == code_hash).values(failures=codes.c.failures + 1)
    )


def _client(row: Row[Any]) -> Client:
    return Client(
        id=ClientId(row.id),
        name=row.name,
        kind=ClientKind(row.kind),
        redirect_uris=_texts(row.redirect_uris),
        scopes=_texts(row.scopes),
        audience=row.audience,
        id_token_alg=Algorithm(row.id_token_alg),
        consent=ConsentRule(row.consent),
        made_ms=row.made_ms,
    )


def _texts(text: str) -> tuple[str, ...]:
    values = strict_json.parse(text)
    assert isinstance(values, list)
    return tuple(str(value) for value in values)
