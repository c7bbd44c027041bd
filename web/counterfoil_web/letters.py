"""Letters in plain text: what happened, when, from where, and what to do if it was not you.

Nothing in them is loaded from anywhere, and nothing tells us that they were read.
"""

import unicodedata
from dataclasses import dataclass

from counterfoil_web.changes import CHANGES, Details, say_change, say_origin
from counterfoil_web.languages import spoken
from counterfoil_web.speech import Speech
from counterfoil_web.wording import Wording

LINK_LETTERS = frozenset({"password_link", "email_link", "invitation"})
"""Letters around a link: `link` and `minutes` are their facts, and `account` whose it is."""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter for people: `subject` is one line, `text` is paragraphs that end with a line."""

    subject: str
    text: str


class Letters:
    """All letters in one language."""

    __slots__ = ("_speech", "language")

    def __init__(self, language: str) -> None:
        self.language = language
        self._speech = Speech(language, Wording(language))

    def write(self, what: str, facts: Details, *, service: str, start: str) -> Written:
        """Return the letter `what`: one of CHANGES, of LINK_LETTERS, or "test".

        `start` is the address where people sign in. Names may hold anything: what could end a
        line ends none here. Raises KeyError for another letter or a missing fact.
        """
        plain = {name: one_line(fact) for name, fact in facts.items()}
        name = str(one_line(service))
        if what in CHANGES:
            paragraphs = self._change(what, plain, name, start)
        elif what in LINK_LETTERS:
            paragraphs = self._link(what, plain, name)
        else:
            paragraphs = [self._speech.say(f"letter.{what}.body", service=name)]
        subject = self._speech.say(f"letter.{what}.subject", service=name)
        signed = [*paragraphs, f"-- \n{self._speech.say('letter.footer', service=name)}"]
        return Written(subject, "\n\n".join(signed) + "\n")

    def _change(self, what: str, facts: Details, service: str, start: str) -> list[str]:
        say = self._speech.say
        person = str(facts["person"])
        when = say("letter.when", when=self._speech.say_moment(int(facts["at_ms"])))
        line = "letter.origin" if facts.get("address") else "letter.by"
        origin = say(line, origin=say_origin(say, facts, service))
        return [
            say("letter.hello", person=person),
            say_change(say, what, facts),
            f"{when}\n{origin}",
            say("letter.if_you"),
            f"{say('letter.if_not', service=service)}\n{start}",
        ]

    def _link(self, what: str, facts: Details, service: str) -> list[str]:
        """It greets nobody by name: whoever proposes an address could write to it by a name."""
        say = self._speech.say
        good = self._speech.say_number("letter.good", int(facts["minutes"]))
        return [
            say("letter.hello_bare"),
            say(f"letter.{what}.body", service=service, account=str(facts["account"])),
            f"{good}\n{facts['link']}",
            say(f"letter.{what}.otherwise", service=service),
        ]


def spoken_letters() -> dict[str, Letters]:
    """Return the letters of every language that there is a file of words for."""
    return {tag: Letters(tag) for tag in spoken()}


def one_line(fact: str | int) -> str | int:
    """Nothing that ends a line, moves a cursor or is half a character."""
    if isinstance(fact, int):
        return fact
    kept = (" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in fact)
    return " ".join("".join(kept).split())
