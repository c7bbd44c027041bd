"""The whole life of a person here, from the invitation to the lost phone and the new password."""

import re
from collections.abc import Callable, Iterator

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from counterfoil.accounts import Account
from counterfoil.store.schema import accounts
from counterfoil_devices.emulated.phone import Entry, Phone
from counterfoil_web import Wording
from tests.browser.conftest import somebody
from tests.browser.keys import plug_in
from tests.browser.person import Person
from tests.browser.phone import link_of, phone_beside
from tests.browser.stage import Stage
from tests.browser.test_application import redeem
from tests.mail.office import ADA, FROM
from tests.mail.sink import HOST, Sink, running
from tests.oauth.town import App

say = Wording("en").say
NEW_PASSWORD = "a horse that battery staples"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running(Sink()) as listening:
        yield listening


@pytest.fixture
def changes(sink: Sink) -> dict[str, object]:
    return {
        "smtp_host": HOST,
        "smtp_port": sink.port,
        "smtp_security": "none",
        "mail_from": FROM,
    }


@pytest.fixture
def ada_elsewhere(browser: Browser, stage: Stage) -> Iterator[Person]:
    """The same person at another browser."""
    yield from somebody(browser, stage)


def test_a_life(stage: Stage, ada: Person, ada_elsewhere: Person, sink: Sink) -> None:
    account, app = stage.add(), stage.register()
    give_address(stage, account)
    phone = phone_beside(stage.clock)
    entry, codes = has_a_first_day(ada, account, phone)
    comes_in_with_the_phone(ada, phone, entry)
    enters_an_application(ada, account, app)
    loses_the_phone(ada)
    comes_in_with_paper(ada, codes)
    second = sets_up_a_new_phone(ada, phone, entry)
    forgets_the_password(ada, sink)
    comes_in_elsewhere(ada_elsewhere, phone, second)
    ada.follow("Signed in")
    ada.press("Sign out everywhere else")
    expect(ada.page.get_by_role("status")).to_have_text(say("account.done.others"))
    ada_elsewhere.open("/tokens")
    ada_elsewhere.reads("Sign in with a touch")
    has_got_letters(ada, sink)


# --- the stations -------------------------------------------------------------------------------


def has_a_first_day(ada: Person, account: Account, phone: Phone) -> tuple[Entry, list[str]]:
    """A password, a phone, a key, and ten codes for the drawer."""
    ada.scans_later(account)
    entry = phone.scan(link_of(ada.page))
    assert (entry.says.issuer, entry.says.account) == ("Counterfoil", "Ada")
    ada.types_code(phone.code(entry), "Set up this phone")
    ada.reads("Set up a second one?")
    plug_in(ada.page)
    ada.follow("My security key")
    ada.reads("Set up your key")
    ada.press("Set up this key")
    codes = ada.keeps_codes()
    ada.reads("You are set up")
    return entry, codes


def comes_in_with_the_phone(ada: Person, phone: Phone, entry: Entry) -> None:
    """And this browser leads with it from then on."""
    ada.stage.clock.pass_s(30)
    ada.press("Sign in now")
    ada.reads("Sign in")
    ada.type_password()
    ada.reads("Now touch your key")
    ada.follow("Use my phone's code")
    ada.reads("Now the code from your phone")
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    ada.press("Sign out")
    ada.reads("You are signed out")
    ada.stage.clock.pass_s(30)
    ada.types_password_first()
    ada.types_code(phone.code(entry))
    ada.reads("My keys")
    held = set(ada.page.locator(".token h2").all_inner_texts())
    assert held == {"My phone", "My security key", "Password", "Recovery codes"}


