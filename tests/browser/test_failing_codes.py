"""Each failure of a code has its own sentence, and the one thing to try then works."""

from playwright.sync_api import expect

from counterfoil.factors.kind import KindName
from counterfoil_web.speech import Speech
from counterfoil_web.wording import Wording
from tests.browser.person import Person
from tests.browser.phone import link_of, phone_beside, wrong_code
from tests.browser.stage import Stage
from tests.ceremonies.desk import PASSWORD, authenticators

say = Wording("en").say
lasts = Speech("en", Wording("en")).say_duration
REFUSED = (403, "sign-in")


def test_a_wrong_code_and_a_used_one_are_told_apart(stage: Stage, ada: Person) -> None:
    phone, entry, _ = ada.sets_up_phone(stage.add())
    ada.types_password_first()
    ada.types_code(wrong_code(phone, entry))
    ada.is_told(say("problem_code.wrong"))
    ada.types_code(f" {phone.code(entry)[:3]} {phone.code(entry)[3:]} ")
    ada.reads("My keys")
    ada.press("Sign out")
    ada.types_password_first()
    ada.types_code(phone.code(entry))
    ada.is_told(say("problem.code_used"))
    stage.clock.pass_s(30)
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    ada.witness.expect(REFUSED, REFUSED)


def test_a_clock_that_is_behind_is_told_by_how_much(stage: Stage, ada: Person) -> None:
    phone, entry, _ = ada.sets_up_phone(stage.add(), skew_s=-180)
    stage.clock.pass_s(300)  # its codes are later than the one that set it up
    ada.types_password_first()
    ada.types_code(phone.code(entry))
    ada.is_told(say("problem.code_late", time=lasts(180)))
    phone.skew_s = 0
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    ada.witness.expect(REFUSED)


def test_tries_are_spent_and_after_more_of_them_one_waits(stage: Stage, ada: Person) -> None:
    phone, entry, codes = ada.sets_up_phone(stage.add())
    wrong = wrong_code(phone, entry)
    ada.types_password_first()
    for _ in range(2):
        for _ in range(4):
            ada.types_code(wrong)
            ada.is_told(say("problem_code.wrong"))
        ada.types_code(wrong)
        ada.is_told(say("problem.tries_spent"))
        ada.reads("Sign in")
        ada.type_password()
        ada.reads("Now the code from your phone")
    # Ten wrong ones in a row: also a right one waits now, and another way does not.
    ada.types_code(phone.code(entry))
    ada.is_told(say("problem.too_many", time=lasts(30)))
    stage.clock.pass_s(30)
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    ada.press("Sign out")
    comes_to_paper(ada)
    ada.types_recovery(codes[0].lower().replace("-", " "))
    ada.reads("My keys")
    assert {status for status, _ in ada.witness.refusals} <= {403, 429}
    ada.witness.refusals.clear()


def test_a_recovery_code_is_good_once(stage: Stage, ada: Person) -> None:
    _, _, codes = ada.sets_up_phone(stage.add())
    comes_to_paper(ada)
    ada.types_recovery(codes[3])
    ada.reads("My keys")
    ada.press("Sign out")
    comes_to_paper(ada)
    ada.types_recovery(codes[3])
    ada.is_told(say("problem_recovery.code_used"))
    ada.types_recovery("AAAA-BBBB-CCCC-DDDD")
    ada.is_told(say("problem_recovery.wrong"))
    ada.types_recovery(codes[4])
    ada.reads("My keys")
    ada.witness.expect(REFUSED, REFUSED)


def test_a_page_that_was_open_for_an_hour_says_so(stage: Stage, ada: Person) -> None:
    phone, entry, _ = ada.sets_up_phone(stage.add())
    ada.types_password_first()
    stage.clock.pass_s(3600)
    ada.types_code(phone.code(entry))
    ada.reads("That did not work")
    ada.is_told(say("problem.signed_out"))
    ada.follow("Start again")
    ada.press("Sign in")
    ada.reads("Sign in")
    ada.type_password()
    ada.reads("Now the code from your phone")
    # Half a sign-in is nobody's for long: after some minutes it is the password's turn again.
    stage.clock.pass_s(301)
    ada.types_code(phone.code(entry))
    ada.reads("Sign in")
    ada.is_told(say("problem.expired"))
    ada.type_password()
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    ada.witness.expect((401, "sign-in"), (410, "sign-in"))


