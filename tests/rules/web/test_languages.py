"""Every language says everything, and pages are whole in each of them."""

import re
from string import Formatter

import pytest

from counterfoil_web import LANGUAGES, STATIC, TEMPLATES, Pages, Person, Problem, Wording, spoken
from counterfoil_web.languages import WORDS
from tests.rules.web.babel import pages_in, plural_groups
from tests.rules.web.samples import HOSTILE, facts
from tests.rules.web.test_pages import Markup, shape

ENGLISH = Wording("en")
GROUPS = plural_groups(ENGLISH.names())
PAGES = Pages("Counterfoil", demonstration=False)
# CLDR 46, cardinals: the numbers of each form, at both edges.
PLURALS: dict[str, dict[str, tuple[int, ...]]] = {
    "en": {"one": (1,), "other": (0, 2, 11, 100, 101)},
    "de": {"one": (1,), "other": (0, 2, 11, 100, 101)},
    "fr": {"one": (0, 1), "other": (2, 11, 100, 101)},
    "es": {"one": (1,), "other": (0, 2, 11, 100, 101)},
    "nl": {"one": (1,), "other": (0, 2, 11, 100, 101)},
    "ar": {
        "zero": (0,),
        "one": (1,),
        "two": (2,),
        "few": (3, 10, 103, 110, 1003),
        "many": (11, 99, 111, 199, 1011),
        "other": (100, 101, 102, 200, 202, 1000),
    },
    "ja": {"other": (0, 1, 2, 11, 100)},
}
FILES = sorted(file.stem for file in WORDS.glob("*.toml"))


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def sentence(wording: Wording, name: str) -> str:
    top, _, rest = name.partition(".")
    return wording.below(top)[rest]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_numbers_have_the_plural_forms_of_cldr(tag: str) -> None:
    language = LANGUAGES[tag]
    assert set(language.forms) == PLURALS[tag].keys()
    for form, numbers in PLURALS[tag].items():
        assert [language.form(number) for number in numbers] == [form] * len(numbers)


def test_a_file_of_words_is_a_language_and_is_spoken() -> None:
    assert sorted(spoken()) == FILES
    assert "en" in FILES


@pytest.mark.parametrize("tag", FILES)
def test_a_language_says_all_that_english_says_and_no_more(tag: str) -> None:
    plain = {n for n in ENGLISH.names() if n.rpartition(".")[0] not in GROUPS}
    forms = {f"{group}.{form}" for group in GROUPS for form in LANGUAGES[tag].forms}
    said = Wording(tag).names()
    assert said - plain - forms == set(), "English does not say these"
    assert (plain | forms) - said == set(), "these are missing"


@pytest.mark.parametrize("tag", FILES)
def test_a_sentence_has_the_same_placeholders_in_every_language(tag: str) -> None:
    wording = Wording(tag)
    for name in wording.names():
        group, _, form = name.rpartition(".")
        ours = placeholders(sentence(wording, name))
        if group not in GROUPS:
            assert ours == placeholders(sentence(ENGLISH, name)), name
            continue
        theirs = placeholders(sentence(ENGLISH, f"{group}.other"))
        # One, two or none may be said without their number.
        assert theirs - ours <= ({"number"} if form in ("zero", "one", "two") else set()), name
        assert ours <= theirs, name


@pytest.mark.parametrize("tag", FILES)
def test_words_are_words(tag: str) -> None:
    wording = Wording(tag)
    for name in wording.names():
        said = sentence(wording, name)
        assert said.strip() != "", name
        assert not re.search(r"[<>]|&\w+;|  |[\u202a-\u202e\u2066-\u2069]", said), name


