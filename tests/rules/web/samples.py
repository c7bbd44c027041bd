"""Facts for every page, once plain and once from somebody who means harm."""

from collections.abc import Mapping

from counterfoil_web import Application, Person, Problem, Token

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
        "second_step": {"interaction": "int_1", "name": text, "transports": ("nfc",)},
        "invitation": {"invitation": "inv", "person": person, "expires_ms": 90_000, "now_ms": 0},
        "first_visit": {"interaction": "int_1", "person": person},
        "first_visit_password": {"interaction": "int_1", "person": person},
        "enrol_key": {"interaction": "int_1", "alone": True, "held": 2, "back": "/tokens"},
        "done": {"person": person},
        "tokens": {"person": person, "tokens": tokens, "now_ms": 0, "notice": "added"},
        "step_up": {"interaction": "int_1", "why": "remove", "back": "/tokens"},
        "consent": {
            "interaction": "int_1",
            "application": application,
            "person": person,
            "scopes": ("openid", "profile", text),
        },
        "error": {"problem": Problem("odd", text, text)},
        "signed_out": {},
    }
