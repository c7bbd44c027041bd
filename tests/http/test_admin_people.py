"""The pages about people: finding, inviting, changing, and everything at once."""

import re

import pytest
from sqlalchemy import func, select

from counterfoil.accounts import Account, AccountState, AuthenticatorState, Role
from counterfoil.app import close_house
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.http.house import House
from counterfoil.store.schema import outbox
from counterfoil_web import Wording
from counterfoil_web.admin_facts import BULK
from tests.ceremonies.desk import HERE, PASSWORD, authenticators, must
from tests.house import house_on
from tests.http.back_office import (
    Somebody,
    bulk,
    newcomer,
    now,
    somebody,
    told_in,
    value_of,
    words_of,
    wrong_at,
)
from tests.http.visitor import Visitor, last_part

SAY = Wording("en").say
_WAITING = select(func.count()).select_from(outbox)


@pytest.fixture
def ada(house: House) -> Somebody:
    return somebody(house, "ada", Role.ADMINISTRATOR)


@pytest.fixture
def hugo(house: House) -> Somebody:
    return somebody(house, "hugo", Role.HELPDESK)


@pytest.fixture
def grace(house: House) -> Somebody:
    return somebody(house, "grace")


def names_in(visitor: Visitor, path: str) -> list[str]:
    """The names in the list, in its order."""
    rows = re.findall(r'<th scope="row">.*?<bdi>(.*?)</bdi>', visitor.get(path).text)
    return list(rows)


# --- the list ---------------------------------------------------------------------------------


def test_the_filters_are_the_address(house: House, ada: Somebody) -> None:
    newcomer(house, "grace", display_name="Grace Hopper", email="admiral@navy.example")
    paul = newcomer(house, "paul")
    must(
        house.store.write_now(
            lambda tx: house.accounts.set_state(tx, paul.id, AccountState.DISABLED, "operator")
        )
    )

    def names(query: str) -> list[str]:
        return names_in(ada.browser, f"/admin/people?{query}")

    assert names("") == ["ada", "Grace Hopper", "paul"]
    assert names("search=hopp") == ["Grace Hopper"]
    assert names("search=navy.ex") == ["Grace Hopper"]
    assert names("state=disabled") == ["paul"]
    assert names("role=administrator") == ["ada"]
    assert names("tokens=none") == ["Grace Hopper", "paul"]
    assert names("tokens=none&state=active&role=person") == ["Grace Hopper"]
    assert names("state=nonsense&role=&tokens=x") == ["ada", "Grace Hopper", "paul"]


def test_the_form_shows_the_filters_that_are_on(ada: Somebody) -> None:
    page = ada.browser.get("/admin/people?search=%22x%22&state=disabled&tokens=none")
    assert value_of(page, "search") == '"x"'
    assert '<option value="disabled" selected>' in page.text
    assert '<option value="none" selected>' in page.text
    assert SAY("admin.list.empty") in words_of(page)


def test_the_list_goes_on_after_fifty(house: House, ada: Somebody) -> None:
    for number in range(51):
        newcomer(house, f"person{number:02}")

    first = ada.browser.get("/admin/people?role=person")
    (after,) = re.findall(r'rel="next" href="([^"]+)"', first.text)

    assert names_in(ada.browser, "/admin/people?role=person")[-1] == "person49"
    assert names_in(ada.browser, after.replace("&amp;", "&")) == ["person50"]
    assert 'rel="next"' not in ada.browser.get(after.replace("&amp;", "&")).text


def test_the_helpdesk_finds_everybody_but_opens_only_people(
    hugo: Somebody, ada: Somebody, grace: Somebody
) -> None:
    page = hugo.browser.get("/admin/people")
    assert f'href="{grace.path}"' in page.text
    assert f'href="{ada.path}"' not in page.text
    assert hugo.browser.get(ada.path).status_code == 403
    assert hugo.browser.get(grace.path).status_code == 200


# --- inviting somebody new --------------------------------------------------------------------


