"""What was measured, as a table for people or as JSON; the first line says where."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.figures import Row


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how it was measured."""

    machine: str
    python: str
    database: str
    load: str
    workers: int
    connections: int
    people: int
    rounds: int
    memory_mb: float

    def lines(self) -> list[str]:
        served = _several(self.workers, "worker")
        amount = f"{self.connections} connections, {self.people} people"
        amount += f", {_several(self.rounds, 'round')}"
        state = f"load average {self.load}, the server's memory {self.memory_mb:.0f} MB"
        return [
            f"{self.machine}; {self.python}; {self.database}",
            f"{served}, {amount}; {state}",
        ]


HEADINGS = (
    "case", "CPU ms", "ratio", "p50 ms", "p99 ms", "requests/s", "statements", "commits",
)  # fmt: skip


def as_table(setting: Setting, rows: Sequence[Row]) -> str:
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    table = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in cells
    ]
    return "\n".join([*setting.lines(), "", *table])


def as_json(setting: Setting, rows: Sequence[Row]) -> str:
    """Everything, unrounded."""
    return json.dumps({"setting": asdict(setting), "cases": [asdict(r) for r in rows]}, indent=2)


def describe_machine(folder: Path) -> str:
    """Kind of processor, number of cores, system, and the file system of `folder`."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    release = platform.release().split("-")[0]
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} cores, Linux {release}, {_file_system(folder)}"


def describe_python() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def describe_load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _several(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _file_system(folder: Path) -> str:
    """Of the mount that is nearest above: on tmpfs no commit outlives the power."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    above = [(len(place), kind) for place, kind in mounts if folder.is_relative_to(place)]
    return max(above)[1]


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.name,
        f"{row.cpu_ms:.3f}",
        f"{row.ratio:.1f}",
        f"{row.p50_ms:.1f}",
        f"{row.p99_ms:.1f}",
        f"{row.per_second:.0f}",
        f"{row.statements:.0f}",
        f"{row.commits:.0f}",
    )
