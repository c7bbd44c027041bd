"""Slow judgements, outside of the loop and of transactions: one thread a core, and a bound
on how many may wait, so that a flood of passwords is refused instead of queued."""

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from counterfoil.errors import Reason, Refused

T = TypeVar("T")

WAITING_PER_CORE = 16


class Judges:
    def __init__(self, threads: int | None = None) -> None:
        """`threads`: how many judge at once; the number of cores by default."""
        count = threads or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="judge")
        self._places = count * (1 + WAITING_PER_CORE)

    @contextmanager
    def place(self) -> Iterator[Refused | None]:
        """Takes a place before the attempt is claimed; BUSY when there is none."""
        if self._places == 0:
            yield Refused(Reason.BUSY)
            return
        # Runs in the loop only, so that no lock is needed.
        self._places -= 1
        try:
            yield None
        finally:
            self._places += 1

    async def judge(self, judgement: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, judgement)

    def close(self) -> None:
        self._threads.shutdown()
