"""The languages that pages can speak, with what one must know of each beside its words.

A language is a row here and a file in `words/`. Plurals are those of CLDR 46 for whole numbers.
The form that French and Spanish have for a million and its multiples is left out: nothing is
counted that far.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Language:
    """Its own name for itself, where its lines begin, and the plural forms it has.

    `form` says which of `forms` goes with a number that is not negative.
    """

    name: str
    direction: Literal["ltr", "rtl"]
    forms: tuple[str, ...]
    form: Callable[[int], str]


def spoken(words: Path = WORDS) -> dict[str, Language]:
    """Return the languages that have a file in that folder, by their tags (RFC 5646)."""
    return {tag: row for tag, row in LANGUAGES.items() if (words / f"{tag}.toml").is_file()}


def _one_is_one(number: int) -> str:
    return "one" if number == 1 else "other"


def _none_is_one_too(number: int) -> str:
    return "one" if number < 2 else "other"


def _all_the_same(_number: int) -> str:
    return "other"


def _arabic(number: int) -> str:
    if number in (0, 1, 2):
        return ("zero", "one", "two")[number]
    rest = number % 100
    if 3 <= rest <= 10:
        return "few"
    return "many" if rest >= 11 else "other"


_TWO = ("one", "other")
_SIX = ("zero", "one", "two", "few", "many", "other")

LANGUAGES: Mapping[str, Language] = {
    "en": Language("English", "ltr", _TWO, _one_is_one),
    "de": Language("Deutsch", "ltr", _TWO, _one_is_one),
    "fr": Language("Français", "ltr", _TWO, _none_is_one_too),
    "es": Language("Español", "ltr", _TWO, _one_is_one),
    "nl": Language("Nederlands", "ltr", _TWO, _one_is_one),
    "ar": Language("العربية", "rtl", _SIX, _arabic),
    "ja": Language("日本語", "ltr", ("other",), _all_the_same),
}
