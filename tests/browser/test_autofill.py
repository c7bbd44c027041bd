"""Keys offered in the name field: asked for, renewed in time, and out of the button's way."""

import json
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.keys import plug_in
from tests.browser.person import Person
from tests.browser.stage import Stage

# A browser's autofill that a test can see into: it waits, and goes when it is told to.
_OBSERVED = """
globalThis.asked = [];
PublicKeyCredential.isConditionalMediationAvailable = async () => true;
const get = CredentialsContainer.prototype.get;
CredentialsContainer.prototype.get = function (options) {
  if (options.mediation !== "conditional") return get.call(this, options);
  const one = { allow: options.publicKey.allowCredentials?.length ?? 0,
    verification: options.publicKey.userVerification, aborted: false };
  asked.push(one);
  return new Promise((_, reject) => options.signal.addEventListener("abort", () => {
    one.aborted = true;
    reject(options.signal.reason);
  }));
};"""


def test_the_name_field_offers_keys_without_naming_any(stage: Stage, ada: Person) -> None:
    ada.page.add_init_script(_OBSERVED)
    ada.start()
    field = ada.page.get_by_label("Your name")
    expect(field).to_have_attribute("autocomplete", "username webauthn")
    wait_for(ada.page, "asked.length === 1")
    [asked] = ada.page.evaluate("asked")
    assert asked == {"allow": 0, "verification": "required", "aborted": False}


def test_the_button_takes_the_place_of_what_is_offered(stage: Stage, ada: Person) -> None:
    ada.page.add_init_script(_OBSERVED)
    key = ada.enrol(stage.add())
    key.somebody_touches(False)
    ada.start()
    wait_for(ada.page, "asked.length === 1")
    ada.press("Use my security key")
    ada.page.get_by_text("We wait for you").wait_for()
    assert [one["aborted"] for one in ada.page.evaluate("asked")] == [True]
    ada.press("Stop")
    wait_for(ada.page, "asked.length === 2 && !asked[1].aborted")
    key.somebody_touches(True)
    ada.press("Use my security key")
    ada.reads("My keys")


def test_an_offer_is_renewed_before_its_challenge_is_over(stage: Stage, ada: Person) -> None:
    def shorten(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps(answer.json() | {"expires_in_s": 0.5}))

    ada.page.add_init_script(_OBSERVED)
    ada.page.route("**/ceremonies", shorten)
    ada.start()
    wait_for(ada.page, "asked.length === 3 && asked[1].aborted && !asked[2].aborted")


def test_a_passkey_from_the_name_field_signs_in(stage: Stage, ada: Person) -> None:
    """Chromium itself, with a device that holds passkeys and a person who chooses at once."""
    ada.enrol(stage.add(), transport="internal")
    ada.open()
    ada.press("Sign in")
    ada.reads("My keys")


def test_a_browser_without_autofill_asks_for_nothing(stage: Stage, ada: Person) -> None:
    ada.page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    paths: list[str] = []
    ada.page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    plug_in(ada.page)
    ada.start()
    ada.page.wait_for_load_state("networkidle")
    assert "/" in paths
    assert "/ceremonies" not in paths


def wait_for(page: Page, condition: str) -> bool:
    """Until the page says so; waiting inside the page would be an eval, which it refuses."""
    for _ in range(200):
        if page.evaluate(condition):
            return True
        page.wait_for_timeout(50)
    raise AssertionError(f"never: {condition}")
