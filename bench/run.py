"""Rounds: in each, everybody signs in, case by case, and before each case the empty route is asked.

So whatever slows the machine down for a while slows down both sides of each ratio.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bench.cases import CASES, EMPTY, NAMES, OPTIONS, PROOF, SIGN_IN
from bench.figures import Counts, Row, Window, make_row
from bench.place import Place
from bench.process import Tree
from bench.served import COUNTS
from bench.visit import Visit
from bench.wire import Answer, Lines, open_lines, request
from counterfoil.kit import strict_json

# Before each case, so that a round has eight times as many.
EMPTY_REQUESTS = 128

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is asked for; no round begins that would end after `seconds`."""

    rounds: int
    connections: int
    seconds: float


@dataclass(slots=True)
class Measured:
    """For each case a window of each round, and the server's memory after the last one."""

    windows: dict[str, list[Window]] = field(default_factory=dict)
    rounds: int = 0
    memory_mb: float = 0.0

    def keep(self, windows: dict[str, Window]) -> None:
        for name, window in windows.items():
            self.windows.setdefault(name, []).append(window)
        self.rounds += 1

    def rows(self, counts: dict[str, Counts]) -> list[Row]:
        empty = self.windows[EMPTY.name]
        return [make_row(name, self.windows[name], empty, counts[name]) for name in NAMES]


async def measure(place: Place, tree: Tree, plan: Plan, tell: Tell) -> Measured:
    """A round to warm up, then those that count; at least one."""
    began, measured = time.monotonic(), Measured()
    tell("Warming up …")
    await play_round(place, tree, plan.connections)
    round_s = time.monotonic() - began
    for number in range(1, plan.rounds + 1):
        began_round = time.monotonic()
        if measured.rounds and began_round - began + round_s > plan.seconds:
            tell(f"The time is over after {measured.rounds} rounds.")
            break
        tell(f"Round {number} of {plan.rounds} …")
        measured.keep(await play_round(place, tree, plan.connections))
        round_s = time.monotonic() - began_round
    measured.memory_mb = tree.memory_mb()
    return measured


async def play_round(place: Place, tree: Tree, connections: int) -> dict[str, Window]:
    """A window for each case, all of the empty route's in one."""
    visits = [Visit(place, person) for person in place.people]
    empty = EMPTY.requests(visits[:1])
    windows: dict[str, Window] = {}
    for case in CASES:
        requests = case.requests(visits)
        async with open_lines(_port(place), connections, empty[0]) as lines:
            beside, _ = await _take(lines, tree, empty * EMPTY_REQUESTS)
            windows[case.name], answers = await _take(lines, tree, requests)
        case.read(visits, answers)
        before = windows.get(EMPTY.name)
        windows[EMPTY.name] = beside if before is None else before.joined_with(beside)
    windows[SIGN_IN] = windows[OPTIONS.name].followed_by(windows[PROOF.name])
    return windows


async def count(place: Place) -> dict[str, Counts]:
    """What one request alone asks of the database, by a server that counts."""
    visits = [Visit(place, person) for person in place.people[:16]]
    asked = request("GET", COUNTS, place.host)
    counts = {EMPTY.name: Counts(0, 0)}
    async with open_lines(_port(place), 1, EMPTY.requests(visits)[0]) as line:
        for case in CASES:
            requests = case.requests(visits)
            answers, _ = await line.exchange([asked, *requests, asked])
            case.read(visits, answers[1:-1])
            before, after = (_counts(answer.body) for answer in (answers[0], answers[-1]))
            counts[case.name] = Counts(
                (after.statements - before.statements) / len(requests),
                (after.commits - before.commits) / len(requests),
            )
    counts[SIGN_IN] = counts[OPTIONS.name].followed_by(counts[PROOF.name])
    return counts


async def _take(lines: Lines, tree: Tree, requests: Sequence[bytes]) -> tuple[Window, list[Answer]]:
    cpu_s, at_s = tree.cpu_s(), time.perf_counter()
    answers, waits_s = await lines.exchange(requests)
    elapsed_s = time.perf_counter() - at_s
    return Window(tree.cpu_s() - cpu_s, elapsed_s, waits_s), answers


def _counts(body: bytes) -> Counts:
    told = strict_json.parse_object(body)
    statements, commits = told["statements"], told["commits"]
    assert isinstance(statements, int)
    assert isinstance(commits, int)
    return Counts(statements, commits)


def _port(place: Place) -> int:
    return int(place.host.rpartition(":")[2])
