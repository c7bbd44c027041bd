"""Every page and state: accessible, narrow enough, light enough, and pictured for people to see."""

from pathlib import Path

from tests.browser.keys import plug_in
from tests.browser.looks import examine
from tests.browser.person import Person
from tests.browser.stage import Stage

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen"


def test_the_first_visit_looks_right(stage: Stage, ada: Person, pictures: Path) -> None:
    account = stage.add("ada", "Ada Lovelace")
    key = plug_in(ada.page, touched=False)
    ada.open()
    examine(ada.page, "welcome", pictures)
    ada.open(stage.invitation(account))
    examine(ada.page, "invitation", pictures)
    ada.press("Begin")
    ada.reads("How will you sign in?")
    examine(ada.page, "first-visit", pictures)
    ada.follow("With my key alone")
    ada.reads("Set up your key")
    examine(ada.page, "enrol-alone", pictures)
    ada.press("Set up this key")
    ada.page.get_by_text("We wait for you").wait_for()
    examine(ada.page, "enrol-waiting", pictures)
    ada.press("Stop")
    ada.is_told("Stopped. Nothing was changed; press the button to try again.")
    examine(ada.page, "enrol-stopped", pictures)
    ada.follow("Go back")
    ada.follow("With a password and a key or phone")
    ada.reads("Choose a password")
    examine(ada.page, "choose-password", pictures)
    ada.page.get_by_label("Password").fill("short")
    ada.press("Continue")
    ada.is_told("That password is too short. Use at least 12 characters.")
    examine(ada.page, "choose-password-refused", pictures)
    ada.witness.expect((400, "first-visit"))
    ada.page.get_by_label("Password").fill("correct horse battery")
    ada.press("Continue")
    ada.reads("What will you hold in your hand?")
    examine(ada.page, "choose-token", pictures)
    ada.choose_key_beside()
    examine(ada.page, "enrol-beside", pictures)
    key.somebody_touches(True)
    ada.press("Set up this key")
    ada.reads("Set up a second one?")
    examine(ada.page, "choose-second", pictures)
    ada.decline_more(codes=True)
    examine(ada.page, "done", pictures)


def test_signing_in_looks_right(stage: Stage, ada: Person, pictures: Path) -> None:
    app = stage.register()
    ada.enrol(stage.add(), password=True)
    ada.open(stage.authorize(app))
    ada.reads("Sign in")
    examine(ada.page, "sign-in", pictures)
    ada.type_password(password="not the password")
    ada.is_told("That name and password do not fit together. Check both and try again.")
    examine(ada.page, "sign-in-refused", pictures)
    ada.witness.expect((403, "sign-in"))
    ada.type_password()
    ada.reads("Now touch your key")
    examine(ada.page, "second-step", pictures)
    ada.press("Use my security key")
    ada.reads("Let Sample application in?")
    examine(ada.page, "consent", pictures)


def test_my_keys_look_right(stage: Stage, ada: Person, pictures: Path) -> None:
    first = ada.enrolled_and_in(stage.add("ada", LONG))
    examine(ada.page, "keys-one", pictures)
    ada.press("Add another key")
    ada.reads("Set up your key")
    examine(ada.page, "enrol-second", pictures)
    first.pull()
    plug_in(ada.page, transport="nfc")
    ada.page.get_by_label("What do you call this key?").fill(LONG)
    ada.press("Set up this key")
    ada.reads("My keys")
    examine(ada.page, "keys-added", pictures)
    for word in ("Rename", "I lost this", "Remove"):
        ada.entry(LONG).locator("summary").filter(has_text=word).click()
    examine(ada.page, "keys-open", pictures)
    stage.clock.pass_s(301)
    ada.press("Add another key")
    ada.reads("Touch your key to go on")
    examine(ada.page, "step-up", pictures)
    ada.open("/enrol/int_nobody")
    ada.reads("That did not work")
    examine(ada.page, "error", pictures)
    ada.open("/nowhere")
    examine(ada.page, "nowhere", pictures)
    ada.witness.expect((403, "enrol"), (404, "nowhere"))
    ada.open("/tokens")
    ada.press("Sign out")
    ada.reads("You are signed out")
    examine(ada.page, "signed-out", pictures)
