"""A page in every light and at both ends of the width: judged by axe, measured, pictured."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # it has none
from playwright.sync_api import Page, ViewportSize

NARROW: ViewportSize = {"width": 320, "height": 640}
MIDDLE: ViewportSize = {"width": 768, "height": 1024}
WIDE: ViewportSize = {"width": 1280, "height": 800}
MOST_BYTES = 60_000
# AAA for text, and targets that a thumb hits: more than axe asks for by itself.
_RUN = """axe.run(document, {
  resultTypes: ["violations"],
  rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } },
}).then((found) => found.violations.flatMap(
  ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`)))"""
_BYTES = """[...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource").filter(({ name }) => name.includes("/static/"))]
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""
# What sticks out of the window, or out of the ticket, which would cut it off unseen. What scrolls
# in a region of its own does so for the keyboard, too: axe sees to it.
_STICKS_OUT = """[...document.querySelectorAll("body *")].filter((e) => {
  if (e.closest(".unseen, svg, [hidden], [role=region] *") || !e.checkVisibility()) return false;
  const { left, right, width } = e.getBoundingClientRect();
  const room = (e.closest(".act") ?? document.body).getBoundingClientRect();
  return width > 0 && (left < room.left - 0.5 || right > room.right + 0.5);
}).map((e) => e.outerHTML.slice(0, 80))"""
_MEASURES = """[document.documentElement.scrollWidth, innerWidth]"""
_SMALL_TEXT = """[...document.querySelectorAll("body *")].filter((e) => e.innerText?.trim()
  && parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.outerHTML.slice(0, 80))"""

# What one presses, in a line of its own; a link within a sentence is as high as its line.
_SMALL_TARGETS = """[...document.querySelectorAll(
    "button, summary, input, select, textarea, a.button, .back a")]
  .map((e) => e.matches("[type=checkbox], [type=radio]") ? e.closest("label") ?? e : e)
  .filter((e) => e.checkVisibility() && !e.matches("[type=hidden], .unseen")
    && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML.slice(0, 120))"""


@dataclass(frozen=True, slots=True)
class Light:
    name: str
    scheme: Literal["light", "dark"]
    forced: Literal["active", "none"]


LIGHTS = (
    Light("light", "light", "none"),
    Light("dark", "dark", "none"),
    Light("forced", "light", "active"),
)


def examine(
    page: Page, name: str, pictures: Path, sizes: Sequence[ViewportSize] = (NARROW, WIDE)
) -> None:
    """Everything that a page must be, whoever looks at it; `name` is for its pictures."""
    axe = Axe.at(page)
    for width, light in _circumstances(page, sizes):
        found = axe.violations()
        assert not found, (name, width, light.name, found)
        measure(page, f"{name} at {width}")
        page.screenshot(path=pictures / f"{name}-{width}-{light.name}.png", full_page=True)
    assert page.evaluate(_BYTES) < MOST_BYTES, name


def measure(page: Page, name: str) -> None:
    """Nothing is wider than the window, too small to read, or too small for a thumb."""
    fits(page, name)
    assert page.evaluate(_SMALL_TEXT) == [], name
    small = page.evaluate(_SMALL_TARGETS)
    assert small == [], (name, small)


def fits(page: Page, name: str) -> None:
    """Nothing scrolls sideways or sticks out."""
    scrolled, inner = page.evaluate(_MEASURES)
    assert scrolled <= inner, name
    outside = page.evaluate(_STICKS_OUT)
    assert outside == [], (name, outside)


def _circumstances(page: Page, sizes: Sequence[ViewportSize]) -> Iterator[tuple[int, Light]]:
    for light in LIGHTS:
        page.emulate_media(color_scheme=light.scheme, forced_colors=light.forced)
        for size in sizes:
            page.set_viewport_size(size)
            yield size["width"], light
    page.emulate_media(color_scheme="light", forced_colors="none")


@dataclass(frozen=True, slots=True)
class Axe:
    """axe-core in a world of its own beside the page's: the page's policy stays as it is."""

    devtools: Any
    world: int

    @classmethod
    def at(cls, page: Page) -> "Axe":
        devtools = page.context.new_cdp_session(page)
        frame = devtools.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        asked = {"frameId": frame, "worldName": "axe"}
        world = devtools.send("Page.createIsolatedWorld", asked)["executionContextId"]
        axe = cls(devtools, world)
        axe._run(AXE_SCRIPT + ";0")
        return axe

    def violations(self) -> list[str]:
        found = self._run(_RUN)
        assert isinstance(found, list)
        return [re.sub(r"\s+", " ", one) for one in found]

    def _run(self, expression: str) -> object:
        asked = {
            "expression": expression,
            "contextId": self.world,
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = self.devtools.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")
