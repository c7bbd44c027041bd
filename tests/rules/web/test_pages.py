from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from counterfoil_web import NOTICES, STEP_UP_REASONS, TEMPLATES, Pages, Person, Problem
from tests.rules.web.samples import HOSTILE, facts

PAGES = Pages("Counterfoil", demonstration=False)
BANNER = "This is the demonstration:"
VOID = {"meta", "link", "input", "img", "path", "circle", "rect", "line", "ellipse", "use"}


class Markup(HTMLParser):
    """What a browser would make of a page, without its forgiveness."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_samples_show_every_page() -> None:
    assert facts().keys() == TEMPLATES.keys()


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_is_well_formed_and_has_one_heading(name: str) -> None:
    # A drawing's own title has an id.
    rendered = Markup(PAGES.render(name, **facts()[name])).tags
    tags = [tag for tag, attrs in rendered if tag != "title" or not attrs]
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_has_at_most_one_primary_button(name: str) -> None:
    tags = Markup(PAGES.render(name, **facts()[name])).tags
    primary = [t for t, attrs in tags if "primary" in (attrs.get("class") or "").split()]
    assert len(primary) <= 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_only_the_demonstration_wears_its_banner(name: str) -> None:
    demonstration = Pages("Counterfoil", demonstration=True)
    assert BANNER in demonstration.render(name, **facts()[name])
    assert BANNER not in PAGES.render(name, **facts()[name])


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_hostile_name_is_only_a_name(name: str) -> None:
    friendly = Markup(PAGES.render(name, **facts("friendly")[name]))
    hostile = Markup(PAGES.render(name, **facts(HOSTILE)[name]))
    assert shape(hostile) == shape(friendly)
    assert "60481729" not in PAGES.render(name, **facts("{{ 7777 * 7777 }}")[name])


# Our own addresses, a phone's app, and a file that is in the page itself.
OURS = ("/", "otpauth://totp/", "data:text/plain;charset=utf-8,")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_has_no_code_and_no_style_of_its_own(name: str) -> None:
    for tag, attrs in Markup(PAGES.render(name, **facts()[name])).tags:
        assert tag != "style"
        assert not [a for a in attrs if a == "style" or a.startswith("on")]
        if tag == "script":
            assert attrs.get("type") == "application/json" or "src" in attrs
        for address in (attrs.get("src"), attrs.get("href")):
            assert address is None or address.startswith((*OURS, "#")) or address == ""


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_takes_exactly_its_own_facts(name: str) -> None:
    given = facts()[name]
    with pytest.raises(TypeError, match="unknown"):
        PAGES.render(name, **given, weather="fair")
    for missing in TEMPLATES[name].required:
        with pytest.raises(TypeError, match=missing):
            PAGES.render(name, **{k: v for k, v in given.items() if k != missing})


def test_a_template_that_says_an_unknown_word_stops_it() -> None:
    with pytest.raises(KeyError):
        PAGES.render("tokens", **{**facts()["tokens"], "notice": "weather"})
    with pytest.raises(UndefinedError):
        PAGES.render("tokens", **{**facts()["tokens"], "tokens": (object(),)})


@pytest.mark.parametrize("notice", sorted(NOTICES))
def test_every_notice_has_words(notice: str) -> None:
    PAGES.render("tokens", **{**facts()["tokens"], "notice": notice})


@pytest.mark.parametrize("why", sorted(STEP_UP_REASONS))
def test_every_reason_for_a_touch_has_words(why: str) -> None:
    for way in ("key", "code", "recovery", ""):
        PAGES.render("step_up", interaction="int_1", way=way, ways=("key", "code"), why=why)


@pytest.mark.parametrize("way", ["key", "code", "recovery", ""])
def test_every_way_of_the_second_step_has_its_page(way: str) -> None:
    told = PAGES.render(
        "second_step", interaction="int_1", way=way, ways=("key", "code", "recovery")
    )
    others = {"key", "code", "recovery"} - {way}
    assert {other for other in ("key", "code", "recovery") if f"?way={other}" in told} == others


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(1, "1 second,"), (119, "119 seconds,"), (120, "2 minutes,"), (3541, "60 minutes,")],
)
def test_a_wait_is_told_in_seconds_or_minutes(seconds: int, told: str) -> None:
    problem = Problem("too_many", seconds=seconds)
    page = PAGES.render("second_step", interaction="i", way="code", ways=("code",), problem=problem)
    assert f"Wait {told}" in page


def test_a_wrong_code_is_not_told_as_a_wrong_password() -> None:
    problem = Problem("wrong")
    for way in ("code", "recovery"):
        page = PAGES.render("second_step", interaction="i", way=way, ways=(way,), problem=problem)
        assert "That code does not fit." in page


@pytest.mark.parametrize("what", ["one_token", "all", "password"])
def test_every_end_has_its_page(what: str) -> None:
    assert 'action="/sign-in"' in PAGES.render("done", person=Person("ada"), what=what)


@pytest.mark.parametrize("why", ["first_visit", "add", "reset"])
def test_every_password_has_its_page(why: str) -> None:
    page = PAGES.render("choose_password", base="/b", person=Person("ada"), why=why)
    assert 'autocomplete="new-password"' in page


def test_a_problem_without_words_of_ours_is_told_in_the_service_s() -> None:
    told = PAGES.render("error", problem=Problem("odd", "The moon is full."))
    assert "The moon is full." in told
    assert "Something did not work. Please try again." in PAGES.render(
        "error", problem=Problem("odd")
    )


def test_minutes_are_counted_up_and_one_is_one() -> None:
    page = dict(facts()["invitation"])
    assert "2 more minutes" in PAGES.render("invitation", **page)
    assert "one more minute" in PAGES.render("invitation", **(page | {"expires_ms": 60_000}))


def shape(markup: Markup) -> list[tuple[str, list[str]]]:
    return [(tag, sorted(attrs)) for tag, attrs in markup.tags]
