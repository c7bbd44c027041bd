"""Facts in, HTML out: every page is compiled once, at start, and asks for exactly its own facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from counterfoil_web import moments
from counterfoil_web.account_facts import FIELDS, TABS
from counterfoil_web.admin_facts import Form
from counterfoil_web.facts import drawing_for
from counterfoil_web.languages import WORDS, Language, spoken
from counterfoil_web.look import OUR_LOOK, Look
from counterfoil_web.qr import qr_code
from counterfoil_web.speech import Speech
from counterfoil_web.static_files import StaticFiles
from counterfoil_web.wording import Wording

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page must be told, and what it may be told, with what is assumed otherwise.

    Every page may be told a `language` and, as `here`, the address to come back to in another
    one; without it no other language is offered.
    """

    required: frozenset[str]
    optional: Mapping[str, object]


def _page(*required: str, **optional: object) -> PageFacts:
    everywhere = {
        "problem": None,
        "application": None,
        "person": None,
        "language": "en",
        "here": "",
    }
    return PageFacts(frozenset(required), {**everywhere, **optional})


TEMPLATES: Mapping[str, PageFacts] = {
    "welcome": _page(),
    "sign_in": _page("interaction", name="", first_way="key"),
    "second_step": _page("interaction", "way", "ways", name="", transports=()),
    "invitation": _page("invitation", "person", "expires_ms", "now_ms"),
    "first_visit": _page("interaction", "person"),
    "choose_password": _page("base", "person", "why", back=""),
    "choose_token": _page("base", "second", "codes"),
    "enrol_phone": _page(
        "base",
        ceremony="",
        uri="",
        secret="",
        algorithm="",
        digits=6,
        period_s=30,
        label="",
        back="",
    ),
    "recovery_codes": _page(
        "base", "person", ceremony="", codes=(), replaces=False, may_decline=False, back=""
    ),
    "forgotten": _page(name="", sent=False, letters=True),
    "password_link": _page("link", "person", "expires_ms", "now_ms"),
    "enrol_key": _page("interaction", "alone", held=0, back=""),
    "done": _page("person", "what"),
    "tokens": _page(
        "person", "tokens", "offers", notice="", news=(), advice="", codes_left=0, opened=""
    ),
    "account/sessions": _page("person", "visits", done=""),
    "account/activity": _page("person", "happenings", before=0, older=0),
    "account/not_me": _page("person", "has_password", happening=None),
    "account/applications": _page("person", "links", done=""),
    "account/profile": _page("person", "profile", "has_password", done=""),
    "account/confirm_email": _page(email="", link="", confirmed=False),
    "step_up": _page("interaction", "way", "ways", why="", transports=(), back=""),
    "consent": _page("interaction", "application", "person", "scopes"),
    "error": _page("problem", start_again="/"),
    "signed_out": _page(done=""),
    # The administration: `office` is who administers, and what of it is theirs.
    "admin/door": _page(),
    "admin/overview": _page("office", "trends", "enrolment", "counts", "attention"),
    "admin/people": _page("office", "query", "rows", next="", again="", done=""),
    "admin/person": _page("office", "query", "rows", "details", next="", done="", form=Form()),
    "admin/add_person": _page("office", "minutes", form=Form()),
    "admin/invited": _page("office", "what", "row", "link", "expires_ms", "letter", email=""),
    "admin/question": _page("office", "question"),
    "admin/bulk": _page("office", "act", "choices", "query"),
    "admin/bulk_result": _page("office", "act", "choices", "query"),
    "admin/applications": _page("office", "rows", done=""),
    "admin/add_application": _page("office", form=Form()),
    "admin/client": _page("office", "rows", "client", done="", form=Form()),
    "admin/secret": _page("office", "client", "secret"),
    "admin/events": _page("office", "query", "rows", "whats", "reasons", next="", again=""),
}


class Pages:
    """All pages, in every language that has a file in `words`.

    `demonstration` puts the banner on every one of them, `look` is the operator's. The templates
    are compiled once: a language is a handful of names that a rendering is given.
    """

    def __init__(
        self,
        service_name: str,
        demonstration: bool,
        *,
        look: Look = OUR_LOOK,
        words: Path = WORDS,
    ) -> None:
        self.languages: Mapping[str, Language] = spoken(words)
        self.files = StaticFiles(look.files)
        environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            service=service_name,
            demonstration=demonstration,
            languages=self.languages,
            look=look,
            iso=moments.iso,
            minutes_until=moments.minutes_until,
            drawing_for=drawing_for,
            qr_code=qr_code,
            account_tabs=TABS,
            profile_fields=FIELDS,
            static=f"/static/{self.files.version}",
        )
        choices = environment.get_template("parts/language_choices.html")
        self._speech = {
            tag: {
                **Speech(tag, Wording(tag, words)).words,
                "language_choices": Markup(choices.render(chosen=tag)),  # noqa: S704 (our template)
            }
            for tag in self.languages
        }
        self._templates = {name: environment.get_template(f"{name}.html") for name in TEMPLATES}

    def render(self, template: str, **facts: object) -> str:
        """Return the page as HTML.

        Raises KeyError for a page that there is not or a language that we do not speak, and
        TypeError for a fact that is missing or that the page does not know
        (counterfoil_web.pages.TEMPLATES).
        """
        known = TEMPLATES[template]
        missing = known.required - facts.keys()
        unknown = facts.keys() - known.required - known.optional.keys()
        if missing or unknown:
            raise TypeError(f"{template}: missing {sorted(missing)}, unknown {sorted(unknown)}")
        told = {**known.optional, **facts}
        return self._templates[template].render({**told, **self._speech[str(told["language"])]})
