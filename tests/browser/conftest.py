"""One browser for each file, one context and one house for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.person import Person
from tests.browser.stage import Stage, stage_on
from tests.browser.witness import Witness
from tests.needs import needs

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000


# Playwright keeps an event loop running in its thread: it must be gone before a test of another
# folder, in the same worker, wants one of its own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    needs("Chromium", CHROMIUM.exists())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def engine_name() -> str:
    """What the pages do is the same on every engine; `tests/http` runs on both."""
    return "sqlite"


@pytest.fixture
def changes() -> dict[str, object]:
    """Settings that differ from their defaults: a test's parameter."""
    return {}


@pytest.fixture
def stage(installed_database_url: str, changes: dict[str, object]) -> Iterator[Stage]:
    with stage_on(installed_database_url, **changes) as stage:
        yield stage


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pages are pictured: COUNTERFOIL_SCREENSHOTS, or a folder of the run."""
    named = os.environ.get("COUNTERFOIL_SCREENSHOTS")
    if not named:
        return tmp_path_factory.mktemp("pictures")
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def ada(browser: Browser, stage: Stage) -> Iterator[Person]:
    """Somebody at a browser of their own; nothing may have gone wrong unnoticed at the end."""
    yield from somebody(browser, stage)


@pytest.fixture
def plain_ada(browser: Browser, stage: Stage) -> Iterator[Person]:
    """The same without JavaScript."""
    yield from somebody(browser, stage, scripts=False)


def somebody(browser: Browser, stage: Stage, *, scripts: bool = True) -> Iterator[Person]:
    known = {urlsplit(stage.issuer).netloc, urlsplit(stage.application).netloc}
    witness = Witness(frozenset(known), scripts)
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        locale="en-GB",
        timezone_id="Europe/Berlin",
        reduced_motion="reduce",
        java_script_enabled=scripts,
    )
    context.set_default_timeout(PATIENCE_MS)
    witness.watch(context)
    yield Person(stage, context.new_page(), witness)
    context.close()
    assert witness.complaints == []
    assert witness.refusals == []
