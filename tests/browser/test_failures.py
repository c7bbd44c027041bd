"""Each failure has its own sentence, and the one thing to try then works."""

import json

import pytest
from playwright.sync_api import Route, expect

from counterfoil_web import Wording
from tests.browser.keys import plug_in
from tests.browser.person import Person
from tests.browser.stage import Stage

say = Wording("en").say
WAIT = say("browser.waiting.touch")


def test_a_wrong_pin_or_finger_says_so_and_the_right_one_then_works(
    stage: Stage, ada: Person
) -> None:
    key = ada.enrol(stage.add())
    ada.start()
    key.person_fits(False)
    ada.press("Use my security key")
    ada.is_told(say("browser.failure.closed_alone"))
    key.person_fits(True)
    ada.press("Use my security key")
    ada.reads("My keys")


def test_a_key_that_cannot_verify_cannot_be_set_up_alone(stage: Stage, ada: Person) -> None:
    plug_in(ada.page, verifies=False)
    ada.take_up(stage.add())
    ada.choose_key_alone()
    ada.press("Set up this key")
    ada.is_told(say("browser.failure.closed_new"))


def test_stop_ends_the_waiting_here_and_at_the_service(stage: Stage, ada: Person) -> None:
    key = ada.enrol(stage.add())
    key.somebody_touches(False)
    ada.start()
    ada.press("Use my security key")
    ada.page.get_by_text(WAIT).wait_for()
    with ada.page.expect_response("**/cancel") as cancelled:
        ada.press("Stop")
    ada.is_told(say("browser.failure.stopped"))
    assert cancelled.value.status == 204
    assert stage.whats()[-1] == "cancelled"
    expect(ada.button("Stop")).to_be_hidden()
    key.somebody_touches(True)
    ada.press("Use my security key")
    ada.reads("My keys")


def test_a_key_that_nobody_touches_ends_in_a_sentence(stage: Stage, ada: Person) -> None:
    key = ada.enrol(stage.add())
    key.somebody_touches(False)
    ada.start()
    ada.page.route("**/ceremonies", hurry)
    ada.press("Use my security key")
    ada.page.get_by_text(WAIT).wait_for()
    ada.is_told(say("browser.failure.timed_out"))
    assert stage.whats()[-1] == "cancelled"


def test_a_key_that_is_set_up_already_is_not_set_up_twice(stage: Stage, ada: Person) -> None:
    key = ada.enrolled_and_in(stage.add())
    ada.press("Add another key")
    ada.reads("Set up your key")
    ada.press("Set up this key")
    ada.is_told(say("browser.failure.already_enrolled"))
    assert len(key.credentials()) == 1


@pytest.mark.parametrize("password", [False, True])
def test_a_key_that_knows_nothing_of_us_opens_nothing(
    stage: Stage, ada: Person, password: bool
) -> None:
    key = ada.enrol(stage.add(), password=password)
    key.forget()
    ada.start()
    if password:
        ada.type_password()
        ada.reads("Now touch your key")
    ada.press("Use my security key")
    ada.is_told(say(f"browser.failure.{'closed' if password else 'closed_alone'}"))


def test_a_key_that_was_removed_says_only_that_it_does_not_fit(stage: Stage, ada: Person) -> None:
    account = stage.add()
    ada.enrol(account)
    house = stage.house
    house.store.write_now(lambda tx: house.accounts.delete(tx, account.id, "operator"))
    ada.start()
    ada.press("Use my security key")
    ada.is_told(say("browser.refusal.foreign_credential"))
    ada.witness.expect((403, "ceremonies"))


def test_a_wrong_password_says_so_and_keeps_the_name(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add(), password=True)
    ada.start()
    ada.type_password(password="not the password")
    ada.is_told(say("problem.wrong"))
    ada.witness.expect((403, "sign-in"))
    expect(ada.page.get_by_label("Your name")).to_have_value("Ada")
    expect(ada.page.get_by_label("Password")).to_have_value("")
    ada.type_password()
    ada.reads("Now touch your key")


def test_a_touch_that_comes_after_the_challenge_is_refused(stage: Stage, ada: Person) -> None:
    def dawdle(route: Route) -> None:
        stage.clock.pass_s(301)
        route.continue_()

    ada.enrol(stage.add())
    ada.start()
    ada.page.route("**/proof", dawdle, times=1)
    ada.press("Use my security key")
    ada.is_told(say("browser.refusal.expired"))
    ada.witness.expect((410, "ceremonies"))
    ada.follow("Start again")
    ada.reads("Sign in")
    ada.press("Use my security key")
    ada.reads("My keys")


@pytest.mark.parametrize("changes", [{"interaction_s": 600}])
def test_a_page_whose_time_is_over_leads_back_to_the_beginning(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.start()
    stage.clock.pass_s(601)
    ada.press("Use my security key")
    ada.is_told(say("browser.refusal.expired"))
    ada.follow("Start again")
    ada.reads("That did not work")
    ada.witness.expect((410, "ceremonies"), (410, "sign-in"))
    ada.follow("Start again")
    ada.press("Sign in")
    ada.reads("Sign in")
    ada.press("Use my security key")
    ada.reads("My keys")


def test_a_browser_whose_visit_is_over_starts_again(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.start()
    ada.page.context.clear_cookies()
    ada.press("Use my security key")
    ada.is_told(say("browser.refusal.signed_out"))
    ada.witness.expect((401, "ceremonies"))


def test_an_invitation_opens_once(stage: Stage, ada: Person) -> None:
    account = stage.add()
    invitation = stage.invitation(account)
    ada.open(invitation)
    ada.press("Begin")
    ada.reads("How will you sign in?")
    ada.open(invitation)
    ada.is_told(say("problem.invitation_refused"))
    ada.witness.expect((410, "invitation"))


def test_a_browser_without_security_keys_is_told_so(stage: Stage, ada: Person) -> None:
    ada.page.add_init_script("delete globalThis.PublicKeyCredential")
    ada.start()
    ada.is_told(say("browser.unable.old_browser"))
    expect(ada.button("Use my security key")).to_be_hidden()


def test_without_a_network_it_is_the_network_that_is_named(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.start()
    ada.page.context.set_offline(True)
    ada.press("Use my security key")
    ada.is_told(say("browser.network.offline"))
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in ada.witness.complaints)
    ada.witness.complaints.clear()
    ada.page.context.set_offline(False)
    ada.press("Use my security key")
    ada.reads("My keys")


def test_an_answer_that_is_none_is_our_fault(stage: Stage, ada: Person) -> None:
    ada.enrol(stage.add())
    ada.start()
    ada.page.route("**/ceremonies", lambda route: route.fulfill(status=502, body="<h1>proxy"))
    ada.press("Use my security key")
    ada.is_told(say("browser.network.broken"))
    ada.witness.expect((502, "ceremonies"))


def hurry(route: Route) -> None:
    """The service's answer, with a browser's patience of a second instead of minutes."""
    answer = route.fetch()
    body = answer.json()
    body["challenge"]["publicKey"]["timeout"] = 1000
    route.fulfill(response=answer, body=json.dumps(body))
