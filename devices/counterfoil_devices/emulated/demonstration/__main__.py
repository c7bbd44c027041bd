"""Errands in, events out: JSON, one a line.

`{"do": "enrol", "url": …}` and `{"do": "sign-in", "url": …, "until": …, "try_again": …}`.
Addresses come by standard input: they hold secrets, and other people can read a command line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import httpx2

from counterfoil_devices.emulated.browser import BrowserError
from counterfoil_devices.emulated.demonstration.person import NotAsExpected, Person
from counterfoil_devices.emulated.demonstration.state import BadState, Belongings
from counterfoil_devices.emulated.demonstration.web import JsonObject


def main() -> int:
    """Run the errands; 0 when each was done, 1 when one could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m counterfoil_devices.emulated.demonstration", description=__doc__
    )
    parser.add_argument("--state", type=Path, required=True, help="where the key is kept")
    file: Path = parser.parse_args().state
    try:
        belongings = Belongings.load(file)
    except BadState as error:
        return _fail(str(error))
    person = Person(belongings, _tell)
    for line in sys.stdin:
        try:
            _run(person, json.loads(line))
        except (NotAsExpected, BrowserError) as error:
            return _fail(str(error))
        except httpx2.HTTPError as error:
            return _fail(f"The service does not answer: {type(error).__name__}")
        except (KeyError, ValueError, TypeError) as error:
            return _fail(f"Something is not as the dialect has it: {type(error).__name__}")
        finally:
            # The counter has moved, even when the answer was refused.
            belongings.save(file)
        _tell({"event": "done"})
    return 0


def _run(person: Person, errand: JsonObject) -> None:
    match errand:
        case {"do": "enrol", "url": str(url)}:
            person.enrol(url)
        case {"do": "sign-in", "url": str(url), "until": str(until)}:
            person.sign_in(url, until, try_again=errand.get("try_again") is True)
        case _:
            raise ValueError("no such errand")


def _tell(event: JsonObject) -> None:
    print(json.dumps(event), flush=True)


def _fail(sentence: str) -> int:
    _tell({"event": "failed", "sentence": sentence})
    return 1


if __name__ == "__main__":
    sys.exit(main())
