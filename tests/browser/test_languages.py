"""A person changes the language where they are, with and without scripts, by keyboard alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from counterfoil_web import Language, Wording, spoken
from tests.browser.conftest import somebody
from tests.browser.looks import examine
from tests.browser.stage import Stage

SPOKEN = spoken()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("tag", SPOKEN)
def test_every_language_can_be_chosen_and_looks_right(
    browser: Browser, stage: Stage, pictures: Path, tag: str, scripts: bool
) -> None:
    people = somebody(browser, stage, scripts=scripts)
    ada, language = next(people), SPOKEN[tag]
    ada.open("/signed-out?done=removed")
    choose(ada.page, language)
    html = ada.page.locator("html")
    expect(html).to_have_attribute("lang", tag)
    expect(html).to_have_attribute("dir", language.direction)
    ada.reads(Wording(tag).say("signed_out.title"))
    assert ada.page.url.endswith("/signed-out?done=removed")
    ada.open()
    expect(html).to_have_attribute("lang", tag)
    if scripts:
        examine(ada.page, f"language-{tag}", pictures)
    assert list(people) == []


def choose(page: Page, language: Language) -> None:
    """By keyboard; one language alone offers no choice."""
    if len(SPOKEN) == 1:
        return
    page.locator("footer summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=language.name, exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("footer [aria-current]")).to_have_text(language.name)
