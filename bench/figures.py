"""Pure arithmetic: what was seen in windows of time becomes one row for each case.

Ratios are taken within a round, so that a machine that is slow for a while is slow for both
sides; of the rounds the median counts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Window:
    """Requests of one kind, one window of time: the server's CPU seconds and each one's wait."""

    cpu_s: float
    elapsed_s: float
    latencies_s: tuple[float, ...]

    @property
    def cpu_per_request_s(self) -> float:
        return self.cpu_s / len(self.latencies_s)

    def followed_by(self, other: "Window") -> "Window":
        """As one: each request here and the one at its place there are one step of a person."""
        waits = zip(self.latencies_s, other.latencies_s, strict=True)
        return Window(
            self.cpu_s + other.cpu_s, self.elapsed_s + other.elapsed_s, tuple(map(sum, waits))
        )

    def joined_with(self, other: "Window") -> "Window":
        """More requests of the same kind."""
        return Window(
            self.cpu_s + other.cpu_s,
            self.elapsed_s + other.elapsed_s,
            self.latencies_s + other.latencies_s,
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements and commits per request, exact and without noise."""

    statements: float
    commits: float

    def followed_by(self, other: "Counts") -> "Counts":
        return Counts(self.statements + other.statements, self.commits + other.commits)


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of one case; `ratio` is to the empty route."""

    name: str
    cpu_ms: float
    ratio: float
    p50_ms: float
    p99_ms: float
    per_second: float
    statements: float
    commits: float


def make_row(name: str, windows: Sequence[Window], empty: Sequence[Window], counts: Counts) -> Row:
    """`windows` and `empty` have one entry for each round, in the same order."""
    waits = [wait for window in windows for wait in window.latencies_s]
    pairs = zip(windows, empty, strict=True)
    return Row(
        name=name,
        cpu_ms=median(window.cpu_per_request_s for window in windows) * 1000,
        ratio=median(w.cpu_per_request_s / e.cpu_per_request_s for w, e in pairs),
        p50_ms=percentile(waits, 50) * 1000,
        p99_ms=percentile(waits, 99) * 1000,
        per_second=median(len(w.latencies_s) / w.elapsed_s for w in windows),
        statements=counts.statements,
        commits=counts.commits,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank: a value that was seen, never one between two."""
    return sorted(values)[max(math.ceil(len(values) * percent / 100) - 1, 0)]