def test_the_link_of_an_invitation_is_shown_once_and_opens(house: House, ada: Somebody) -> None:
    page = ada.browser.submit(
        "/admin/people/add", name="grace", display_name="Grace", role="person"
    )

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert told_in(page) == SAY("admin.invited.letter.no_mail")
    (token,) = re.findall(r"http://localhost:8080/invitation/(cf_inv_[\w-]+)", page.text)
    account = house.store.read_now(lambda tx: house.accounts.find_by_name(tx, "grace"))
    assert account is not None
    assert (account.display_name, account.role) == ("Grace", Role.PERSON)
    assert token not in ada.browser.get(f"/admin/people/{account.id}").text
    assert Visitor(house).get(f"/invitation/{token}").status_code == 200


@pytest.mark.parametrize(("email", "letters"), [("g@example.org", 1), ("", 0)])
def test_a_letter_goes_where_there_is_an_address(
    installed_database_url: str, email: str, letters: int
) -> None:
    house = house_on(
        installed_database_url, smtp_host="mail.example", mail_from="login@example.org"
    )
    try:
        ada = somebody(house, "ada", Role.ADMINISTRATOR)
        page = ada.browser.submit("/admin/people/add", name="grace", email=email)
        waiting = house.store.read_now(lambda tx: tx.execute(_WAITING).scalar_one())
    finally:
        close_house(house)
    sent = SAY("admin.invited.letter.sent", email=email)
    assert told_in(page) == (sent if letters else SAY("admin.invited.letter.no_address"))
    assert waiting == letters


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "ada", "name_taken"),
        ("name", "a b", "name_refused"),
        ("name", "", "name_refused"),
        ("email", "nowhere", "email_refused"),
    ],
)
def test_what_is_wrong_is_said_at_its_place_and_nothing_is_lost(
    ada: Somebody, field: str, value: str, reason: str
) -> None:
    typed = {"name": "grace", "display_name": "Grace Hopper", "email": "g@example.org"}
    typed[field] = value

    page = ada.browser.submit("/admin/people/add", **typed, role="helpdesk")

    assert page.status_code in (400, 409)
    assert wrong_at(page, field).startswith(SAY(f"admin.problem.{reason}"))
    assert {name: value_of(page, name) for name in typed} == typed
    assert '<option value="helpdesk" selected>' in page.text
    assert names_in(ada.browser, "/admin/people") == ["ada"]


def test_the_helpdesk_adds_nobody(house: House, hugo: Somebody) -> None:
    assert hugo.browser.submit("/admin/people/add", name="grace").status_code == 403
    assert house.store.read_now(lambda tx: house.accounts.find_by_name(tx, "grace")) is None


# --- one person -------------------------------------------------------------------------------


def test_a_person_is_shown_whole(ada: Somebody, grace: Somebody) -> None:
    words = words_of(ada.browser.get(grace.path))
    for expected in ("grace", "My key", "Security key", "In use", "testclient", "Signed in"):
        assert expected in words, expected


def test_the_list_beside_a_person_keeps_its_filters(ada: Somebody, grace: Somebody) -> None:
    page = ada.browser.get(f"{grace.path}?search=gra&role=person")
    assert f'href="{grace.path}?search=gra&amp;role=person" aria-current="true"' in page.text
    assert 'href="/admin/people?search=gra&amp;role=person"' in page.text
    assert f'action="{grace.path}/sign_out?search=gra&amp;role=person"' in page.text


@pytest.mark.parametrize("who", ["ada", "hugo"])
def test_whom_one_helps_is_signed_out_everywhere(
    ada: Somebody, hugo: Somebody, grace: Somebody, who: str
) -> None:
    actor = {"ada": ada, "hugo": hugo}[who]
    question = actor.browser.get(f"{grace.path}/sign_out")
    assert SAY("admin.question.sign_out.title", about="grace") in words_of(question)
    assert grace.browser.signed_in()

    answer = actor.browser.submit(f"{grace.path}/sign_out")

    assert answer.headers["location"] == f"{grace.path}?done=signed_out"
    page = actor.browser.get(answer.headers["location"])
    assert told_in(page) == SAY("admin.done.signed_out")
    assert not grace.browser.signed_in()


