"""My keys: what people come back for, and what is left of it once they are signed out."""

import pytest
from playwright.sync_api import expect

from counterfoil_web import Wording
from tests.browser.keys import plug_in
from tests.browser.person import Person
from tests.browser.stage import Stage

say = Wording("en").say


def test_a_second_key_is_added_renamed_and_removed(stage: Stage, ada: Person) -> None:
    first = ada.enrolled_and_in(stage.add())
    expect(ada.page.get_by_text(say("tokens.advice.only_one"))).to_be_visible()
    add_another(ada)
    first.pull()
    plug_in(ada.page, transport="nfc")
    ada.press("Set up this key")
    ada.reads("My keys")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.added"))
    expect(ada.page.get_by_text(say("tokens.advice.only_one"))).to_have_count(0)
    rename(ada, "My security key 2", "The one on my <b>ring</b>")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.renamed"))
    ada.press("Sign out")
    ada.press("Sign in again")
    ada.reads("Sign in")
    ada.press("Use my security key")
    ada.reads("My keys")
    unfold(ada, "My security key", "Remove")
    ada.press("Remove My security key")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.removed"))
    expect(ada.page.locator(".token h2")).to_have_text(["The one on my <b>ring</b>"])


def test_a_lost_key_is_shut_and_opens_again_when_it_is_found(stage: Stage, ada: Person) -> None:
    first = ada.enrolled_and_in(stage.add())
    add_another(ada)
    first.pull()
    plug_in(ada.page, transport="nfc")
    ada.press("Set up this key")
    ada.reads("My keys")
    ring = "My security key 2"
    unfold(ada, ring, "I lost this")
    ada.press(f"Shut {ring} until I find it")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.suspended"))
    expect(ada.entry(ring).get_by_text(say("tokens.state.suspended"))).to_be_visible()
    expect(ada.page.get_by_text(say("tokens.advice.only_one"))).to_be_visible()
    unfold(ada, ring, "I found it again")
    ada.press("Use it again")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.resumed"))
    expect(ada.entry(ring).get_by_text(say("tokens.state.suspended"))).to_have_count(0)


def test_removing_the_key_that_one_came_in_with_ends_the_visit_and_says_so(
    stage: Stage, ada: Person
) -> None:
    first = ada.enrolled_and_in(stage.add())
    add_another(ada)
    first.pull()
    plug_in(ada.page)
    ada.press("Set up this key")
    ada.reads("My keys")
    unfold(ada, "My security key", "Remove")
    ada.press("Remove My security key")
    ada.reads("You are signed out")
    expect(ada.page.get_by_text(say("signed_out.removed"))).to_be_visible()


def test_the_last_key_stays_and_says_why(stage: Stage, ada: Person) -> None:
    ada.enrolled_and_in(stage.add())
    unfold(ada, "My security key", "I lost this")
    expect(ada.page.get_by_text(say("tokens.lost_last"))).to_be_visible()
    unfold(ada, "My security key", "Remove")
    expect(ada.page.get_by_text(say("tokens.remove_last"))).to_be_visible()
    expect(ada.page.get_by_role("button", name="Remove")).to_have_count(0)


def test_a_page_that_is_out_of_date_cannot_remove_the_last_key(stage: Stage, ada: Person) -> None:
    ada.enrolled_and_in(stage.add())
    add_another(ada)
    second = plug_in(ada.page, transport="nfc")
    assert second.credentials() == []
    ada.open("/tokens")
    token = held(ada)
    ada.page.evaluate(
        """(token) => { const form = document.querySelector("form.account");
        form.action = `/tokens/${token}/remove`; form.submit(); }""",
        token,
    )
    ada.is_told(say("problem.last_authenticator"))
    ada.witness.expect((409, "tokens"))


@pytest.mark.parametrize("password", [False, True])
def test_a_change_after_a_while_needs_a_touch_first(
    stage: Stage, ada: Person, password: bool
) -> None:
    first = ada.enrol(stage.add(), password=password)
    ada.start()
    if password:
        ada.type_password()
        ada.reads("Now touch your key")
    ada.press("Use my security key")
    ada.reads("My keys")
    stage.clock.pass_s(301)
    ada.press("Add another key")
    ada.reads("Touch your key to go on")
    expect(ada.page.get_by_text(say("step_up.why.add"))).to_be_visible()
    ada.press("Use my security key")
    ada.reads("Set up your key")
    first.pull()
    plug_in(ada.page, transport="nfc")
    ada.press("Set up this key")
    ada.reads("My keys")
    stage.clock.pass_s(301)
    unfold(ada, "My security key", "Remove")
    ada.press("Remove My security key")
    ada.reads("Touch your key to go on")
    expect(ada.page.get_by_text(say("step_up.why.remove"))).to_be_visible()
    ada.press("Use my security key")
    ada.reads("My keys")
    ada.press("Remove My security key")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.removed"))


def test_signing_out_leaves_nothing_behind(stage: Stage, ada: Person) -> None:
    ada.enrolled_and_in(stage.add("Ada", "Ada Lovelace"))
    assert "counterfoil_session" in cookies(ada)
    ada.press("Sign out")
    ada.reads("You are signed out")
    assert "counterfoil_session" not in cookies(ada)
    ada.page.go_back()
    ada.reads("Sign in with a touch")
    assert "Ada" not in ada.page.content()


def test_back_after_signing_in_offers_nothing_that_was_used(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.touch_in()
    ada.page.go_back()
    ada.reads("My keys")


def add_another(person: Person) -> None:
    person.press("Add another key")
    person.reads("Set up your key")


def rename(person: Person, before: str, after: str) -> None:
    entry = person.entry(before)
    entry.get_by_text("Rename").click()
    entry.get_by_label("New name").fill(after)
    entry.get_by_role("button", name="Save").click()


def unfold(person: Person, label: str, what: str) -> None:
    """Opens one of the things that can be done with a key."""
    person.entry(label).locator("summary").filter(has_text=what).click()


def held(person: Person) -> str:
    """The id of the only key, as the page's forms have it."""
    action = person.page.locator("form[action$='/rename']").get_attribute("action")
    assert action is not None
    return action.split("/")[2]


def cookies(person: Person) -> set[str]:
    return {cookie["name"] for cookie in person.page.context.cookies() if "name" in cookie}
