"""What a page offers to somebody who reads it: forms, links, and a ceremony.

The same marks are read that the page's own script reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is sent: where to, and the fields that it has already."""

    action: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CeremonyPart:
    """The part of a page where a key is asked for."""

    interaction: str
    purpose: str
    alone: bool


@dataclass(slots=True)
class Page:
    """What was found in a page, in its order."""

    title: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ceremony: CeremonyPart | None = None
    problem: str = ""


def read_page(html: str) -> Page:
    """Read a page; never raises for any text."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._fields: dict[str, str] | None = None
        self._in_title = False
        self._in_problem = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "form" if given.get("method", "").lower() == "post":
                self._fields = {}
                self.page.forms.append(Form(given.get("action", ""), self._fields))
            case "input" | "button" if self._fields is not None and given.get("name"):
                # The first button is the one that a press of Enter would take.
                self._fields.setdefault(given["name"], given.get("value", ""))
            case "a":
                self.page.links.append(given.get("href", ""))
            case "title":
                self._in_title = True
            case _ if "data-problem-words" in given:
                self._in_problem = True
            case _ if "data-ceremony" in given:
                self.page.ceremony = CeremonyPart(
                    given.get("data-interaction", ""),
                    given.get("data-purpose", ""),
                    given.get("data-alone") == "true",
                )
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "title":
            self._in_title = False
        # The words are in one element without others.
        self._in_problem = False

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data
        if self._in_problem:
            self.page.problem += data
