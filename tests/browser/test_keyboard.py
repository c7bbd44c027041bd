"""With the keyboard alone: everything is reached, seen where it is, and pressed with Enter."""

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.ceremonies.desk import PASSWORD

_FOCUSED = """(() => { const e = document.activeElement; const s = getComputedStyle(e);
  return [e.innerText || e.labels?.[0]?.innerText || e.id, s.outlineStyle,
    parseFloat(s.outlineWidth), e.getBoundingClientRect().height]; })()"""


def test_a_key_is_used_without_a_pointer(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.open()
    enter(ada, "Sign in")
    ada.reads("Sign in")
    enter(ada, "Use my security key")
    ada.reads("My keys")
    enter(ada, "Sign out")
    ada.reads("You are signed out")


def test_a_password_and_a_key_are_used_without_a_pointer(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add(), password=True)
    ada.open()
    enter(ada, "Sign in")
    ada.reads("Sign in")
    walk_to(ada, "Your name")
    ada.page.keyboard.type("Ada")
    walk_to(ada, "Password")
    ada.page.keyboard.type("not the password")
    ada.page.keyboard.press("Enter")
    ada.is_told("That name and password do not fit together. Check both and try again.")
    ada.witness.expect((403, "sign-in"))
    walk_to(ada, "Password")
    ada.page.keyboard.type(PASSWORD)
    ada.page.keyboard.press("Enter")
    ada.reads("Now touch your key")
    # The only thing to do has the focus already.
    expect(ada.button("Use my security key")).to_be_focused()
    ada.page.keyboard.press("Enter")
    ada.reads("My keys")


def test_a_code_and_consent_are_given_without_a_pointer(stage: Stage, ada: Person) -> None:
    phone, entry, _ = ada.sets_up_phone(stage.add())
    ada.open(stage.authorize(stage.register()))
    ada.reads("Sign in")
    walk_to(ada, "Your name")
    ada.page.keyboard.type("Ada")
    walk_to(ada, "Password")
    ada.page.keyboard.type(PASSWORD)
    ada.page.keyboard.press("Enter")
    ada.reads("Now the code from your phone")
    # The only field has the focus already.
    expect(ada.page.get_by_label("Code from your phone")).to_be_focused()
    ada.page.keyboard.type(phone.code(entry))
    ada.page.keyboard.press("Enter")
    ada.reads("Let Sample application in?")
    enter(ada, "Allow")
    ada.reads("You are back")


def test_waiting_is_stopped_without_a_pointer(stage: Stage, ada: Person) -> None:
    key = ada.enrol(stage.add())
    key.somebody_touches(False)
    ada.start()
    enter(ada, "Use my security key")
    ada.page.get_by_text("We wait for you").wait_for()
    enter(ada, "Stop")
    ada.is_told("Stopped. Nothing was changed; press the button to try again.")


def enter(person: Person, name: str) -> None:
    expect(person.button(name)).to_be_enabled()
    walk_to(person, name)
    person.page.keyboard.press("Enter")


def walk_to(person: Person, name: str) -> None:
    """Tab by tab; every stop on the way must be seen, and large enough for a thumb."""
    for _ in range(20):
        person.page.keyboard.press("Tab")
        words, style, width, height = person.page.evaluate(_FOCUSED)
        assert (style, width) == ("solid", 3), words
        assert height >= 44, words
        if words == name:
            return
    raise AssertionError(f"Tab does not lead to {name!r}")
