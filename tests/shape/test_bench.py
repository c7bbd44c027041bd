"""What the bench adds up and lists; it takes no time here."""

import pytest

from bench.__main__ import parser
from bench.cases import CASES, NAMES
from bench.figures import Counts, Window, make_row, percentile
from bench.report import Setting, as_table

COUNTS = Counts(statements=8, commits=1)


def window(cpu_s: float, *waits_s: float) -> Window:
    return Window(cpu_s, elapsed_s=2.0, latencies_s=waits_s)


def test_a_case_is_told_per_request() -> None:
    row = make_row("x", [window(0.4, 0.1, 0.3)], [window(0.1, 0.1)], COUNTS)
    assert (row.cpu_ms, row.ratio, row.per_second) == pytest.approx((200, 2, 1))
    assert (row.statements, row.commits) == (8, 1)


def test_a_slow_round_slows_both_sides_and_does_not_change_the_ratio() -> None:
    quick, slow = [window(0.3, 0.1), window(0.1, 0.1)], [window(3.0, 0.1), window(1.0, 0.1)]
    rounds = [quick, slow, quick]
    row = make_row("x", [case for case, _ in rounds], [empty for _, empty in rounds], COUNTS)
    assert row.ratio == pytest.approx(3)
    assert row.cpu_ms == pytest.approx(300)


def test_one_odd_round_does_not_count() -> None:
    windows = [window(0.3, 0.1), window(9.0, 0.1), window(0.3, 0.1)]
    assert make_row("x", windows, [window(0.1, 0.1)] * 3, COUNTS).ratio == pytest.approx(3)


def test_a_percentile_is_a_value_that_was_seen() -> None:
    waits = [float(n) for n in range(100, 0, -1)]
    assert (percentile(waits, 50), percentile(waits, 99), percentile(waits, 100)) == (50, 99, 100)
    assert percentile([7.0], 1) == 7.0


def test_two_requests_of_one_step_are_added_person_by_person() -> None:
    both = window(0.2, 0.1, 0.5).followed_by(window(0.3, 0.4, 0.2))
    assert both.latencies_s == pytest.approx((0.5, 0.7))
    assert both.cpu_per_request_s == pytest.approx(0.25)
    assert both.elapsed_s == 4.0


def test_more_of_the_same_requests_are_counted_as_more() -> None:
    more = window(0.2, 0.1).joined_with(window(0.4, 0.3))
    assert more.latencies_s == (0.1, 0.3)
    assert more.cpu_per_request_s == pytest.approx(0.3)


def test_the_help_lists_every_case_and_each_has_a_name_of_its_own() -> None:
    listed = " ".join(parser().format_help().split())
    assert [name for name in NAMES if name not in listed] == []
    assert len(set(NAMES)) == len(NAMES)
    assert {case.name for case in CASES} < set(NAMES)


def test_the_issue_s_four_cases_stand_beside_the_empty_route() -> None:
    wanted = {"empty route", "key's sign-in (both)", "code redemption", "userinfo", "JWKS"}
    assert wanted <= set(NAMES)


def test_the_table_says_where_it_was_measured_and_has_a_line_for_each_case() -> None:
    setting = Setting("A machine", "A Python", "SQLite, synchronous=FULL", "0.1", 1, 32, 9, 5, 70.0)
    rows = [make_row(name, [window(0.4, 0.1)], [window(0.1, 0.1)], COUNTS) for name in NAMES]
    lines = as_table(setting, rows).splitlines()
    assert lines[0] == "A machine; A Python; SQLite, synchronous=FULL"
    table = lines[3:]
    assert [line for line, name in zip(table[1:], NAMES, strict=True) if name not in line] == []
    assert {len(line) for line in table} == {len(table[0])}
