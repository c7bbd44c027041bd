"""The SQL of notices and of the outbox.

A letter is `waiting`, and due at a time, until it is `sent` or `given_up`. Taking one to send
it is a single conditional statement that also sets when the next try would be due: whoever gets
the row has it alone until then, and when that process dies the letter comes due again.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, select, update

from counterfoil.kit import strict_json
from counterfoil.kit.ids import AccountId, LetterId
from counterfoil.notices.letter import plain_facts
from counterfoil.notices.notice import Notice, Told
from counterfoil.store import Transaction
from counterfoil.store.schema import accounts, notices, outbox

MOST_SHOWN = 50

# Built once: building a statement costs five times as much as executing it.
_INSERT_NOTICE = insert(notices)
_INSERT_LETTER = insert(outbox)
_READER = select(
    accounts.c.display_name,
    accounts.c.name,
    accounts.c.email,
    accounts.c.email_verified,
    accounts.c.language,
).where(accounts.c.id == bindparam("of"))
_UNSEEN = (
    select(notices.c.id, notices.c.what, notices.c.details, notices.c.at_ms)
    .where(notices.c.account_id == bindparam("of"), notices.c.seen_ms.is_(None))
    .order_by(notices.c.id)
    .limit(MOST_SHOWN)
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a letter; `verified_email` is "" when nothing was verified."""

    name: str
    shown_name: str
    verified_email: str
    language: str


def insert_notice(
    tx: Transaction, account_id: AccountId, what: str, details: str, now_ms: int
) -> None:
    values = {"account_id": account_id, "what": what, "details": details, "at_ms": now_ms}
    tx.execute(_INSERT_NOTICE, values)


def list_unseen(tx: Transaction, account_id: AccountId) -> list[Notice]:
    return [
        Notice(row.id, Told(row.what), plain_facts(strict_json.parse(row.details)), row.at_ms)
        for row in tx.execute(_UNSEEN, {"of": account_id})
    ]


def see(tx: Transaction, account_id: AccountId, up_to: int | None, now_ms: int) -> None:
    statement = update(notices).where(
        notices.c.account_id == account_id, notices.c.seen_ms.is_(None)
    )
    if up_to is not None:
        statement = statement.where(notices.c.id <= up_to)
    tx.execute(statement.values(seen_ms=now_ms))


def find_reader(tx: Transaction, account_id: AccountId) -> Reader | None:
    row = tx.execute(_READER, {"of": account_id}).one_or_none()
    if row is None:
        return None
    verified = row.email if row.email_verified else None
    return Reader(row.name, row.display_name or row.name, verified or "", row.language or "")


def insert_letter(
    tx: Transaction, letter_id: LetterId, account_id: AccountId, sealed: bytes, now_ms: int
) -> None:
    """A letter that waits and is due at once."""
    tx.execute(
        _INSERT_LETTER,
        {
            "id": letter_id,
            "account_id": account_id,
            "sealed_letter": sealed,
            "state": "waiting",
            "tries": 0,
            "made_ms": now_ms,
            "due_ms": now_ms,
        },
    )


# --- the outbox -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that is ours alone until its next `due_ms`; `tries` tells this claim from later
    ones."""

    id: LetterId
    sealed: bytes
    tries: int
    made_ms: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A letter as an operator sees it; `account_name` is whose account it is about."""

    id: LetterId
    account_id: AccountId
    account_name: str
    sealed: bytes
    state: str
    tries: int
    trouble: str | None
    made_ms: int
    due_ms: int


_DUE = (outbox.c.state == "waiting", outbox.c.due_ms <= bindparam("now"))
_CLAIM = (
    update(outbox)
    .where(
        outbox.c.id
        == select(outbox.c.id)
        .where(*_DUE)
        .order_by(outbox.c.due_ms, outbox.c.id)
        .limit(1)
        # Another process's claim is not waited for: the next letter is as good.
        .with_for_update(skip_locked=True)
        .scalar_subquery(),
        *_DUE,
    )
    # Without a trouble it is in somebody's hands: `retry_outbox` leaves it there.
    .values(tries=outbox.c.tries + 1, due_ms=bindparam("until"), trouble=None)
    .returning(outbox.c.id, outbox.c.sealed_letter, outbox.c.tries, outbox.c.made_ms)
)


def claim_due(tx: Transaction, now_ms: int, until_ms: int) -> Claimed | None:
    """Takes the letter that is due the longest: one conditional statement, one taker."""
    row = tx.execute(_CLAIM, {"now": now_ms, "until": until_ms}).one_or_none()
    if row is None:
        return None
    return Claimed(LetterId(row.id), row.sealed_letter, row.tries, row.made_ms)


def mark_sent(tx: Transaction, claimed: Claimed, emptied: bytes, now_ms: int) -> bool:
    """`emptied` takes the letter's place. False when it was claimed again since."""
    values = {"state": "sent", "sent_ms": now_ms, "trouble": None, "sealed_letter": emptied}
    return _settle(tx, claimed, values)


def mark_given_up(tx: Transaction, claimed: Claimed, trouble: str, kept: bytes) -> bool:
    return _settle(tx, claimed, {"state": "given_up", "trouble": trouble, "sealed_letter": kept})


def put_back(tx: Transaction, claimed: Claimed, trouble: str, due_ms: int) -> bool:
    return _settle(tx, claimed, {"trouble": trouble, "due_ms": due_ms})


def list_outbox(tx: Transaction, state: str, limit: int) -> list[OutboxRow]:
    """Of one state, the oldest first."""
    columns = (
        outbox.c.id,
        outbox.c.account_id,
        accounts.c.name,
        outbox.c.sealed_letter,
        outbox.c.state,
        outbox.c.tries,
        outbox.c.trouble,
        outbox.c.made_ms,
        outbox.c.due_ms,
    )
    statement = (
        select(*columns)
        .join_from(outbox, accounts)
        .where(outbox.c.state == state)
        .order_by(outbox.c.made_ms, outbox.c.id)
        .limit(limit)
    )
    return [OutboxRow(*row) for row in tx.execute(statement)]


def count_outbox(tx: Transaction) -> dict[str, int]:
    """How many letters there are, by state."""
    statement = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
    return {row.state: row.number for row in tx.execute(statement)}


def retry_outbox(tx: Transaction, now_ms: int) -> int:
    """Makes every letter due that waits after some trouble, or was given up; how many."""
    statement = (
        update(outbox)
        .where(outbox.c.state.in_(("waiting", "given_up")), outbox.c.trouble.is_not(None))
        .values(state="waiting", due_ms=now_ms)
    )
    return tx.execute(statement).rowcount


def _settle(tx: Transaction, claimed: Claimed, values: dict[str, object]) -> bool:
    statement = (
        update(outbox)
        .where(
            outbox.c.id == claimed.id,
            outbox.c.state == "waiting",
            outbox.c.tries == claimed.tries,
        )
        .values(**values)
    )
    return tx.execute(statement).rowcount == 1
