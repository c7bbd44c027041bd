"""What a signed-in person comes back to, over HTTP: each page, each change, each refusal."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select

from counterfoil.accounts import Account, AuthenticatorState
from counterfoil.app import close_house
from counterfoil.audit import What
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.factors.otp.facts import OtpFacts
from counterfoil.factors.otp.rules import Parameters
from counterfoil.http.account.activity import PAGE
from counterfoil.http.house import House
from counterfoil.kit.ids import AuthenticatorId, LetterId, SessionId, new_grant_id
from counterfoil.notices import Told, open_message
from counterfoil.oauth import Client, ClientKind, ConsentRule
from counterfoil.store.schema import outbox, sessions
from counterfoil.tokens import Algorithm, PersonGrant
from counterfoil_web import TABS, Wording
from tests.ceremonies.desk import HERE, PASSWORD, authenticators, must, whats
from tests.house import HandClock, house_on
from tests.http.visitor import Visitor
from tests.rules.tokens.factors import key as key_factor

say = Wording("en").say
EVERYTHING = ("name", "display_name", "email")


@pytest.fixture
def house(installed_database_url: str, clock: HandClock) -> Iterator[House]:
    """A service where people may edit everything of their profile."""
    opened = house_on(installed_database_url, clock, editable=EVERYTHING)
    yield opened
    close_house(opened)


@pytest.fixture
def visitor(house: House) -> Visitor:
    return Visitor(house)


@pytest.fixture
def ada(visitor: Visitor) -> Account:
    """Signed in, with a password, a key, and a phone beside them."""
    account = visitor.enrol("ada", password=PASSWORD)
    visitor.touch_in()
    add_phone(visitor.house, account)
    return account


def add_phone(house: House, account: Account, label: str = "My phone") -> AuthenticatorId:
    record = AuthenticatorRecord(None, OtpFacts(Parameters()).dump(), b"a secret of 20 bytes")
    return must(
        house.store.write_now(
            lambda tx: house.accounts.enrol(tx, account.id, KindName.TOTP, record, label, HERE)
        )
    ).id


def token_of(house: House, account: Account, kind: KindName) -> AuthenticatorId:
    return next(a.id for a in authenticators(house, account) if a.kind is kind)


def state_of(house: House, account: Account, kind: KindName) -> AuthenticatorState:
    return next(a.state for a in authenticators(house, account) if a.kind is kind)


def text(answer: Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def sent_to(answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def confirm_and_go_on(visitor: Visitor, answer: Response, why: str) -> str:
    """Touches the key where a change asks for it; where the browser goes then."""
    location = sent_to(answer)
    assert location.startswith("/step-up/")
    assert location.endswith(f"?why={why}")
    interaction = location.removeprefix("/step-up/").partition("?")[0]
    begun = visitor.begin(interaction, "step_up", alone=False)
    proven = visitor.prove(begun, visitor.touch(begun))
    assert proven.status_code == 200, proven.text
    return str(proven.json()["next"])


# --- the pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*TABS.values(), "/account/not-me", "/account/not-me/1"])
def test_each_page_is_for_whoever_is_signed_in(visitor: Visitor, ada: Account, path: str) -> None:
    assert "Ada" in text(visitor.get(path)) or "ada" in text(visitor.get(path))
    visitor.post("/sign-out")
    assert sent_to(visitor.get(path)) == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/tokens/aut_x/suspend",
        "/account/sessions/end-others",
        "/account/sessions/ses_x/end",
        "/account/applications/cli_x/unlink",
        "/account/profile/display_name",
        "/account/news/seen",
    ],
)
def test_a_change_by_nobody_goes_to_the_front_door(visitor: Visitor, path: str) -> None:
    assert sent_to(visitor.submit(path)) == "/"


# --- tokens --------------------------------------------------------------------------------------


def test_a_lost_phone_is_shut_found_and_removed(visitor: Visitor, ada: Account) -> None:
    house = visitor.house
    phone = token_of(house, ada, KindName.TOTP)
    assert sent_to(visitor.submit(f"/tokens/{phone}/suspend")) == "/tokens?done=suspended"
    assert state_of(house, ada, KindName.TOTP) is AuthenticatorState.SUSPENDED
    page = text(visitor.get("/tokens?done=suspended"))
    assert say("tokens.notice.suspended") in page
    assert say("tokens.state.suspended") in page
    assert sent_to(visitor.submit(f"/tokens/{phone}/resume")) == "/tokens?done=resumed"
    assert state_of(house, ada, KindName.TOTP) is AuthenticatorState.LIVE
    assert sent_to(visitor.submit(f"/tokens/{phone}/remove")) == "/tokens?done=removed"
    assert {a.kind for a in authenticators(house, ada)} == {KindName.PASSWORD, KindName.WEBAUTHN}
    page = text(visitor.get("/tokens"))
    assert say("tokens.advice.only_one") in page
    assert say("tokens.lost_last") in page


@pytest.mark.parametrize(
    ("kind", "what"),
    [(KindName.TOTP, "suspend"), (KindName.TOTP, "remove"), (KindName.WEBAUTHN, "remove")],
)
def test_a_change_after_a_while_is_offered_again_after_a_proof(
    visitor: Visitor, ada: Account, clock: HandClock, kind: KindName, what: str
) -> None:
    token = token_of(visitor.house, ada, kind)
    clock.pass_s(301)
    back = confirm_and_go_on(visitor, visitor.submit(f"/tokens/{token}/{what}"), what)
    assert back == f"/tokens?open={what}:{token}#{token}"
    assert {a.state for a in authenticators(visitor.house, ada)} == {AuthenticatorState.LIVE}
    page = text(visitor.get(back))
    opened = page[page.index("<details open>") :]
    assert opened.index(f'action="/tokens/{token}/{what}"') < opened.index("</details>")
    assert page.count("<details open>") == 1


def test_opening_a_found_phone_again_needs_the_key(
    visitor: Visitor, ada: Account, clock: HandClock
) -> None:
    phone = token_of(visitor.house, ada, KindName.TOTP)
    visitor.submit(f"/tokens/{phone}/suspend")
    clock.pass_s(301)
    back = confirm_and_go_on(visitor, visitor.submit(f"/tokens/{phone}/resume"), "resume")
    assert say("tokens.found_button") in text(visitor.get(back))
    assert state_of(visitor.house, ada, KindName.TOTP) is AuthenticatorState.SUSPENDED


def test_shutting_what_one_came_in_with_ends_the_visit_and_says_so(
    visitor: Visitor, ada: Account
) -> None:
    mine = token_of(visitor.house, ada, KindName.WEBAUTHN)
    location = sent_to(visitor.submit(f"/tokens/{mine}/suspend"))
    location = sent_to(visitor.get(location))
    assert say("signed_out.suspended") in text(visitor.get(location))


def test_the_last_way_in_is_neither_shut_nor_removed(visitor: Visitor, ada: Account) -> None:
    visitor.submit(f"/tokens/{token_of(visitor.house, ada, KindName.TOTP)}/remove")
    mine = token_of(visitor.house, ada, KindName.WEBAUTHN)
    for what in ("suspend", "remove"):
        page = text(visitor.submit(f"/tokens/{mine}/{what}"), 409)
        assert say("problem.last_authenticator") in page
    assert state_of(visitor.house, ada, KindName.WEBAUTHN) is AuthenticatorState.LIVE


@pytest.mark.parametrize("what", ["rename", "suspend", "resume", "remove"])
def test_nobody_changes_somebody_else_s_token(visitor: Visitor, ada: Account, what: str) -> None:
    phone = token_of(visitor.house, ada, KindName.TOTP)
    eve = Visitor(visitor.house, seed=b"eve")
    eve.enrol("eve")
    eve.touch_in()
    assert eve.submit(f"/tokens/{phone}/{what}", label="theirs").status_code == 404
    (kept,) = [a for a in authenticators(visitor.house, ada) if a.id == phone]
    assert (kept.label, kept.state) == ("My phone", AuthenticatorState.LIVE)


@pytest.mark.parametrize("opened", ["remove", "steal:aut_x", "remove:<b>", ""])
def test_nothing_is_open_for_an_address_that_we_did_not_make(
    visitor: Visitor, ada: Account, opened: str
) -> None:
    assert "<details open>" not in text(visitor.get(f"/tokens?open={quote(opened)}"))


def test_what_is_new_is_shown_until_it_is_understood(visitor: Visitor, ada: Account) -> None:
    house = visitor.house

    def tell(name: str) -> None:
        house.store.write_now(
            lambda tx: house.notices.tell(tx, ada.id, Told.NEW_APPLICATION, HERE, application=name)
        )

    tell("One")
    page = text(visitor.get("/tokens"))
    assert say("account.news.title") in page
    assert say("notice.new_application", application="One") in page
    (up_to,) = re.findall(r'name="up_to" value="(\d+)"', page)
    tell("Two")
    assert sent_to(visitor.submit("/account/news/seen", up_to=up_to)) == "/tokens"
    page = text(visitor.get("/tokens"))
    assert say("notice.new_application", application="One") not in page
    assert say("notice.new_application", application="Two") in page
    for odd in ("", "x", "-1", "\u0661", "9" * 30):
        assert sent_to(visitor.submit("/account/news/seen", up_to=odd)) == "/tokens"
    assert say("notice.new_application", application="Two") in text(visitor.get("/tokens"))


# --- sessions ------------------------------------------------------------------------------------


def elsewhere(visitor: Visitor, account: Account) -> SessionId:
    """The same person, signed in at another browser."""
    house = visitor.house
    opened, _ = house.store.write_now(lambda tx: house.sessions.open(tx, HERE))
    shown = (key_factor(house.clock.now_ms()),)
    signed_in, _ = must(
        house.store.write_now(
            lambda tx: house.sessions.sign_in(tx, opened, account.id, shown, HERE)
        )
    )
    return signed_in.id


def ended(house: House, session: SessionId) -> bool:
    statement = select(sessions.c.ended_ms).where(sessions.c.id == session)
    return house.store.read_now(lambda tx: tx.execute(statement).scalar_one()) is not None


def test_a_browser_elsewhere_is_signed_out(visitor: Visitor, ada: Account) -> None:
    there = elsewhere(visitor, ada)
    page = text(visitor.get("/account/sessions"))
    assert "192.0.2.1" in page
    assert page.count(say("account.sessions.here")) == 1
    location = sent_to(visitor.submit(f"/account/sessions/{there}/end"))
    assert ended(visitor.house, there)
    page = text(visitor.get(location))
    assert say("account.done.ended") in page
    assert "192.0.2.1" not in page
    assert visitor.submit(f"/account/sessions/{there}/end").status_code == 404


def test_all_others_are_signed_out_at_once(visitor: Visitor, ada: Account) -> None:
    others = [elsewhere(visitor, ada) for _ in range(2)]
    location = sent_to(visitor.submit("/account/sessions/end-others"))
    assert [ended(visitor.house, one) for one in others] == [True, True]
    assert say("account.done.others") in text(visitor.get(location))


def test_one_s_own_browser_may_be_in_the_list(visitor: Visitor, ada: Account) -> None:
    page = text(visitor.get("/account/sessions"))
    there = elsewhere(visitor, ada)
    house = visitor.house
    living = house.store.read_now(lambda tx: house.sessions.list_for(tx, ada.id))
    (mine,) = [s.id for s in living if s.id != there]
    assert mine not in page
    assert sent_to(visitor.submit(f"/account/sessions/{mine}/end")) == "/signed-out"
    assert not visitor.signed_in()


def test_nobody_sees_or_ends_somebody_else_s_session(visitor: Visitor, ada: Account) -> None:
    there = elsewhere(visitor, ada)
    eve = Visitor(visitor.house, seed=b"eve")
    eve.enrol("eve")
    eve.touch_in()
    assert there not in text(eve.get("/account/sessions"))
    assert eve.submit(f"/account/sessions/{there}/end").status_code == 404
    assert not ended(visitor.house, there)


# --- activity ------------------------------------------------------------------------------------


def test_what_happened_is_told_in_plain_words(visitor: Visitor, ada: Account) -> None:
    visitor.post("/sign-out")
    interaction = visitor.start()
    visitor.type_password(interaction, "ada", "a wrong password")
    visitor.type_password(interaction, "ada")
    begun = visitor.begin(interaction, alone=False)
    visitor.prove(begun, visitor.touch(begun))
    page = text(visitor.get("/account/activity"))
    both = say("account.activity.way.password") + " and " + say("account.activity.way.webauthn")
    assert say("account.activity.what.signed_in_with", ways=both) in page
    assert say("account.activity.what.refused_password") in page
    assert say("account.activity.what.enrolled", name="My phone") in page
    assert say("account.activity.what.password_right") not in page


def test_activity_goes_on_where_the_page_ended(visitor: Visitor, ada: Account) -> None:
    phone = token_of(visitor.house, ada, KindName.TOTP)
    for number in range(PAGE + 5):
        visitor.submit(f"/tokens/{phone}/rename", label=f"Phone {number}")
    first = text(visitor.get("/account/activity"))
    assert first.count('<li class="row') == PAGE
    (before,) = re.findall(r"/account/activity\?before=(\d+)", first)
    second = text(visitor.get(f"/account/activity?before={before}"))
    ids = [set(re.findall(r"/account/not-me/(\d+)", page)) for page in (first, second)]
    assert not ids[0] & ids[1]
    assert min(map(int, ids[0])) > max(map(int, ids[1]))
    assert "/account/activity?before=" not in second


@pytest.mark.parametrize("before", ["x", "0", "-1", "9" * 40, "\u0661", "9223372036854775807"])
def test_an_odd_page_of_activity_is_the_first(visitor: Visitor, ada: Account, before: str) -> None:
    page = text(visitor.get(f"/account/activity?before={quote(before)}"))
    assert '<li class="row' in page
    assert visitor.get(f"/account/not-me/{quote(before)}").status_code == 200


def test_it_was_not_me_names_the_event_and_only_one_s_own(visitor: Visitor, ada: Account) -> None:
    page = text(visitor.get("/account/activity"))
    event = re.findall(r"/account/not-me/(\d+)", page)[0]
    told = text(visitor.get(f"/account/not-me/{event}"))
    assert "<blockquote" in told
    assert 'value="password"' in told
    eve = Visitor(visitor.house, seed=b"eve")
    eve.enrol("eve")
    eve.touch_in()
    told = text(eve.get(f"/account/not-me/{event}"))
    assert "<blockquote" not in told
    assert 'value="password"' not in told


# --- applications --------------------------------------------------------------------------------


def linked(visitor: Visitor, account: Account) -> Client:
    """An application that the person has entered."""
    house = visitor.house
    client, _ = must(
        house.store.write_now(
            lambda tx: house.clients.add(
                tx,
                "Sample",
                kind=ClientKind.PUBLIC,
                redirect_uris=("https://app.example/cb",),
                scopes=("openid", "profile"),
                audience="https://api.example",
                id_token_alg=Algorithm.ES256,
                consent=ConsentRule.ASK,
            )
        )
    )
    grant = PersonGrant(
        new_grant_id(house.entropy),
        client.id,
        account.id,
        None,
        ("openid", "profile"),
        (key_factor(house.clock.now_ms()),),
    )
    house.store.write_now(lambda tx: house.tokens.open_grant(tx, grant, "192.0.2.1"))
    return client


def test_a_linked_application_is_unlinked(visitor: Visitor, ada: Account) -> None:
    assert say("account.applications.none") in text(visitor.get("/account/applications"))
    client = linked(visitor, ada)
    page = text(visitor.get("/account/applications"))
    for word in ("Sample", "https://app.example", say("scope.profile")):
        assert word in page
    assert say("account.activity.what.entered", application="Sample") in text(
        visitor.get("/account/activity")
    )
    location = sent_to(visitor.submit(f"/account/applications/{client.id}/unlink"))
    page = text(visitor.get(location))
    assert say("account.done.unlinked") in page
    assert say("account.applications.none") in page
    assert What.CONSENT_REVOKED in whats(visitor.house, ada)
    assert visitor.submit(f"/account/applications/{client.id}/unlink").status_code == 404


# --- profile -------------------------------------------------------------------------------------


def now(house: House, account: Account) -> Account:
    found = house.store.read_now(lambda tx: house.accounts.find(tx, account.id))
    assert found is not None
    return found


def test_names_are_changed(visitor: Visitor, ada: Account) -> None:
    location = sent_to(
        visitor.submit("/account/profile/display_name", display_name="Countess Lovelace")
    )
    page = text(visitor.get(location))
    assert say("account.done.display_name") in page
    assert "Countess Lovelace" in page
    location = sent_to(visitor.submit("/account/profile/name", name="lovelace"))
    assert say("account.done.name") in text(visitor.get(location))
    assert (now(visitor.house, ada).name, now(visitor.house, ada).display_name) == (
        "lovelace",
        "Countess Lovelace",
    )


def test_a_refused_name_is_offered_again_with_what_is_wrong(visitor: Visitor, ada: Account) -> None:
    page = text(visitor.submit("/account/profile/name", name="not a name"), 400)
    assert say("problem.name_refused") in page
    assert 'value="not a name"' in page
    assert 'aria-invalid="true"' in page


def test_what_was_typed_survives_the_proof(
    visitor: Visitor, ada: Account, clock: HandClock
) -> None:
    clock.pass_s(301)
    typed = "Ada & <b>Charles</b>#1?"
    answer = visitor.submit("/account/profile/display_name", display_name=typed)
    back = confirm_and_go_on(visitor, answer, "profile")
    assert back.startswith("/account/profile?")
    assert back.endswith("#display_name")
    page = visitor.get(back).text
    assert 'value="Ada &amp; &lt;b&gt;Charles&lt;/b&gt;#1?"' in page
    assert page.count("<details open>") == 1
    assert now(visitor.house, ada).display_name != typed


def test_an_address_is_confirmed_by_the_link_in_a_letter(visitor: Visitor, ada: Account) -> None:
    house = visitor.house
    location = sent_to(visitor.submit("/account/profile/email", email="ada@new.example"))
    assert say("account.done.email_sent", email="ada@new.example") in text(visitor.get(location))
    row = house.store.read_now(lambda tx: tx.execute(select(outbox)).one())
    letter = open_message(house.keyring, LetterId(row.id), row.sealed_letter)
    path = str(letter.facts["link"]).removeprefix(visitor.issuer)
    anybody = Visitor(house, seed=b"a mail program")
    for _ in range(2):
        assert "ada@new.example" in text(anybody.get(path))
        assert now(house, ada).email is None
    assert sent_to(anybody.submit(path)) == "/email-confirmed"
    assert say("account.confirm.done") in text(anybody.get("/email-confirmed"))
    assert (now(house, ada).email, now(house, ada).email_verified) == ("ada@new.example", True)
    assert text(anybody.get(path), 410)
    assert text(anybody.submit(path), 410)
    assert text(visitor.get("/email/cf_mail_nonsense"), 410)


@pytest.mark.parametrize("field", ["role", "state", "user_handle", "email_verified"])
def test_what_is_no_field_cannot_be_edited(visitor: Visitor, ada: Account, field: str) -> None:
    before = now(visitor.house, ada)
    assert (
        visitor.submit(f"/account/profile/{field}", **{field: "administrator"}).status_code == 403
    )
    assert now(visitor.house, ada) == before


@pytest.mark.parametrize("field", EVERYTHING)
def test_only_what_the_operator_allows_is_edited(
    installed_database_url: str, clock: HandClock, field: str
) -> None:
    allowed = tuple(other for other in EVERYTHING if other != field)
    house = house_on(installed_database_url, clock, editable=allowed)
    try:
        visitor = Visitor(house)
        ada = visitor.enrol("ada")
        visitor.touch_in()
        before = now(house, ada)
        page = text(visitor.get(f"/account/profile?{field}=typed"))
        assert f'action="/account/profile/{field}"' not in page
        for other in allowed:
            assert f'action="/account/profile/{other}"' in page
        answer = visitor.submit(f"/account/profile/{field}", **{field: "new@example.org"})
        assert answer.status_code == 403
        assert now(house, ada) == before
    finally:
        close_house(house)
