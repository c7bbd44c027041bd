"""What the emulated key keeps, finds and refuses: CTAP 2.1 beyond the plain ceremony."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from functools import partial
from threading import Event
from typing import Any

import pytest
from fido2.ctap import STATUS, CtapError
from fido2.ctap2.base import AssertionResponse, AttestationResponse, Ctap2
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin
from fido2.hid import CTAPHID
from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil_devices.emulated import (
    EMULATED_AAGUID,
    Algorithm,
    EmulatedDevice,
    HandClock,
    Model,
    SecurityKey,
    Touch,
    World,
)
from counterfoil_devices.emulated.security_key import MAX_MESSAGE_BYTES
from counterfoil_devices.emulated.wire import Cbor, CborKey, Status, encode

ERR = CtapError.ERR
RP_ID = "login.example"
DIGEST = b"\x07" * 32
PIN = "2580"
ANY_STATUS = {int(s) for s in Status}


@pytest.fixture
def ctap(world: World) -> Ctap2:
    """A client of a key without PIN."""
    return Ctap2(EmulatedDevice(SecurityKey(world)))


def make(
    ctap: Ctap2,
    user: bytes = b"ann",
    rp_id: str = RP_ID,
    *,
    rk: bool = True,
    offered: list[Mapping[str, Any]] | None = None,
    exclude: list[Mapping[str, Any]] | None = None,
    extensions: Mapping[str, Any] | None = None,
    proof: tuple[bytes, int] | tuple[None, None] = (None, None),
) -> AttestationResponse:
    return ctap.make_credential(
        DIGEST,
        {"id": rp_id, "name": "Login"},
        {"id": user, "name": user.decode(), "displayName": user.decode().title()},
        offered or [{"type": "public-key", "alg": -7}],
        exclude,
        extensions,
        {"rk": rk},
        *proof,
    )


def prove(ctap: Ctap2, permission: ClientPin.PERMISSION) -> tuple[bytes, int]:
    """The PIN, as the two parameters that prove it for one request."""
    client = ClientPin(ctap)
    token = client.get_pin_token(PIN, permission, RP_ID)
    return client.protocol.authenticate(token, DIGEST), client.protocol.VERSION


def id_of(made: AttestationResponse) -> bytes:
    assert made.auth_data.credential_data is not None
    return made.auth_data.credential_data.credential_id


def public_key_verifies(made: AttestationResponse, answer: AssertionResponse) -> None:
    assert made.auth_data.credential_data is not None
    answer.verify(DIGEST, made.auth_data.credential_data.public_key)


def named(*ids: bytes) -> list[Mapping[str, Any]]:
    return [{"type": "public-key", "id": i} for i in ids]


def code_of(call: Callable[[], object]) -> int:
    with pytest.raises(CtapError) as error:
        call()
    return error.value.code


def device_of(ctap: Ctap2) -> EmulatedDevice:
    assert isinstance(ctap.device, EmulatedDevice)
    return ctap.device


def token_for_management(ctap: Ctap2) -> CredentialManagement:
    client = ClientPin(ctap)
    token = client.get_pin_token(PIN, ClientPin.PERMISSION.CREDENTIAL_MGMT)
    return CredentialManagement(ctap, client.protocol, token)


def test_it_says_what_it_is(ctap: Ctap2) -> None:
    info = ctap.info
    assert {"FIDO_2_0", "FIDO_2_1"} <= set(info.versions)
    assert info.aaguid == EMULATED_AAGUID
    assert info.options["rk"] is True
    assert info.pin_uv_protocols == [2, 1]
    assert info.max_msg_size == MAX_MESSAGE_BYTES
    assert info.algorithms[0]["alg"] == Algorithm.ES256
    assert info.remaining_disc_creds == 25


def test_two_worlds_of_one_seed_make_the_same_key() -> None:
    one, other = (Ctap2(EmulatedDevice(SecurityKey(World.by_hand(b"seed")))) for _ in range(2))
    assert bytes(make(one).auth_data) == bytes(make(other).auth_data)
    different = Ctap2(EmulatedDevice(SecurityKey(World.by_hand(b"another"))))
    assert bytes(make(different).auth_data) != bytes(make(one, b"bob").auth_data)


@pytest.mark.parametrize("algorithm", [a for a in Algorithm if a is not Algorithm.ES256K])
@pytest.mark.parametrize("rk", [True, False])
def test_every_algorithm_signs_kept_or_sealed(ctap: Ctap2, algorithm: Algorithm, rk: bool) -> None:
    made = make(ctap, rk=rk, offered=[{"type": "public-key", "alg": int(algorithm)}])
    assert len(id_of(made)) <= ctap.info.max_cred_id_length
    public_key_verifies(made, ctap.get_assertion(RP_ID, DIGEST, named(id_of(made))))


def test_the_first_algorithm_that_it_knows_is_taken(ctap: Ctap2) -> None:
    offered = [{"type": "public-key", "alg": a} for a in (-65535, -8, -7)]
    made = make(ctap, offered=[{"type": "other", "alg": -7}, *offered])
    assert made.auth_data.credential_data is not None
    assert made.auth_data.credential_data.public_key[3] == Algorithm.EdDSA


def test_an_unknown_algorithm_makes_no_credential(ctap: Ctap2) -> None:
    offered: list[Mapping[str, Any]] = [{"type": "public-key", "alg": -65535}]
    assert code_of(lambda: make(ctap, offered=offered)) == ERR.UNSUPPORTED_ALGORITHM
    assert ctap.get_info().remaining_disc_creds == 25


def test_the_counter_rises_with_every_signature_of_the_key(ctap: Ctap2) -> None:
    counters = [make(ctap, user).auth_data.counter for user in (b"ann", b"bob")]
    counters.append(ctap.get_assertion(RP_ID, DIGEST).auth_data.counter)
    assert counters == [1, 2, 3]


def test_several_accounts_come_one_after_the_other_the_youngest_first(ctap: Ctap2) -> None:
    made = {user: make(ctap, user) for user in (b"ann", b"bob", b"cat")}
    answers = ctap.get_assertions(RP_ID, DIGEST)
    assert [(a.user or {})["id"] for a in answers] == [b"cat", b"bob", b"ann"]
    assert answers[0].number_of_credentials == 3
    for answer in answers:
        assert answer.user is not None
        assert set(answer.user) == {"id"}, "no names for a user who was not verified"
        public_key_verifies(made[answer.user["id"]], answer)
    assert code_of(ctap.get_next_assertion) == ERR.NOT_ALLOWED


def test_a_verified_user_sees_the_names_to_choose_from(device: EmulatedDevice) -> None:
    ctap = Ctap2(device)
    for user, names in [(b"ann", [None]), (b"bob", ["bob", "ann"])]:
        make(ctap, user, proof=prove(ctap, ClientPin.PERMISSION.MAKE_CREDENTIAL))
        param, protocol = prove(ctap, ClientPin.PERMISSION.GET_ASSERTION)
        answers = ctap.get_assertions(RP_ID, DIGEST, pin_uv_param=param, pin_uv_protocol=protocol)
        assert [(a.user or {}).get("name") for a in answers] == names


@pytest.mark.parametrize(("after_s", "good"), [(29, True), (30, False)])
def test_the_next_account_is_asked_for_within_half_a_minute(
    ctap: Ctap2, world: World, after_s: int, good: bool
) -> None:
    make(ctap, b"ann")
    make(ctap, b"bob")
    ctap.get_assertion(RP_ID, DIGEST)
    world.clock.wait(after_s)
    if good:
        assert (ctap.get_next_assertion().user or {})["id"] == b"ann"
    else:
        assert code_of(ctap.get_next_assertion) == ERR.NOT_ALLOWED


def test_each_next_account_has_its_own_half_minute(ctap: Ctap2, world: World) -> None:
    for user in (b"ann", b"bob", b"cat"):
        make(ctap, user)
    ctap.get_assertion(RP_ID, DIGEST)
    for user in (b"bob", b"ann"):
        world.clock.wait(29)
        assert (ctap.get_next_assertion().user or {})["id"] == user


def test_any_other_command_ends_the_sequence(ctap: Ctap2) -> None:
    make(ctap, b"ann")
    make(ctap, b"bob")
    ctap.get_assertion(RP_ID, DIGEST)
    ctap.get_info()
    assert code_of(ctap.get_next_assertion) == ERR.NOT_ALLOWED


@pytest.mark.parametrize("rk", [True, False])
def test_an_excluded_credential_is_told_only_after_a_touch(
    ctap: Ctap2, world: World, rk: bool
) -> None:
    exclude = named(b"unknown", id_of(make(ctap, rk=rk)))
    before = world.finger.touches
    assert code_of(lambda: make(ctap, exclude=exclude)) == ERR.CREDENTIAL_EXCLUDED
    assert world.finger.touches == before + 1
    world.finger.does = Touch.REFUSED
    assert code_of(lambda: make(ctap, exclude=exclude)) == ERR.OPERATION_DENIED


def test_a_credential_of_another_relying_party_excludes_nothing(ctap: Ctap2) -> None:
    for rk in (True, False):
        other = id_of(make(ctap, rp_id="other.example", rk=rk))
        make(ctap, exclude=named(other))


def test_a_sealed_credential_opens_for_its_relying_party_and_in_its_key_only(
    ctap: Ctap2, world: World
) -> None:
    sealed = named(id_of(make(ctap, rk=False)))
    ctap.get_assertion(RP_ID, DIGEST, sealed)
    asked_elsewhere = code_of(lambda: ctap.get_assertion("other.example", DIGEST, sealed))
    assert asked_elsewhere == ERR.NO_CREDENTIALS
    another = Ctap2(EmulatedDevice(SecurityKey(world)))
    assert code_of(lambda: another.get_assertion(RP_ID, DIGEST, sealed)) == ERR.NO_CREDENTIALS
    assert code_of(lambda: ctap.get_assertion(RP_ID, DIGEST)) == ERR.NO_CREDENTIALS


def test_a_sealed_credential_with_one_bit_changed_is_none(ctap: Ctap2) -> None:
    sealed = id_of(make(ctap, rk=False))

    def ask(credential_id: bytes) -> None:
        ctap.get_assertion(RP_ID, DIGEST, named(credential_id), options={"up": False})

    ask(sealed)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert code_of(partial(ask, changed)) == ERR.NO_CREDENTIALS


def test_a_silent_question_needs_no_touch_and_says_so(ctap: Ctap2, world: World) -> None:
    made = make(ctap)
    before = world.finger.asked
    answer = ctap.get_assertion(RP_ID, DIGEST, options={"up": False})
    assert world.finger.asked == before
    assert not answer.auth_data.is_user_present()
    public_key_verifies(made, answer)


def test_the_same_account_gets_a_new_credential_in_the_old_ones_place(ctap: Ctap2) -> None:
    first, second = make(ctap), make(ctap)
    assert ctap.get_info().remaining_disc_creds == 24
    answer = ctap.get_assertion(RP_ID, DIGEST)
    assert answer.number_of_credentials is None
    assert answer.credential["id"] == id_of(second) != id_of(first)


def test_a_full_key_keeps_no_more(world: World) -> None:
    ctap = Ctap2(EmulatedDevice(SecurityKey(world, Model(resident_capacity=1))))
    make(ctap, b"ann")
    assert code_of(lambda: make(ctap, b"bob")) == ERR.KEY_STORE_FULL
    make(ctap, b"ann")
    make(ctap, b"bob", rk=False)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("rk", [True, False])
def test_a_protected_credential_hides(ctap: Ctap2, level: int, rk: bool) -> None:
    made = make(ctap, rk=rk, extensions={"credProtect": level})
    assert made.auth_data.extensions == {"credProtect": level}

    for allow, found in [(named(id_of(made)), level < 3), (None, rk and level < 2)]:
        ask = partial(ctap.get_assertion, RP_ID, DIGEST, allow)
        if found:
            assert ask().credential["id"] == id_of(made)
        else:
            assert code_of(ask) == ERR.NO_CREDENTIALS


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"uv": True}, ERR.INVALID_OPTION),
        ({"up": False}, ERR.INVALID_OPTION),
    ],
)
def test_options_that_a_new_credential_cannot_have(
    ctap: Ctap2, options: dict[str, bool], code: int
) -> None:
    def ask() -> object:
        rp, user = {"id": RP_ID, "name": "Login"}, {"id": b"ann"}
        offered: list[Mapping[str, Any]] = [{"type": "public-key", "alg": -7}]
        return ctap.make_credential(DIGEST, rp, user, offered, options=options)

    assert code_of(ask) == code


def test_a_key_with_a_pin_keeps_no_credential_without_it(device: EmulatedDevice) -> None:
    ctap = Ctap2(device)
    assert code_of(lambda: make(ctap, rk=True)) == ERR.PUAT_REQUIRED
    make(ctap, rk=False)


def test_lists_have_a_bound(ctap: Ctap2) -> None:
    too_many = named(*(bytes([i]) for i in range(ctap.info.max_creds_in_list + 1)))
    asked = code_of(lambda: ctap.get_assertion(RP_ID, DIGEST, too_many))
    assert asked == ERR.LIMIT_EXCEEDED


def test_messages_have_a_bound(ctap: Ctap2) -> None:
    key = device_of(ctap).key
    assert key.answer(b"\x04" + bytes(MAX_MESSAGE_BYTES)) == bytes([Status.REQUEST_TOO_LARGE])
    assert key.answer(b"\x04" + bytes(MAX_MESSAGE_BYTES - 1))[0] == Status.OK


def test_a_late_touch_is_no_touch(ctap: Ctap2, world: World) -> None:
    assert isinstance(world.clock, HandClock)
    start = world.clock.now()
    world.finger.after_s = 30
    make(ctap)
    assert world.clock.now() == start + 30
    world.finger.after_s = 31
    assert code_of(lambda: make(ctap)) == ERR.USER_ACTION_TIMEOUT
    assert world.clock.now() == start + 60
    assert (world.finger.asked, world.finger.touches) == (2, 1)


@pytest.mark.parametrize(
    ("does", "code"),
    [(Touch.REFUSED, ERR.OPERATION_DENIED), (Touch.NEVER, ERR.USER_ACTION_TIMEOUT)],
)
def test_without_a_touch_there_is_no_credential(
    ctap: Ctap2, world: World, does: Touch, code: int
) -> None:
    world.finger.does = does
    assert code_of(lambda: make(ctap)) == code
    assert code_of(ctap.selection) == code
    assert ctap.get_info().remaining_disc_creds == 25


def test_the_client_sees_it_blink_and_may_cancel(ctap: Ctap2, world: World) -> None:
    event, seen = Event(), []

    def on_keepalive(status: int) -> None:
        seen.append(status)
        event.set()

    assert code_of(lambda: ctap.selection(event=event, on_keepalive=on_keepalive)) == (
        ERR.KEEPALIVE_CANCEL
    )
    assert seen == [STATUS.UPNEEDED]
    assert world.finger.asked == 0
    ctap.selection()
    assert world.finger.touches == 1


@pytest.mark.parametrize(("after_s", "good"), [(9, True), (10, False)])
def test_it_resets_only_when_freshly_plugged_in(
    ctap: Ctap2, world: World, after_s: int, good: bool
) -> None:
    kept, sealed = make(ctap), named(id_of(make(ctap, rk=False)))
    assert kept
    world.clock.wait(after_s)
    if not good:
        assert code_of(ctap.reset) == ERR.NOT_ALLOWED
        device_of(ctap).plug_in()
    ctap.reset()
    assert code_of(lambda: ctap.get_assertion(RP_ID, DIGEST)) == ERR.NO_CREDENTIALS
    assert code_of(lambda: ctap.get_assertion(RP_ID, DIGEST, sealed)) == ERR.NO_CREDENTIALS


def test_a_reset_takes_a_touch_and_forgets_the_pin(device: EmulatedDevice, world: World) -> None:
    ctap = Ctap2(device)
    world.finger.does = Touch.NEVER
    assert code_of(ctap.reset) == ERR.USER_ACTION_TIMEOUT
    world.finger.does = Touch.GIVEN
    device.plug_in()
    ctap.reset()
    assert ctap.get_info().options["clientPin"] is False


def test_its_credentials_can_be_listed_and_deleted_with_the_pin(
    device: EmulatedDevice, world: World
) -> None:
    plain = Ctap2(device)
    device.key.pin.forget()
    for rp_id, user in [(RP_ID, b"ann"), (RP_ID, b"bob"), ("other.example", b"ann")]:
        make(plain, user, rp_id)
    device.key.pin.preset(PIN)
    ctap = Ctap2(device)
    management = token_for_management(ctap)
    assert management.get_metadata() == {1: 3, 2: 22}
    parties = management.enumerate_rps()
    assert [p[3]["id"] for p in parties] == [RP_ID, "other.example"]
    management.enumerate_rps_begin()
    ctap.get_info()  # any other command ends the sequence
    assert code_of(management.enumerate_rps_next) == ERR.NOT_ALLOWED
    listed = management.enumerate_creds(parties[0][4])
    assert [c[6]["name"] for c in listed] == ["bob", "ann"]
    kind = PublicKeyCredentialType.PUBLIC_KEY
    gone = PublicKeyCredentialDescriptor(type=kind, id=listed[0][7]["id"])
    management.delete_cred(gone)
    assert code_of(lambda: management.delete_cred(gone)) == ERR.NO_CREDENTIALS
    assert management.get_metadata()[1] == 2
    assert [c[6]["name"] for c in management.enumerate_creds(parties[0][4])] == ["ann"]
    assert management.enumerate_creds(b"\0" * 32) == []


def test_the_list_of_credentials_needs_the_pin(device: EmulatedDevice) -> None:
    ctap = Ctap2(device)
    assert code_of(lambda: ctap.credential_mgmt(0x01)) == ERR.PUAT_REQUIRED
    client = ClientPin(ctap)
    other_purpose = client.get_pin_token(PIN, ClientPin.PERMISSION.MAKE_CREDENTIAL, RP_ID)
    management = CredentialManagement(ctap, client.protocol, other_purpose)
    assert code_of(management.get_metadata) == ERR.PIN_AUTH_INVALID
    assert code_of(lambda: ctap.credential_mgmt(0x55)) == ERR.INVALID_SUBCOMMAND
    assert token_for_management(ctap).enumerate_rps() == []


def test_a_saved_key_goes_on_where_it_was(device: EmulatedDevice, world: World) -> None:
    ctap = Ctap2(device)
    kept = make(ctap, proof=prove(ctap, ClientPin.PERMISSION.MAKE_CREDENTIAL))
    sealed = make(ctap, rk=False)
    for _ in range(2):
        assert code_of(lambda: ClientPin(ctap).get_pin_token("0000")) == ERR.PIN_INVALID

    saved = json.loads(json.dumps(device.key.save()))
    key = SecurityKey.load(saved, World.by_hand(b"another day"))
    assert key.save() == saved
    again = Ctap2(EmulatedDevice(key))
    assert ClientPin(again).get_pin_retries()[0] == 6
    answer = again.get_assertion(RP_ID, DIGEST)
    public_key_verifies(kept, answer)
    assert answer.auth_data.counter == sealed.auth_data.counter + 1
    public_key_verifies(sealed, again.get_assertion(RP_ID, DIGEST, named(id_of(sealed))))


@pytest.mark.parametrize("saved", [{}, {"version": 2}, {"version": 1, "secret": 7}])
def test_something_else_is_not_loaded(saved: dict[str, object], world: World) -> None:
    with pytest.raises(ValueError, match="not a saved security key"):
        SecurityKey.load(saved, world)


def test_a_saved_credential_that_was_damaged_is_not_loaded(ctap: Ctap2, world: World) -> None:
    make(ctap)
    saved = device_of(ctap).key.save()
    saved["resident"] = [{"id": "00"}]
    with pytest.raises(ValueError, match="not a saved credential"):
        SecurityKey.load(saved, world)


def test_an_unplugged_key_answers_nothing(ctap: Ctap2) -> None:
    device_of(ctap).unplug()
    with pytest.raises(OSError, match="unplugged"):
        ctap.get_info()
    device_of(ctap).plug_in()
    assert ctap.get_info()


def test_the_cable_carries_the_other_commands_too(ctap: Ctap2) -> None:
    device = device_of(ctap)
    assert device.call(CTAPHID.PING, b"hello") == b"hello"
    assert device.call(CTAPHID.WINK) == b""
    assert code_of(lambda: device.call(CTAPHID.LOCK, b"\x01")) == ERR.INVALID_COMMAND
    assert list(EmulatedDevice.list_devices()) == []


def test_a_private_key_is_never_printed(ctap: Ctap2) -> None:
    make(ctap)
    kept = device_of(ctap).key.credentials
    shown = repr(kept) + repr(device_of(ctap).key.pin)
    assert kept.resident[0].private.hex() not in shown
    assert repr(kept.resident[0].private) not in shown
    assert repr(kept.secret) not in shown


# Anything at all, and requests that are nearly right: small keys, values of all types.
_text = st.text(alphabet="aé\0", max_size=5)
_scalars = st.integers(-70000, 70000) | st.booleans() | st.binary(max_size=40) | _text
_inner = st.dictionaries(
    st.sampled_from(["id", "type", "alg", "name", "rk", "up", "uv", "credProtect", 1, 3, -1, -2]),
    _scalars | st.sampled_from(["public-key", RP_ID, 2, -7, b"\x01" * 32]),
    max_size=4,
)
_values = _scalars | st.just(DIGEST) | _inner | st.lists(_inner, max_size=2)
_requests = st.dictionaries(st.integers(1, 11), _values, max_size=7).map(encode)  # type: ignore[arg-type]
_commands = st.sampled_from([1, 2, 4, 6, 7, 8, 9, 10, 11, 12, 0x41, 255]).map(
    lambda command: bytes([command])
)
messages = st.binary(max_size=60) | st.builds(operator.add, _commands, _requests)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.lists(messages, min_size=1, max_size=4), st.booleans())
def test_no_bytes_make_it_raise(sent: list[bytes], with_pin: bool) -> None:
    key = SecurityKey(World.by_hand(), pin=PIN if with_pin else None)
    for message in sent:
        answer = key.answer(message)
        assert answer[0] in ANY_STATUS
        assert len(answer) == 1 or answer[0] == Status.OK


@settings(derandomize=True, database=None, deadline=None)
@given(st.binary(max_size=40), st.data())
def test_no_damage_to_a_good_request_makes_it_raise(garbage: bytes, data: st.DataObject) -> None:
    request: Mapping[CborKey, Cbor] = {
        1: DIGEST,
        2: {"id": RP_ID, "name": "Login"},
        3: {"id": b"ann", "name": "ann"},
        4: [{"type": "public-key", "alg": -7}],
        7: {"rk": True},
    }
    message = b"\x01" + encode(request)
    at = data.draw(st.integers(0, len(message)))
    key = SecurityKey(World.by_hand())
    assert key.answer(message)[0] == Status.OK
    assert key.answer(message[:at] + garbage + message[at + len(garbage) :])[0] in ANY_STATUS
    assert key.answer(message[:at])[0] in ANY_STATUS
