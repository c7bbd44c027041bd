"""Languages for tests: the English sentences, marked, in the forms that a language needs."""

import json
from pathlib import Path

from counterfoil_web import LANGUAGES, Pages, Wording


def plural_groups(names: frozenset[str]) -> set[str]:
    """The names below which there are plural forms."""
    return {name.removesuffix(".other") for name in names if name.endswith(".other")}


def line(name: str, sentence: str) -> str:
    """The sentence as TOML has it; a scope's name is no bare key."""
    return f"{'.'.join(json.dumps(part) for part in name.split('.'))} = {json.dumps(sentence)}"


def write_words(folder: Path, *tags: str) -> Path:
    """Fills the folder with English, and languages that say the same with their tag before it."""
    english = Wording("en").below
    for tag in ("en", *tags):
        names = Wording("en").names()
        lines = []
        for name in sorted(names):
            top, _, rest = name.partition(".")
            sentence = english(top)[rest]
            said = sentence if tag == "en" else f"{tag}: {sentence}"
            group, _, form = name.rpartition(".")
            if group not in plural_groups(names):
                lines.append(line(name, said))
            elif form == "other":
                lines += [
                    line(f"{group}.{one}", f"{one} {said}")
                    for one in LANGUAGES[tag].forms
                    if tag != "en"
                ] or [line(name, said)]
            elif tag == "en":
                lines.append(line(name, said))
        (folder / f"{tag}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def pages_in(folder: Path, *tags: str) -> Pages:
    """Pages that speak English and those."""
    return Pages("Counterfoil", False, words=write_words(folder, *tags))
