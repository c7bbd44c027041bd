"""The first page and the list of events: what happened, as the database tells it."""

import re

import pytest

from counterfoil.accounts import Role
from counterfoil.errors import Reason, voice
from counterfoil.http.house import House
from counterfoil_devices.emulated import Lies
from counterfoil_web import Wording
from tests.house import HandClock
from tests.http.back_office import Somebody, newcomer, somebody, words_of
from tests.http.visitor import Visitor

SAY = Wording("en").say


@pytest.fixture
def ada(house: House) -> Somebody:
    return somebody(house, "ada", Role.ADMINISTRATOR)


def rows_of(visitor: Visitor, path: str) -> list[str]:
    """What the list tells, line by line."""
    table = visitor.get(path).text.partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def test_the_newest_event_comes_first(ada: Somebody) -> None:
    rows = rows_of(ada.browser, "/admin/events")
    assert SAY("admin.what.role_changed") in rows[0]
    assert SAY("admin.log.operator") in rows[0]
    assert SAY("admin.what.signed_in") in rows[1]
    assert SAY("admin.what.account_added") in rows[-3]


def test_the_filters_are_the_address(house: House, ada: Somebody, clock: HandClock) -> None:
    newcomer(house, "paul")
    grace = somebody(house, "grace")
    clock.pass_s(86_400)
    ada.browser.touch_in()

    def found(query: str) -> list[str]:
        return rows_of(ada.browser, f"/admin/events?{query}")

    assert {"grace" in row for row in found("person=grace")} == {True}
    assert len(found("person=grace&what=signed_in")) == 1
    assert len(found(f"person={grace.account.id}")) == len(found("person=Grace"))
    assert len(found("what=signed_in")) == 3
    assert len(found("what=signed_in&since=2027-01-16")) == 1
    assert len(found("address=testclient&what=signed_in")) == 3
    assert found("address=192.0.2.99") == []
    assert found("person=nobody") == []
    assert len(found("what=nonsense&since=soon&reason=x")) == len(found(""))
    assert SAY("admin.log.empty") in words_of(ada.browser.get("/admin/events?person=nobody"))


def test_a_refusal_is_told_in_the_operators_words(house: House, ada: Somebody) -> None:
    stranger = Visitor(house, seed=b"ada")
    stranger.key, stranger.browser = ada.browser.key, ada.browser.browser
    begun = stranger.begin(stranger.start())
    answer = stranger.prove(begun, stranger.touch(begun, Lies(origin="https://evil.example")))
    assert answer.status_code == 403

    (row,) = rows_of(ada.browser, "/admin/events?what=refused")

    assert voice(Reason.FOREIGN_ORIGIN).operator in row
    assert len(rows_of(ada.browser, "/admin/events?reason=foreign_origin")) == 1
    overview = ada.browser.get("/admin")
    assert SAY("admin.overview.trend_out", number=1) in words_of(overview)


def test_the_list_goes_on_after_fifty(house: House, ada: Somebody) -> None:
    for number in range(60):
        newcomer(house, f"person{number:02}")
    first = rows_of(ada.browser, "/admin/events?what=account_added")
    page = ada.browser.get("/admin/events?what=account_added")
    (after,) = re.findall(r'rel="next" href="([^"]+)"', page.text)

    second = ada.browser.get(after.replace("&amp;", "&"))

    rest = rows_of(ada.browser, after.replace("&amp;", "&"))
    assert (len(first), len(rest)) == (50, 11)
    assert set(first).isdisjoint(rest)
    assert 'rel="next"' not in second.text
    assert 'href="/admin/events?what=account_added"' in second.text
    assert rows_of(ada.browser, "/admin/events?before=99999999999999999999") != []
    assert rows_of(ada.browser, "/admin/events?before=9999999999999999999") != []


def test_the_first_page_counts_and_says_what_needs_somebody(house: House, ada: Somebody) -> None:
    newcomer(house, "paul")
    newcomer(house, "peter")

    page = ada.browser.get("/admin")

    words = words_of(page)
    assert SAY("admin.attention.no_way_in.other", number=2) in words
    assert SAY("admin.attention.one_administrator.one") in words
    assert 'href="/admin/people?state=active&amp;tokens=none"' in page.text
    assert SAY("admin.overview.trend_in", number=1) in words
    assert page.text.count('<svg class="chart"') == 3


def test_each_day_has_its_bar(house: House, ada: Somebody, clock: HandClock) -> None:
    clock.pass_s(3 * 86_400)
    for _ in range(2):
        ada.browser.touch_in()
    page = ada.browser.get("/admin")
    table = page.text.partition('<table class="numbers">')[2].partition("</table>")[0]
    days = [
        [" ".join(cell.split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    ]
    assert len(days) == 14
    assert [day[1:3] for day in days if day[1:3] != ["0", "0"]] == [["1", "0"], ["2", "0"]]
    assert days[-1][:3] == ["18 January 2027", "2", "0"]
