"""What a phishing page, a broken key, a thief and a liar try with WebAuthn, over HTTP.

Each is refused with its own reason, spends its challenge and signs nobody in.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.accounts import Account
from counterfoil.errors import Reason
from counterfoil.http.house import House
from counterfoil.kit import base64url
from counterfoil_devices.emulated import Lies, Misbehave, Model
from tests.ceremonies.desk import PASSWORD, told
from tests.http.visitor import Visitor, last_part, reason_of

FOREIGN_ID = base64url.encode(b"a credential that nobody has")


@pytest.fixture
def visitor(house: House) -> Visitor:
    """Somebody with a key that works alone."""
    visitor = Visitor(house)
    visitor.enrol()
    return visitor


def account_of(visitor: Visitor) -> Account:
    account = visitor.house.store.read_now(
        lambda tx: visitor.house.accounts.find_by_name(tx, "ada")
    )
    assert account is not None
    return account


def assert_refused(
    visitor: Visitor, begun: dict[str, Any], credential: object, reason: Reason
) -> None:
    """Refused, with that reason, for good, and told to the operator when it is known of whom."""
    honest = visitor.touch(begun)
    answer = visitor.prove(begun, credential)
    assert reason_of(answer) == reason
    assert 400 <= answer.status_code < 500
    assert "set-cookie" not in answer.headers
    assert reason_of(visitor.prove(begun, honest)) == Reason.REPLAYED
    assert not visitor.signed_in()


def test_the_honest_key_signs_in(visitor: Visitor) -> None:
    visitor.touch_in()
    assert visitor.signed_in()


# --- the page lies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lies", "reason"),
    [
        (Lies(origin="https://evil.example"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost:8081"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="https://localhost:8080"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://sub.localhost:8080"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost:8080/"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost:8080/path"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost:8080@evil.example"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://LOCALHOST:8080"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="http://localhost:8080\u0000"), Reason.FOREIGN_ORIGIN),
        (Lies(origin="null"), Reason.FOREIGN_ORIGIN),
        (Lies(origin=""), Reason.FOREIGN_ORIGIN),
        (Lies(cross_origin=True), Reason.CROSS_ORIGIN),
        (Lies(cross_origin=True, top_origin="https://evil.example"), Reason.CROSS_ORIGIN),
        (Lies(top_origin="https://evil.example"), Reason.CROSS_ORIGIN),
        (Lies(top_origin="http://localhost:8080"), Reason.CROSS_ORIGIN),
        (Lies(type="webauthn.create"), Reason.FOREIGN_TYPE),
        (Lies(type="WebAuthn.get"), Reason.FOREIGN_TYPE),
        (Lies(type=""), Reason.FOREIGN_TYPE),
        (Lies(challenge="AAAA"), Reason.FOREIGN_CHALLENGE),
        (Lies(challenge=""), Reason.FOREIGN_CHALLENGE),
        (Lies(response_type="password"), Reason.MALFORMED),
        (Lies(id=FOREIGN_ID), Reason.MALFORMED),
        (Lies(raw_id=FOREIGN_ID), Reason.MALFORMED),
        (Lies(id=FOREIGN_ID, raw_id=FOREIGN_ID), Reason.FOREIGN_CREDENTIAL),
        (Lies(user_handle=b"somebody else"), Reason.FOREIGN_USER_HANDLE),
        (Lies(user_handle=bytes(64)), Reason.FOREIGN_USER_HANDLE),
    ],
    ids=repr,
)
def test_a_lie_of_the_page_is_refused(visitor: Visitor, lies: Lies, reason: Reason) -> None:
    begun = visitor.begin(visitor.start())
    assert_refused(visitor, begun, visitor.touch(begun, lies), reason)


def test_a_challenge_with_one_character_changed_is_foreign(visitor: Visitor) -> None:
    begun = visitor.begin(visitor.start())
    challenge = str(begun["challenge"]["publicKey"]["challenge"])
    changed = challenge[:-1] + ("A" if challenge[-1] != "A" else "E")
    lie = visitor.touch(begun, Lies(challenge=changed))
    assert_refused(visitor, begun, lie, Reason.FOREIGN_CHALLENGE)


@pytest.mark.parametrize("other", ["{}=", "{}==", "{}\n", " {}"])
def test_a_challenge_in_another_spelling_is_foreign(visitor: Visitor, other: str) -> None:
    begun = visitor.begin(visitor.start())
    challenge = other.format(begun["challenge"]["publicKey"]["challenge"])
    lie = visitor.touch(begun, Lies(challenge=challenge))
    assert_refused(visitor, begun, lie, Reason.FOREIGN_CHALLENGE)


def test_without_a_user_handle_nobody_is_recognised(visitor: Visitor) -> None:
    begun = visitor.begin(visitor.start())
    shown = visitor.touch(begun)
    del shown["response"]["userHandle"]
    assert_refused(visitor, begun, shown, Reason.USER_HANDLE_MISSING)


def test_an_answer_for_another_relying_party_is_refused(visitor: Visitor) -> None:
    begun = visitor.begin(visitor.start())
    with visitor.key.misbehaving(Misbehave.FOREIGN_RP_ID_HASH):
        shown = visitor.touch(begun)
    assert_refused(visitor, begun, shown, Reason.FOREIGN_RP_ID)


# --- the key misbehaves ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Misbehave.WRONG_SIGNATURE, Reason.SIGNATURE_WRONG),
        (Misbehave.NO_USER_PRESENCE, Reason.USER_ABSENT),
        (Misbehave.UV_MISSING, Reason.USER_UNVERIFIED),
        (Misbehave.ELIGIBILITY_CHANGES, Reason.BACKUP_ELIGIBILITY_CHANGED),
        (Misbehave.BACKED_UP_NOT_ELIGIBLE, Reason.BACKUP_STATE),
        (Misbehave.TRAILING_AUTHENTICATOR_DATA, Reason.MALFORMED),
        (Misbehave.COUNTER_STANDS_STILL, Reason.COUNTER_NOT_GREATER),
        (Misbehave.COUNTER_GOES_BACK, Reason.COUNTER_NOT_GREATER),
    ],
)
def test_a_key_that_misbehaves_is_refused(
    visitor: Visitor, fault: Misbehave, reason: Reason
) -> None:
    visitor.touch_in()
    visitor.post("/sign-out")
    begun = visitor.begin(visitor.start())
    with visitor.key.misbehaving(fault):
        shown = visitor.touch(begun)
    assert_refused(visitor, begun, shown, reason)
    last = [e for e in told(visitor.house, account_of(visitor)) if e.what == "refused"][-1]
    assert last.reason == reason


def test_a_key_without_a_counter_is_as_good(house: House) -> None:
    visitor = Visitor(house, model=Model(counts=False))
    visitor.enrol()
    for _ in range(2):
        visitor.touch_in()
        assert visitor.signed_in()
        visitor.post("/sign-out")


def test_a_copy_of_the_key_is_noticed_once_the_original_was_used(visitor: Visitor) -> None:
    begun = visitor.begin(visitor.start())
    from_the_copy = visitor.touch(begun)
    visitor.touch_in()
    visitor.post("/sign-out")
    # The copy's counter is behind; its signature and challenge are good ones.
    interaction = visitor.start()
    late = visitor.begin(interaction)
    copied = dict(from_the_copy)
    assert reason_of(visitor.prove(late, copied)) == Reason.FOREIGN_CHALLENGE
    assert not visitor.signed_in()


@pytest.mark.parametrize("fault", [Misbehave.UV_CLAIMED, Misbehave.UV_MISSING])
def test_beside_a_password_the_pin_is_not_asked_for_and_a_touch_is(
    house: House, fault: Misbehave
) -> None:
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD, alone=False)
    interaction = visitor.start()
    visitor.type_password(interaction, "ada")
    begun = visitor.begin(interaction, alone=False)
    with visitor.key.misbehaving(fault, Misbehave.NO_USER_PRESENCE):
        absent = visitor.touch(begun)
    assert reason_of(visitor.prove(begun, absent)) == Reason.USER_ABSENT
    begun = visitor.begin(interaction, alone=False)
    with visitor.key.misbehaving(Misbehave.UV_MISSING):
        assert visitor.prove(begun, visitor.touch(begun)).status_code == 200
    assert visitor.signed_in()


# --- the bytes are bent ------------------------------------------------------------------------

Bend = Callable[[dict[str, Any]], object]


def response_without(name: str) -> Bend:
    def bend(credential: dict[str, Any]) -> object:
        del credential["response"][name]
        return credential

    return bend


def response_with(name: str, value: object) -> Bend:
    def bend(credential: dict[str, Any]) -> object:
        credential["response"][name] = value
        return credential

    return bend


def client_data_as(change: Callable[[str], str]) -> Bend:
    """Bent client data is no longer what was signed; its form is looked at first."""

    def bend(credential: dict[str, Any]) -> object:
        text = base64url.decode(credential["response"]["clientDataJSON"]).decode()
        bent = base64url.encode(change(text).encode())
        credential["response"]["clientDataJSON"] = bent
        return credential

    return bend


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (lambda c: None, Reason.MALFORMED),
        (lambda c: [c], Reason.MALFORMED),
        (json.dumps, Reason.MALFORMED),
        (lambda c: {k: v for k, v in c.items() if k != "rawId"}, Reason.MALFORMED),
        (lambda c: {k: v for k, v in c.items() if k != "type"}, Reason.MALFORMED),
        (lambda c: c | {"id": c["id"] + "="}, Reason.MALFORMED),
        (lambda c: c | {"id": 7, "rawId": 7}, Reason.MALFORMED),
        (response_without("signature"), Reason.MALFORMED),
        (response_without("clientDataJSON"), Reason.MALFORMED),
        (response_without("authenticatorData"), Reason.MALFORMED),
        (response_with("signature", ""), Reason.SIGNATURE_WRONG),
        (response_with("signature", "A" * 96), Reason.SIGNATURE_WRONG),
        (response_with("signature", "A+/="), Reason.MALFORMED),
        (response_with("authenticatorData", "AAAA"), Reason.MALFORMED),
        (response_with("userHandle", 1), Reason.MALFORMED),
        (client_data_as(lambda t: t + " "), Reason.SIGNATURE_WRONG),
        (client_data_as(lambda t: t[:-1]), Reason.MALFORMED),
        (client_data_as(lambda t: t[:-1] + ',"type":"webauthn.get"}'), Reason.MALFORMED),
        (client_data_as(lambda t: t.replace('"crossOrigin":false', '"crossOrigin":0')),
         Reason.MALFORMED),
        (client_data_as(lambda t: t.replace("false", "NaN")), Reason.MALFORMED),
        (client_data_as(lambda t: t[:-1] + ',"tokenBinding":{"status":"present","id":"x"}}'),
         Reason.TOKEN_BINDING),
        (client_data_as(lambda t: "[" * 5000), Reason.MALFORMED),
    ],
    ids=range(22),
)  # fmt: skip
def test_bent_bytes_are_refused(visitor: Visitor, bend: Bend, reason: Reason) -> None:
    begun = visitor.begin(visitor.start())
    assert_refused(visitor, begun, bend(visitor.touch(begun)), reason)


# --- other people's answers --------------------------------------------------------------------


def test_an_answer_is_good_once(visitor: Visitor) -> None:
    begun = visitor.begin(visitor.start())
    shown = visitor.touch(begun)
    assert visitor.prove(begun, shown).status_code == 200
    assert reason_of(visitor.prove(begun, shown)) == Reason.REPLAYED
    other = visitor.begin(visitor.start())
    assert reason_of(visitor.prove(other, shown)) == Reason.FOREIGN_CHALLENGE


def test_a_stolen_answer_is_good_in_no_other_browser(visitor: Visitor, house: House) -> None:
    begun = visitor.begin(visitor.start())
    shown = visitor.touch(begun)
    thief = Visitor(house)
    interaction = thief.start()
    assert reason_of(thief.prove(begun, shown)) == Reason.FOREIGN_CEREMONY
    own = thief.begin(interaction)
    assert reason_of(thief.prove(own, shown)) == Reason.FOREIGN_CHALLENGE
    assert not thief.signed_in()
    assert visitor.prove(begun, shown).status_code == 200


def test_a_challenge_relayed_from_another_browser_signs_in_the_one_that_asked(
    visitor: Visitor, house: House
) -> None:
    """A relayed challenge needs our own page at the victim's end: the origin is signed."""
    thief = Visitor(house)
    begun = thief.begin(thief.start())
    phished = visitor.touch(begun, Lies(origin="https://counterfoil.evil.example"))
    assert reason_of(thief.prove(begun, phished)) == Reason.FOREIGN_ORIGIN
    assert not thief.signed_in()


