"""The server from outside: a process and all that it started, its CPU time and its memory.

Linux only: it is read from /proc and from the processes' own CPU clocks.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil.settings import Settings

ROOT = Path(__file__).parents[1]
PROC = Path("/proc")
STOP_S = 40
# linux/posix-timers_types.h: the clock of all threads of one process, as clock_getcpuclockid(3)
# makes it; nanoseconds, where /proc/PID/stat has hundredths of a second.
CPUCLOCK_SCHED = 2
BACKLOG = 2048


class ServerEnded(Exception):
    """The server is gone; the message is the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A process and its descendants."""

    pid: int
    log: Path

    def cpu_s(self) -> float:
        """User and system time of all of them, in seconds."""
        return sum(time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED) for pid in self.pids())

    def memory_mb(self) -> float:
        """Resident memory of all of them, in MB; what they share counts for each."""
        page_bytes = os.sysconf("SC_PAGE_SIZE")
        pages = sum(int((PROC / f"{p}/statm").read_text().split()[1]) for p in self.pids())
        return pages * page_bytes / 1e6

    def pids(self) -> list[int]:
        found = [self.pid]
        for pid in found:
            for task in (PROC / f"{pid}/task").iterdir():
                found += map(int, (task / "children").read_text().split())
        return found

    def last_words(self) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])


def listen() -> socket.socket:
    """A socket on a free port of this machine alone."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(BACKLOG)
    return listening


@contextmanager
def serving(
    settings: Settings, listening: socket.socket, log: Path, *, count: bool
) -> Iterator[Tree]:
    """The server as a process of its own, stopped at the end; its log of requests goes to `log`."""
    command = [sys.executable, "-m", "bench.served", str(listening.fileno())]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--count"] if count else command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=ROOT,
            pass_fds=[listening.fileno()],
        )
    tree = Tree(process.pid, log)
    try:
        assert process.stdin is not None
        with process.stdin as settings_in:
            # A database's URL may hold a password: it goes neither on a command line nor in a file.
            settings_in.write(settings.model_dump_json().encode())
        yield tree
    except (OSError, TimeoutError) as error:
        raise ServerEnded(tree.last_words()) from error
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
