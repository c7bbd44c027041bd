"""The sentences of one language: a file of words, read once, asked by dotted names.

An unknown name or a missing placeholder is an error, never an empty sentence.
"""

import tomllib
from pathlib import Path
from typing import TypeAlias

from counterfoil_web.languages import WORDS

_Table: TypeAlias = "dict[str, str | _Table]"


class Wording:
    """Every sentence of a language. Raises FileNotFoundError for a language we do not speak."""

    __slots__ = ("_sentences", "language")

    def __init__(self, language: str, words: Path = WORDS) -> None:
        self.language = language
        file = words / f"{language}.toml"
        self._sentences = dict(_flatten(tomllib.loads(file.read_text(encoding="utf-8"))))

    def say(self, name: str, /, **facts: str | int) -> str:
        """Return the sentence of that name with its {placeholders} filled in; KeyError if none."""
        return self._sentences[name].format(**facts)

    def knows(self, name: str) -> bool:
        """Tell whether there is such a sentence."""
        return name in self._sentences

    def names(self) -> frozenset[str]:
        """Return the names of all sentences."""
        return frozenset(self._sentences)

    def below(self, prefix: str) -> dict[str, str]:
        """Return the sentences under a dotted name, by the rest of theirs, as they are written."""
        start = f"{prefix}."
        return {
            name.removeprefix(start): sentence
            for name, sentence in self._sentences.items()
            if name.startswith(start)
        }


def _flatten(table: _Table, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, str):
            found.append((prefix + key, value))
        else:
            found += _flatten(value, f"{prefix}{key}.")
    return found
