"""Every page in every state, from the samples, at three widths: light, dark, forced, and in Arabic.

The flows of `test_looks` show what is on the way; here is also what hardly anybody sees. 320 px
is what is left of a wide window at 400 %.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Route

from counterfoil_web import TEMPLATES, Problem, content_security_policy
from tests.browser.looks import LIGHTS, MIDDLE, NARROW, WIDE, Axe, fits, measure
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.rules.web.samples import facts

# No challenges for pages that nobody asked for.
_NO_AUTOFILL = "delete PublicKeyCredential.isConditionalMediationAvailable"
WRONG = {"problem": Problem("wrong", "", "Zq3x-_7A")}
TEN = tuple(f"{letter * 4}-2345-6789-ABCD" for letter in "ABCDEFGHJK")

# What a page may also be: the facts that differ from its sample's.
STATES: Mapping[str, Mapping[str, Mapping[str, object]]] = {
    "second_step": {
        "code": {"way": "code"},
        "code-wrong": {"way": "code", **WRONG},
        "recovery": {"way": "recovery"},
        "recovery-used": {"way": "recovery", "problem": Problem("code_used", "", "Zq3x-_7A")},
        "waits": {"way": "code", "problem": Problem("too_many", "", "Zq3x-_7A", 3600)},
        "none": {"way": "", "ways": (), "problem": Problem("nothing_enrolled", "", "Zq3x-_7A")},
    },
    "step_up": {
        "key": {"way": "key"},
        "recovery": {"way": "recovery", "ways": ("code", "recovery")},
    },
    "choose_token": {"first": {"second": False}},
    "choose_password": {"reset": {"why": "reset", **WRONG}},
    "enrol_phone": {
        "begin": {"ceremony": "", "uri": "", "secret": ""},
        "wrong": {"uri": "", "secret": "", **WRONG},
    },
    "recovery_codes": {
        "ten": {"codes": TEN},
        "ask": {"ceremony": "", "codes": (), "replaces": True, "back": "/tokens"},
        "offer": {"ceremony": "", "codes": (), "may_decline": True},
    },
    "forgotten": {"sent": {"sent": True}, "no-letters": {"letters": False}},
    "done": {"all": {"what": "all"}, "password": {"what": "password"}},
}


def shown(template: str) -> Iterator[tuple[str, dict[str, object]]]:
    sample = dict(facts()[template])
    name = template.replace("/", "-")
    yield name, sample
    for state, differs in STATES.get(template, {}).items():
        yield f"{name}-{state}", {**sample, **differs}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_is_good_in_every_state(
    stage: Stage, ada: Person, pictures: Path, template: str
) -> None:
    pages, page = stage.house.pages, ada.page
    html = {
        f"{tag}/{name}": pages.render(template, **{**told, "language": tag})
        for tag in ("en", "ar")
        for name, told in shown(template)
    }
    page.add_init_script(_NO_AUTOFILL)
    page.route("**/sample/**", lambda route: answer(route, html))
    for name, _ in shown(template):
        ada.open(f"/sample/en/{name}")
        axe = Axe.at(page)
        for light, judged in zip(LIGHTS, (NARROW, WIDE, MIDDLE), strict=True):
            page.emulate_media(color_scheme=light.scheme, forced_colors=light.forced)
            for size in (NARROW, MIDDLE, WIDE):
                page.set_viewport_size(size)
                measure(page, name)
                if size is judged:
                    found = axe.violations()
                    assert not found, (name, size, light.name, found)
                taken = f"all-{name}-{size['width']}-{light.name}.png"
                page.screenshot(path=pictures / taken, full_page=True)
        page.emulate_media(color_scheme="light", forced_colors="none")
        ada.open(f"/sample/ar/{name}")
        assert page.locator("html").get_attribute("dir") == "rtl"
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            fits(page, f"{name} in Arabic")
        page.screenshot(path=pictures / f"all-{name}-arabic.png", full_page=True)


def answer(route: Route, html: Mapping[str, str]) -> None:
    """The page with the policy of every page."""
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": content_security_policy(()),
    }
    route.fulfill(body=html[route.request.url.partition("/sample/")[2]], headers=headers)
