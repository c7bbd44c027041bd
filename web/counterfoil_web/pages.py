"""Facts in, HTML out: every page is compiled once, at start, and asks for exactly its own facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from counterfoil_web import moments
from counterfoil_web.facts import Problem, drawing_for
from counterfoil_web.static_files import static_version
from counterfoil_web.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page must be told, and what it may be told, with what is assumed otherwise."""

    required: frozenset[str]
    optional: Mapping[str, object]


def _page(*required: str, **optional: object) -> PageFacts:
    everywhere = {"problem": None, "application": None, "person": None}
    return PageFacts(frozenset(required), {**everywhere, **optional})


TEMPLATES: Mapping[str, PageFacts] = {
    "welcome": _page(),
    "sign_in": _page("interaction", name="", first_way="key"),
    "second_step": _page("interaction", name="", transports=()),
    "invitation": _page("invitation", "person", "expires_ms", "now_ms"),
    "first_visit": _page("interaction", "person"),
    "first_visit_password": _page("interaction", "person"),
    "enrol_key": _page("interaction", "alone", held=0, back=""),
    "done": _page("person"),
    "tokens": _page("person", "tokens", "now_ms", notice=""),
    "step_up": _page("interaction", why="", transports=(), back=""),
    "consent": _page("interaction", "application", "person", "scopes"),
    "error": _page("problem", start_again="/"),
    "signed_out": _page(removed=False),
}


class Pages:
    """All pages in one language. `demonstration` puts the banner on every one of them."""

    def __init__(self, service_name: str, demonstration: bool, language: str = "en") -> None:
        self._wording = Wording(language)
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}
        environment.globals.update(
            service=service_name,
            demonstration=demonstration,
            language=language,
            say=self._wording.say,
            say_number=self._say_number,
            say_problem=self._say_problem,
            say_scope=self._say_scope,
            say_moment=self._say_moment,
            iso=moments.iso,
            minutes_until=moments.minutes_until,
            drawing_for=drawing_for,
            browser_words=self._wording.below("browser"),
            static=f"/static/{static_version()}",
        )
        self._templates = {name: environment.get_template(f"{name}.html") for name in TEMPLATES}

    def render(self, template: str, **facts: object) -> str:
        """Return the page as HTML.

        Raises KeyError for a page that there is not, and TypeError for a fact that is missing or
        that the page does not know (counterfoil_web.pages.TEMPLATES).
        """
        known = TEMPLATES[template]
        missing = known.required - facts.keys()
        unknown = facts.keys() - known.required - known.optional.keys()
        if missing or unknown:
            raise TypeError(f"{template}: missing {sorted(missing)}, unknown {sorted(unknown)}")
        return self._templates[template].render({**known.optional, **facts})

    def _say_number(self, name: str, number: int) -> str:
        return self._wording.say(f"{name}.{'one' if number == 1 else 'other'}", number=number)

    def _say_problem(self, problem: Problem) -> str:
        name = f"problem.{problem.reason}"
        if self._wording.knows(name):
            return self._wording.say(name, seconds=problem.seconds)
        return problem.public or self._wording.say("problem.general")

    def _say_scope(self, scope: str) -> str:
        name = f"scope.{scope}"
        if "." not in scope and self._wording.knows(name):
            return self._wording.say(name)
        return self._wording.say("scope.other_", scope=scope)

    def _say_moment(self, at_ms: int) -> str:
        moment = moments.utc(at_ms)
        return self._wording.say(
            "moment.written",
            day=moment.day,
            month=self._wording.say(f"moment.month.{moment.month}"),
            year=moment.year,
            time=f"{moment:%H:%M}",
        )