@pytest.mark.parametrize("tag", FILES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_page_is_whole_in_every_language(name: str, tag: str) -> None:
    given = facts()[name]
    html = PAGES.render(name, language=tag, here="/here", **given)
    found = Markup(html)
    assert found.tags[0] == ("html", {"lang": tag, "dir": LANGUAGES[tag].direction})
    if tag != "en":
        english = Markup(PAGES.render(name, here="/here", **given))
        assert [t for t, _ in shape(found)] == [t for t, _ in shape(english)]


@pytest.mark.parametrize("tag", ["de", "ar"])
@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_on_a_page_stays_in_english(name: str, tag: str) -> None:
    """Each sentence is marked with its tag: what is not in an element of ours is a name."""
    html = pages_in(tag).render(name, language=tag, **facts("4711")[name])
    html = re.sub(r"<script.*?</script>|<svg.*?</svg>|<bdi.*?</bdi>", "", html, flags=re.DOTALL)
    for text in re.findall(r">([^<]+)<", html):
        words = text.replace("Counterfoil", "").replace("https://app.example", "")
        if re.search(r"[A-Za-z]{2,}", words):
            assert f"{tag}: " in words, text


def test_a_page_of_another_language_has_its_words_for_modules() -> None:
    html = pages_in("de").render("sign_in", language="de", interaction="int_1")
    assert '"failure.stopped": "de: Stopped.' in html


def test_a_number_is_said_in_the_form_of_the_language() -> None:
    pages = pages_in("ar", "ja")
    page = dict(facts()["invitation"])
    for minutes, form in ((1, "one"), (2, "two"), (5, "few"), (15, "many"), (100, "other")):
        left = page | {"expires_ms": minutes * 60_000}
        assert f"{form} ar: " in pages.render("invitation", language="ar", **left)
    assert "other ja: " in pages.render("invitation", language="ja", **page)


def test_a_language_without_words_is_a_defect_of_the_caller() -> None:
    with pytest.raises(KeyError):
        PAGES.render("welcome", language="tlh")


# --- the switcher ----------------------------------------------------------------------------


def test_every_language_is_offered_under_its_own_name() -> None:
    pages = pages_in(*(tag for tag in LANGUAGES if tag != "en"))
    found = Markup(html := pages.render("welcome", language="ar", here="/?a=1&b=2"))
    buttons = [attrs for tag, attrs in found.tags if attrs.get("name") == "language"]
    assert [b["value"] for b in buttons] == [b["lang"] for b in buttons] == list(LANGUAGES)
    assert [b["value"] for b in buttons if "aria-current" in b] == ["ar"]
    assert [b["value"] for b in buttons if b["dir"] == "rtl"] == ["ar"]
    back = [attrs["value"] for tag, attrs in found.tags if attrs.get("name") == "back"]
    assert back == ["/?a=1&b=2"]
    for language in LANGUAGES.values():
        assert f">{language.name}</button>" in html


def test_one_language_alone_offers_no_choice() -> None:
    assert "/language" not in pages_in().render("welcome", here="/")
    assert "/language" not in pages_in("de").render("welcome")


def test_the_address_to_come_back_to_is_only_an_address() -> None:
    pages = pages_in("de")
    friendly, hostile = (pages.render("welcome", here=here) for here in ("/", f"/{HOSTILE}"))
    assert shape(Markup(hostile)) == shape(Markup(friendly))


# --- right to left ---------------------------------------------------------------------------

ISOLATE, END = "\u2068", "\u2069"
ARABIC = "آدا"


def test_a_name_does_not_turn_its_sentence_around() -> None:
    pages = pages_in("ar")

    def hello(name: str, language: str) -> str:
        person = Person(name)
        page = {**facts()["invitation"], "person": person}
        return pages.render("invitation", language=language, **page)

    assert "Hello, Ada<" in hello("Ada", "en")
    assert "Hello, Zoë<" in hello("Zoë", "en")
    assert f"Hello, {ISOLATE}{ARABIC}{END}<" in hello(ARABIC, "en")
    assert f"ar: Hello, {ISOLATE}Ada{END}<" in hello("Ada", "ar")


@pytest.mark.parametrize(
    "control", [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
)
def test_a_name_cannot_break_out_of_its_isolate(control: str) -> None:
    page = {**facts()["invitation"], "person": Person(f"A{control}da{control}")}
    html = PAGES.render("invitation", **page)
    assert "Hello, Ada<" in html
    assert control not in html


def test_a_name_alone_stands_in_an_element_that_isolates_it() -> None:
    for name in ("consent", "tokens"):
        html = PAGES.render(name, **facts("friendly")[name])
        stray = re.sub(
            r"<bdi.*?</bdi>|<title>.*?</title>|<h1>.*?</h1>|<button.*?</button>", "", html
        )
        stray = re.sub(r'<p class="(?:lead|what)">.*?</p>|<li>.*?</li>|="[^"]*"', "", stray)
        assert "friendly" not in stray, name


def test_what_is_latin_in_any_language_says_so() -> None:
    html = PAGES.render("error", problem=Problem("odd", "", "AbCd-12"))
    assert '<code dir="ltr">AbCd-12</code>' in html
    assert 'class="with-button" dir="ltr"' in PAGES.render("sign_in", interaction="int_1")


def test_styles_know_no_left_and_no_right() -> None:
    css = re.sub(r"@media[^{]*", "", (STATIC / "counterfoil.css").read_text())
    sides = r"(?:left|right|top|bottom)"
    physical = rf"(?:^|[\s;{{-]){sides}\s*:|text-align: {sides}|(?<![-\w])(?:width|height):"
    assert re.findall(physical, css) == []


def test_a_line_of_css_is_for_drawings_that_face_the_other_way() -> None:
    css = (STATIC / "counterfoil.css").read_text()
    assert re.search(r'\[dir="rtl"\] :is\(\.drawing, \.mark\) \{\s*transform: scaleX\(-1\)', css)
