"""`./dev bench`: what is typed and what is printed. Data on stdout, what happens on stderr."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.cases import NAMES, UnexpectedAnswer
from bench.figures import Counts, Row
from bench.place import Place, database, make_place
from bench.process import ServerEnded, listen, serving
from bench.report import (
    Setting,
    as_json,
    as_table,
    describe_load,
    describe_machine,
    describe_python,
)
from bench.run import Measured, Plan, count, measure
from tests.postgresql import NoServer


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    if not sys.platform.startswith("linux"):
        say("The bench reads CPU times as Linux tells them.")
        return 2
    plan = Plan(options.rounds, options.connections, options.seconds)
    load = describe_load()
    try:
        with tempfile.TemporaryDirectory(prefix="counterfoil-bench-") as name:
            folder = Path(name)
            machine = describe_machine(folder)
            with database(options.postgresql, folder) as url:
                place, measured, counts = run(url, folder, plan, options)
    except NoServer as reason:
        say(f"{reason}.\ntry: ./dev bench --postgresql postgresql://user@host/postgres")
        return 2
    except ServerEnded as error:
        say(f"The server ended or did not answer. It said last:\n{error}")
        return 1
    except UnexpectedAnswer as error:
        say(f"Not measured, for it was not what the case is. {error}")
        return 1
    setting = Setting(
        machine=machine,
        python=describe_python(),
        database=place.database,
        load=load,
        workers=options.workers,
        connections=options.connections,
        people=options.people,
        rounds=measured.rounds,
        memory_mb=measured.memory_mb,
    )
    rows: list[Row] = measured.rows(counts)
    print(as_json(setting, rows) if options.json else as_table(setting, rows))
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="./dev bench",
        description="CPU per request of the real server, beside an empty route in the same run.",
        epilog=f"Cases: {', '.join(NAMES)}. How to read them: docs/reference/benchmark.md.",
    )
    made.add_argument("--rounds", type=positive, default=5, help="rounds that count (5)")
    made.add_argument("--people", type=positive, default=256, help="sign-ins in a round (256)")
    made.add_argument("--connections", type=positive, default=32, help="at once (32)")
    made.add_argument("--workers", type=positive, default=1, help="the server's processes (1)")
    made.add_argument("--seconds", type=positive, default=60, help="no round after these (60)")
    made.add_argument(
        "--postgresql",
        nargs="?",
        const="",
        metavar="URL",
        help="on a PostgreSQL server where databases may be made; without URL on a packaged one",
    )
    made.add_argument("--json", action="store_true", help="JSON instead of a table")
    return made


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def run(
    url: str, folder: Path, plan: Plan, options: argparse.Namespace
) -> tuple[Place, Measured, dict[str, Counts]]:
    """Makes the place, measures it, and then counts, since counting costs time."""
    with listen() as listening:
        port = listening.getsockname()[1]
        say(f"Enrolling {options.people} people with keys of their own …")
        place = make_place(url, folder, port, people=options.people, workers=options.workers)
        with serving(place.settings, listening, folder / "measured.log", count=False) as tree:
            measured = asyncio.run(measure(place, tree, plan, say))
        say("Counting statements …")
        alone = place.settings.model_copy(update={"workers": 1})
        with serving(alone, listening, folder / "counted.log", count=True):
            counts = asyncio.run(count(place))
    return place, measured, counts


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
