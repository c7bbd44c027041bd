import re
from pathlib import Path

import pytest

from counterfoil_web import STATIC, content_security_policy, static_file, static_version

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'; form-action 'self'"
)
TEXT = ("ink", "quiet", "accent", "bad", "note")


def test_the_policy_is_this_one() -> None:
    assert content_security_policy() == POLICY


def test_a_form_may_end_at_the_application_that_is_named() -> None:
    named = content_security_policy(["https://app.example"])
    assert named == f"{POLICY} https://app.example"


@pytest.mark.parametrize("file", sorted(STATIC.iterdir()), ids=lambda f: f.name)
def test_a_file_is_small_and_known_by_its_name_alone(file: Path) -> None:
    found = static_file(file.name)
    assert found is not None
    assert len(found.body) < (12_000 if file.name.endswith(".css") else 5_000)


@pytest.mark.parametrize("name", ["", ".", "../pages.py", "/etc/passwd", "COUNTERFOIL.css"])
def test_what_is_no_file_of_ours_is_not_looked_for(name: str) -> None:
    assert static_file(name) is None


def test_the_version_is_safe_in_an_address() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", static_version())


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in STATIC.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//[a-z]+\.|@import|url\(", text), file.name


def test_no_module_turns_a_string_into_code_or_markup() -> None:
    for file in STATIC.glob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|\beval\b|Function\(|insertAdj", file.read_text())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("text", TEXT)
def test_text_holds_aaa_on_everything_that_it_stands_on(theme: str, text: str) -> None:
    colours = palette(theme)
    grounds = {
        "ink": ("table", "paper", "stub"),
        "quiet": ("table", "paper", "stub"),
        "accent": ("table", "paper"),
        "bad": ("paper", "bad-paper"),
        "note": ("note-paper",),
    }[text]
    for ground in grounds:
        assert contrast(colours[text], colours[ground]) >= 7, (text, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_buttons_and_edges_are_told_apart(theme: str) -> None:
    colours = palette(theme)
    assert contrast(colours["on-accent"], colours["accent"]) >= 7
    assert contrast(colours["edge"], colours["paper"]) >= 3


def palette(theme: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", (STATIC / "counterfoil.css").read_text(), re.DOTALL)
    found: dict[str, str] = {}
    for block in blocks[: 1 if theme == "light" else 2]:
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
    return found


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: relative luminance, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
