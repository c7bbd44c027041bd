"""Languages for tests: the English sentences, marked, in the forms that a language needs."""

import functools
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from counterfoil_web import LANGUAGES, Pages, Wording
from counterfoil_web.languages import WORDS


def plural_groups(names: frozenset[str]) -> set[str]:
    """The names below which there are plural forms."""
    return {name.removesuffix(".other") for name in names if name.endswith(".other")}


def write_words(folder: Path, *tags: str) -> Path:
    """Fills the folder with English, and languages that say the same with their tag before it."""
    shutil.copy(WORDS / "en.toml", folder)
    for tag in tags:
        lines = [f"{quoted(name)} = {json.dumps(said)}" for name, said in in_another(tag)]
        (folder / f"{tag}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def in_another(tag: str) -> Iterator[tuple[str, str]]:
    """Every name and what is said there; the forms of a plural say which they are."""
    english = Wording("en")
    groups = plural_groups(english.names())
    for name in sorted(english.names()):
        top, _, rest = name.partition(".")
        said = f"{tag}: {english.below(top)[rest]}"
        group, _, form = name.rpartition(".")
        if group not in groups:
            yield name, said
        elif form == "other":
            yield from ((f"{group}.{one}", f"{one} {said}") for one in LANGUAGES[tag].forms)


def quoted(name: str) -> str:
    """The name as TOML's dotted key."""
    return ".".join(json.dumps(part) for part in name.split("."))


@functools.cache
def pages_in(*tags: str) -> Pages:
    """Pages that speak English and those, compiled once: the folder is read and done with."""
    with tempfile.TemporaryDirectory() as folder:
        return Pages("Counterfoil", False, words=write_words(Path(folder), *tags))
