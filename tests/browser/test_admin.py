"""The administration in a real browser: its looks, the keyboard alone, without scripts, a touch."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from counterfoil.accounts import AccountState, Role
from counterfoil.administration import OPERATOR
from counterfoil.http.browser import cookie_name
from tests.browser.conftest import somebody as somebody_at_a_browser
from tests.browser.keys import plug_in
from tests.browser.looks import MIDDLE, NARROW, WIDE, examine
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.ceremonies.desk import must
from tests.http.back_office import NOWHERE, Somebody, newcomer, now, somebody

SIZES = (NARROW, MIDDLE, WIDE)
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen"
# The element with the focus, what it is called, how it is marked, how high its target is.
_FOCUSED = """(() => { const e = document.activeElement; const s = getComputedStyle(e);
  const target = e.matches("[type=checkbox]") ? e.closest("label") : e;
  return [(e.innerText || e.labels?.[0]?.innerText || e.id).trim(), s.outlineStyle,
    parseFloat(s.outlineWidth), target.getBoundingClientRect().height]; })()"""


@pytest.fixture
def office(browser: Browser, stage: Stage) -> Iterator[Person]:
    """An administrator who has just touched a key, in front of the administration."""
    yield from at_the_desk(browser, stage)


@pytest.fixture
def plain_office(browser: Browser, stage: Stage) -> Iterator[Person]:
    """The same without JavaScript."""
    yield from at_the_desk(browser, stage, scripts=False)


def at_the_desk(browser: Browser, stage: Stage, *, scripts: bool = True) -> Iterator[Person]:
    ada = somebody(stage.house, "ada", Role.ADMINISTRATOR)
    for person in somebody_at_a_browser(browser, stage, scripts=scripts):
        name = cookie_name(stage.house)
        person.page.context.add_cookies(
            [{"name": name, "value": ada.browser.cookie(), "url": stage.issuer}]
        )
        yield person


def people_in(stage: Stage) -> Somebody:
    """Grace with a key and a life, and people who are not there yet."""
    house = stage.house
    grace = somebody(house, "grace")
    for _ in range(3):
        grace.browser.touch_in()
    gone = newcomer(house, "gone", display_name="Somebody Else")
    must(
        house.store.write_now(
            lambda tx: house.accounts.set_state(tx, gone.id, AccountState.DISABLED, "operator")
        )
    )
    newcomer(house, LONG, display_name=LONG, email=f"{LONG[:40]}@example.org")
    newcomer(house, "paul", display_name="Päul Ölig", email="paul@example.org")
    return grace


# --- how it looks -----------------------------------------------------------------------------


def test_the_first_page_looks_right(stage: Stage, office: Person, pictures: Path) -> None:
    office.open("/admin")
    examine(office.page, "admin-first", pictures, SIZES)
    people_in(stage)
    office.open("/admin")
    office.reads("Overview")
    for summary in office.page.locator("main summary").all():
        summary.click()
    examine(office.page, "admin-overview", pictures, SIZES)


def test_people_look_right(stage: Stage, office: Person, pictures: Path) -> None:
    grace = people_in(stage)
    office.open("/admin/people")
    office.reads("People")
    office.page.get_by_label("Choose all of this page").check()
    examine(office.page, "admin-people", pictures, SIZES)
    office.press("Disable")
    office.reads("Disable these people?")
    examine(office.page, "admin-bulk", pictures, SIZES)
    office.open("/admin/people?search=nobody")
    examine(office.page, "admin-people-none", pictures, SIZES)
    office.open(grace.path)
    office.reads("grace")
    examine(office.page, "admin-person", pictures, SIZES)
    office.follow("Invite again")
    office.reads("Invite grace again?")
    examine(office.page, "admin-invite-again", pictures, SIZES)
    office.press("End all this and invite")
    office.reads("grace is invited")
    examine(office.page, "admin-invited", pictures, SIZES)


def test_a_full_page_is_light_too(stage: Stage, office: Person, pictures: Path) -> None:
    for number in range(60):
        newcomer(stage.house, f"person{number:02}", display_name=f"Person Number {number}")
    office.open("/admin/people?search=person&state=active&role=person&tokens=none")
    expect(office.page.get_by_role("rowheader")).to_have_count(50)
    examine(office.page, "admin-people-full", pictures, (WIDE,))
    office.follow("Next 50")
    expect(office.page.get_by_role("rowheader")).to_have_count(10)


def test_what_is_wrong_looks_right(stage: Stage, office: Person, pictures: Path) -> None:
    people_in(stage)
    office.open("/admin/people/add")
    examine(office.page, "admin-add-person", pictures, SIZES)
    office.page.get_by_label("Sign-in name").fill("Grace")
    office.press("Add and invite")
    expect(office.page.locator(".wrong")).to_be_visible()
    expect(office.page.get_by_label("Sign-in name")).to_be_focused()
    examine(office.page, "admin-add-person-refused", pictures, SIZES)
    office.witness.expect((409, "admin"))
    office.open("/admin/people/acc_nobody")
    office.reads("That did not work")
    office.witness.expect((404, "admin"))


def test_applications_look_right(stage: Stage, office: Person, pictures: Path) -> None:
    office.open("/admin/applications")
    examine(office.page, "admin-applications-none", pictures, SIZES)
    stage.register()
    office.open("/admin/applications")
    examine(office.page, "admin-applications", pictures, SIZES)
    office.follow("Add an application")
    office.page.get_by_label("Name").fill("Wiki")
    office.page.get_by_label("Redirect addresses").fill("http://wiki.example/back")
    office.page.get_by_label("Audience").fill("https://api.example")
    office.press("Add")
    expect(office.page.get_by_label("Redirect addresses")).to_be_focused()
    examine(office.page, "admin-add-application-refused", pictures, SIZES)
    office.witness.expect((400, "admin"))
    office.page.get_by_label("Redirect addresses").fill("https://wiki.example/back")
    office.press("Add")
    office.reads("The secret of Wiki")
    examine(office.page, "admin-secret", pictures, SIZES)
    office.follow("Back to this application")
    office.reads("Wiki")
    examine(office.page, "admin-application", pictures, SIZES)


def test_events_look_right(stage: Stage, office: Person, pictures: Path) -> None:
    people_in(stage)
    office.open("/admin/events")
    office.reads("Events")
    examine(office.page, "admin-events", pictures, SIZES)


# --- how it works -----------------------------------------------------------------------------


def test_a_change_after_a_pause_is_touched_for_and_nothing_is_lost(
    stage: Stage, ada: Person
) -> None:
    account = stage.add("Ada")
    plug_in(ada.page)
    ada.take_up(account)
    ada.choose_key_alone()
    ada.press("Set up this key")
    ada.reads("Set up a second one?")
    ada.touch_in()
    house = stage.house
    must(
        house.store.write_now(
            lambda tx: house.administration.set_role(
                tx, OPERATOR, account.id, Role.ADMINISTRATOR, NOWHERE
            )
        )
    )
    ada.open("/admin/people/add")
    ada.page.get_by_label("Sign-in name").fill("grace")
    ada.page.get_by_label("Name for people").fill("Grace Hopper")
    stage.clock.pass_s(301)
    ada.press("Add and invite")
    ada.reads("Touch your key to go on")
    ada.press("Use my security key")
    ada.reads("Invite somebody")
    expect(ada.page.get_by_label("Name for people")).to_have_value("Grace Hopper")
    ada.press("Add and invite")
    ada.reads("Grace Hopper is invited")


def test_with_the_keyboard_alone(stage: Stage, office: Person) -> None:
    grace = people_in(stage)
    office.open("/admin")
    walk_to(office, "Skip to the content")
    office.page.keyboard.press("Enter")
    assert office.page.evaluate("document.activeElement.id") == "main"
    office.open("/admin")
    walk_to(office, "People")
    office.page.keyboard.press("Enter")
    office.reads("People")
    walk_to(office, "Name or e-mail address")
    # A slash is a letter here, and no command.
    office.page.keyboard.type("/")
    expect(office.page.get_by_label("Name or e-mail address")).to_have_value("/")
    office.page.keyboard.press("Backspace")
    office.page.keyboard.type("grace")
    office.page.keyboard.press("Enter")
    office.page.wait_for_url("**/admin/people?search=grace**")
    walk_to(office, "Choose grace")
    office.page.keyboard.press("Space")
    walk_to(office, "Disable")
    office.page.keyboard.press("Enter")
    office.reads("Disable these people?")
    walk_to(office, "Disable")
    office.page.keyboard.press("Enter")
    office.reads("What happened: disabling")
    walk_to(office, "Back to the list")
    office.page.keyboard.press("Enter")
    office.reads("People")
    walk_to(office, "grace")
    office.page.keyboard.press("Enter")
    office.reads("grace")
    # The drawer begins where the reader is: nobody walks through the list to come to it.
    walk_to(office, "Remove", most=3)
    held = now(stage.house, grace.account)
    assert held is not None
    assert held.state is AccountState.DISABLED


def walk_to(person: Person, name: str, *, most: int = 40) -> None:
    """Tab by tab; every stop on the way must be seen, and large enough for a thumb."""
    for _ in range(most):
        person.page.keyboard.press("Tab")
        words, style, width, height = person.page.evaluate(_FOCUSED)
        assert (style, width) == ("solid", 3), words
        assert height >= 44, words
        if words == name:
            return
    raise AssertionError(f"Tab does not lead to {name!r}")


def test_without_scripts(stage: Stage, plain_office: Person) -> None:
    grace, page = people_in(stage), plain_office.page
    plain_office.open("/admin")
    areas = page.get_by_role("navigation", name="Administration")
    areas.get_by_role("link", name="People").click()
    expect(page.get_by_label("Choose all of this page")).to_be_hidden()
    page.get_by_label("State").select_option("Active")
    page.get_by_label("Keys and codes").select_option("None")
    plain_office.press("Show")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.get_by_label("Choose paul").check()
    plain_office.press("Invite")
    plain_office.reads("Invite these people?")
    plain_office.press("Invite")
    plain_office.reads("What happened: inviting")
    plain_office.follow("Back to the list")
    expect(page.get_by_role("rowheader")).to_have_count(2)
    plain_office.open(grace.path)
    plain_office.press("Sign out everywhere")
    expect(page.get_by_role("status")).to_have_text("Signed out everywhere.")
    page.get_by_label("Name for people").fill("Grace Hopper")
    plain_office.press("Save")
    plain_office.reads("Grace Hopper")
    plain_office.follow("Delete")
    plain_office.press("Delete for good")
    expect(page.get_by_role("status")).to_have_text("Deleted.")
    plain_office.open("/admin/people/add")
    page.get_by_label("Sign-in name").fill("grace")
    plain_office.press("Add and invite")
    plain_office.reads("grace is invited")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    link = page.get_by_role("textbox", name="Link")
    expect(link).to_contain_text(f"{stage.issuer}/invitation/")


def test_the_link_is_copied_with_one_press(stage: Stage, office: Person) -> None:
    office.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    office.open("/admin/people/add")
    office.page.get_by_label("Sign-in name").fill("grace")
    office.press("Add and invite")
    office.reads("grace is invited")
    office.press("Copy")
    expect(office.button("Copied")).to_be_visible()
    copied = office.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"{stage.issuer}/invitation/cf_inv_")
    assert copied == office.page.get_by_role("textbox", name="Link").inner_text()


def test_everybody_of_a_page_is_chosen_at_once(stage: Stage, office: Person) -> None:
    people_in(stage)
    office.open("/admin/people")
    everybody = office.page.get_by_label("Choose all of this page")
    boxes = office.page.locator("tbody input[type=checkbox]")
    everybody.check()
    assert all(box.is_checked() for box in boxes.all())
    boxes.first.uncheck()
    assert everybody.evaluate("(box) => box.indeterminate")
    office.page.locator(".bulk").get_by_role("button", name="Sign out").click()
    office.reads("Sign these people out?")