def enters_an_application(ada: Person, account: Account, app: App) -> None:
    """It is told the truth; one that wants more gets it with the key."""
    stage = ada.stage
    signed_in_s = stage.clock.at_ms // 1000
    ada.open(stage.authorize(app))
    ada.reads("Let Sample application in?")
    ada.press("Allow")
    claims = claims_of(ada, app)
    assert (claims["sub"], claims["acr"]) == (account.id, "urn:counterfoil:acr:otp")
    assert (amr_of(claims), claims["auth_time"]) == ({"pwd", "otp", "mfa"}, signed_in_s)
    stage.clock.pass_s(60)
    ada.open(stage.authorize(app, acr_values="phr"))
    ada.reads("Sign in")
    expect(ada.page.get_by_text("Sample application", exact=True)).to_be_visible()
    ada.type_password()
    ada.reads("Now touch your key")
    expect(ada.page.get_by_role("link", name="Use my phone's code")).to_have_count(0)
    ada.press("Use my security key")
    claims = claims_of(ada, app)
    assert (claims["acr"], claims["auth_time"]) == ("phr", stage.clock.at_ms // 1000)
    assert amr_of(claims) == {"pwd", "pop", "user", "mfa"}


def loses_the_phone(ada: Person) -> None:
    """Whoever finds it gets in with nothing."""
    ada.open("/tokens")
    unfold(ada, "My phone", "I lost this")
    ada.press("Shut My phone until I find it")
    ada.reads("You are signed out")
    expect(ada.page.get_by_text(say("signed_out.suspended"))).to_be_visible()
    ada.stage.clock.pass_s(30)
    ada.start()
    ada.type_password()
    ada.reads("Now touch your key")
    expect(ada.page.get_by_role("link", name="Use my phone's code")).to_have_count(0)


def comes_in_with_paper(ada: Person, codes: list[str]) -> None:
    """The key is at home: a code from the drawer lets her in, once."""
    ada.follow("Use a recovery code")
    ada.reads("Now a recovery code")
    ada.types_recovery(codes[0])
    ada.reads("My keys")
    expect(ada.entry("My phone").get_by_text(say("tokens.state.suspended"))).to_be_visible()
    expect(ada.entry("Recovery codes").get_by_text("9 codes left")).to_be_visible()


def sets_up_a_new_phone(ada: Person, phone: Phone, lost: Entry) -> Entry:
    """Nobody adds one with less than what is held."""
    ada.press("Add phone codes")
    ada.reads("Touch your key to go on")
    ada.press("Use my security key")
    ada.reads("Set up your phone")
    ada.press("Show the code to scan")
    second = phone.scan(link_of(ada.page))
    assert second.says.secret != lost.says.secret
    ada.page.get_by_label("What do you call this phone?").fill("My new phone")
    ada.types_code(phone.code(second), "Set up this phone")
    ada.reads("My keys")
    expect(ada.page.get_by_role("status")).to_have_text(say("tokens.notice.added"))
    ada.press("Sign out")
    return second


def forgets_the_password(ada: Person, sink: Sink) -> None:
    """A letter brings a new one, and nothing more than that."""
    ada.start()
    ada.page.get_by_text("I cannot sign in").click()
    ada.follow("I forgot my password")
    ada.reads("Forgot your password?")
    ada.page.get_by_label("Your name").fill("Ada")
    ada.press("Send me a link")
    expect(ada.page.get_by_role("status")).to_have_text(say("forgotten.sent"))
    ada.open(link_in_letter(ada, sink))
    ada.reads("A new password")
    ada.press("Choose a new password")
    ada.reads("Choose a password")
    ada.page.get_by_label("Password").fill(NEW_PASSWORD)
    ada.press("Continue")
    ada.reads("Your new password is set")
    ada.press("Sign in now")
    ada.reads("Sign in")
    ada.type_password()
    ada.is_told(say("problem.wrong"))
    ada.witness.expect((403, "sign-in"))
    ada.type_password(password=NEW_PASSWORD)
    # What this browser used last leads again.
    ada.reads("Now touch your key")
    ada.press("Use my security key")
    ada.reads("My keys")


def has_got_letters(ada: Person, sink: Sink) -> None:
    until(ada, lambda: len(sink.received) >= 5)
    assert {letter.to for letter in sink.received} == {(ADA,)}
    subjects = {str(letter.mail["Subject"]) for letter in sink.received}
    assert {
        "Something was reported as lost at Counterfoil",
        "A recovery code was used at Counterfoil",
        "Something new can sign in as you at Counterfoil",
        "Your password at Counterfoil was replaced",
    } <= subjects


def comes_in_elsewhere(person: Person, phone: Phone, entry: Entry) -> None:
    person.stage.clock.pass_s(30)
    person.start()
    person.type_password(password=NEW_PASSWORD)
    person.reads("Now touch your key")
    person.follow("Use my phone's code")
    person.reads("Now the code from your phone")
    person.types_code(phone.code(entry))
    person.reads("My keys")


def claims_of(person: Person, app: App) -> dict[str, object]:
    """What the access token says which the application gets for what came back last."""
    person.reads("You are back")
    redeemed = redeem(person, app, person.stage.home.answers[-1]["code"])
    assert redeemed.status == 200, redeemed.text()
    keys = person.page.request.get(f"{person.stage.issuer}/oauth2/jwks").json()
    return dict(jwt.decode(redeemed.json()["access_token"], KeySet.import_key_set(keys)).claims)


def amr_of(claims: dict[str, object]) -> set[str]:
    amr = claims["amr"]
    assert isinstance(amr, list)
    return set(amr)


def give_address(stage: Stage, account: Account) -> None:
    """One that was verified: letters go nowhere else."""
    mine = update(accounts).where(accounts.c.id == account.id)
    stage.house.store.write_now(lambda tx: tx.execute(mine.values(email=ADA, email_verified=1)))


def link_in_letter(person: Person, sink: Sink) -> str:
    subject = "Choose a new password at Counterfoil"
    found: list[str] = []

    def arrived() -> bool:
        found[:] = [one.text for one in sink.received if one.mail["Subject"] == subject]
        return bool(found)

    until(person, arrived)
    link = re.search(r"http://localhost:\d+/reset/\S+", found[0])
    assert link is not None
    return link[0]


def until(person: Person, condition: Callable[[], bool]) -> None:
    """For letters: another thread brings them."""
    for _ in range(400):
        if condition():
            return
        person.page.wait_for_timeout(50)
    raise AssertionError("never")


def unfold(person: Person, label: str, words: str) -> None:
    person.entry(label).locator("summary").filter(has_text=words).click()
