"""Units of work: a function of one transaction, run where its database is cheapest.

SQLite: reads run where they are asked for; all writes of a process go through one thread,
which commits waiting units together, a savepoint each, so that one sync to disk serves
many. PostgreSQL: both run in a pool of threads. A unit is answered only after its commit,
and may run again after a serialization failure: it must do nothing but database work.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import DBAPIError, OperationalError

from counterfoil.store.engines import (
    POSTGRESQL_CONNECTIONS,
    parse_url,
    postgresql_engines,
    sqlite_engine,
)

Transaction: TypeAlias = Connection
AnyRow: TypeAlias = Row[*tuple[Any, ...]]
T = TypeVar("T")
Unit: TypeAlias = Callable[[Transaction], T]

BATCH = 64
TRIES = 4
_AFTER_COMMIT = "counterfoil.after_commit"
_SERIALIZATION_FAILURES = frozenset({"40001", "40P01"})


class StoreBusy(Exception):
    """The database did not answer or take the write; nothing of the unit was kept."""


def after_commit(tx: Transaction, action: Callable[[], None]) -> None:
    """`action` runs in the writing thread once `tx` is committed, and not when it is not.

    It must be quick and must not fail: waking somebody who then looks is what it is for. A unit
    that failed among others that were kept may have its action run: nothing is promised then.
    """
    waiting: list[Callable[[], None]] | None = tx.info.get(_AFTER_COMMIT)
    if waiting is not None:
        waiting.append(action)


class Store(Protocol):
    """A database: `read` for one look, `write` for one transaction."""

    async def read(self, unit: Unit[T]) -> T: ...

    async def write(self, unit: Unit[T]) -> T: ...

    def read_now(self, unit: Unit[T]) -> T:
        """As `read`, for programs without a loop."""
        ...

    def write_now(self, unit: Unit[T]) -> T: ...

    def close(self) -> None: ...


def open_store(url: str) -> Store:
    """Opens nothing yet: the first unit connects. Raises BadDatabaseUrl."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteStore(
            sqlite_engine(parsed, writes=False), _Writer(sqlite_engine(parsed, writes=True))
        )
    read, write = postgresql_engines(parsed)
    return PostgresqlStore(
        read, write, ThreadPoolExecutor(POSTGRESQL_CONNECTIONS, thread_name_prefix="postgresql")
    )


@dataclass(frozen=True, slots=True)
class SqliteStore:
    _read: Engine
    _writer: "_Writer"

    async def read(self, unit: Unit[T]) -> T:
        return self.read_now(unit)

    async def write(self, unit: Unit[T]) -> T:
        return await asyncio.wrap_future(self._writer.submit(unit))

    def read_now(self, unit: Unit[T]) -> T:
        with _told_as_busy(), self._read.connect() as connection:
            return unit(connection)

    def write_now(self, unit: Unit[T]) -> T:
        return self._writer.submit(unit).result()

    def close(self) -> None:
        self._writer.close()
        self._read.dispose()


@dataclass(frozen=True, slots=True)
class PostgresqlStore:
    _read: Engine
    _write: Engine
    _threads: ThreadPoolExecutor

    async def read(self, unit: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, unit)

    async def write(self, unit: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.write_now, unit)

    def read_now(self, unit: Unit[T]) -> T:
        with _told_as_busy(), self._read.connect() as connection:
            return unit(connection)

    def write_now(self, unit: Unit[T]) -> T:
        with _told_as_busy():
            for _ in range(TRIES - 1):
                try:
                    return self._once(unit)
                except DBAPIError as error:
                    if getattr(error.orig, "sqlstate", None) not in _SERIALIZATION_FAILURES:
                        raise
            return self._once(unit)

    def close(self) -> None:
        self._threads.shutdown()
        self._read.dispose()
        self._write.dispose()

    def _once(self, unit: Unit[T]) -> T:
        with self._write.begin() as transaction:
            actions = _actions_of(transaction)
            result = unit(transaction)
        _run_all(actions)
        return result


class _Writer:
    """The one thread that writes to SQLite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, unit: Unit[T]) -> "Future[T]":
        waiting = _Waiting(unit, Future())
        self._start()
        self._waiting.put(waiting)
        return waiting.answer  # type: ignore[return-value]  # the queue holds units of any T

    def close(self) -> None:
        """Finishes what waits, then ends."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
        self._engine.dispose()

    def _start(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._work, name="sqlite-writer", daemon=True
                    )
                    self._thread.start()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch = [first]
            while len(batch) < BATCH and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    self._waiting.put(None)
                    break
                batch.append(following)
            self._commit(batch)

    def _commit(self, batch: "list[_Waiting]") -> None:
        try:
            with self._engine.begin() as transaction:
                actions = _actions_of(transaction)
                outcomes = [_run_in_savepoint(transaction, waiting.unit) for waiting in batch]
        except OperationalError as error:
            _answer_all(batch, [_Failed(_busy(error))] * len(batch))
        except Exception as error:  # noqa: BLE001  # whatever it is, who waits must hear it
            _answer_all(batch, [_Failed(error)] * len(batch))
        else:
            _run_all(actions)
            _answer_all(batch, outcomes)


@dataclass(frozen=True, slots=True)
class _Waiting:
    unit: Unit[object]
    answer: "Future[object]"


@dataclass(frozen=True, slots=True)
class _Failed:
    error: Exception


def _actions_of(transaction: Transaction) -> list[Callable[[], None]]:
    """A new list of what is to run after its commit; the connection may have had another one."""
    actions: list[Callable[[], None]] = []
    transaction.info[_AFTER_COMMIT] = actions
    return actions


def _run_all(actions: list[Callable[[], None]]) -> None:
    for action in actions:
        action()


def _run_in_savepoint(transaction: Transaction, unit: Unit[object]) -> object:
    # A third of what the library's own savepoint costs; units nest theirs inside.
    transaction.exec_driver_sql("SAVEPOINT unit")
    try:
        result = unit(transaction)
    except Exception as error:  # noqa: BLE001  # one unit's failure is told to its caller alone
        transaction.exec_driver_sql("ROLLBACK TO unit")
        transaction.exec_driver_sql("RELEASE unit")
        return _Failed(_busy(error) if isinstance(error, OperationalError) else error)
    transaction.exec_driver_sql("RELEASE unit")
    return result


@contextmanager
def _told_as_busy() -> Iterator[None]:
    """A database that is away, full or locked is a reason to come back, not a bug of ours."""
    try:
        yield
    except OperationalError as error:
        raise _busy(error) from error


def _busy(error: OperationalError) -> StoreBusy:
    busy = StoreBusy("the database did not answer")
    busy.__cause__ = error
    return busy


def _answer_all(batch: list[_Waiting], outcomes: "list[object] | list[_Failed]") -> None:
    for waiting, outcome in zip(batch, outcomes, strict=True):
        if not waiting.answer.set_running_or_notify_cancel():
            continue
        if isinstance(outcome, _Failed):
            waiting.answer.set_exception(outcome.error)
        else:
            waiting.answer.set_result(outcome)