def test_one_browser_is_signed_out_alone(house: House, ada: Somebody, grace: Somebody) -> None:
    sessions = house.store.read_now(lambda tx: house.sessions.list_for(tx, grace.account.id))
    (session,) = sessions
    path = f"{grace.path}/sessions/{session.id}/end"
    assert ada.browser.get(path).status_code == 200
    assert ada.browser.submit(path).headers["location"].endswith("?done=session_ended")
    assert not grace.browser.signed_in()
    gone = ada.browser.submit(path)
    assert (gone.status_code, told_in(gone)) == (404, SAY("admin.problem.not_found"))


def test_a_person_is_disabled_and_enabled(house: House, ada: Somebody, grace: Somebody) -> None:
    question = ada.browser.get(f"{grace.path}/disable")
    assert SAY("admin.ends.title") in words_of(question)
    assert ada.browser.submit(f"{grace.path}/disable").status_code == 303
    assert state_of(house, grace.account) is AccountState.DISABLED
    assert f'href="{grace.path}/enable"' in ada.browser.get(grace.path).text
    assert ada.browser.submit(f"{grace.path}/enable").status_code == 303
    assert state_of(house, grace.account) is AccountState.ACTIVE


def state_of(house: House, account: Account) -> AccountState | None:
    held = now(house, account)
    return None if held is None else held.state


