"""The small WebAuthn client above the key: where it refuses as a browser does, and how it lies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fido2.ctap import CtapError

from counterfoil_devices.emulated import (
    Algorithm,
    Browser,
    BrowserError,
    DomException,
    EmulatedDevice,
    Lies,
    Model,
    SecurityKey,
    Touch,
    World,
)
from counterfoil_devices.emulated.browser import unb64
from tests.devices.options import ANN, BOB, CHALLENGE, ORIGIN, RP_ID, b64, creation, request


def client_data(response: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(unb64(response["response"]["clientDataJSON"]))
    return data


def refusal(error: pytest.ExceptionInfo[BrowserError]) -> tuple[DomException, int | None]:
    return error.value.name, error.value.cause


def test_the_responses_survive_json(browser: Browser) -> None:
    made = browser.create(creation(resident="required"), ORIGIN)
    answer = browser.get(request(), ORIGIN)
    assert json.loads(json.dumps([made, answer])) == [made, answer]
    assert made["id"] == made["rawId"] == answer["id"]
    assert made["type"] == "public-key"
    assert made["response"]["transports"] == ["usb"]
    assert answer["response"]["userHandle"] == b64(ANN)


def test_an_honest_client_says_where_it_is(browser: Browser) -> None:
    made = browser.create(creation(), ORIGIN)
    assert client_data(made) == {
        "type": "webauthn.create",
        "challenge": b64(CHALLENGE),
        "origin": ORIGIN,
        "crossOrigin": False,
    }
    answer = browser.get(request(allow=[made["id"]]), ORIGIN)
    assert client_data(answer)["type"] == "webauthn.get"
    assert "userHandle" not in answer["response"], "a sealed credential knows no account"


@pytest.mark.parametrize(
    "origin",
    [
        "http://login.example",
        "https://login.example.evil.example",
        "https://evil-login.example",
        "https://example",
        "ftp://login.example",
        "nonsense",
    ],
)
def test_an_rp_id_of_somebody_else_is_refused(browser: Browser, origin: str) -> None:
    with pytest.raises(BrowserError) as error:
        browser.create(creation(), origin)
    assert refusal(error) == (DomException.SECURITY, None)
    with pytest.raises(BrowserError) as error:
        browser.get(request(), origin)
    assert refusal(error) == (DomException.SECURITY, None)


def test_a_missing_rp_id_is_the_host(browser: Browser) -> None:
    options = creation(resident="required")
    del options["rp"]["id"]
    browser.create(options, ORIGIN + ":8443")
    asked = request()
    del asked["rpId"]
    assert browser.get(asked, ORIGIN)["response"]["userHandle"] == b64(ANN)


def test_a_subdomain_may_use_its_parents_rp_id(browser: Browser) -> None:
    assert client_data(browser.create(creation(), "https://sub.login.example"))["origin"] == (
        "https://sub.login.example"
    )


def test_an_excluded_credential_is_an_invalid_state(browser: Browser, world: World) -> None:
    made = browser.create(creation(), ORIGIN)
    foreign = [b64(bytes([i]) * 40) for i in range(20)]  # more than one list can take
    before = world.finger.touches
    with pytest.raises(BrowserError) as error:
        browser.create(creation(exclude=[*foreign, made["id"]]), ORIGIN)
    assert refusal(error) == (DomException.INVALID_STATE, CtapError.ERR.CREDENTIAL_EXCLUDED)
    assert world.finger.touches == before + 1
    browser.create(creation(exclude=foreign), ORIGIN)


def test_among_many_allowed_ones_the_keys_own_is_found(browser: Browser) -> None:
    made = browser.create(creation(), ORIGIN)
    foreign = [b64(bytes([i]) * 40) for i in range(20)]
    assert browser.get(request(allow=[*foreign, made["id"]]), ORIGIN)["id"] == made["id"]


@pytest.mark.parametrize("allow", [[], [b64(b"foreign" * 8)]])
def test_without_a_credential_nobody_gets_in(browser: Browser, allow: list[str]) -> None:
    with pytest.raises(BrowserError) as error:
        browser.get(request(allow=allow), ORIGIN)
    assert refusal(error) == (DomException.NOT_ALLOWED, CtapError.ERR.NO_CREDENTIALS)


def test_no_algorithm_in_common_is_not_supported(browser: Browser) -> None:
    with pytest.raises(BrowserError) as error:
        browser.create(creation(algorithms=[-65535]), ORIGIN)
    assert refusal(error) == (DomException.NOT_SUPPORTED, CtapError.ERR.UNSUPPORTED_ALGORITHM)


@pytest.mark.parametrize("does", [Touch.REFUSED, Touch.NEVER])
def test_without_a_touch_it_is_not_allowed(browser: Browser, world: World, does: Touch) -> None:
    world.finger.does = does
    with pytest.raises(BrowserError) as error:
        browser.create(creation(), ORIGIN)
    assert error.value.name is DomException.NOT_ALLOWED


def test_a_wrong_pin_costs_one_try(browser: Browser, world: World, key: SecurityKey) -> None:
    world.pin = "0000"
    with pytest.raises(BrowserError) as error:
        browser.create(creation(verification="required"), ORIGIN)
    assert refusal(error) == (DomException.NOT_ALLOWED, CtapError.ERR.PIN_INVALID)
    assert key.pin.retries == 7


def test_a_person_who_closes_the_prompt_costs_none(
    browser: Browser, world: World, key: SecurityKey
) -> None:
    world.pin = None
    with pytest.raises(BrowserError) as error:
        browser.create(creation(verification="required"), ORIGIN)
    assert refusal(error) == (DomException.NOT_ALLOWED, None)
    assert key.pin.retries == 8


@pytest.mark.parametrize(
    ("pin", "verification", "verified"),
    [
        ("2580", "required", True),
        ("2580", "preferred", True),
        ("2580", "discouraged", False),
        (None, "preferred", False),
        (None, "discouraged", False),
    ],
)
def test_the_pin_is_asked_for_as_far_as_the_page_and_the_key_say(
    world: World, pin: str | None, verification: str, verified: bool
) -> None:
    browser = Browser(EmulatedDevice(SecurityKey(world, pin=pin)), world)
    made = browser.create(creation(verification=verification), ORIGIN)
    answer = browser.get(request(allow=[made["id"]], verification=verification), ORIGIN)
    for response in (made, answer):
        flags = unb64(response["response"]["authenticatorData"])[32]
        assert bool(flags & 0x04) is verified


def test_verification_cannot_be_had_from_a_key_without_pin(world: World) -> None:
    browser = Browser(EmulatedDevice(SecurityKey(world)), world)
    with pytest.raises(BrowserError) as error:
        browser.create(creation(verification="required"), ORIGIN)
    assert refusal(error) == (DomException.CONSTRAINT, None)


@pytest.mark.parametrize(
    ("resident", "kept"), [("required", True), ("preferred", True), ("discouraged", False)]
)
@pytest.mark.parametrize("verification", ["preferred", "discouraged"])
def test_a_credential_is_kept_as_the_page_wishes(
    browser: Browser, key: SecurityKey, resident: str, kept: bool, verification: str
) -> None:
    options = creation(resident=resident, verification=verification, extensions={"credProps": True})
    made = browser.create(options, ORIGIN)
    assert made["clientExtensionResults"] == {"credProps": {"rk": kept}}
    assert len(key.credentials.resident) == kept


def test_the_old_word_for_it_is_understood(browser: Browser, key: SecurityKey) -> None:
    options = creation()
    options["authenticatorSelection"] = {"requireResidentKey": True}
    browser.create(options, ORIGIN)
    assert len(key.credentials.resident) == 1


def test_a_full_key_is_a_constraint(world: World) -> None:
    browser = Browser(EmulatedDevice(SecurityKey(world, Model(resident_capacity=0))), world)
    with pytest.raises(BrowserError) as error:
        browser.create(creation(resident="required"), ORIGIN)
    assert refusal(error) == (DomException.CONSTRAINT, CtapError.ERR.KEY_STORE_FULL)


def test_the_person_chooses_among_accounts(browser: Browser) -> None:
    for user_id in (ANN, BOB):
        browser.create(creation(user_id=user_id, resident="required"), ORIGIN)
    handles = [
        browser.get(request(), ORIGIN, account=line)["response"]["userHandle"] for line in (0, 1)
    ]
    assert handles == [b64(BOB), b64(ANN)]


def test_a_protected_credential_is_made_on_request(browser: Browser) -> None:
    wish = {"credentialProtectionPolicy": "userVerificationRequired"}
    made = browser.create(creation(extensions=wish), ORIGIN)
    browser.get(request(allow=[made["id"]], verification="required"), ORIGIN)
    with pytest.raises(BrowserError):
        browser.get(request(allow=[made["id"]], verification="discouraged"), ORIGIN)


@pytest.mark.parametrize(
    ("lies", "member", "told"),
    [
        (Lies(origin="https://evil.example"), "origin", "https://evil.example"),
        (Lies(challenge="AAAA"), "challenge", "AAAA"),
        (Lies(type="payment.get"), "type", "payment.get"),
        (Lies(cross_origin=True), "crossOrigin", True),
        (Lies(top_origin="https://top.example"), "topOrigin", "https://top.example"),
    ],
)
def test_a_lie_in_the_client_data_is_signed_by_the_key(
    browser: Browser, lies: Lies, member: str, told: object
) -> None:
    honest = browser.create(creation(), ORIGIN)
    for response, truth in [
        (browser.create(creation(), ORIGIN, lies), honest),
        (browser.get(request(allow=[honest["id"]]), ORIGIN, lies), None),
    ]:
        data = client_data(response)
        assert data[member] == told
        if truth is not None:
            assert {**data, member: None} == {**client_data(truth), member: None}


def test_lies_around_the_signature(browser: Browser) -> None:
    made = browser.create(creation(resident="required"), ORIGIN)
    lies = Lies(user_handle=BOB, id="AAAA", response_type="password")
    answer = browser.get(request(), ORIGIN, lies)
    assert answer["response"]["userHandle"] == b64(BOB)
    assert (answer["id"], answer["rawId"]) == ("AAAA", made["rawId"])
    assert answer["type"] == "password"
    assert browser.get(request(), ORIGIN, Lies(raw_id="BBBB"))["rawId"] == "BBBB"


def test_an_rp_id_of_somebody_else_is_asked_for_all_the_same(browser: Browser) -> None:
    made = browser.create(creation(), "https://evil.example", Lies(rp_id=RP_ID))
    assert client_data(made)["origin"] == "https://evil.example"
    answer = browser.get(request(allow=[made["id"]]), ORIGIN)
    assert (
        answer["response"]["authenticatorData"][:40] == (made["response"]["authenticatorData"][:40])
    )


def test_the_page_hears_the_algorithm(browser: Browser) -> None:
    made = browser.create(creation(algorithms=[Algorithm.EdDSA]), ORIGIN)
    assert made["response"]["publicKeyAlgorithm"] == -8
