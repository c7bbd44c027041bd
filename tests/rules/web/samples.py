"""Facts for every page, once plain and once from somebody who means harm."""

from collections.abc import Mapping

from counterfoil_web import Application, Person, Problem, Token
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
        "tokens": {"person": person, "tokens": tokens, "now_ms": 0, "notice": "added"},
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
