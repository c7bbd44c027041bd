"""Who may come in to the administration, and how fresh a touch its changes need."""

import pytest

from counterfoil.accounts import Role
from counterfoil.http.house import House
from counterfoil.store import Transaction
from counterfoil_web import Wording
from tests.ceremonies.desk import HERE, must
from tests.house import HandClock
from tests.http.back_office import HTML, newcomer, now, somebody, touch, value_of, words_of
from tests.http.visitor import Visitor, reason_of
from tests.rules.tokens.factors import password

SAY = Wording("en").say
PAGES = [
    "/admin",
    "/admin/people",
    "/admin/people/add",
    "/admin/people/bulk?act=disable",
    "/admin/applications",
    "/admin/applications/add",
    "/admin/events",
]
HELPDESKS = {"/admin", "/admin/people", "/admin/people/bulk?act=disable"}


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_sent_to_the_front_door(house: House, path: str) -> None:
    answer = Visitor(house).get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("path", PAGES)
def test_for_people_without_a_role_there_is_nothing(house: House, path: str) -> None:
    ada = somebody(house, "ada").browser
    answer, nowhere = ada.get(path, headers=HTML), ada.get("/nowhere", headers=HTML)
    assert answer.status_code == nowhere.status_code == 404
    assert SAY("problem.not_found") in words_of(answer)
    assert "admin" not in answer.text.replace(path, "")


def test_whoever_has_a_role_is_shown_the_way_from_their_own_pages(house: House) -> None:
    people = {role: somebody(house, role.value, role) for role in Role}
    shown = {
        role for role, who in people.items() if 'href="/admin"' in who.browser.get("/tokens").text
    }
    assert shown == {Role.HELPDESK, Role.ADMINISTRATOR}


def test_neither_is_there_for_their_forms(house: House) -> None:
    ada, target = somebody(house, "ada").browser, newcomer(house, "paul")
    answer = ada.submit(f"/admin/people/{target.id}/disable")
    assert (answer.status_code, reason_of(answer)) == (404, "not_found")
    assert ada.submit("/admin/step-up").status_code == 404
    held = now(house, target)
    assert held is not None
    assert held.active


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_every_page_and_nobody_keeps_it(house: House, path: str) -> None:
    answer = somebody(house, "ada", Role.ADMINISTRATOR).browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", PAGES)
def test_the_helpdesk_sees_its_share(house: House, path: str) -> None:
    hugo = somebody(house, "hugo", Role.HELPDESK).browser
    answer = hugo.get(path)
    assert answer.status_code == (200 if path in HELPDESKS else 403)
    if path in HELPDESKS:
        assert 'href="/admin/events"' not in answer.text
        assert 'href="/admin/applications"' not in answer.text


def test_a_password_alone_does_not_open_it_and_a_touch_does(house: House) -> None:
    ada = somebody(house, "ada", Role.ADMINISTRATOR)
    weak = Visitor(house, seed=b"ada")

    shown = (password(house.clock.now_ms()),)

    def sign_in_weakly(tx: Transaction) -> str:
        session, _ = house.sessions.open(tx, HERE)
        signed = must(house.sessions.sign_in(tx, session, ada.account.id, shown, HERE))
        return signed[1].reveal()

    weak.client.cookies.set(weak.cookie_name, house.store.write_now(sign_in_weakly))
    answer = weak.get("/admin/people")
    assert answer.status_code == 403
    assert SAY("admin.door.title") in words_of(answer)

    weak.key, weak.browser = ada.browser.key, ada.browser.browser
    assert touch(weak, weak.submit("/admin/step-up")) == "/admin"
    assert weak.get("/admin").status_code == 200


def test_a_role_that_was_taken_away_opens_nothing(house: House) -> None:
    ada, amy = (somebody(house, name, Role.ADMINISTRATOR) for name in ("ada", "amy"))
    assert ada.browser.submit(f"{amy.path}/role", role="person").status_code == 303
    assert amy.browser.get("/admin", headers=HTML).status_code == 404


def test_a_form_of_another_site_changes_nothing(house: House) -> None:
    ada, target = somebody(house, "ada", Role.ADMINISTRATOR), newcomer(house, "paul")
    answer = ada.browser.client.post(
        f"/admin/people/{target.id}/disable", headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    held = now(house, target)
    assert held is not None
    assert held.active


def test_a_question_is_asked_after_the_touch(house: House, clock: HandClock) -> None:
    ada, paul = somebody(house, "ada", Role.ADMINISTRATOR), newcomer(house, "paul")
    clock.pass_s(301)
    question = f"/admin/people/{paul.id}/disable?search=p"

    assert touch(ada.browser, ada.browser.get(question)) == question

    assert SAY("admin.question.disable.title", about="paul") in words_of(ada.browser.get(question))


def test_a_change_that_comes_late_is_asked_again_after_the_touch(
    house: House, clock: HandClock
) -> None:
    ada, paul = somebody(house, "ada", Role.ADMINISTRATOR), newcomer(house, "paul")
    path = f"/admin/people/{paul.id}/disable"
    clock.pass_s(301)

    assert touch(ada.browser, ada.browser.submit(path)) == path

    held = now(house, paul)
    assert held is not None
    assert held.active
    assert ada.browser.get(path).status_code == 200
    assert ada.browser.submit(path).status_code == 303


def test_nothing_that_was_typed_is_lost_over_the_touch(house: House, clock: HandClock) -> None:
    ada = somebody(house, "ada", Role.ADMINISTRATOR).browser
    clock.pass_s(301)
    typed = {"name": "päul", "display_name": "Päul & Söhne", "email": "p@example.org"}

    back = touch(ada, ada.submit("/admin/people/add", **typed, role="helpdesk"))

    assert "example" not in back
    page = ada.get(back)
    assert {name: value_of(page, name) for name in typed} == typed
    assert '<option value="helpdesk" selected>' in page.text


def test_a_link_of_somebody_else_fills_in_nothing(house: House, clock: HandClock) -> None:
    ada, amy = (somebody(house, name, Role.ADMINISTRATOR).browser for name in ("ada", "amy"))
    clock.pass_s(301)
    back = touch(ada, ada.submit("/admin/people/add", name="mallory", email="m@evil.example"))
    assert touch(amy, amy.get(back)) == back

    assert value_of(amy.get(back), "name") == ""
    assert value_of(amy.get("/admin/people/add?name=mallory"), "name") == ""
    assert value_of(amy.get("/admin/people/add?kept=%25*"), "name") == ""