def test_the_key_of_another_account_does_not_follow_a_password(house: House) -> None:
    ada, eve = Visitor(house, seed=b"ada"), Visitor(house, seed=b"eve")
    ada.enrol("Ada", password=PASSWORD, alone=False)
    eve.enrol("Eve")
    interaction = eve.start()
    assert last_part(eve.type_password(interaction, "ada")) == interaction
    begun = eve.begin(interaction, alone=False)
    options = begun["challenge"]["publicKey"] | {"allowCredentials": []}
    shown = eve.browser.get(options, eve.issuer)
    assert reason_of(eve.prove(begun, shown)) == Reason.FOREIGN_CREDENTIAL
    assert not eve.signed_in()


def test_keys_are_told_only_after_the_password(house: House) -> None:
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD, alone=False)
    interaction = visitor.start()
    begun = visitor.begin(interaction)
    assert begun["challenge"]["publicKey"]["allowCredentials"] == []
    visitor.type_password(interaction, "ada", "another password")
    assert reason_of(visitor.ask(interaction, alone=False)) == Reason.EXPIRED
    visitor.type_password(interaction, "ada")
    begun = visitor.begin(interaction, alone=False)
    assert len(begun["challenge"]["publicKey"]["allowCredentials"]) == 1


# --- out of turn -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"purpose": "enrol"}, Reason.WRONG_KIND),
        ({"purpose": "step_up"}, Reason.WRONG_KIND),
        ({"alone": False}, Reason.EXPIRED),
        ({"alone": "true"}, Reason.EXPIRED),
        ({"kind": "password", "purpose": "enrol"}, Reason.WRONG_KIND),
        ({"kind": "otp"}, Reason.MALFORMED),
        ({"kind": None}, Reason.MALFORMED),
        ({"purpose": "Sign_In"}, Reason.MALFORMED),
        ({"interaction": None}, Reason.MALFORMED),
        ({"interaction": ["x"]}, Reason.MALFORMED),
        ({"interaction": "int_AAAAAAAAAAAAAAAAAAAAAA"}, Reason.FOREIGN_CEREMONY),
        ({"interaction": "cer_AAAAAAAAAAAAAAAAAAAAAA"}, Reason.FOREIGN_CEREMONY),
    ],
)
def test_what_is_not_due_does_not_begin(
    visitor: Visitor, asked: dict[str, object], reason: Reason
) -> None:
    body = {"interaction": visitor.start(), "kind": "webauthn", "purpose": "sign_in", "alone": True}
    assert reason_of(visitor.post("/ceremonies", json=body | asked)) == reason


def test_one_tabs_ceremony_does_not_finish_another_tabs_interaction(visitor: Visitor) -> None:
    one, other = visitor.start(), visitor.start()
    in_one = visitor.begin(one)
    shown = visitor.touch(in_one)
    in_other = visitor.begin(other)
    assert reason_of(visitor.prove(in_other, shown)) == Reason.FOREIGN_CHALLENGE
    answer = visitor.prove(in_one, shown)
    assert answer.status_code == 200
    # The first tab is through, the second one still asks.
    assert visitor.get(f"/sign-in/{one}").status_code == 303
    assert visitor.get(f"/sign-in/{other}").status_code == 200


def test_one_browsers_interaction_is_not_another_ones(visitor: Visitor, house: House) -> None:
    interaction, thief = visitor.start(), Visitor(house)
    thief.start()
    assert reason_of(thief.ask(interaction)) == Reason.FOREIGN_CEREMONY
    for path in (f"/sign-in/{interaction}", f"/first-visit/{interaction}", f"/enrol/{interaction}"):
        answer = thief.get(path)
        assert answer.status_code == 403
        assert interaction not in answer.text
