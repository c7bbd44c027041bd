"""What is in the way at a workstation: one sentence, and a command that can be pasted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that does not work. `remedy` is a shell command, or what else there is to do."""

    sentence: str
    remedy: str
