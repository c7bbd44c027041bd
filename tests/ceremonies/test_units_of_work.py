"""One unit, one transaction: kept whole or not at all, whoever its neighbours are."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from counterfoil.store import Store, StoreBusy, Transaction, open_store
from counterfoil.store.schema import accounts, invitations, metadata
from counterfoil.store.work import BATCH


@pytest.fixture
def store(upgraded_database_url: str) -> Iterator[Store]:
    opened = open_store(upgraded_database_url)
    yield opened
    opened.close()


def add(tx: Transaction, name: str) -> str:
    tx.execute(
        insert(accounts).values(
            id=f"acc_{name}",
            name=name,
            name_key=name,
            name_rule="",
            display_name=name,
            user_handle=name.encode(),
            role="person",
            state="active",
            made_ms=0,
        )
    )
    return name


def names(store: Store) -> set[str]:
    return set(store.read_now(lambda tx: tx.execute(select(accounts.c.name)).scalars().all()))


class Mishap(Exception):
    """What a unit raises in these tests."""


def add_and_fail(tx: Transaction, name: str) -> str:
    add(tx, name)
    raise Mishap(name)


def test_what_a_unit_returns_is_told_after_its_commit(store: Store) -> None:
    assert store.write_now(lambda tx: add(tx, "ada")) == "ada"
    assert names(store) == {"ada"}


def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(Mishap):
        store.write_now(lambda tx: add_and_fail(tx, "ada"))
    assert names(store) == set()


def test_one_failing_unit_does_not_spoil_its_neighbours(store: Store) -> None:
    async def together() -> list[str | BaseException]:
        units = [add_and_fail if number % 3 == 0 else add for number in range(BATCH + 10)]
        return await asyncio.gather(
            *(
                store.write(lambda tx, u=unit, n=number: u(tx, f"n{n}"))  # type: ignore[misc]
                for number, unit in enumerate(units)
            ),
            return_exceptions=True,
        )

    outcomes = asyncio.run(together())
    failed = {n for n, outcome in enumerate(outcomes) if isinstance(outcome, Mishap)}
    assert failed == set(range(0, BATCH + 10, 3))
    assert names(store) == {f"n{n}" for n in range(BATCH + 10) if n % 3}


def test_a_unit_that_breaks_a_rule_of_the_database_fails_alone(store: Store) -> None:
    async def together() -> list[str | BaseException]:
        return await asyncio.gather(
            *(store.write(lambda tx, n=name: add(tx, n)) for name in ("a", "b", "a", "c")),  # type: ignore[misc]
            return_exceptions=True,
        )

    outcomes = asyncio.run(together())
    assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes) == 1
    assert names(store) == {"a", "b", "c"}


def promise_more_than_is_kept(tx: Transaction) -> None:
    """A unit whose own statements are fine, and whose commit is not."""
    tx.execute(text("PRAGMA defer_foreign_keys=ON"))
    tx.execute(
        insert(invitations).values(
            id="inv_1", token_hash=b"1", account_id="acc_nobody", made_ms=0, expires_ms=0
        )
    )


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_commit_that_fails_is_told_to_all_who_waited_for_it(
    store: Store, engine_name: str
) -> None:
    first_is_running, go_on = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        first_is_running.set()
        go_on.wait(10)

    async def together() -> list[str | BaseException | None]:
        held = asyncio.ensure_future(store.write(hold))
        await asyncio.to_thread(first_is_running.wait, 10)
        # These wait together, and are committed together.
        rest = [
            asyncio.ensure_future(store.write(lambda tx: add(tx, "ada"))),
            asyncio.ensure_future(store.write(promise_more_than_is_kept)),
            asyncio.ensure_future(store.write(lambda tx: add(tx, "bob"))),
        ]
        await asyncio.sleep(0)
        go_on.set()
        await held
        return await asyncio.gather(*rest, return_exceptions=True)

    outcomes = asyncio.run(together())
    assert [type(outcome) for outcome in outcomes] == [IntegrityError] * 3
    assert names(store) == set()
    # The writer goes on: nothing of the failed transaction hangs about.
    assert store.write_now(lambda tx: add(tx, "eve")) == "eve"
    assert names(store) == {"eve"}


def test_units_of_many_threads_are_all_kept(store: Store) -> None:
    with ThreadPoolExecutor(16) as hands:
        list(hands.map(lambda n: store.write_now(lambda tx: add(tx, f"n{n}")), range(100)))
    assert len(names(store)) == 100


def test_a_reader_never_sees_half_a_unit(store: Store) -> None:
    def add_two(tx: Transaction) -> None:
        add(tx, "a")
        assert names(store) == set()
        add(tx, "b")

    store.write_now(add_two)
    assert names(store) == {"a", "b"}


def test_closing_finishes_what_waits(upgraded_database_url: str) -> None:
    store = open_store(upgraded_database_url)

    async def write_and_close() -> list[str]:
        writes = [
            asyncio.ensure_future(store.write(lambda tx, n=n: add(tx, f"n{n}")))  # type: ignore[misc]
            for n in range(20)
        ]
        await asyncio.sleep(0)
        await asyncio.to_thread(store.close)
        return list(await asyncio.gather(*writes))

    assert len(asyncio.run(write_and_close())) == 20
    again = open_store(upgraded_database_url)
    assert len(names(again)) == 20
    again.close()


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_serialization_failure_is_tried_again(store: Store, engine_name: str) -> None:
    store.write_now(lambda tx: add(tx, "ada"))
    runs = []

    def rename(tx: Transaction) -> int:
        tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        seen = tx.execute(select(accounts.c.made_ms)).scalar_one()
        runs.append(seen)
        if len(runs) == 1:
            # Somebody else commits in between: the update below can no longer be serialized.
            with ThreadPoolExecutor(1) as rival:
                rival.submit(store.write_now, lambda rtx: set_made(rtx, 7)).result()
        return set_made(tx, seen + 1)

    store.write_now(rename)
    assert runs == [0, 7]
    assert store.read_now(lambda tx: tx.execute(select(accounts.c.made_ms)).scalar_one()) == 8


def set_made(tx: Transaction, made_ms: int) -> int:
    return tx.execute(update(accounts).values(made_ms=made_ms)).rowcount


@pytest.mark.parametrize(
    "url",
    ["sqlite:///{}/no/such/folder.db", "postgresql://nobody@/nothing?host={}/no/such/folder"],
)
def test_a_database_that_is_away_is_busy_and_not_broken(url: str, tmp_path: Path) -> None:
    store = open_store(url.format(tmp_path))
    with pytest.raises(StoreBusy):
        store.read_now(lambda tx: tx.execute(select(1)))
    with pytest.raises(StoreBusy):
        store.write_now(lambda tx: tx.execute(select(1)))
    store.close()


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_sqlite_keeps_foreign_keys_and_syncs_every_commit(store: Store, engine_name: str) -> None:
    def pragmas(tx: Transaction) -> list[object]:
        return [
            tx.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        ]

    assert store.write_now(pragmas) == ["wal", 2, 1, 0]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_tables_are_strict(upgraded_database_url: str, engine_name: str) -> None:
    file = make_url(upgraded_database_url).database
    assert file is not None
    with sqlite3.connect(file) as connection:
        tables = connection.execute("PRAGMA table_list").fetchall()
    connection.close()
    ours = {row[1]: row[5] for row in tables if row[1] in metadata.tables}
    assert set(ours) == set(metadata.tables)
    assert set(ours.values()) == {1}
