"""The PIN of the emulated key, asked by python-fido2's client in both protocols."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from fido2.ctap2.pin import ClientPin, PinProtocol, PinProtocolV1, PinProtocolV2

from counterfoil_devices.emulated import EmulatedDevice, HandClock, SecurityKey, World
from counterfoil_devices.emulated.client_pin import TOKEN_LIFETIME_S

ERR = CtapError.ERR
MAKE = ClientPin.PERMISSION.MAKE_CREDENTIAL
ASSERT = ClientPin.PERMISSION.GET_ASSERTION
RP_ID = "login.example"
DIGEST = b"\x07" * 32
PIN = "2580"


@pytest.fixture(params=[PinProtocolV1, PinProtocolV2], ids=["one", "two"])
def protocol(request: pytest.FixtureRequest) -> PinProtocol:
    made: PinProtocol = request.param()
    return made


@pytest.fixture
def client(device: EmulatedDevice, protocol: PinProtocol) -> ClientPin:
    """A client of a key that has the PIN 2580."""
    return ClientPin(Ctap2(device), protocol)


def refused(error: pytest.ExceptionInfo[CtapError]) -> int:
    return error.value.code


def try_wrong_pin(client: ClientPin, pin: str = "0000") -> int:
    with pytest.raises(CtapError) as error:
        client.get_pin_token(pin, MAKE, RP_ID)
    return refused(error)


def make_credential(
    client: ClientPin, token: bytes, rp_id: str = RP_ID, *, rk: bool = False
) -> None:
    client.ctap.make_credential(
        DIGEST,
        {"id": rp_id, "name": "Login"},
        {"id": b"ann", "name": "ann"},
        [{"type": "public-key", "alg": -7}],
        options={"rk": rk},
        pin_uv_param=client.protocol.authenticate(token, DIGEST),
        pin_uv_protocol=client.protocol.VERSION,
    )


def sign_in(client: ClientPin, token: bytes) -> None:
    param = client.protocol.authenticate(token, DIGEST)
    client.ctap.get_assertion(
        RP_ID, DIGEST, pin_uv_param=param, pin_uv_protocol=client.protocol.VERSION
    )


def test_a_new_key_has_no_pin_and_takes_one(world: World, protocol: PinProtocol) -> None:
    device = EmulatedDevice(SecurityKey(world))
    assert Ctap2(device).info.options["clientPin"] is False
    client = ClientPin(Ctap2(device), protocol)
    with pytest.raises(CtapError) as error:
        client.get_pin_token("1234", MAKE, RP_ID)
    assert refused(error) == ERR.PIN_NOT_SET
    client.set_pin("1234")
    assert Ctap2(device).info.options["clientPin"] is True
    make_credential(client, client.get_pin_token("1234", MAKE, RP_ID))


def test_a_pin_is_set_only_once(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        client.set_pin("1234")
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_the_old_pin_is_needed_for_a_new_one(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        client.change_pin("0000", "1234")
    assert refused(error) == ERR.PIN_INVALID
    client.change_pin(PIN, "1234")
    assert try_wrong_pin(client, PIN) == ERR.PIN_INVALID
    assert client.get_pin_token("1234", MAKE, RP_ID)


@pytest.mark.parametrize("pin", ["x" * 64, "ä" * 32])
def test_a_pin_of_more_than_63_bytes_is_against_the_policy(client: ClientPin, pin: str) -> None:
    with pytest.raises(CtapError) as error:
        client.change_pin(PIN, pin)
    assert refused(error) == ERR.PIN_POLICY_VIOLATION
    client.change_pin(PIN, "x" * 63)


def test_a_pin_has_four_characters_however_many_bytes_they_take(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        client.change_pin(PIN, "äöü\0")  # the end of the padding, so three
    assert refused(error) == ERR.PIN_POLICY_VIOLATION
    client.change_pin(PIN, "äöüß")
    assert client.get_pin_token("äöüß", MAKE, RP_ID)


def test_a_right_pin_gives_back_all_tries(client: ClientPin) -> None:
    assert client.get_pin_retries() == (8, False)
    assert try_wrong_pin(client) == ERR.PIN_INVALID
    assert try_wrong_pin(client) == ERR.PIN_INVALID
    assert client.get_pin_retries() == (6, False)
    client.get_pin_token(PIN, MAKE, RP_ID)
    assert client.get_pin_retries() == (8, False)


def test_three_mistakes_in_a_row_lock_it_until_it_is_unplugged(
    client: ClientPin, device: EmulatedDevice
) -> None:
    answers = [try_wrong_pin(client) for _ in range(3)]
    assert answers == [ERR.PIN_INVALID, ERR.PIN_INVALID, ERR.PIN_AUTH_BLOCKED]
    assert try_wrong_pin(client, PIN) == ERR.PIN_AUTH_BLOCKED, "not even the right one"
    assert client.get_pin_retries() == (5, True)
    device.unplug()
    device.plug_in()
    assert client.get_pin_token(PIN, MAKE, RP_ID)
    assert client.get_pin_retries() == (8, False)


def test_a_locked_pin_cannot_be_changed_either(client: ClientPin) -> None:
    for _ in range(3):
        try_wrong_pin(client)
    with pytest.raises(CtapError) as error:
        client.change_pin(PIN, "1234")
    assert refused(error) == ERR.PIN_AUTH_BLOCKED
    assert client.get_pin_retries() == (5, True)


def test_a_mistake_brings_a_new_key_to_agree_on(client: ClientPin) -> None:
    def agreed() -> object:
        return client.ctap.client_pin(client.protocol.VERSION, 0x02)[1]

    before = agreed()
    client.get_pin_token(PIN, MAKE, RP_ID)
    assert agreed() == before
    try_wrong_pin(client)
    assert agreed() != before


def test_a_new_pin_ends_the_token_of_the_old_one(client: ClientPin) -> None:
    token = client.get_pin_token(PIN, MAKE, RP_ID)
    client.change_pin(PIN, "1234")
    with pytest.raises(CtapError) as error:
        make_credential(client, token)
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_eight_mistakes_lock_it_for_good(client: ClientPin, device: EmulatedDevice) -> None:
    answers = []
    for _ in range(8):
        answers.append(try_wrong_pin(client))
        device.plug_in()
    assert answers == [ERR.PIN_INVALID] * 7 + [ERR.PIN_BLOCKED]
    assert try_wrong_pin(client, PIN) == ERR.PIN_BLOCKED
    assert client.get_pin_retries()[0] == 0
    client.ctap.reset()
    client.set_pin("1234")
    assert client.get_pin_token("1234", MAKE, RP_ID)


def test_a_token_works_for_its_relying_party_only(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        make_credential(client, client.get_pin_token(PIN, MAKE, RP_ID), "other.example")
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_a_token_works_for_its_purpose_only(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        make_credential(client, client.get_pin_token(PIN, ASSERT, RP_ID))
    assert refused(error) == ERR.PIN_AUTH_INVALID


@pytest.mark.parametrize("use", [make_credential, sign_in])
def test_a_touch_spends_the_token(
    client: ClientPin, use: Callable[[ClientPin, bytes], None]
) -> None:
    make_credential(client, client.get_pin_token(PIN, MAKE, RP_ID), rk=True)
    token = client.get_pin_token(PIN, MAKE | ASSERT, RP_ID)
    use(client, token)
    with pytest.raises(CtapError) as error:
        use(client, token)
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_a_token_of_the_old_kind_belongs_to_who_uses_it_first(client: ClientPin) -> None:
    token = client.get_pin_token(PIN)
    param, version = client.protocol.authenticate(token, DIGEST), client.protocol.VERSION
    for rp_id, code in [(RP_ID, ERR.NO_CREDENTIALS), ("other.example", ERR.PIN_AUTH_INVALID)]:
        with pytest.raises(CtapError) as error:
            client.ctap.get_assertion(
                rp_id,
                DIGEST,
                None,
                None,
                {"up": False},
                pin_uv_param=param,
                pin_uv_protocol=version,
            )
        assert refused(error) == code


@pytest.mark.parametrize(
    ("after_s", "good"), [(TOKEN_LIFETIME_S - 1, True), (TOKEN_LIFETIME_S, False)]
)
def test_a_token_lives_ten_minutes(
    client: ClientPin, world: World, after_s: int, good: bool
) -> None:
    token = client.get_pin_token(PIN, MAKE, RP_ID)
    assert isinstance(world.clock, HandClock)
    world.clock.wait(after_s)
    if good:
        make_credential(client, token)
        return
    with pytest.raises(CtapError) as error:
        make_credential(client, token)
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_unplugging_ends_the_token(client: ClientPin, device: EmulatedDevice) -> None:
    token = client.get_pin_token(PIN, MAKE, RP_ID)
    device.plug_in()
    with pytest.raises(CtapError) as error:
        make_credential(client, token)
    assert refused(error) == ERR.PIN_AUTH_INVALID


def test_a_token_made_up_by_somebody_is_no_token(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        make_credential(client, b"\x01" * 32)
    assert refused(error) == ERR.PIN_AUTH_INVALID


@pytest.mark.parametrize(
    ("permissions", "rp_id", "code"),
    [
        (0, RP_ID, ERR.INVALID_PARAMETER),
        (0x08, None, ERR.UNAUTHORIZED_PERMISSION),
        (0x01, None, ERR.MISSING_PARAMETER),
        (0x02, None, ERR.MISSING_PARAMETER),
    ],
)
def test_permissions_are_ones_that_the_key_knows(
    client: ClientPin, permissions: int, rp_id: str | None, code: int
) -> None:
    with pytest.raises(CtapError) as error:
        client.get_pin_token(PIN, ClientPin.PERMISSION(permissions), rp_id)
    assert refused(error) == code


def test_a_point_beside_the_curve_is_refused(client: ClientPin) -> None:
    beside = {1: 2, 3: -25, -1: 1, -2: b"\x01" * 32, -3: b"\x02" * 32}
    with pytest.raises(CtapError) as error:
        client.ctap.client_pin(
            client.protocol.VERSION, 0x09, beside, None, None, bytes(32), 1, RP_ID
        )
    assert refused(error) == ERR.INVALID_PARAMETER


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        (b"\xff" * 8 + bytes(56), ERR.PIN_POLICY_VIOLATION),  # no UTF-8
        (b"1234" + bytes(44), ERR.INVALID_PARAMETER),  # 48 bytes
        (b"1234" + bytes(76), ERR.INVALID_PARAMETER),  # 80 bytes
    ],
)
def test_a_new_pin_is_utf_8_in_64_bytes(
    world: World, protocol: PinProtocol, padded: bytes, code: int
) -> None:
    ctap = Ctap2(EmulatedDevice(SecurityKey(world)))
    peer = ctap.client_pin(protocol.VERSION, 0x02)[1]
    agreed, shared = protocol.encapsulate(peer)
    sealed = protocol.encrypt(shared, padded)
    proof = protocol.authenticate(shared, sealed)
    with pytest.raises(CtapError) as error:
        ctap.client_pin(protocol.VERSION, 0x03, agreed, proof, sealed)
    assert refused(error) == code


def test_a_change_of_pin_that_was_tampered_with_costs_no_try(
    client: ClientPin, protocol: PinProtocol
) -> None:
    peer = client.ctap.client_pin(protocol.VERSION, 0x02)[1]
    agreed, shared = protocol.encapsulate(peer)
    sealed = protocol.encrypt(shared, b"1234" + bytes(60))
    digest = protocol.encrypt(shared, bytes(16))
    proof = protocol.authenticate(shared, sealed)  # leaves the old PIN out
    with pytest.raises(CtapError) as error:
        client.ctap.client_pin(protocol.VERSION, 0x04, agreed, proof, sealed, digest)
    assert refused(error) == ERR.PIN_AUTH_INVALID
    assert client.get_pin_retries() == (8, False)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_sealed_bytes_are_whole_blocks(client: ClientPin, size: int) -> None:
    agreed = client.ctap.client_pin(client.protocol.VERSION, 0x02)[1]
    with pytest.raises(CtapError) as error:
        client.ctap.client_pin(
            client.protocol.VERSION, 0x09, agreed, None, None, bytes(size), 1, RP_ID
        )
    assert refused(error) in (ERR.INVALID_PARAMETER, ERR.PIN_INVALID)
    assert size == 0 or refused(error) == ERR.INVALID_PARAMETER


def test_there_are_two_protocols_and_no_third(client: ClientPin) -> None:
    with pytest.raises(CtapError) as error:
        client.ctap.client_pin(3, 0x02)
    assert refused(error) == ERR.INVALID_PARAMETER
    with pytest.raises(CtapError) as error:
        client.ctap.client_pin(client.protocol.VERSION, 0x06)  # a fingerprint, which it has not
    assert refused(error) == ERR.INVALID_SUBCOMMAND


def test_an_empty_proof_asks_which_key_is_meant(world: World, device: EmulatedDevice) -> None:
    for key, code in [
        (device, ERR.PIN_INVALID),
        (EmulatedDevice(SecurityKey(world)), ERR.PIN_NOT_SET),
    ]:
        before = world.finger.touches
        with pytest.raises(CtapError) as error:
            Ctap2(key).get_assertion(RP_ID, DIGEST, pin_uv_param=b"", pin_uv_protocol=2)
        assert refused(error) == code
        assert world.finger.touches == before + 1
