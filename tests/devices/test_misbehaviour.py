"""Each fault of the emulated key is really there, and nothing but that fault."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import webauthn
from cryptography.exceptions import InvalidSignature
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.ctap import CtapError
from fido2.ctap2.base import Ctap2
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import (
    InvalidAuthenticationResponse,
    InvalidBackupFlags,
    InvalidRegistrationResponse,
)

from counterfoil_devices.emulated import (
    Algorithm,
    Browser,
    BrowserError,
    DomException,
    EmulatedDevice,
    Misbehave,
    Model,
    SecurityKey,
    World,
)
from counterfoil_devices.emulated.browser import unb64
from counterfoil_devices.emulated.flags import Flag
from counterfoil_devices.emulated.misbehave import FOREIGN_RP_ID
from counterfoil_devices.emulated.wire import MalformedCbor, decode, encode
from tests.devices.options import CHALLENGE, ORIGIN, RP_ID, creation, request

UP, UV, BE, BS, AT = Flag.UP, Flag.UV, Flag.BE, Flag.BS, Flag.AT


class Party:
    """A relying party that keeps what it verified, by py_webauthn."""

    def __init__(self, browser: Browser, **options: Any) -> None:  # as creation()
        self.browser = browser
        self.made = browser.create(creation(**options), ORIGIN)
        self.known = webauthn.verify_registration_response(
            credential=self.made,
            expected_challenge=CHALLENGE,
            expected_rp_id=RP_ID,
            expected_origin=ORIGIN,
            supported_pub_key_algs=list(COSEAlgorithmIdentifier),
        )

    def get(self, verification: str = "discouraged") -> dict[str, Any]:
        wish = request(allow=[self.made["id"]], verification=verification)
        return self.browser.get(wish, ORIGIN)

    def verify(self, response: dict[str, Any], *, uv: bool = False) -> None:
        webauthn.verify_authentication_response(
            credential=response,
            expected_challenge=CHALLENGE,
            expected_rp_id=RP_ID,
            expected_origin=ORIGIN,
            credential_public_key=self.known.credential_public_key,
            credential_current_sign_count=self.known.sign_count,
            require_user_verification=uv,
        )

    def refuses(self, response: dict[str, Any], why: str, *, uv: bool = False) -> None:
        with pytest.raises(InvalidAuthenticationResponse, match=why):
            self.verify(response, uv=uv)


@pytest.fixture
def party(browser: Browser) -> Party:
    return Party(browser)


def data_of(response: Mapping[str, Any]) -> bytes:
    return unb64(response["response"]["authenticatorData"])


def flags_of(response: Mapping[str, Any]) -> Flag:
    return Flag(data_of(response)[32])


def counter_of(response: Mapping[str, Any]) -> int:
    return int.from_bytes(data_of(response)[33:37], "big")


def is_signed(party: Party, response: Mapping[str, Any]) -> bool:
    """Whether the key really signed what it sent: a fault is no forgery unless it says so."""
    signed = data_of(response) + sha256(unb64(response["response"]["clientDataJSON"])).digest()
    public = CoseKey.parse(cbor.decode(party.known.credential_public_key))  # type: ignore[arg-type]
    try:
        public.verify(signed, unb64(response["response"]["signature"]))
    except InvalidSignature:
        return False
    return True


def test_the_honest_key_passes(party: Party) -> None:
    party.verify(party.get())
    party.verify(party.get("required"), uv=True)


def test_a_fault_lasts_as_long_as_it_was_ordered(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.WRONG_SIGNATURE):
        with key.misbehaving(Misbehave.NO_USER_PRESENCE):
            assert key.faults == {Misbehave.NO_USER_PRESENCE}
        assert key.faults == {Misbehave.WRONG_SIGNATURE}
    party.verify(party.get())


def test_no_touch_in_time(key: SecurityKey, party: Party, world: World) -> None:
    before = world.finger.touches
    with key.misbehaving(Misbehave.NO_TOUCH_IN_TIME), pytest.raises(BrowserError) as error:
        party.get()
    assert error.value.name is DomException.NOT_ALLOWED
    assert error.value.cause == CtapError.ERR.USER_ACTION_TIMEOUT
    assert world.finger.touches == before


def test_a_wrong_signature(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.WRONG_SIGNATURE):
        response = party.get()
    assert not is_signed(party, response)
    party.refuses(response, "signature")


def test_a_wrong_signature_under_the_attestation(key: SecurityKey, browser: Browser) -> None:
    with (
        key.misbehaving(Misbehave.WRONG_SIGNATURE),
        pytest.raises(InvalidRegistrationResponse, match="attestation statement signature"),
    ):
        Party(browser)


@pytest.mark.parametrize("algorithm", [Algorithm.EdDSA, Algorithm.RS256, Algorithm.ML_DSA_44])
def test_a_wrong_signature_of_any_kind(
    key: SecurityKey, browser: Browser, algorithm: Algorithm
) -> None:
    party = Party(browser, algorithms=[algorithm])
    with key.misbehaving(Misbehave.WRONG_SIGNATURE):
        party.refuses(party.get(), "signature")


def test_a_foreign_rp_id_hash(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.FOREIGN_RP_ID_HASH):
        response = party.get()
    assert data_of(response)[:32] == sha256(FOREIGN_RP_ID.encode()).digest()
    assert is_signed(party, response)
    party.refuses(response, "RP ID hash")


@pytest.mark.parametrize("fault", [Misbehave.COUNTER_STANDS_STILL, Misbehave.COUNTER_GOES_BACK])
def test_a_counter_that_does_not_rise(key: SecurityKey, party: Party, fault: Misbehave) -> None:
    party.verify(party.get())
    last = party.get()
    party.known.sign_count = counter_of(last)
    with key.misbehaving(fault):
        response = party.get()
    back = fault is Misbehave.COUNTER_GOES_BACK
    assert counter_of(response) == counter_of(last) - back
    assert is_signed(party, response)
    party.refuses(response, "sign count")
    party.verify(party.get())


def test_a_first_counter_that_goes_back_is_below_the_registrations(
    key: SecurityKey, party: Party
) -> None:
    with key.misbehaving(Misbehave.COUNTER_GOES_BACK):
        party.refuses(party.get(), "sign count")


def test_user_presence_is_missing(key: SecurityKey, party: Party, world: World) -> None:
    before = world.finger.touches
    with key.misbehaving(Misbehave.NO_USER_PRESENCE):
        response = party.get()
    assert world.finger.touches == before + 1
    assert flags_of(response) == Flag(0)
    assert is_signed(party, response)
    party.refuses(response, "[Pp]resen")


def test_verification_is_claimed_without_a_pin(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.UV_CLAIMED):
        response = party.get("discouraged")
    assert flags_of(response) == UP | UV
    assert is_signed(party, response)
    party.verify(response, uv=True)  # Nothing on the wire gives this lie away.


def test_verification_is_missing_in_spite_of_the_pin(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.UV_MISSING):
        response = party.get("required")
    assert flags_of(response) == UP
    assert is_signed(party, response)
    party.refuses(response, "verif", uv=True)


def test_backed_up_without_being_eligible(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.BACKED_UP_NOT_ELIGIBLE):
        response = party.get()
    assert flags_of(response) == UP | BS
    assert is_signed(party, response)
    with pytest.raises(InvalidBackupFlags):
        party.verify(response)


@pytest.mark.parametrize(("eligible", "told"), [(False, UP | BE), (True, UP)])
def test_eligibility_changes(world: World, eligible: bool, told: Flag) -> None:
    key = SecurityKey(world, Model(backup_eligible=eligible, backed_up=eligible))
    party = Party(Browser(EmulatedDevice(key), world))
    assert flags_of(party.made) == UP | AT | (BE | BS if eligible else Flag(0))
    with key.misbehaving(Misbehave.ELIGIBILITY_CHANGES):
        response = party.get()
    assert flags_of(response) == told
    assert is_signed(party, response)


@pytest.mark.parametrize("offered", [[Algorithm.ES256], list(Algorithm)[:-1], list(Algorithm)])
def test_an_algorithm_that_was_not_asked_for(
    key: SecurityKey, browser: Browser, offered: list[Algorithm]
) -> None:
    with key.misbehaving(Misbehave.ALGORITHM_NOT_ASKED_FOR):
        response = browser.create(creation(algorithms=offered), ORIGIN)
    made = response["response"]["publicKeyAlgorithm"]
    assert made == Algorithm.ES256K if len(offered) == len(Algorithm) else made not in offered


def test_bytes_after_the_authenticator_data(key: SecurityKey, party: Party) -> None:
    with key.misbehaving(Misbehave.TRAILING_AUTHENTICATOR_DATA):
        response = party.get()
    assert len(data_of(response)) == 38
    assert is_signed(party, response)
    party.refuses(response, "malformed")


def test_a_public_key_that_is_not_canonical(key: SecurityKey, browser: Browser) -> None:
    with key.misbehaving(Misbehave.NON_CANONICAL_PUBLIC_KEY):
        response = browser.create(creation(), ORIGIN)
    data = data_of(response)
    cose = data[55 + int.from_bytes(data[53:55], "big") :]
    with pytest.raises(MalformedCbor, match="shortest"):
        decode(cose)
    lax = cbor.decode(cose)
    assert isinstance(lax, Mapping)
    assert CoseKey.parse(lax)[3] == Algorithm.ES256


@pytest.mark.parametrize(
    "fault", [Misbehave.TRAILING_BYTES, Misbehave.TRUNCATED_ANSWER, Misbehave.NON_CANONICAL_ANSWER]
)
def test_an_answer_that_is_no_canonical_cbor(key: SecurityKey, fault: Misbehave) -> None:
    honest = key.answer(b"\x04")
    assert encode(decode(honest[1:])) == honest[1:]
    with key.misbehaving(fault):
        bent = key.answer(b"\x04")
        with pytest.raises((ValueError, IndexError)):
            Ctap2(EmulatedDevice(key))
    assert bent[0] == 0
    with pytest.raises(MalformedCbor):
        decode(bent[1:])
    is_half = len(bent) - 1 == (len(honest) - 1) // 2
    assert is_half is (fault is Misbehave.TRUNCATED_ANSWER)


@pytest.mark.parametrize("fault", [Misbehave.TRAILING_BYTES, Misbehave.TRUNCATED_ANSWER])
def test_the_browser_calls_an_unreadable_answer_unknown(
    key: SecurityKey, party: Party, fault: Misbehave
) -> None:
    with key.misbehaving(fault), pytest.raises(BrowserError) as error:
        party.get()
    assert error.value.name is DomException.UNKNOWN


def test_a_refusal_stays_readable_under_every_fault(key: SecurityKey) -> None:
    with key.misbehaving(Misbehave.NON_CANONICAL_ANSWER, Misbehave.TRUNCATED_ANSWER):
        assert key.answer(b"\x55") == b"\x01"


def test_unplugged_in_the_middle(device: EmulatedDevice, key: SecurityKey, party: Party) -> None:
    before = key.counter
    with key.misbehaving(Misbehave.UNPLUGGED), pytest.raises(OSError, match="unplugged"):
        Ctap2(device)
    with pytest.raises(OSError, match="unplugged"):
        party.get()
    assert key.counter == before
    device.plug_in()
    party.verify(party.get())


def test_unplugged_after_signing_costs_a_count_all_the_same(
    device: EmulatedDevice, key: SecurityKey
) -> None:
    before = key.counter
    message = b"\x01" + encode(
        {
            1: bytes(32),
            2: {"id": RP_ID},
            3: {"id": b"ann"},
            4: [{"type": "public-key", "alg": -7}],
        }
    )
    with key.misbehaving(Misbehave.UNPLUGGED), pytest.raises(OSError, match="unplugged"):
        device.call(0x10, message)
    assert key.counter == before + 1


def test_every_fault_is_shown_here() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    assert [fault.name for fault in Misbehave if f"Misbehave.{fault.name}" not in shown] == []
