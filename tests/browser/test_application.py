"""An application sends somebody to us, and gets them back with a code that becomes tokens."""

import base64

from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import APIResponse, expect

from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.oauth.town import VERIFIER, App


def test_a_touch_without_a_name_brings_the_application_a_code_that_becomes_tokens(
    stage: Stage, ada: Person
) -> None:
    account, app = stage.add(), stage.register()
    ada.enrol(account)
    ada.open(stage.authorize(app))
    ada.reads("Sign in")
    expect(ada.page.get_by_text("Sample application", exact=True)).to_be_visible()
    expect(ada.page.get_by_text(stage.application, exact=True)).to_be_visible()
    ada.press("Use my security key")
    ada.reads("Let Sample application in?")
    ada.press("Allow")
    ada.reads("You are back")
    [answer] = stage.home.answers
    assert (answer["state"], answer["iss"]) == ("a state", stage.issuer)
    redeemed = redeem(ada, app, answer["code"])
    assert redeemed.status == 200, redeemed.text()
    tokens = redeemed.json()
    keys = ada.page.request.get(f"{stage.issuer}/oauth2/jwks").json()
    claims = jwt.decode(tokens["access_token"], KeySet.import_key_set(keys)).claims
    assert (claims["iss"], claims["sub"]) == (stage.issuer, account.id)
    assert claims["auth_time"] == stage.clock.at_ms // 1000
    assert claims["acr"] == "phr"
    assert set(claims["amr"]) == {"pop", "user", "mfa"}


def test_nobody_is_asked_twice_and_no_is_an_answer(stage: Stage, ada: Person) -> None:
    app = stage.register()
    ada.enrolled_and_in(stage.add())
    ada.open(stage.authorize(app))
    ada.reads("Let Sample application in?")
    ada.press("Do not allow")
    ada.reads("You are back")
    assert stage.home.answers[0]["error"] == "access_denied"
    ada.open(stage.authorize(app))
    ada.press("Allow")
    ada.reads("You are back")
    ada.open(stage.authorize(app))
    ada.reads("You are back")
    assert len({answer["code"] for answer in stage.home.answers[1:]}) == 2


def redeem(person: Person, app: App, code: str) -> APIResponse:
    """As the application's server does it."""
    name, secret = app.basic
    return person.page.request.post(
        f"{person.stage.issuer}/oauth2/token",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{person.stage.application}/callback",
            "code_verifier": VERIFIER,
        },
        headers={
            "Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()
        },
    )