def test_a_token_is_suspended_used_again_and_removed(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    give_second_key(house, grace)
    token = f"{grace.path}/tokens/{grace.key}"

    def after(act: str) -> list[AuthenticatorState]:
        answer = ada.browser.submit(f"{token}/{act}")
        assert answer.status_code == 303, answer.text
        told_in(ada.browser.get(answer.headers["location"]))
        return [a.state for a in authenticators(house, grace.account)]

    live, suspended = AuthenticatorState.LIVE, AuthenticatorState.SUSPENDED
    assert after("suspend") == [suspended, live]
    assert after("resume") == [live, live]
    assert SAY("admin.question.remove.title", about="grace") in words_of(
        ada.browser.get(f"{token}/remove")
    )
    assert after("remove") == [live]


def give_second_key(house: House, who: Somebody) -> None:
    """Another key of the same kind, as an enrolment leaves it."""
    facts = authenticators(house, who.account)[0].facts
    record = AuthenticatorRecord(credential_id=b"another", facts=facts)
    must(
        house.store.write_now(
            lambda tx: house.accounts.enrol(
                tx, who.account.id, KindName.WEBAUTHN, record, "Second", HERE
            )
        )
    )


def test_the_last_way_in_is_not_taken(house: House, ada: Somebody, grace: Somebody) -> None:
    page = ada.browser.submit(f"{grace.path}/tokens/{grace.key}/remove")
    assert page.status_code == 409
    assert told_in(page) == SAY("admin.problem.last_authenticator")
    assert len(authenticators(house, grace.account)) == 1


def test_inviting_again_lists_what_ends_and_ends_it(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    asked = words_of(ada.browser.get(f"{grace.path}/invite_again"))
    assert "This ends: Security key · My key Signed in:" in asked
    refused = ada.browser.submit(f"{grace.path}/invite")
    assert (refused.status_code, told_in(refused)) == (409, SAY("admin.problem.has_tokens"))
    assert grace.browser.signed_in()

    page = ada.browser.submit(f"{grace.path}/invite_again")

    (token,) = re.findall(r"/invitation/(cf_inv_[\w-]+)", page.text)
    assert authenticators(house, grace.account) == []
    assert not grace.browser.signed_in()
    assert last_part(Visitor(house).post(f"/invitation/{token}")).startswith("int_")


def test_a_new_password_is_a_link_that_replaces_nothing_else(house: House, ada: Somebody) -> None:
    grace = Visitor(house, seed=b"grace")
    account = grace.enrol("grace", password=PASSWORD)
    path = f"/admin/people/{account.id}"
    before = authenticators(house, account)
    assert f'href="{path}/reset_password"' in ada.browser.get(path).text
    asked = words_of(ada.browser.get(f"{path}/reset_password"))
    assert SAY("admin.question.reset_password.title", about="grace") in asked

    page = ada.browser.submit(f"{path}/reset_password")

    (link,) = re.findall(r">http://localhost:8080(/reset/[\w-]+)<", page.text)
    assert SAY("admin.invited.title.reset", name="grace") in words_of(page)
    assert grace.get(link).status_code == 200
    assert authenticators(house, account) == before


def test_who_has_no_password_gets_no_link_to_one(ada: Somebody, grace: Somebody) -> None:
    assert "/reset_password" not in ada.browser.get(grace.path).text
    page = ada.browser.submit(f"{grace.path}/reset_password")
    assert told_in(page) == SAY("admin.problem.no_password")


def test_names_and_address_are_changed_together(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    typed = {"name": "hopper", "display_name": "Grace Hopper", "email": "g@navy.example"}
    answer = ada.browser.submit(f"{grace.path}/change", **typed)
    assert answer.headers["location"] == f"{grace.path}?done=changed"
    held = now(house, grace.account)
    assert held is not None
    assert (held.name, held.display_name, held.email) == tuple(typed.values())


def test_a_wrong_change_changes_nothing_and_keeps_what_was_typed(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    typed = {"name": "ada", "display_name": "Somebody else", "email": ""}
    page = ada.browser.submit(f"{grace.path}/change", **typed)
    assert page.status_code == 409
    assert wrong_at(page, "name") == SAY("admin.problem.name_taken")
    assert value_of(page, "display_name") == "Somebody else"
    assert now(house, grace.account) == grace.account


def test_a_role_is_given(house: House, ada: Somebody, grace: Somebody) -> None:
    answer = ada.browser.submit(f"{grace.path}/role", role="helpdesk")
    assert told_in(ada.browser.get(answer.headers["location"])) == SAY("admin.done.role")
    held = now(house, grace.account)
    assert held is not None
    assert held.role is Role.HELPDESK
    assert ada.browser.submit(f"{grace.path}/role", role="king").status_code == 400


def test_a_person_is_deleted_and_their_events_stay(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    assert SAY("admin.question.delete.title", about="grace") in words_of(
        ada.browser.get(f"{grace.path}/delete")
    )
    answer = ada.browser.submit(f"{grace.path}/delete")
    assert answer.headers["location"] == "/admin/people?done=deleted"
    assert told_in(ada.browser.get(answer.headers["location"])) == SAY("admin.done.deleted")
    assert now(house, grace.account) is None
    assert ada.browser.get(grace.path).status_code == 404
    events = ada.browser.get(f"/admin/events?person={grace.account.id}")
    assert SAY("admin.what.account_deleted") in words_of(events)


def test_nobody_does_this_to_themselves(house: House, ada: Somebody) -> None:
    for act in ("disable", "delete", "invite_again"):
        page = ada.browser.submit(f"{ada.path}/{act}")
        assert (page.status_code, told_in(page)) == (403, SAY("admin.problem.oneself")), act
    assert "danger" not in ada.browser.get(ada.path).text
    assert now(house, ada.account) == ada.account


def test_the_helpdesk_is_offered_and_allowed_only_its_share(
    house: House, hugo: Somebody, grace: Somebody
) -> None:
    page = hugo.browser.get(grace.path)
    for act in ("change", "role", "delete"):
        assert f"{grace.path}/{act}" not in page.text
    for path in ("change", "role", "delete", f"tokens/{grace.key}/resume"):
        form = {"name": "x", "role": "helpdesk"}
        assert hugo.browser.submit(f"{grace.path}/{path}", **form).status_code == 403, path
    assert now(house, grace.account) == grace.account


@pytest.mark.parametrize("path", ["eat", "tokens/aut_x/eat", "sessions/ses_x/eat"])
def test_what_cannot_be_done_is_no_address(ada: Somebody, grace: Somebody, path: str) -> None:
    assert ada.browser.get(f"{grace.path}/{path}").status_code == 404
    assert ada.browser.submit(f"{grace.path}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/admin/people/acc_nobody", "/admin/people/acc_nobody/disable"])
def test_there_is_no_such_person(ada: Somebody, path: str) -> None:
    assert ada.browser.get(path).status_code == 404


# --- several people ---------------------------------------------------------------------------


def test_a_bulk_action_says_what_it_will_do_and_does_only_that(
    house: House, ada: Somebody, hugo: Somebody, grace: Somebody
) -> None:
    question = ada.browser.get(bulk("disable", ada.account, grace.account))

    words = words_of(question)
    assert SAY("admin.bulk.will.disable") in words
    assert SAY("admin.bulk.refused", why=SAY("admin.problem.oneself")) in words
    assert state_of(house, grace.account) is AccountState.ACTIVE
    hidden = re.findall(r'<input type="hidden" name="(acc_[^"]+)"', question.text)
    assert hidden == [grace.account.id]

    result = ada.browser.submit("/admin/people/bulk", act="disable", **dict.fromkeys(hidden, "1"))

    assert SAY("admin.bulk.done.disable") in words_of(result)
    assert state_of(house, grace.account) is AccountState.DISABLED
    assert state_of(house, hugo.account) is AccountState.ACTIVE


def test_one_refusal_takes_nothing_from_the_others(
    house: House, ada: Somebody, hugo: Somebody, grace: Somebody
) -> None:
    form = {a.account.id: "1" for a in (ada, grace)}
    words = words_of(hugo.browser.submit("/admin/people/bulk", act="sign_out", **form))
    assert SAY("admin.bulk.done.sign_out") in words
    assert SAY("admin.bulk.refused", why=SAY("admin.problem.forbidden")) in words
    assert ada.browser.signed_in()
    assert not grace.browser.signed_in()


def test_several_are_invited_and_their_links_are_shown_once(
    house: House, ada: Somebody, grace: Somebody
) -> None:
    paul, peter = newcomer(house, "paul"), newcomer(house, "peter")
    gone = newcomer(house, "gone")
    must(
        house.store.write_now(
            lambda tx: house.accounts.set_state(tx, gone.id, AccountState.DISABLED, "operator")
        )
    )
    words = words_of(ada.browser.get(bulk("invite", paul, peter, gone, grace.account)))
    assert words.count(SAY("admin.bulk.will.invite")) == 2
    assert SAY("admin.problem.account_disabled") in words
    assert SAY("admin.problem.has_tokens") in words

    form = {paul.id: "1", peter.id: "1", grace.account.id: "1"}
    result = ada.browser.submit("/admin/people/bulk", act="invite", **form)

    tokens = re.findall(r"/invitation/(cf_inv_[\w-]+)", result.text)
    assert [Visitor(house).get(f"/invitation/{t}").status_code for t in tokens] == [200, 200]
    assert grace.browser.signed_in()


@pytest.mark.parametrize("act", BULK)
def test_with_nobody_chosen_nothing_is_offered(ada: Somebody, act: str) -> None:
    page = ada.browser.get(f"/admin/people/bulk?act={act}&search=x")
    assert SAY("admin.bulk.none") in words_of(page)
    assert "danger" not in page.text
    assert 'href="/admin/people?search=x"' in page.text


def test_there_is_no_other_bulk_action(ada: Somebody) -> None:
    assert ada.browser.get("/admin/people/bulk?act=delete").status_code == 404
    assert ada.browser.submit("/admin/people/bulk", act="delete").status_code == 404
