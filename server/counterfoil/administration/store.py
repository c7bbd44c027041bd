"""The SQL of administration: looking for people, and counting."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from counterfoil.accounts import Account, AccountState, AuthenticatorState, Role
from counterfoil.administration.facts import Enrolment, PeopleFilter, PersonRow
from counterfoil.factors.kind import KindName
from counterfoil.kit.ids import AccountId
from counterfoil.store import Transaction
from counterfoil.store.schema import (
    accounts,
    authenticators,
    clients,
    installation,
    invitations,
    outbox,
)

_RECOVERY = KindName.RECOVERY.value
_LIVE_TOKEN = (
    authenticators.c.account_id == accounts.c.id,
    authenticators.c.state == AuthenticatorState.LIVE.value,
    authenticators.c.kind.not_in((KindName.PASSWORD.value, KindName.RECOVERY.value)),
)
_TOKENS = select(func.count()).select_from(authenticators).where(*_LIVE_TOKEN).scalar_subquery()
_LAST_USED = (
    select(func.max(authenticators.c.used_ms))
    .where(authenticators.c.account_id == accounts.c.id)
    .scalar_subquery()
)
_ROW = (
    accounts.c.id,
    accounts.c.name,
    accounts.c.display_name,
    accounts.c.user_handle,
    accounts.c.role,
    accounts.c.state,
    accounts.c.made_ms,
    accounts.c.email,
    accounts.c.email_verified,
    accounts.c.language,
)
_QUEUE = select(installation.c.id).with_for_update()


def stand_in_queue(tx: Transaction) -> None:
    """One after the other to the end of the transaction: changes of who may administer.

    Each reads roles after the one before it was committed. The row is held by nobody else, and
    held first, so that nobody waits in a circle. SQLite has one writer at a time anyway.
    """
    tx.execute(_QUEUE).one()


def find_people(
    tx: Transaction, wanted: PeopleFilter, after_key: str, limit: int
) -> list[PersonRow]:
    """In the order of their names, from the first one behind `after_key`.

    The index on names gives the order and the start of the page. A search looks at the
    people behind it until the page is full: at all of them when hardly anybody fits, which
    takes some 60 ms for 100,000 people.
    """
    statement = (
        select(*_ROW, _TOKENS.label("tokens"), _LAST_USED.label("last_used_ms"))
        .where(accounts.c.name_key > after_key, *_conditions(wanted))
        .order_by(accounts.c.name_key)
        .limit(limit)
    )
    return [
        PersonRow(
            Account(
                AccountId(row.id),
                row.name,
                row.display_name,
                row.user_handle,
                Role(row.role),
                AccountState(row.state),
                row.made_ms,
                row.email,
                row.email_verified == 1,
                row.language,
            ),
            row.tokens,
            row.last_used_ms,
        )
        for row in tx.execute(statement)
    ]


def invited_until(tx: Transaction, account_id: AccountId, now_ms: int) -> int | None:
    """When the person's open invitation ends; None without one."""
    statement = select(func.max(invitations.c.expires_ms)).where(
        invitations.c.account_id == account_id, *_open_invitation(now_ms)
    )
    until_ms: int | None = tx.execute(statement).scalar_one()
    return until_ms


def count_roles(tx: Transaction) -> dict[Role, int]:
    """Active people by their role."""
    statement = (
        select(accounts.c.role, func.count())
        .where(accounts.c.state == AccountState.ACTIVE.value)
        .group_by(accounts.c.role)
    )
    found = {Role(role): number for role, number in tx.execute(statement)}
    return {role: found.get(role, 0) for role in Role}


def count_disabled_people(tx: Transaction) -> int:
    return _count(
        tx,
        select(func.count())
        .select_from(accounts)
        .where(accounts.c.state == AccountState.DISABLED.value),
    )


def count_enrolment(tx: Transaction, people: int) -> Enrolment:
    """How many of that many active people have which tokens: one pass over all tokens."""
    held = (
        select(
            func.sum(case((authenticators.c.kind != _RECOVERY, 1), else_=0)).label("tokens"),
            func.max(case((authenticators.c.kind == _RECOVERY, 1), else_=0)).label("recovery"),
        )
        .where(
            authenticators.c.state == AuthenticatorState.LIVE.value,
            authenticators.c.kind != KindName.PASSWORD.value,
            # The few who may not sign in, rather than a look at everybody.
            authenticators.c.account_id.not_in(
                select(accounts.c.id).where(accounts.c.state == AccountState.DISABLED.value)
            ),
        )
        .group_by(authenticators.c.account_id)
        .subquery()
    )
    counted = select(
        func.coalesce(func.sum(case((held.c.tokens == 1, 1), else_=0)), 0),
        func.coalesce(func.sum(case((held.c.tokens > 1, 1), else_=0)), 0),
        func.coalesce(func.sum(held.c.recovery), 0),
    )
    one, more, recovery = (int(number) for number in tx.execute(counted).one())
    return Enrolment(people - one - more, one, more, recovery)


def count_disabled_tokens(tx: Transaction) -> int:
    """Tokens of active people that too many failures have shut."""
    return _count(
        tx,
        select(func.count())
        .select_from(authenticators)
        .join(accounts)
        .where(
            authenticators.c.state == AuthenticatorState.DISABLED.value,
            accounts.c.state == AccountState.ACTIVE.value,
        ),
    )


def count_open_invitations(tx: Transaction, now_ms: int) -> int:
    return _count(
        tx, select(func.count()).select_from(invitations).where(*_open_invitation(now_ms))
    )


def count_undelivered_letters(tx: Transaction) -> int:
    """Letters that the mail worker has given up."""
    return _count(tx, select(func.count()).select_from(outbox).where(outbox.c.state == "given_up"))


def count_clients(tx: Transaction) -> int:
    return _count(tx, select(func.count()).select_from(clients))


def _count(tx: Transaction, statement: Select[int]) -> int:
    number: int = tx.execute(statement).scalar_one()
    return number


def _open_invitation(now_ms: int) -> tuple[ColumnElement[bool], ...]:
    return (
        invitations.c.purpose == "first_visit",
        invitations.c.used_ms.is_(None),
        invitations.c.expires_ms > now_ms,
    )


def _conditions(wanted: PeopleFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.state is not None:
        yield accounts.c.state == wanted.state.value
    if wanted.role is not None:
        yield accounts.c.role == wanted.role.value
    if wanted.lacks_token:
        yield ~select(authenticators.c.id).where(*_LIVE_TOKEN).exists()
    if wanted.search:
        yield or_(*_mentions(wanted.search))


def _mentions(search: str) -> Iterator[ColumnElement[bool]]:
    """Signs of LIKE are taken as they are. Names are kept in their lower case; of other texts
    SQLite knows the two cases of ASCII only, so that the usual spellings are tried."""
    yield accounts.c.name_key.contains(search.lower(), autoescape=True)
    yield accounts.c.email.icontains(search, autoescape=True)
    others = () if search.isascii() else (search.lower(), search.upper(), search.title())
    for spelled in dict.fromkeys((search, *others)):
        yield accounts.c.display_name.icontains(spelled, autoescape=True)