def test_an_abandoned_enrolment_leaves_nothing(stage: Stage, ada: Person) -> None:
    account = stage.add()
    ada.scans_later(account)
    phone = phone_beside(stage.clock)
    entry = phone.scan(link_of(ada.page))
    ada.follow("Go back")
    ada.reads("What will you hold in your hand?")
    held = [a.kind for a in authenticators(stage.house, account)]
    assert held == [KindName.PASSWORD]
    ada.start()
    ada.type_password()
    ada.reads("Nothing to go on with")
    expect(ada.page.get_by_label("Code from your phone")).to_have_count(0)
    assert phone.code(entry)
    ada.witness.expect((409, "sign-in"))


def test_a_wrong_code_keeps_the_secret_and_a_new_one_takes_its_place(
    stage: Stage, ada: Person
) -> None:
    account = stage.add()
    ada.scans_later(account)
    phone = phone_beside(stage.clock)
    first = phone.scan(link_of(ada.page))
    ada.page.get_by_label("What do you call this phone?").fill("My old phone")
    ada.types_code(wrong_code(phone, first), "Set up this phone")
    ada.is_told(say("problem_phone.wrong"))
    # Shown once: the code to scan does not come back by itself.
    expect(ada.page.locator("svg.qr")).to_have_count(0)
    expect(ada.page.get_by_label("What do you call this phone?")).to_have_value("My old phone")
    ada.press("Show a new code to scan")
    second = phone.scan(link_of(ada.page))
    assert second.says.secret != first.says.secret
    ada.types_code(phone.code(first), "Set up this phone")
    ada.is_told(say("problem_phone.wrong"))
    ada.types_code(phone.code(second), "Set up this phone")
    ada.reads("Set up a second one?")
    ada.witness.expect((403, "first-visit"), (403, "first-visit"))


def test_the_first_secret_is_still_good_after_a_wrong_code(stage: Stage, ada: Person) -> None:
    ada.scans_later(stage.add())
    phone = phone_beside(stage.clock)
    entry = phone.scan(link_of(ada.page))
    ada.types_code(wrong_code(phone, entry), "Set up this phone")
    ada.is_told(say("problem_phone.wrong"))
    ada.types_code(phone.code(entry), "Set up this phone")
    ada.reads("Set up a second one?")
    ada.witness.expect((403, "first-visit"))


def test_enrolling_ends_when_its_time_or_its_tries_are_over(stage: Stage, ada: Person) -> None:
    ada.scans_later(stage.add())
    phone = phone_beside(stage.clock)
    entry = phone.scan(link_of(ada.page))
    for _ in range(4):
        ada.types_code(wrong_code(phone, entry), "Set up this phone")
        ada.is_told(say("problem_phone.wrong"))
    ada.types_code(wrong_code(phone, entry), "Set up this phone")
    ada.is_told(say("problem_phone.tries_spent"))
    ada.press("Show the code to scan")
    entry = phone.scan(link_of(ada.page))
    stage.clock.pass_s(301)
    ada.types_code(phone.code(entry), "Set up this phone")
    ada.is_told(say("problem_phone.expired"))
    ada.press("Show the code to scan")
    entry = phone.scan(link_of(ada.page))
    ada.types_code(phone.code(entry), "Set up this phone")
    ada.reads("Set up a second one?")
    assert len(ada.witness.refusals) == 6
    ada.witness.refusals.clear()


def test_what_one_types_is_kept_out_of_the_page_that_says_no(stage: Stage, ada: Person) -> None:
    phone, entry, _ = ada.sets_up_phone(stage.add())
    wrong = wrong_code(phone, entry)
    ada.types_password_first()
    ada.types_code(wrong)
    ada.is_told(say("problem_code.wrong"))
    expect(ada.page.get_by_label("Code from your phone")).to_have_value("")
    assert wrong not in ada.page.content()
    assert PASSWORD not in ada.page.content()
    ada.witness.expect(REFUSED)


def comes_to_paper(person: Person) -> None:
    person.types_password_first()
    person.follow("Use a recovery code")
    person.reads("Now a recovery code")
