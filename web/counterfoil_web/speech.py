"""How pages speak one language: what a template may say, with the facts of one rendering."""

from collections.abc import Mapping
from functools import partial

from jinja2.utils import htmlsafe_json_dumps

from counterfoil_web import moments
from counterfoil_web.admin_words import admin_words
from counterfoil_web.bidi import isolated
from counterfoil_web.changes import say_change, say_origin
from counterfoil_web.facts import Problem
from counterfoil_web.languages import LANGUAGES, Language
from counterfoil_web.wording import Wording


class Speech:
    """One language: its words, its plurals, its dates, and where its lines begin."""

    __slots__ = ("_language", "_wording", "words")

    def __init__(self, tag: str, wording: Wording) -> None:
        """`words` is what each rendering is given beside its facts."""
        self._wording = wording
        self._language: Language = LANGUAGES[tag]
        browser = wording.below("browser")
        self.words: Mapping[str, object] = {
            "language": tag,
            "direction": self._language.direction,
            "say": self.say,
            "say_number": self.say_number,
            "say_problem": self.say_problem,
            "say_scope": self.say_scope,
            "say_moment": self.say_moment,
            "say_change": partial(say_change, self.say),
            "say_origin": partial(say_origin, self.say),
            # Dumped once: it is the same on every page, and HTML already.
            "browser_words_json": htmlsafe_json_dumps(browser, ensure_ascii=False, sort_keys=True),
            **admin_words(wording, self.say, self._language.direction),
        }

    def say(self, name: str, /, **facts: str | int) -> str:
        """Return the sentence of that name; names of others in it turn nothing around."""
        if not facts:
            return self._wording.say(name)
        direction = self._language.direction
        shown = {
            key: isolated(fact, direction) if isinstance(fact, str) else fact
            for key, fact in facts.items()
        }
        return self._wording.say(name, **shown)

    def say_number(self, name: str, number: int, /, **facts: str | int) -> str:
        """Return the sentence below `name` in the plural form that goes with the number."""
        return self.say(f"{name}.{self._language.form(number)}", number=number, **facts)

    def say_problem(self, problem: Problem, of: str = "") -> str:
        """Return what went wrong, in our words or else in the service's.

        `of` is what was shown: `code` and `recovery` have some words of their own.
        """
        for name in (f"problem_{of}.{problem.reason}", f"problem.{problem.reason}"):
            if self._wording.knows(name):
                return self._wording.say(name, time=self.say_duration(problem.seconds))
        return problem.public or self._wording.say("problem.general")

    def say_duration(self, seconds: int) -> str:
        """Return how long that is: in seconds up to two minutes, else in whole minutes."""
        if seconds < 120:
            return self.say_number("duration.seconds", seconds)
        return self.say_number("duration.minutes", -(-seconds // 60))

    def say_scope(self, scope: str) -> str:
        """Return what a permission means; one that we do not know is named."""
        name = f"scope.{scope}"
        if "." not in scope and self._wording.knows(name):
            return self._wording.say(name)
        return self.say("scope.other_", scope=scope)

    def say_moment(self, at_ms: int) -> str:
        """Return the time, in UTC, as this language writes dates."""
        moment = moments.utc(at_ms)
        return self._wording.say(
            "moment.written",
            day=moment.day,
            month=self._wording.say(f"moment.month.{moment.month}"),
            year=moment.year,
            time=f"{moment:%H:%M}",
        )
