"""Without JavaScript: what needs no key works, and what needs one says so in words."""

from playwright.sync_api import expect

from counterfoil_web import Wording
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.http.visitor import Visitor

say = Wording("en").say
NEEDS_SCRIPTS = say("key.needs_javascript")


def test_a_password_is_taken_and_then_the_key_asks_for_scripts(
    stage: Stage, plain_ada: Person
) -> None:
    Visitor(stage.house).enrol(password="correct horse battery")
    plain_ada.start()
    expect(plain_ada.page.get_by_text(NEEDS_SCRIPTS)).to_be_visible()
    expect(plain_ada.button("Use my security key")).to_be_hidden()
    plain_ada.type_password(password="not the password")
    expect(plain_ada.page.get_by_role("alert")).to_contain_text(say("problem.wrong"))
    plain_ada.witness.expect((403, "sign-in"))
    plain_ada.type_password()
    plain_ada.reads("Now touch your key")
    expect(plain_ada.page.get_by_text(NEEDS_SCRIPTS)).to_be_visible()
    expect(plain_ada.button("Use my security key")).to_be_hidden()


def test_an_invitation_is_taken_up_and_a_password_chosen(stage: Stage, plain_ada: Person) -> None:
    plain_ada.take_up(stage.add())
    plain_ada.choose_password()
    plain_ada.choose_key_beside()
    expect(plain_ada.page.get_by_text(NEEDS_SCRIPTS)).to_be_visible()


def test_a_phone_and_paper_are_set_up_and_open_an_application(
    stage: Stage, plain_ada: Person
) -> None:
    phone, entry, codes = plain_ada.sets_up_phone(stage.add())
    plain_ada.open(stage.authorize(stage.register()))
    plain_ada.reads("Sign in")
    plain_ada.type_password()
    plain_ada.types_code(phone.code(entry))
    plain_ada.reads("Let Sample application in?")
    plain_ada.press("Allow")
    plain_ada.reads("You are back")
    plain_ada.open("/tokens")
    plain_ada.press("Sign out")
    plain_ada.types_password_first()
    plain_ada.follow("Use a recovery code")
    plain_ada.types_recovery(codes[0])
    plain_ada.reads("My keys")


def test_consent_is_given(stage: Stage, plain_ada: Person) -> None:
    come_in(stage, plain_ada)
    plain_ada.open(stage.authorize(stage.register()))
    plain_ada.reads("Let Sample application in?")
    plain_ada.press("Allow")
    plain_ada.reads("You are back")
    assert "code" in stage.home.answers[0]


def test_keys_are_renamed_and_one_signs_out(stage: Stage, plain_ada: Person) -> None:
    come_in(stage, plain_ada)
    plain_ada.open("/tokens")
    entry = plain_ada.entry("My key")
    entry.get_by_text("Rename").click()
    entry.get_by_label("New name").fill("On my ring")
    entry.get_by_role("button", name="Save").click()
    expect(plain_ada.page.get_by_role("status")).to_have_text(say("tokens.notice.renamed"))
    plain_ada.entry("On my ring").get_by_text("I lost this").click()
    expect(plain_ada.page.get_by_text(say("tokens.lost_last"))).to_be_visible()
    plain_ada.press("Sign out")
    plain_ada.reads("You are signed out")


def come_in(stage: Stage, person: Person) -> None:
    """With a session that was begun elsewhere: a key needs JavaScript."""
    visitor = Visitor(stage.house)
    visitor.enrol()
    visitor.touch_in()
    cookie = {"name": visitor.cookie_name, "value": visitor.cookie(), "url": stage.issuer}
    person.page.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict, spelled
