"""Colours are measured as WCAG 2.2 measures, and what is refused comes with one that would do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil_web import (
    AA,
    AAA,
    DARK,
    LIGHT,
    MAX_LOGO_BYTES,
    OUR_LOOK,
    BadLogo,
    Look,
    Pages,
    Theme,
    dark_of,
    legibility,
    make_look,
    nearest,
    read_logo,
    static_version,
)
from counterfoil_web.look import contrast, luminance, on, stub
from tests.rules.web.test_pages import Markup
from tests.rules.web.test_policy_and_files import palette

COLOURS = st.binary(min_size=3, max_size=3).map(lambda parts: f"#{parts.hex()}")
THEMES = st.sampled_from([LIGHT, DARK])
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n and the rest"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#ffffff", 1.0),
        # Widely published: the darkest greys on white at either side of AA and AAA.
        ("#767676", "#ffffff", 4.54),
        ("#777777", "#ffffff", 4.48),
        ("#595959", "#ffffff", 7.00),
        ("#ff0000", "#ffffff", 4.00),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [("#000000", 0), ("#ffffff", 1), ("#ff0000", 0.2126), ("#00ff00", 0.7152), ("#0000ff", 0.0722)],
)
def test_luminance_is_that_of_the_standard(colour: str, expected: float) -> None:
    assert luminance(colour) == pytest.approx(expected)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_accents_stand_on_is_what_the_stylesheet_says(theme: Theme) -> None:
    said = palette(theme.name)
    ours = {name: getattr(theme, name) for name in ("accent", "paper", "table", "quiet")}
    assert ours == {name: said[name] for name in ours}


@given(COLOURS, THEMES, st.sampled_from([AA, AAA]))
def test_the_nearest_colour_can_be_read_and_keeps_what_could(
    colour: str, theme: Theme, least: float
) -> None:
    found = nearest(colour, theme, least)
    assert legibility(found, theme) >= least
    if legibility(colour, theme) >= least:
        assert found == colour


@given(COLOURS)
def test_a_derived_dark_accent_holds_aaa(colour: str) -> None:
    assert legibility(dark_of(colour), DARK) >= AAA


@given(COLOURS, THEMES)
def test_text_on_the_accent_and_on_the_stub_can_be_read(colour: str, theme: Theme) -> None:
    accent = nearest(colour, theme, AA)
    assert contrast(on(accent), accent) >= AA
    assert contrast(theme.quiet, stub(accent, theme)) >= AAA
    # A focus ring on the stub (WCAG 2.2, 1.4.11).
    assert contrast(accent, stub(accent, theme)) >= 3


def test_no_look_is_our_look() -> None:
    assert make_look() == OUR_LOOK == Look()
    pages = Pages("Counterfoil", demonstration=False)
    assert pages.files.version == static_version()
    assert "look.css" not in pages.render("welcome")


def test_a_look_comes_after_our_styles_under_a_version_of_its_own() -> None:
    one, other = (
        Pages("Counterfoil", demonstration=False, look=make_look(accent))
        for accent in ("#7a1f5c", "#7a1f5d")
    )
    assert len({one.files.version, other.files.version, static_version()}) == 3
    html = one.render("welcome")
    sheets = [a["href"] for tag, a in Markup(html).tags if a.get("rel") == "stylesheet"]
    assert sheets == [f"/static/{one.files.version}/{n}.css" for n in ("counterfoil", "look")]
    css = one.files.find("look.css")
    assert css is not None
    assert css.body.decode().startswith(":root{--accent:#7a1f5c;--on-accent:#ffffff;--stub:#")
    assert not re.search(rb"url|@import|<", css.body)


def test_a_dark_accent_can_be_chosen() -> None:
    css = make_look("#7a1f5c", "#ffb0e0").files["look.css"].body.decode()
    dark = css.split("@media (prefers-color-scheme: dark)")[1]
    assert "--accent:#ffb0e0;--on-accent:#000000" in dark


def test_a_dark_accent_alone_leaves_the_light_one_as_it_is() -> None:
    assert f"--accent:{LIGHT.accent};" in make_look("", "#ffb0e0").files["look.css"].body.decode()


# --- the logo --------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "name"), [(SVG.encode(), "logo.svg"), (PNG, "logo.png")])
def test_a_logo_stands_beside_the_name_in_place_of_our_mark(data: bytes, name: str) -> None:
    pages = Pages("Counterfoil", demonstration=False, look=make_look(logo=read_logo(data)))
    html = pages.render("welcome")
    assert f'<img class="logo" src="/static/{pages.files.version}/{name}" alt="">' in html
    assert 'class="mark"' not in html
    found = pages.files.find(name)
    assert found is not None
    assert found.body == data
    assert ("sandbox" in found.policy) is (name == "logo.svg")


BODIES = {
    "script": "<script>alert(1)</script>",
    "prefixed script": '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>',
    "script in capitals": "<SCRIPT/>",
    "foreignObject": "<foreignObject><p/></foreignObject>",
    "event attribute": '<path d="" onload="alert(1)"/>',
    "event attribute in capitals": '<path d="" ONCLICK="alert(1)"/>',
    "address that runs": '<a href="javascript:alert(1)"/>',
    "address elsewhere": '<image href="https://evil.example/x.png"/>',
    "old address elsewhere": (
        '<image xmlns:x="http://www.w3.org/1999/xlink" x:href="//evil.example"/>'
    ),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_an_svg_that_does_something_is_no_logo(body: str) -> None:
    with pytest.raises(BadLogo, match="plain SVG"):
        read_logo(SVG.replace("<path", f"{body}<path", 1).encode())


def test_an_svg_may_refer_to_itself() -> None:
    body = '<defs><path id="a" d=""/></defs><use href="#a"/><image href="data:image/png;base64,"/>'
    assert read_logo(SVG.replace("<path", f"{body}<path", 1).encode()).media_type == "image/svg+xml"


NO_LOGOS = {
    "nothing": b"",
    "text": b"a logo",
    "HTML": b"<html><body/></html>",
    "an svg of nobody": b"<svg/>",
    "GIF": b"GIF89a",
    "cut short": SVG[:-3].encode(),
    "UTF-16": SVG.encode("utf-16"),
    "an odd encoding": b'<?xml version="1.0" encoding="no-such"?>' + SVG.encode(),
    "document type": b"<!DOCTYPE svg>" + SVG.encode(),
    "entities": b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.encode(),
    "too much": PNG + bytes(MAX_LOGO_BYTES),
}


@pytest.mark.parametrize("data", NO_LOGOS.values(), ids=NO_LOGOS)
def test_what_is_no_picture_is_no_logo(data: bytes) -> None:
    with pytest.raises(BadLogo):
        read_logo(data)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"<svg>{text}".encode()))
def test_any_other_bytes_are_refused_in_the_same_way(data: bytes) -> None:
    with pytest.raises(BadLogo):
        read_logo(data)
