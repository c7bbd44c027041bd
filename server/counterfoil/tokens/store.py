"""The SQL of signing keys and grants.

Statements of hot paths are built once: building one costs more than running it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from counterfoil.accounts import AccountState
from counterfoil.factors.facts import dump_factors, load_factors
from counterfoil.kit import strict_json
from counterfoil.kit.ids import AccountId, ClientId, GrantId, SessionId
from counterfoil.store import Transaction
from counterfoil.store.schema import accounts, grants, signing_keys
from counterfoil.tokens.grants import Grant, PersonGrant, ServiceGrant, as_factors

_INSERT_GRANT = insert(grants)
_FIND_STANDING = (
    select(
        grants,
        accounts.c.state,
        accounts.c.name,
        accounts.c.display_name,
        accounts.c.email,
        accounts.c.email_verified,
    )
    .join_from(grants, accounts, accounts.c.id == grants.c.account_id, isouter=True)
    .where(grants.c.id == bindparam("grant_id"))
)


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    kid: str
    algorithm: str
    public_jwk: str
    sealed_private: bytes
    state: str  # signing | retired
    made_ms: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A grant as it is now, with what its person is called and where letters reach them.

    `live` when tokens of it still count.
    """

    grant: Grant
    live: bool
    name: str
    display_name: str
    email: str | None = None
    email_verified: bool = False


def insert_signing_key(tx: Transaction, row: SigningKeyRow) -> None:
    tx.execute(
        insert(signing_keys).values(
            kid=row.kid,
            alg=row.algorithm,
            public_jwk=row.public_jwk,
            sealed_private=row.sealed_private,
            state=row.state,
            made_ms=row.made_ms,
        )
    )


def list_signing_keys(tx: Transaction) -> Sequence[SigningKeyRow]:
    """The oldest first."""
    order = signing_keys.c.made_ms, signing_keys.c.alg, signing_keys.c.kid
    return [
        SigningKeyRow(r.kid, r.alg, r.public_jwk, r.sealed_private, r.state, r.made_ms)
        for r in tx.execute(select(signing_keys).order_by(*order))
    ]


def insert_grant(tx: Transaction, grant: Grant, now_ms: int) -> None:
    person = grant if isinstance(grant, PersonGrant) else None
    tx.execute(
        _INSERT_GRANT,
        {
            "id": grant.id,
            "client_id": grant.client,
            "account_id": None if person is None else person.account,
            "session_id": None if person is None else person.session,
            "scopes": strict_json.dump(list(grant.scopes)),
            "factors": dump_factors(() if person is None else person.factors),
            "made_ms": now_ms,
            "revoked_ms": None,
        },
    )


def revoke_grant(tx: Transaction, grant_id: GrantId, now_ms: int) -> bool:
    """Whether it was this call that revoked it."""
    revoked = tx.execute(
        update(grants)
        .where(grants.c.id == grant_id, grants.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    return revoked.rowcount == 1


def find_standing(tx: Transaction, grant_id: GrantId) -> Standing | None:
    """None when there is no such grant: with its client or account it is gone, too."""
    row = tx.execute(_FIND_STANDING, {"grant_id": grant_id}).one_or_none()
    if row is None:
        return None
    scopes = _texts(row.scopes)
    if row.account_id is None:
        service = ServiceGrant(GrantId(row.id), ClientId(row.client_id), scopes)
        return Standing(service, row.revoked_ms is None, "", "")
    factors = as_factors(load_factors(row.factors))
    assert factors is not None
    grant = PersonGrant(
        id=GrantId(row.id),
        client=ClientId(row.client_id),
        account=AccountId(row.account_id),
        session=None if row.session_id is None else SessionId(row.session_id),
        scopes=scopes,
        factors=factors,
    )
    live = row.revoked_ms is None and row.state == AccountState.ACTIVE.value
    return Standing(grant, live, row.name, row.display_name, row.email, row.email_verified == 1)


def _texts(text: str) -> tuple[str, ...]:
    values = strict_json.parse(text)
    assert isinstance(values, list)
    return tuple(str(value) for value in values)
