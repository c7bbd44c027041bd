import re
import tomllib
from pathlib import Path

import pytest

import counterfoil_web
from counterfoil.accounts import AccountState, AuthenticatorState, Role
from counterfoil.audit import What
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.oauth import ClientKind
from counterfoil_web import STATIC, TEMPLATES, WAYS, Wording
from counterfoil_web.admin_facts import AREAS, ATTENTION, BULK, DONE, LETTERS, LINKS, QUESTIONS

HERE = Path(counterfoil_web.__file__).parent
WORDING = Wording("en")
SOURCES = [
    *HERE.glob("templates/**/*.html"),
    *HERE.glob("static/*.js"),
    *HERE.glob("*.py"),
]
# Names that are put together: the closed set of codes below each is tested in test_pages.
COMPOSED = (
    "choose_password.",
    "choose_token.",
    "done.",
    "second_step.title.",
    "step_up.title.",
    "way.",
    "tokens.notice.",
    "tokens.kind.",
    "tokens.advice.",
    "tokens.offer",
    "tokens.codes_left.",
    "account.tabs.",
    "account.done.",
    "account.activity.what.",
    "account.activity.way.",
    "account.profile.",
    "signed_out.",
    "step_up.why.",
    "gesture.",
    "scope.",
    "problem.",
    "problem_code.",
    "problem_phone.",
    "problem_recovery.",
    "duration.",
    "moment.month.",
    "invitation.minutes.",
    "browser.unable.",
    "browser.failure.",
    "browser.refusal.",
    "browser.network.",
    "notice.",
    "letter.",
    "admin.area.",
    "admin.role.",
    "admin.role_means.",
    "admin.state.",
    "admin.way_state.",
    "admin.kind.",
    "admin.ways.",
    "admin.count.",
    "admin.enrolment.",
    "admin.act.",
    "admin.attention.",
    "admin.bulk.",
    "admin.question.",
    "admin.invited.letter.",
    "admin.invited.title.",
    "admin.ends.",
    "admin.done.",
    "admin.client_kind.",
    "admin.client_kind_means.",
    "admin.what.",
    "admin.problem.",
)


def test_every_word_that_templates_say_is_there() -> None:
    said = {
        name
        for file in HERE.glob("templates/**/*.html")
        for name in re.findall(r'say(?:_number)?\("([a-z_.]+)"[,)]', file.read_text())
    }
    assert len(said) > 50
    plural = {"admin.ways", "invitation.minutes", "tokens.codes_left", "tokens.advice.few_codes"}
    assert said - plural <= WORDING.names()
    assert {f"{n}.{k}" for n in plural for k in ("one", "other")} <= WORDING.names()


def test_every_word_that_modules_say_is_there() -> None:
    said = {
        name
        for file in STATIC.glob("*.js")
        for name in re.findall(r'say\("([a-z_.]+)"\)', file.read_text())
    }
    assert said
    assert said <= WORDING.below("browser").keys()


def test_every_failure_that_modules_tell_apart_has_its_sentence() -> None:
    source = (STATIC / "webauthn.js").read_text()
    unable, failures = source.split("function failureOf(")
    told = set(re.findall(r'(?:return|[?:]) "(\w+)"', failures))
    assert {f"failure.{one}" for one in told} == failures_of_the_file()
    assert {'"insecure"', '"old_browser"'} <= set(re.findall(r'"\w+"', unable))


def failures_of_the_file() -> set[str]:
    return {n for n in WORDING.below("browser") if n.startswith("failure.")}


def test_no_word_is_left_over() -> None:
    source = "\n".join(file.read_text() for file in SOURCES)
    unused = {
        name
        for name in WORDING.names()
        if not name.startswith(COMPOSED)
        and f'"{name}"' not in source
        and f'"{name.removeprefix("browser.")}"' not in source
    }
    assert unused == set()


@pytest.mark.parametrize(
    "group", ["problem", "problem_code", "problem_phone", "problem_recovery", "browser.refusal"]
)
def test_reasons_with_words_are_reasons_that_the_service_gives(group: str) -> None:
    codes = WORDING.below(group).keys() - {"general"}
    assert codes <= {reason.value for reason in Reason}


@pytest.mark.parametrize("file", sorted(HERE.glob("templates/**/*.html")), ids=lambda f: f.name)
def test_no_sentence_is_written_in_a_template(file: Path) -> None:
    text = re.sub(
        r"\{% block shape %\}.*?\{% endblock %\}|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>",
        "",
        file.read_text(),
        flags=re.DOTALL,
    )
    assert re.findall(r"[A-Za-z]{2,}", text) == []


@pytest.mark.parametrize("file", sorted(STATIC.glob("*.js")), ids=lambda f: f.name)
def test_no_sentence_is_written_in_a_module(file: Path) -> None:
    code = re.sub(r"^\s*//.*$", "", file.read_text(), flags=re.MULTILINE)
    assert re.findall(r'"[A-Z][a-z]+ [a-z ]+', code) == []


def test_people_read_no_word_of_the_trade() -> None:
    trade = re.compile(
        r"authenticat|credential|\bfactor|webauthn|\bfido|ceremon|token|\bsession", re.IGNORECASE
    )
    # The one such word that people know: app shops call the thing by this name.
    sentences = [
        sentence.replace("authenticator app", "app")
        for sentence in flat(tomllib.loads((HERE / "words" / "en.toml").read_text()))
    ]
    assert [s for s in sentences if trade.search(s)] == []


def test_a_language_that_we_do_not_speak_stops_the_start() -> None:
    with pytest.raises(FileNotFoundError):
        Wording("tlh")


def test_ways_and_pages_are_closed_sets() -> None:
    assert {"key", "password", "code"} == WAYS
    assert TEMPLATES.keys() == {
        file.relative_to(HERE / "templates").with_suffix("").as_posix()
        for file in HERE.glob("templates/**/*.html")
        if file.stem != "layout" and "parts" not in file.parts
    }


def flat(table: object) -> list[str]:
    if isinstance(table, dict):
        return [sentence for value in table.values() for sentence in flat(value)]
    assert isinstance(table, str)
    return [table]


def test_every_event_kind_and_code_of_the_administration_has_words() -> None:
    known = WORDING.names()
    needed = [
        *(f"admin.what.{what.value}" for what in What),
        *(f"admin.kind.{kind.value}" for kind in KindName),
        *(f"admin.role.{role.value}" for role in Role),
        *(f"admin.state.{state.value}" for state in AccountState),
        *(f"admin.way_state.{state.value}" for state in AuthenticatorState),
        *(f"admin.client_kind.{kind.value}" for kind in ClientKind),
        *(f"admin.area.{area}" for area in AREAS),
        *(f"admin.done.{done}" for done in DONE),
        *(f"admin.invited.letter.{letter}" for letter in LETTERS),
        *(f"admin.invited.title.{link}" for link in LINKS),
        *(f"admin.question.{q}.{part}" for q in QUESTIONS for part in ("title", "lead", "button")),
        *(f"admin.bulk.{group}.{act}" for act in BULK for group in ("title", "will", "done")),
        *(f"admin.attention.{code}.{form}" for code in ATTENTION for form in ("one", "other")),
    ]
    assert [name for name in needed if name not in known] == []
