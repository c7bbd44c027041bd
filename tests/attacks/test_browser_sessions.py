"""Stolen, planted and forged sessions; names that must not be found out; the demonstration."""

import re

import pytest

from counterfoil.accounts import AccountState
from counterfoil.accounts.rules import FREE_FAILURES
from counterfoil.app import close_house
from counterfoil.errors import Reason
from counterfoil.http.house import House
from counterfoil.kit.entropy import system_entropy
from counterfoil.kit.opaque import TokenKind, mint
from counterfoil_web import static_version
from tests.ceremonies.desk import PASSWORD, add_account
from tests.house import HandClock, house_on
from tests.http.visitor import Visitor, invite, last_part, reason_of


@pytest.fixture
def visitor(house: House) -> Visitor:
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD)
    return visitor


def with_cookie(house: House, secret: str) -> Visitor:
    """Another browser that brings this session's secret."""
    other = Visitor(house)
    other.client.headers["Cookie"] = f"{other.cookie_name}={secret}"
    return other


# --- fixation ----------------------------------------------------------------------------------


def test_a_planted_session_is_worth_nothing_after_the_sign_in(
    visitor: Visitor, house: House
) -> None:
    interaction = visitor.start()
    planted = visitor.cookie()
    assert with_cookie(house, planted).get(f"/sign-in/{interaction}").status_code == 200
    visitor.touch_in(interaction)
    assert visitor.cookie() != planted
    thief = with_cookie(house, planted)
    assert thief.get("/tokens").status_code == 303
    assert reason_of(thief.ask(interaction)) == Reason.SIGNED_OUT
    assert visitor.signed_in()


def test_a_planted_session_is_worth_nothing_after_the_password(
    visitor: Visitor, house: House
) -> None:
    interaction = visitor.start()
    planted = visitor.cookie()
    visitor.type_password(interaction, "ada")
    thief = with_cookie(house, planted)
    assert reason_of(thief.ask(interaction, alone=False)) == Reason.SIGNED_OUT
    assert thief.get(f"/sign-in/{interaction}").status_code == 401


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "x",
        "cf_ses_",
        "\x00",
        "\xff" * 60,
        "A" * 4000,
        mint(TokenKind.SESSION, system_entropy).reveal(),
        mint(TokenKind.CODE, system_entropy).reveal(),
    ],
    ids=["empty", "x", "prefix", "nul", "latin", "long", "unknown", "code"],
)
def test_a_made_up_secret_is_nobody(house: House, secret: str) -> None:
    other = Visitor(house)
    cookie = f"{other.cookie_name}={secret}".encode("latin-1")
    answer = other.client.get("/tokens", headers=[(b"cookie", cookie)])
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_signing_out_is_for_good(visitor: Visitor, house: House) -> None:
    visitor.touch_in()
    secret = visitor.cookie()
    answer = visitor.post("/sign-out")
    assert answer.headers["location"] == "/signed-out"
    assert not visitor.client.cookies
    assert with_cookie(house, secret).get("/tokens").status_code == 303


def test_a_session_is_idle_for_an_hour_and_a_visit_keeps_it_awake(
    visitor: Visitor, clock: HandClock
) -> None:
    visitor.touch_in()
    for _ in range(3):
        clock.pass_s(3599)
        assert visitor.signed_in()
    clock.pass_s(3600)
    assert not visitor.signed_in()


# --- cookies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("issuer", "name", "secure"),
    [
        ("http://localhost:8080", "counterfoil_session", False),
        ("https://login.example.org", "__Host-counterfoil", True),
    ],
)
def test_the_sessions_cookie_goes_nowhere_else(
    engine_name: str, installed_database_url: str, issuer: str, name: str, secure: bool
) -> None:
    house = house_on(installed_database_url, issuer=issuer)
    visitor = Visitor(house)
    cookie = visitor.post("/sign-in").headers["set-cookie"]
    close_house(house)
    value, *attributes = cookie.split("; ")
    assert re.fullmatch(rf"{re.escape(name)}=cf_ses_[A-Za-z0-9_-]+", value)
    flags = {attribute.lower() for attribute in attributes}
    assert flags == {"path=/", "httponly", "samesite=lax"} | ({"secure"} if secure else set())


# --- names -------------------------------------------------------------------------------------


def shown_to_a_person(page: str) -> str:
    """The page without what is random in every answer: its reference and the typed name."""
    page = re.sub(r"(?<=[>\s\"])[A-Za-z0-9_-]{8}(?=[<\s\"])", "REFERENCE", page)
    return re.sub(r"int_[A-Za-z0-9_-]{22}", "INTERACTION", page).replace("nobody", "ada")


