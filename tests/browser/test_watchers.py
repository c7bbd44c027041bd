"""Those who watch each page are awake: what is planted is seen."""

import pytest

from tests.browser.looks import Axe
from tests.browser.person import Person
from tests.browser.stage import Stage


def test_axe_sees_a_picture_without_words_and_pale_text(stage: Stage, ada: Person) -> None:
    ada.open()
    assert Axe.at(ada.page).violations() == []
    ada.page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    ada.page.evaluate("document.querySelector('.lead').style.color = '#666666'")
    found = {one.partition(":")[0] for one in Axe.at(ada.page).violations()}
    assert found == {"image-alt", "color-contrast-enhanced"}


@pytest.mark.parametrize(
    ("plant", "seen"),
    [
        (
            "document.body.setAttribute('onclick', 'alert(1)')",
            "policy violated require-trusted-types-for",
        ),
        ("document.body.innerHTML = '<p>'", "policy violated require-trusted-types-for"),
        ("setTimeout(() => { throw new Error('planted') })", "uncaught: planted"),
        ("console.warn('planted')", "console: planted"),
        ("document.body.append(Object.assign(new Image, {src: 'http://127.0.0.1:9/a'}))", "policy"),
    ],
)
def test_the_witness_sees_what_is_planted(stage: Stage, ada: Person, plant: str, seen: str) -> None:
    ada.open()
    assert ada.witness.complaints == []
    event = "weberror" if seen.startswith("uncaught") else "console"
    with ada.page.context.expect_event(event, lambda _: seen in "\n".join(ada.witness.complaints)):
        ada.page.evaluate(f"(() => {{ try {{ {plant} }} catch {{ }} }})()")
    ada.page.goto("about:blank")
    ada.witness.complaints.clear()


def test_pages_send_nobody_to_strangers(stage: Stage, ada: Person) -> None:
    ada.open()
    ada.witness.hosts = frozenset()
    ada.page.reload()
    assert all(one.startswith("asked a stranger") for one in ada.witness.complaints)
    assert len(ada.witness.complaints) >= 3
    ada.page.goto("about:blank")
    ada.witness.complaints.clear()
