"""Looking for people: by any part of a name or address, in any case, page after page."""

import pytest

from counterfoil.accounts import AccountState, Role
from counterfoil.administration import OPERATOR, PeopleFilter, PersonDetails
from counterfoil.errors import Reason
from tests.administration.office import OFFICE, Office
from tests.ceremonies.desk import must, reason


def names(office: Office, wanted: PeopleFilter, after: str = "", limit: int = 50) -> list[str]:
    rows = must(office.do(office.flows.find_people, OPERATOR, wanted, after, limit))
    return [row.account.name for row in rows]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["ada", "amy", "grace", "hugo", "paul"]),
        ("a", ["ada", "amy", "grace", "paul"]),
        ("GRACE", ["grace"]),
        ("hopper", ["grace"]),
        ("ce ho", ["grace"]),
        ("navy.EX", ["grace"]),
        ("@example", ["ada"]),
        ("öl", ["paul"]),
        ("PÄUL", ["paul"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
        ("a%a", []),
        ("/", []),
        ("\\", []),
        ("' or 1=1 --", []),
        ("a\0", []),
    ],
)
def test_a_search_finds_any_part_in_any_case_and_takes_signs_as_they_are(
    office: Office, search: str, found: list[str]
) -> None:
    assert names(office, PeopleFilter(search=search)) == found


def test_signs_of_like_are_found_where_they_are(office: Office) -> None:
    for name, shown in (("percent", "100% Ada"), ("under", "snake_case"), ("slash", "a/b\\c")):
        must(office.do(office.house.accounts.add, name, display_name=shown))
    assert names(office, PeopleFilter(search="0%")) == ["percent"]
    assert names(office, PeopleFilter(search="_")) == ["under"]
    assert names(office, PeopleFilter(search="/")) == ["slash"]
    assert names(office, PeopleFilter(search="\\")) == ["slash"]


def test_filters_are_added_up(office: Office) -> None:
    must(office.do(office.flows.set_state, OPERATOR, office.amy.id, AccountState.DISABLED, OFFICE))
    disabled, active = AccountState.DISABLED, AccountState.ACTIVE
    assert names(office, PeopleFilter(state=disabled)) == ["amy"]
    assert names(office, PeopleFilter(role=Role.ADMINISTRATOR)) == ["ada", "amy"]
    assert names(office, PeopleFilter(role=Role.ADMINISTRATOR, state=active)) == ["ada"]
    assert names(office, PeopleFilter(role=Role.HELPDESK, search="ada")) == []


def test_whoever_lacks_a_token_is_found(office: Office) -> None:
    office.give_key(office.ada)
    office.give_password(office.grace)
    office.give_recovery(office.paul)
    assert names(office, PeopleFilter(lacks_token=True)) == ["amy", "grace", "hugo", "paul"]


def test_a_row_has_its_numbers(office: Office) -> None:
    office.give_key(office.grace, 1)
    office.give_key(office.grace, 2)
    office.give_password(office.grace)
    office.give_recovery(office.grace)
    rows = must(office.do(office.flows.find_people, OPERATOR))
    tokens = {row.account.name: (row.tokens, row.last_used_ms) for row in rows}
    assert tokens["grace"] == (2, None)
    assert tokens["ada"] == (0, None)
    (row,) = (row for row in rows if row.account.name == "grace")
    assert row.account == office.grace


def test_pages_follow_each_other_without_a_gap(office: Office) -> None:
    everybody = PeopleFilter()
    assert names(office, everybody, limit=2) == ["ada", "amy"]
    assert names(office, everybody, after="amy", limit=2) == ["grace", "hugo"]
    assert names(office, everybody, after="HUGO", limit=2) == ["paul"]
    assert names(office, everybody, after="paul", limit=2) == []
    # What cannot be a name is where everybody begins.
    assert names(office, everybody, after="a b", limit=1) == ["ada"]


def test_a_page_has_a_bound(office: Office) -> None:
    for number in range(210):
        must(office.do(office.house.accounts.add, f"crowd{number}"))
    assert len(names(office, PeopleFilter(), limit=10_000)) == 200


def details(office: Office) -> PersonDetails:
    return must(office.do(office.flows.person, office.ada, office.grace.id))


def test_one_person_is_shown_whole(office: Office) -> None:
    assert details(office).invited_until_ms is None
    invitation = must(office.do(office.flows.invite, office.ada, office.grace.id, OFFICE))
    token = office.give_key(office.grace)
    session, _ = office.sign_in(office.grace)
    shown = details(office)
    assert shown.account == office.grace
    assert [a.id for a in shown.authenticators] == [token]
    assert [s.id for s in shown.sessions] == [session.id]
    assert shown.invited_until_ms == invitation.expires_ms
    assert [event.what for event in shown.events][:2] == ["signed_in", "enrolled"]
    assert {event.account for event in shown.events} == {office.grace.id}


@pytest.mark.parametrize("account_id", ["acc_" + "A" * 22, "grace", "", "acc_\0", "%"])
def test_nobody_is_nobody(office: Office, account_id: str) -> None:
    shown = office.do(
        lambda tx: office.flows.person(tx, office.ada, account_id)  # type: ignore[arg-type]
    )
    assert reason(shown) is Reason.NOT_FOUND
