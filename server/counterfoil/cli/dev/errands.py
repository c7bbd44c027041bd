"""The emulated person: a program of its own, which knows the service by HTTP only."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from counterfoil.cli.dev.steps import StepFailed
from counterfoil.kit import strict_json
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.strict_json import Json

PROGRAM = "counterfoil_devices.emulated.demonstration"
PATIENCE_S = 60
Event = dict[str, Json]


@dataclass(frozen=True, slots=True)
class EmulatedPerson:
    """Somebody with an emulated key, at the other end of two pipes."""

    process: Process

    async def do(self, errand: Mapping[str, Json]) -> list[Event]:
        """What happened during an errand, in its order. Raises StepFailed."""
        assert self.process.stdin is not None
        # By a pipe and not in its arguments: the address holds a secret.
        self.process.stdin.write(json.dumps(errand).encode() + b"\n")
        await self.process.stdin.drain()
        events: list[Event] = []
        while (event := await self._next())["event"] != "done":
            if event["event"] == "failed":
                raise StepFailed(str(event.get("sentence")))
            events.append(event)
        return events

    async def _next(self) -> Event:
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_S):
                line = await self.process.stdout.readline()
            return strict_json.parse_object(line)
        except TimeoutError as error:
            raise StepFailed("The emulated person does not answer.") from error
        except Malformed as error:
            raise StepFailed("The emulated person is gone.") from error


@asynccontextmanager
async def emulated_person(state: Path) -> AsyncIterator[EmulatedPerson]:
    """Start the program; it ends with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        PROGRAM,
        "--state",
        str(state),
        stdin=PIPE,
        stdout=PIPE,
        # Ctrl-C in the terminal is for us; we end the person.
        start_new_session=True,
    )
    try:
        yield EmulatedPerson(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(3):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
