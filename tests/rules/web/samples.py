"""Facts for every page, once plain and once from somebody who means harm."""

from collections.abc import Mapping

from counterfoil_web import (
    Application,
    Happening,
    Link,
    News,
    Person,
    Problem,
    Profile,
    Token,
    Visit,
)
from tests.rules.web.admin_samples import admin_facts

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7 * 7 }}"


def facts(text: str = "Ada") -> Mapping[str, Mapping[str, object]]:
    """The facts of every page; whatever a person or an application may choose is `text`."""
    person = Person(text, text)
    application = Application(text, "https://app.example")
    tokens = (
        Token("aut_1", "password", "", 1_800_000_000_000),
        Token("aut_2", "webauthn", text, 1, 2, text, text, ("nfc",)),
        Token("aut_3", "webauthn", text, 1, None, "", "", ("internal",), removable=False),
        Token("aut_4", "totp", text, 1, 2, text, suspendable=False, state="live"),
        Token("aut_5", "totp", "", 1, 2, text, state="suspended"),
        Token("aut_6", "webauthn", text, 1, 2, text, state="disabled", synced=True),
        Token("aut_7", "recovery", "", 1, 2, text, left=2),
    )
    news = (
        News(1, "token_added", 1, {"kind": "webauthn", "label": text, "address": text}),
        News(2, "new_application", 1, {"application": text}),
    )
    happenings = (
        Happening(9, "signed_in", 1, text, ways=("password", "webauthn")),
        Happening(8, "refused_code", 1, text, amiss=True),
        Happening(7, "entered", 1, text, application=text),
        Happening(6, "removed", 1, text, "webauthn", text, by_others=True),
    )
    visits = (
        Visit("ses_1", "Firefox", "Linux", text, text, 1, 2, here=True),
        Visit("ses_2", "", "", text, text, 1, 2),
    )
    links = (
        Link("cli_1", text, "https://app.example", ("openid", text), True, 1, 2),
        Link("cli_2", text, "https://app.example", ("openid",), False, 1),
    )
    profile = Profile(
        text, text, text, False, text, ("display_name", "email"), {"display_name": text}
    )
    return {
        "welcome": {},
        "sign_in": {"interaction": "int_1", "name": text, "application": application},
        "second_step": {
            "interaction": "int_1",
            "name": text,
            "transports": ("nfc",),
            "way": "key",
            "ways": ("key", "code", "recovery"),
        },
        "invitation": {"invitation": "inv", "person": person, "expires_ms": 90_000, "now_ms": 0},
        "first_visit": {"interaction": "int_1", "person": person},
        "choose_password": {"base": "/enrol/int_1", "person": person, "why": "add", "back": "/"},
        "choose_token": {"base": "/first-visit/int_1", "second": True, "codes": True},
        "enrol_phone": {
            "base": "/enrol/int_1",
            "ceremony": "cer_1",
            "uri": f"otpauth://totp/{text}?secret=MZXW6",
            "secret": "MZXW 6",
            "algorithm": "SHA1",
            "label": text,
            "back": "/tokens",
        },
        "recovery_codes": {
            "base": "/enrol/int_1",
            "person": person,
            "ceremony": "cer_1",
            "codes": ("AAAA-BBBB-CCCC-DDDD",),
        },
        "forgotten": {"name": text},
        "password_link": {"link": "pwd", "person": person, "expires_ms": 90_000, "now_ms": 0},
        "enrol_key": {"interaction": "int_1", "alone": True, "held": 2, "back": "/tokens"},
        "done": {"person": person, "what": "one_token"},
        "tokens": {
            "person": person,
            "tokens": tokens,
            "offers": ("webauthn", "totp", "recovery"),
            "notice": "added",
            "news": news,
            "advice": "few_codes",
            "codes_left": 2,
            "opened": "rename:aut_2",
        },
        "account/sessions": {"person": person, "visits": visits, "done": "ended"},
        "account/activity": {
            "person": person,
            "happenings": happenings,
            "before": 10,
            "older": 5,
        },
        "account/not_me": {
            "person": person,
            "has_password": True,
            "happening": happenings[1],
        },
        "account/applications": {"person": person, "links": links, "done": "unlinked"},
        "account/profile": {"person": person, "profile": profile, "has_password": True},
        "account/confirm_email": {"person": person, "email": text, "link": "a-link"},
        "step_up": {
            "interaction": "int_1",
            "way": "code",
            "ways": ("key", "code"),
            "why": "remove",
            "back": "/tokens",
        },
        "consent": {
            "interaction": "int_1",
            "application": application,
            "person": person,
            "scopes": ("openid", "profile", text),
        },
        "error": {"problem": Problem("odd", text, text)},
        "signed_out": {},
        **admin_facts(text),
    }
