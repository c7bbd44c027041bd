"""Charts draw their numbers: as long as they are large, in both directions, for everybody."""

import re

import pytest

from counterfoil_web import Pages
from counterfoil_web.admin_facts import Enrolment
from counterfoil_web.charts import (
    BLOCK_PX,
    DOWN_PX,
    UP_PX,
    Bar,
    Caption,
    Part,
    mirror_bars,
    share_bar,
)
from tests.rules.web.admin_samples import admin_facts, trend

CAPTION = Caption("c", "A title", "A description")
RIGHT_TO_LEFT = Caption("c", "A title", "A description", right_to_left=True)
PAGES = Pages("Counterfoil", demonstration=False)


def rects(svg: str, look: str) -> list[dict[str, str]]:
    """The attributes of each rectangle of that look, as it is drawn."""
    found = re.findall(rf'<rect class="{look}"([^>]*)/>', svg)
    return [dict(re.findall(r'(\w+)="([^"]*)"', one)) for one in found]


def number(text: str) -> float:
    return float(text.removesuffix("%"))


def test_equal_lengths_are_equal_numbers_in_both_directions() -> None:
    svg = mirror_bars(CAPTION, [Bar(40, 10), Bar(20, 20), Bar(0, 0)], "a", "b")
    up, down = rects(svg, "full"), rects(svg, "hatched")
    assert [number(bar["height"]) for bar in up] == [UP_PX, UP_PX / 2]
    assert [number(bar["height"]) for bar in down] == [UP_PX / 4, UP_PX / 2]
    line = number(up[0]["y"]) + number(up[0]["height"])
    assert {number(bar["y"]) for bar in down} == {line}
    assert number(up[1]["y"]) + number(up[1]["height"]) == line


def test_many_refusals_fit_below_and_shorten_what_is_above() -> None:
    svg = mirror_bars(CAPTION, [Bar(10, 1000)], "a", "b")
    assert number(rects(svg, "hatched")[0]["height"]) == DOWN_PX
    assert number(rects(svg, "full")[0]["height"]) == 2  # one is seen beside a thousand


def test_without_any_number_there_is_the_line_alone() -> None:
    for bars in ([], [Bar(0, 0)] * 14):
        svg = mirror_bars(CAPTION, bars, "a", "b")
        assert "<rect" not in svg
        assert svg.count("<line") == 1


def test_refusals_alone_are_drawn_too() -> None:
    (bar,) = rects(mirror_bars(CAPTION, [Bar(0, 3)], "a", "b"), "hatched")
    assert number(bar["height"]) == DOWN_PX


@pytest.mark.parametrize(("caption", "first"), [(CAPTION, 0), (RIGHT_TO_LEFT, 1)])
def test_time_runs_as_the_language_does(caption: Caption, first: int) -> None:
    svg = mirror_bars(caption, [Bar(1, 0), Bar(2, 0)], "then", "now")
    places = [number(bar["x"]) for bar in rects(svg, "full")]
    older = next(b for b in rects(svg, "full") if number(b["height"]) == UP_PX / 2)
    assert number(older["x"]) == sorted(places)[first]
    begins = "100%" if caption.right_to_left else "0"
    assert re.search(rf'<text class="start" x="{begins}" [^>]*>then<', svg)


def test_parts_are_as_wide_as_their_numbers_and_fill_the_whole() -> None:
    parts = (Part(1, "full"), Part(3, "hatched"), Part(0, "blank"))
    svg = share_bar(CAPTION, parts)
    assert [bar["width"] for bar in rects(svg, "full")] == ["25%"]
    assert [(bar["x"], bar["width"]) for bar in rects(svg, "hatched")] == [("25%", "75%")]
    assert rects(svg, "blank") == []
    mirrored = share_bar(RIGHT_TO_LEFT, parts)
    assert [(bar["x"], bar["width"]) for bar in rects(mirrored, "hatched")] == [("0%", "75%")]


def test_a_part_of_nothing_is_a_frame_without_a_part() -> None:
    svg = share_bar(CAPTION, (Part(0, "full"), Part(0, "blank")))
    assert len(rects(svg, "frame")) == svg.count("<rect") == 1
    assert f'height="{BLOCK_PX}"' in svg


@pytest.mark.parametrize(
    "svg", [mirror_bars(CAPTION, [Bar(1, 1)], "a", "b"), share_bar(CAPTION, (Part(1, "hatched"),))]
)
def test_a_chart_says_what_it_shows_and_how_it_is_patterned(svg: str) -> None:
    assert 'role="img"' in svg
    assert 'aria-labelledby="c-title c-desc"' in svg
    assert '<title id="c-title">A title</title>' in svg
    assert '<desc id="c-desc">A description</desc>' in svg
    assert rects(svg, "hatched")[0]["fill"] == "url(#c-hatch)"
    assert '<pattern id="c-hatch"' in svg
    assert "style=" not in svg
    assert "#0" not in svg.replace("#c-hatch", "")


def test_what_is_written_in_a_chart_is_text() -> None:
    hostile = Caption("c", "<b>", '"><script>')
    svg = mirror_bars(hostile, [Bar(1, 0)], "<i>", "&")
    assert "<b>" not in svg
    assert "<script" not in svg
    assert "<i>" not in svg
    assert "&lt;b&gt;" in svg


def test_every_number_of_a_chart_is_in_its_table() -> None:
    facts = dict(admin_facts()["admin/overview"])
    facts["trends"] = (trend("webauthn", (311, 17), (0, 0)), trend("totp", (0, 23), (98, 0)))
    facts["enrolment"] = Enrolment(11, 22, 33, 44)
    tables = PAGES.render("admin/overview", **facts).split('<table class="numbers">')[1:]
    trends, enrolment = (re.findall(r"<td>([^<]*)</td>", table) for table in tables)
    assert trends == ["311", "17", "0", "23", "0", "0", "98", "0"]
    assert enrolment == ["11", "17 %", "22", "33 %", "33", "50 %", "44", "67 %"]


def test_nobody_at_all_is_said_and_not_drawn() -> None:
    facts = dict(admin_facts()["admin/overview"])
    facts |= {"trends": (), "enrolment": Enrolment(0, 0, 0, 0), "attention": ()}
    html = PAGES.render("admin/overview", **facts)
    assert 'class="chart"' not in html
    assert "There are no people yet." in html
    assert "Nobody has tried to sign in during these days." in html
    assert "Nothing needs you now." in html
