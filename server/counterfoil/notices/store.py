"""The SQL of notices and of the outbox.

A letter is `waiting`, and due at a time, until it is `sent` or `given_up`. Taking one to send
it is a single conditional statement that also sets when the next try would be due: whoever gets
the row has it alone until then, and when that process dies the letter comes due again.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

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


def see(tx: Transaction, account_id: AccountId, up_to: int, now_ms: int) -> None:
    tx.execute(
        update(notices)
        .where(
            notices.c.account_id == account_id,
            notices.c.id <= up_to,
            notices.c.seen_ms.is_(None),
        )
        .values(seen_ms=now_ms)
    )


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