def test_a_wrong_password_an_unknown_name_and_a_blocked_one_read_alike(
    visitor: Visitor, house: House
) -> None:
    interaction = visitor.start()
    unknown = visitor.type_password(interaction, "nobody", "not the password")
    wrong = visitor.type_password(interaction, "ada", "not the password")
    for _ in range(FREE_FAILURES - 1):
        visitor.type_password(interaction, "ada", "not the password")
    blocked = visitor.type_password(interaction, "ada", PASSWORD)
    assert blocked.status_code == 403
    assert unknown.status_code == wrong.status_code == blocked.status_code
    assert shown_to_a_person(unknown.text) == shown_to_a_person(wrong.text)
    assert shown_to_a_person(unknown.text) == shown_to_a_person(blocked.text)


def test_programs_read_alike_of_wrong_unknown_blocked_and_disabled(
    visitor: Visitor, house: House
) -> None:
    def answer(name: str) -> tuple[int, bytes]:
        begun = visitor.begin(visitor.start(), kind="password")
        body = {"kind": "password", "name": name, "password": "not the password"}
        shown = visitor.post(f"/ceremonies/{begun['ceremony']}/proof", json=body)
        return shown.status_code, shown.content

    unknown = answer("nobody")
    for _ in range(FREE_FAILURES + 1):
        assert answer("ada") == unknown
    bob = add_account(house, "Bob", password=PASSWORD)
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, bob.id, AccountState.DISABLED, "operator")
    )
    assert answer("bob") == unknown


def test_before_a_first_factor_every_name_is_offered_the_same(visitor: Visitor) -> None:
    interaction = visitor.start()
    # A version is a hash, in which anybody may be named.
    page = visitor.get(f"/sign-in/{interaction}").text.replace(static_version(), "")
    assert "ada" not in page.lower().replace("adapt", "")


# --- invitations -------------------------------------------------------------------------------


def test_an_invitation_is_not_spent_by_looking(house: House) -> None:
    account, visitor = add_account(house), Visitor(house)
    token = invite(house, account)
    for _ in range(3):
        assert visitor.get(f"/invitation/{token}").status_code == 200
        assert visitor.client.head(f"/invitation/{token}").status_code == 200
    assert visitor.visit(token)
    assert visitor.get(f"/invitation/{token}").status_code == 410
    assert visitor.post(f"/invitation/{token}").status_code == 410


def test_an_invitation_taken_up_is_bound_to_its_browser(house: House) -> None:
    account, visitor, thief = add_account(house), Visitor(house), Visitor(house)
    interaction = visitor.visit(invite(house, account))
    thief.start()
    assert thief.get(f"/first-visit/{interaction}").status_code == 403
    answer = thief.post(f"/first-visit/{interaction}/password", data={"password": PASSWORD})
    assert answer.status_code == 403
    assert reason_of(thief.ask(interaction, "enrol")) == Reason.FOREIGN_CEREMONY


def test_a_first_visit_signs_nobody_in(house: House) -> None:
    visitor = Visitor(house)
    visitor.enrol()
    assert not visitor.signed_in()


# --- changes to one's tokens -------------------------------------------------------------------


def test_removing_and_adding_need_a_fresh_touch(visitor: Visitor, clock: HandClock) -> None:
    visitor.touch_in()
    clock.pass_s(301)
    for path in ("/tokens/add", "/tokens/aut_AAAAAAAAAAAAAAAAAAAAAA/remove"):
        answer = visitor.submit(path)
        assert answer.headers["location"].startswith("/step-up/"), path
    step_up = last_part(visitor.post("/tokens/add"))
    begun = visitor.begin(step_up, "step_up")
    answer = visitor.prove(begun, visitor.touch(begun))
    assert answer.json() == {"next": "/tokens/add?kind=webauthn"}
    assert visitor.get("/tokens/add").headers["location"].startswith("/enrol/")


def test_a_step_up_is_not_gone_around_by_asking_for_the_enrolment(
    visitor: Visitor, clock: HandClock
) -> None:
    visitor.touch_in()
    clock.pass_s(301)
    assert visitor.get("/tokens/add").headers["location"] == "/tokens"
    step_up = last_part(visitor.post("/tokens/add"))
    assert reason_of(visitor.ask(step_up, "enrol")) == Reason.WRONG_KIND


def test_another_persons_token_is_not_found(visitor: Visitor, house: House) -> None:
    eve = Visitor(house, seed=b"eve")
    eve.enrol("Eve")
    eve.touch_in()
    account = house.store.read_now(lambda tx: house.accounts.find_by_name(tx, "ada"))
    assert account is not None
    held = house.store.read_now(lambda tx: house.accounts.authenticators(tx, account.id))
    for token in held:
        assert eve.submit(f"/tokens/{token.id}/remove").status_code == 404
        answer = eve.submit(f"/tokens/{token.id}/rename", label="mine")
        assert answer.status_code == 404
    again = house.store.read_now(lambda tx: house.accounts.authenticators(tx, account.id))
    assert again == held


def test_the_last_token_stays(house: House) -> None:
    visitor = Visitor(house)
    account = visitor.enrol()
    visitor.touch_in()
    (key,) = house.store.read_now(lambda tx: house.accounts.authenticators(tx, account.id))
    answer = visitor.submit(f"/tokens/{key.id}/remove")
    assert answer.status_code == 409
    assert visitor.signed_in()
