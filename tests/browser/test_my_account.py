"""The rest of what people come back for: where they are signed in, what happened, whom they let
in, and what they are called. Also without JavaScript, and as it looks."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from counterfoil.accounts import Account
from counterfoil.audit import Where
from counterfoil.errors import Reason
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.factors.otp.facts import OtpFacts
from counterfoil.factors.otp.rules import Parameters
from counterfoil.factors.recovery.facts import RecoveryFacts
from counterfoil.notices import Told
from counterfoil_web import Wording
from tests.browser.looks import examine
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.ceremonies.desk import must
from tests.rules.tokens.factors import key

say = Wording("en").say
LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"
)
THERE = Where("2001:db8:85a3::8a2e:370:7334", IPHONE)
pytestmark = pytest.mark.parametrize("changes", [{"editable": ("display_name", "email")}])


def signed_in_elsewhere(stage: Stage, account: Account, where: Where = THERE) -> None:
    sessions = stage.house.sessions
    opened, _ = stage.house.store.write_now(lambda tx: sessions.open(tx, where))
    shown = (key(stage.clock.now_ms()),)
    must(
        stage.house.store.write_now(
            lambda tx: sessions.sign_in(tx, opened, account.id, shown, where)
        )
    )


def hold_everything(stage: Stage, account: Account) -> None:
    """A phone, a lost one, and a sheet of recovery codes of which two are left."""
    accounts, store = stage.house.accounts, stage.house.store
    phone = AuthenticatorRecord(None, OtpFacts(Parameters()).dump(), b"a secret of 20 bytes")
    sheet = RecoveryFacts((None, None, *[stage.clock.at_ms] * 8))
    codes = AuthenticatorRecord(None, sheet.dump(), b"a sheet")
    for kind, record, label in (
        (KindName.TOTP, phone, LONG),
        (KindName.TOTP, phone, "Old phone"),
        (KindName.RECOVERY, codes, ""),
    ):
        made = must(
            store.write_now(
                lambda tx, k=kind, r=record, la=label: accounts.enrol(  # type: ignore[misc]
                    tx, account.id, k, r, la, THERE
                )
            )
        )
        if label == "Old phone":
            store.write_now(lambda tx, m=made: accounts.suspend(tx, account.id, m.id, THERE))  # type: ignore[misc]
    store.write_now(
        lambda tx: stage.house.notices.tell(
            tx, account.id, Told.TOKEN_ADDED, THERE, kind="totp", label=LONG
        )
    )


def in_with_a_password(stage: Stage, person: Person, account: Account) -> None:
    person.enrol(account, password=True)
    person.start()
    person.type_password()
    person.reads("Now touch your key")
    person.press("Use my security key")
    person.reads("My keys")


def test_whoever_is_signed_in_elsewhere_is_signed_out_from_here(stage: Stage, ada: Person) -> None:
    account = stage.add()
    ada.enrolled_and_in(account)
    signed_in_elsewhere(stage, account)
    stage.clock.pass_s(1)
    signed_in_elsewhere(stage, account, Where("203.0.113.9", "curl/8.5.0"))
    ada.follow("Signed in")
    ada.reads("Where you are signed in")
    expect(ada.page.get_by_role("heading", level=2)).to_have_text(
        [re.compile("Chrome on Linux This browser"), "curl/8.5.0", "Safari on iPhone"],
        use_inner_text=True,
    )
    ada.page.get_by_role("button", name=re.compile("^Sign out curl")).click()
    expect(ada.page.get_by_role("status")).to_have_text(say("account.done.ended"))
    ada.press("Sign out everywhere else")
    expect(ada.page.get_by_role("status")).to_have_text(say("account.done.others"))
    expect(ada.page.get_by_text(say("account.sessions.nowhere_else"))).to_be_visible()


def test_an_application_is_unlinked_and_asks_again(stage: Stage, ada: Person) -> None:
    app = stage.register()
    ada.enrolled_and_in(stage.add())
    ada.open(stage.authorize(app))
    ada.press("Allow")
    ada.reads("You are back")
    ada.open("/account/applications")
    ada.entry("Sample application").locator("summary").click()
    ada.press("Unlink Sample application")
    expect(ada.page.get_by_role("status")).to_have_text(say("account.done.unlinked"))
    ada.open(stage.authorize(app))
    ada.reads("Let Sample application in?")


def test_what_was_typed_into_the_profile_waits_for_the_touch(stage: Stage, ada: Person) -> None:
    ada.enrolled_and_in(stage.add())
    stage.clock.pass_s(301)
    ada.follow("Profile")
    ada.page.locator("#display_name summary").click()
    ada.page.get_by_label("New display name").fill("Ada, Countess of <i>Lovelace</i>")
    ada.press("Save")
    ada.reads("Touch your key to go on")
    expect(ada.page.get_by_text(say("step_up.why.profile"))).to_be_visible()
    ada.press("Use my security key")
    ada.reads("Your profile")
    field = ada.page.get_by_label("New display name")
    expect(field).to_have_value("Ada, Countess of <i>Lovelace</i>")
    expect(field).to_be_visible()
    ada.press("Save")
    expect(ada.page.get_by_role("status")).to_have_text(say("account.done.display_name"))
    expect(ada.page.locator("header .account")).to_contain_text("Countess of <i>Lovelace</i>")


def test_something_strange_leads_to_what_to_do(stage: Stage, ada: Person) -> None:
    account = stage.add()
    ada.enrolled_and_in(account)
    signed_in_elsewhere(stage, account)
    ada.follow("Activity")
    ada.reads("What happened")
    ada.page.get_by_role("link", name=re.compile("This was not me")).first.click()
    ada.reads("This was not me")
    expect(ada.page.locator("blockquote")).to_contain_text(say("account.activity.what.signed_in"))
    ada.press("Sign out everywhere else")
    ada.reads("Where you are signed in")


def test_all_of_it_works_without_scripts(stage: Stage, plain_ada: Person) -> None:
    # Without scripts no key signs in: the session is given as a cookie.
    account = stage.add()
    sessions, store = stage.house.sessions, stage.house.store
    here = Where("127.0.0.1", "a browser")
    opened, _ = store.write_now(lambda tx: sessions.open(tx, here))
    shown = (key(stage.clock.now_ms()),)
    _, cookie = must(
        store.write_now(lambda tx: sessions.sign_in(tx, opened, account.id, shown, here))
    )
    plain_ada.page.context.add_cookies(
        [{"name": "counterfoil_session", "value": cookie.reveal(), "url": stage.issuer}]
    )
    signed_in_elsewhere(stage, account)
    store.write_now(
        lambda tx: stage.house.notices.tell(
            tx, account.id, Told.NEW_APPLICATION, here, application="One"
        )
    )
    plain_ada.open("/tokens")
    plain_ada.press("Understood")
    expect(plain_ada.page.get_by_text(say("account.news.title"))).to_have_count(0)
    plain_ada.follow("Signed in")
    plain_ada.press("Sign out everywhere else")
    plain_ada.follow("Activity")
    plain_ada.reads("What happened")
    plain_ada.follow("Profile")
    plain_ada.page.locator("#display_name summary").click()
    plain_ada.page.get_by_label("New display name").fill("Countess")
    plain_ada.press("Save")
    expect(plain_ada.page.locator("#display_name .value")).to_have_text("Countess")
    plain_ada.page.locator("#email summary").click()
    plain_ada.page.get_by_label("New email address").fill("ada@new.example")
    plain_ada.press("Send the link")
    expect(plain_ada.page.get_by_role("status")).to_have_text(
        say("account.done.email_sent", email="ada@new.example")
    )


def test_my_account_looks_right(stage: Stage, ada: Person, pictures: Path) -> None:
    account, app = stage.add("ada", LONG), stage.register()
    in_with_a_password(stage, ada, account)
    hold_everything(stage, account)
    signed_in_elsewhere(stage, account)
    ada.open("/tokens")
    examine(ada.page, "keys-all", pictures)
    ada.open("/account/sessions")
    examine(ada.page, "sessions", pictures)
    ada.open(stage.authorize(app))
    ada.press("Allow")
    ada.reads("You are back")
    ada.open("/account/applications")
    ada.entry("Sample application").locator("summary").click()
    examine(ada.page, "applications", pictures)
    ada.open("/account/activity")
    examine(ada.page, "activity", pictures)
    ada.page.locator("a.not-me").first.click()
    ada.reads("This was not me")
    examine(ada.page, "not-me", pictures)
    ada.open("/account/profile")
    for summary in ada.page.locator("summary").all():
        if summary.is_visible() and "Change" in (summary.text_content() or ""):
            summary.click()
    examine(ada.page, "profile", pictures)
    ada.page.evaluate("for (const f of document.forms) f.noValidate = true")
    ada.page.get_by_label("New email address").fill("no address")
    ada.press("Send the link")
    ada.is_told(say(f"problem.{Reason.EMAIL_REFUSED.value}"))
    examine(ada.page, "profile-refused", pictures)
    ada.witness.expect((400, "account"))
