"""What changed in somebody's account, in sentences: on pages at the next sign-in and in letters.

`say` is that of a language; a detail that is missing is left out, never an error: what is told
was written by other versions, too.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from counterfoil_web.browsers import browser_and_system

Details: TypeAlias = Mapping[str, str | int]
Say: TypeAlias = Callable[..., str]

CHANGES = frozenset(
    {
        "token_added",
        "token_removed",
        "token_suspended",
        "token_resumed",
        "token_disabled",
        "password_changed",
        "password_reset",
        "recovery_codes_made",
        "recovery_code_used",
        "codes_guessed",
        "name_changed",
        "email_changed",
        "invited_again",
        "new_application",
    }
)
"""What a notice may be about."""

KINDS = frozenset({"webauthn", "totp", "recovery", "password"})


def say_change(say: Say, what: str, details: Details) -> str:
    """Return the sentence of a change (one of CHANGES): `kind` and `label`, `name`, `application`
    are what it may tell."""
    facts = {name: str(details.get(name, "")) for name in ("name", "application")}
    return say(f"notice.{what}", item=say_item(say, details), **facts)


def say_item(say: Say, details: Details) -> str:
    """Return what one signs in with: its kind, and the name that its owner gave it."""
    kind, label = str(details.get("kind", "")), str(details.get("label", ""))
    item = say(f"notice.item.{kind if kind in KINDS else 'other_'}")
    return say("notice.named", item=item, label=label) if label else item


def say_origin(say: Say, details: Details, service: str) -> str:
    """Return from where it was done; without an `address`, the people who run the service did."""
    address = str(details.get("address", ""))
    if not address:
        return say("notice.origin.service", service=service)
    browser = say_browser(say, str(details.get("user_agent", "")))
    return say("notice.origin.both", address=address, browser=browser)


def say_browser(say: Say, user_agent: str) -> str:
    """Return the browser and its system as people call them."""
    browser, system = browser_and_system(user_agent)
    if browser and system:
        return say("notice.seen_with.both", browser=browser, system=system)
    return browser or system or say("notice.seen_with.unknown")
