"""Errands in, events out: JSON, one a line.

`{"do": "enrol", "url": …}` and `{"do": "sign-in", "url": …, "until": …, "try_again": …}` with the
key; `{"do": "enrol-phone", "url": …}` and `{"do": "sign-in-with-phone", "url": …, "until": …,
"name": …}` with password and phone. The phone alone: `{"do": "phone-scan", "link": …}`, `{"do":
"phone-code", "entry": …}`, `{"do": "phone-clock", "skew_s": …}`, and `{"do": "phone-page", "port":
…}`, which shows it until the program ends.
Addresses come by standard input: they hold secrets, and other people can read a command line.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx2

from counterfoil_devices.emulated.browser import BrowserError
from counterfoil_devices.emulated.demonstration.person import Person
from counterfoil_devices.emulated.demonstration.person_with_phone import PersonWithPhone
from counterfoil_devices.emulated.demonstration.phone import KeptPhone
from counterfoil_devices.emulated.demonstration.phone_server import showing
from counterfoil_devices.emulated.demonstration.state import BadState, Belongings
from counterfoil_devices.emulated.demonstration.visits import NotAsExpected
from counterfoil_devices.emulated.demonstration.web import JsonObject
from counterfoil_devices.emulated.phone import UnreadableLink

PHONE = "phone.json"


def main() -> int:
    """Run the errands; 0 when each was done, 1 when one could not be."""
    parser = argparse.ArgumentParser(
        prog="python -m counterfoil_devices.emulated.demonstration", description=__doc__
    )
    parser.add_argument("--state", type=Path, required=True, help="where the key is kept")
    file: Path = parser.parse_args().state
    try:
        belongings = Belongings.load(file)
        phone = KeptPhone.load(file.with_name(PHONE), belongings.world.clock)
    except BadState as error:
        return _fail(str(error))
    with ExitStack() as shown:
        hands = Hands(Person(belongings, _tell), PersonWithPhone(phone, _tell), phone, shown)
        return _run_all(hands, file)


@dataclass(frozen=True, slots=True)
class Hands:
    """The person, their phone, and what is shown until the program ends."""

    person: Person
    with_phone: PersonWithPhone
    phone: KeptPhone
    shown: ExitStack


def _run_all(hands: Hands, file: Path) -> int:
    for line in sys.stdin:
        try:
            _run(hands, json.loads(line))
        except (NotAsExpected, BrowserError, UnreadableLink) as error:
            return _fail(str(error))
        except httpx2.HTTPError as error:
            return _fail(f"The service does not answer: {type(error).__name__}")
        except (KeyError, ValueError, TypeError) as error:
            return _fail(f"Something is not as the dialect has it: {type(error).__name__}")
        finally:
            # The counter has moved, even when the answer was refused.
            hands.person.belongings.save(file)
        _tell({"event": "done"})
    return 0


def _run(hands: Hands, errand: JsonObject) -> None:
    match errand:
        case {"do": "enrol", "url": str(url)}:
            hands.person.enrol(url)
        case {"do": "sign-in", "url": str(url), "until": str(until)}:
            hands.person.sign_in(url, until, try_again=errand.get("try_again") is True)
        case {"do": "enrol-phone", "url": str(url)}:
            hands.with_phone.enrol(url)
        case {"do": "sign-in-with-phone", "url": str(url), "until": str(until), "name": str(name)}:
            hands.with_phone.sign_in(url, until, name)
        case {"do": "phone-scan", "link": str(link)}:
            _tell({"event": "scanned", **asdict(hands.phone.take(link))})
        case {"do": "phone-code", "entry": int(entry)}:
            _tell({"event": "phone_code", **asdict(hands.phone.show(entry))})
        case {"do": "phone-clock", "skew_s": int(skew_s)}:
            hands.phone.set_clock(skew_s)
        case {"do": "phone-page", "port": int(port)}:
            server = hands.shown.enter_context(showing(hands.phone, port))
            _tell({"event": "phone_page", "url": server.address})
        case _:
            raise ValueError("no such errand")


def _tell(event: JsonObject) -> None:
    print(json.dumps(event), flush=True)


def _fail(sentence: str) -> int:
    _tell({"event": "failed", "sentence": sentence})
    return 1


if __name__ == "__main__":
    sys.exit(main())
