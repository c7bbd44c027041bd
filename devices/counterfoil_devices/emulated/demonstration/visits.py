"""What a person does on any page: open it, find its form, follow a sign-in to the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from urllib.parse import urljoin

from counterfoil_devices.emulated.demonstration.pages import Form, Page, read_page
from counterfoil_devices.emulated.demonstration.web import JsonObject, Shown, Web

Tell: TypeAlias = Callable[[JsonObject], None]


class NotAsExpected(Exception):
    """The service did something else than the errand needs: one sentence."""


def open_page(web: Web, address: str) -> tuple[Shown, Page]:
    """Open an address that must answer 200."""
    shown = web.visit(address)
    page = read_page(shown.html)
    if shown.status != 200:
        raise NotAsExpected(f"The page {path(shown)} answered {shown.status}: {page.title}.")
    return shown, page


def first_form(page: Page) -> Form:
    """The form that a press of Enter would send."""
    if not page.forms:
        raise NotAsExpected(f"The page “{page.title.strip()}” has no form.")
    return page.forms[0]


def go_back(web: Web, shown: Shown, until: str, tell: Tell) -> str:
    """From where a sign-in ended to the application; agrees if asked for consent on the way."""
    if shown.url.partition("?")[0] != until:
        form = first_form(read_page(shown.html))
        tell({"event": "agreed"})
        shown = web.submit(
            urljoin(shown.url, form.action), form.fields, page=shown.url, until=until
        )
    if shown.url.partition("?")[0] != until:
        raise NotAsExpected(f"The sign-in ended at {path(shown)} ({shown.status}).")
    return shown.url


def path(shown: Shown) -> str:
    """The address without its query: it may hold a code."""
    return shown.url.partition("?")[0]
