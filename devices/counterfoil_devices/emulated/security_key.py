"""A security key in software: CTAP 2.1 as a pure machine of bytes, its world plugged in.

A message is a command byte and canonical CBOR; the answer is a status byte and canonical CBOR. No
bytes make it raise. It guards nothing: whoever holds the process holds its keys, and so no service
may trust `EMULATED_AAGUID` outside of a demonstration or a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from counterfoil_devices.emulated import misbehave
from counterfoil_devices.emulated.algorithms import Algorithm, generate
from counterfoil_devices.emulated.client_pin import ClientPin, Permission
from counterfoil_devices.emulated.credential_management import CredentialManagement
from counterfoil_devices.emulated.credentials import (
    MAX_CREDENTIAL_ID_BYTES,
    Credential,
    Credentials,
    load_credential,
    save_credential,
)
from counterfoil_devices.emulated.flags import Flag
from counterfoil_devices.emulated.misbehave import Faults, Misbehave
from counterfoil_devices.emulated.model import Model
from counterfoil_devices.emulated.requests import (
    MAX_LIST,
    GetAssertion,
    MakeCredential,
    PinUvAuth,
    read_get_assertion,
    read_make_credential,
)
from counterfoil_devices.emulated.signer import Answer, Signer
from counterfoil_devices.emulated.wire import (
    MalformedCbor,
    Status,
    StatusError,
    decode_map,
    encode,
)
from counterfoil_devices.emulated.world import Touch, World

MAX_MESSAGE_BYTES: Final = 7609  # What CTAPHID can carry: 64 - 7 + 128 * (64 - 5).
TOUCH_TIMEOUT_S: Final = 30
NEXT_ASSERTION_WITHIN_S: Final = 30
RESET_WITHIN_S: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """The transport's side of a command that waits: `blink` tells it, `cancelled` asks it."""

    blink: Callable[[], None]
    cancelled: Callable[[], bool]


QUIET: Final = Line(lambda: None, lambda: False)


@dataclass(slots=True)
class _Following:
    """Assertions that wait for GetNextAssertion."""

    request: GetAssertion
    flags: Flag
    credentials: list[Credential]
    until: int


class SecurityKey:
    """One key. `answer` is its whole interface to a client; the rest is for whoever holds it."""

    def __init__(self, world: World, model: Model | None = None, *, pin: str | None = None) -> None:
        self.world = world
        self.model = model or Model()
        self.signer = Signer(self.model)
        self.credentials = Credentials(world.entropy(32), self.model.resident_capacity)
        self.pin = ClientPin(world)
        self.management = CredentialManagement(self.credentials, self.pin)
        if pin is not None:
            self.pin.preset(pin)
        self.power_up()

    @property
    def faults(self) -> Faults:
        """How it misbehaves; nothing unless it was told to."""
        return self.signer.faults

    @property
    def counter(self) -> int:
        """The signature counter that was told last."""
        return self.signer.counter

    def power_up(self) -> None:
        """Plugged in again: whatever lives only in the key's memory is gone."""
        self.pin.power_up()
        self.management.forget_sequences()
        self._following: _Following | None = None
        self._powered_at = self.world.clock.now()

    @contextmanager
    def misbehaving(self, *faults: Misbehave) -> Iterator[None]:
        """Have these faults for a while, instead of those it has."""
        before, self.signer.faults = self.signer.faults, frozenset(faults)
        try:
            yield
        finally:
            self.signer.faults = before

    def answer(self, message: bytes, line: Line = QUIET) -> bytes:
        """Carry out one command and answer it; never raises for any bytes."""
        try:
            answer = self._answer(message, line)
            encoded = bytes([Status.OK]) + (encode(answer) if answer else b"")
        except StatusError as error:
            encoded = bytes([error.status])
        except MalformedCbor:
            encoded = bytes([Status.INVALID_CBOR])
        return misbehave.bend_answer(encoded, self.faults)

    def save(self) -> dict[str, object]:
        """What survives unplugging, as JSON. It holds private keys: keep it like one."""
        return {
            "version": 1,
            "secret": self.credentials.secret.hex(),
            "counter": self.counter,
            "made": self.credentials.made,
            "resident": [save_credential(c) for c in self.credentials.resident],
            "pin": None if self.pin.digest is None else self.pin.digest.hex(),
            "pin_retries": self.pin.retries,
        }

    @classmethod
    def load(
        cls, saved: Mapping[str, object], world: World, model: Model | None = None
    ) -> SecurityKey:
        """The key that `save` wrote down, plugged in; raises ValueError for anything else."""
        key = cls(world, model)
        match dict(saved):
            case {
                "version": 1,
                "secret": str(secret),
                "counter": int(counter),
                "made": int(made),
                "resident": list(resident),
                "pin": str() | None as pin,
                "pin_retries": int(retries),
            }:
                key.signer.counter = counter
                key.credentials.secret = bytes.fromhex(secret)
                key.credentials.made = made
                key.credentials.resident = [load_credential(c) for c in resident]
                key.pin.digest = None if pin is None else bytes.fromhex(pin)
                key.pin.retries = retries
                return key
            case _:
                raise ValueError("not a saved security key")

    def _answer(self, message: bytes, line: Line) -> Answer:
        if not message:
            raise StatusError(Status.INVALID_LENGTH)
        if len(message) > MAX_MESSAGE_BYTES:
            raise StatusError(Status.REQUEST_TOO_LARGE)
        command, body = message[0], message[1:]
        # CTAP 2.1 §6: any other command ends a sequence that was begun.
        if command != 0x08:
            self._following = None
        if command != 0x0A:
            self.management.forget_sequences()
        commands: Mapping[int, Callable[[], Answer]] = {
            0x01: lambda: self._make_credential(read_make_credential(decode_map(body)), line),
            0x02: lambda: self._get_assertion(read_get_assertion(decode_map(body)), line),
            0x04: self._get_info,
            0x06: lambda: self.pin.answer(decode_map(body)),
            0x07: lambda: self._reset(line),
            0x08: self._get_next_assertion,
            0x0A: lambda: self.management.answer(decode_map(body)),
            0x0B: lambda: self._select(line),
        }
        if command not in commands:
            raise StatusError(Status.INVALID_COMMAND)
        return commands[command]()

    def _get_info(self) -> Answer:
        return {
            0x01: ["FIDO_2_0", "FIDO_2_1"],
            0x02: ["credProtect"],
            0x03: self.model.aaguid,
            0x04: {
                "rk": True,
                "up": True,
                "plat": False,
                "clientPin": self.pin.is_set,
                "pinUvAuthToken": True,
                "credMgmt": True,
                "makeCredUvNotRqd": True,
            },
            0x05: MAX_MESSAGE_BYTES,
            0x06: [2, 1],
            0x07: MAX_LIST,
            0x08: MAX_CREDENTIAL_ID_BYTES,
            0x09: list(self.model.transports),
            0x0A: [{"type": "public-key", "alg": int(a)} for a in self.model.algorithms],
            0x0D: 4,
            0x0E: 1,
            0x14: self.credentials.room,
        }

    def _make_credential(self, request: MakeCredential, line: Line) -> Answer:
        """CTAP 2.1 §6.1.2, in its order."""
        self._answer_which_key(request.auth, line)
        algorithm = self._choose_algorithm(request.algorithms)
        self._refuse_internal_uv(request.options.uv)
        if request.options.up is False:
            raise StatusError(Status.INVALID_OPTION)
        if request.auth is None and request.options.rk and self.pin.is_set:
            raise StatusError(Status.PUAT_REQUIRED)
        verified = self._verify(
            request.auth, request.client_data_hash, Permission.MAKE_CREDENTIAL, request.rp_id
        )
        self._refuse_excluded(request, verified, line)
        self._need_touch(line)
        flags = Flag.UP | Flag.AT | (Flag.UV if verified else Flag(0))
        credential = self._new_credential(request, algorithm)
        self.pin.spend()
        return self.signer.attest(request, credential, flags)

    def _get_assertion(self, request: GetAssertion, line: Line) -> Answer:
        """CTAP 2.1 §6.2.2, in its order."""
        self._answer_which_key(request.auth, line)
        self._refuse_internal_uv(request.options.uv)
        if request.options.rk:
            raise StatusError(Status.UNSUPPORTED_OPTION)
        verified = self._verify(
            request.auth, request.client_data_hash, Permission.GET_ASSERTION, request.rp_id
        )
        found = self._applicable(request, verified)
        if not found:
            raise StatusError(Status.NO_CREDENTIALS)
        flags = Flag.UV if verified else Flag(0)
        if request.options.up is not False:
            self._need_touch(line)
            self.pin.spend()
            flags |= Flag.UP
        first, rest = found[0], found[1:]
        if request.allow is not None or not rest:
            return self.signer.assertion(request, first, flags)
        until = self.world.clock.now() + NEXT_ASSERTION_WITHIN_S
        self._following = _Following(request, flags, rest, until)
        return {**self.signer.assertion(request, first, flags, several=True), 0x05: len(found)}

    def _get_next_assertion(self) -> Answer:
        following, now = self._following, self.world.clock.now()
        if following is None or not following.credentials or now >= following.until:
            self._following = None
            raise StatusError(Status.NOT_ALLOWED)
        following.until = now + NEXT_ASSERTION_WITHIN_S
        credential = following.credentials.pop(0)
        return self.signer.assertion(following.request, credential, following.flags, several=True)

    def _reset(self, line: Line) -> Answer:
        if self.world.clock.now() >= self._powered_at + RESET_WITHIN_S:
            raise StatusError(Status.NOT_ALLOWED)
        self._need_touch(line)
        self.signer.counter = 0
        self.credentials.secret = self.world.entropy(32)
        self.credentials.resident = []
        self.pin.forget()
        self.management.forget_sequences()
        return {}

    def _select(self, line: Line) -> Answer:
        self._need_touch(line)
        return {}

    def _answer_which_key(self, auth: PinUvAuth | None, line: Line) -> None:
        """An empty pinUvAuthParam only asks for a touch, to tell several keys apart."""
        if auth is not None and not auth.param:
            self._need_touch(line)
            raise StatusError(Status.PIN_INVALID if self.pin.is_set else Status.PIN_NOT_SET)

    def _choose_algorithm(self, offered: tuple[int, ...]) -> Algorithm:
        if Misbehave.ALGORITHM_NOT_ASKED_FOR in self.faults:
            return next((a for a in Algorithm if a not in offered), Algorithm.ES256K)
        for number in offered:
            if number in self.model.algorithms:
                return Algorithm(number)
        raise StatusError(Status.UNSUPPORTED_ALGORITHM)

    def _refuse_internal_uv(self, asked: bool) -> None:
        if asked:  # No fingerprint reader here: user verification is the PIN.
            raise StatusError(Status.INVALID_OPTION)

    def _verify(
        self, auth: PinUvAuth | None, message: bytes, permission: Permission, rp_id: str
    ) -> bool:
        """Whether the user is verified; a proof that is given must be right."""
        if auth is None:
            return False
        self.pin.require(auth, message, permission, rp_id)
        return True

    def _refuse_excluded(self, request: MakeCredential, verified: bool, line: Line) -> None:
        rp_id_hash = sha256(request.rp_id.encode()).digest()
        for credential_id in request.exclude:
            credential = self.credentials.find(credential_id, rp_id_hash)
            if credential is not None and credential.found_by(named=True, verified=verified):
                # A touch first: a page must not learn silently which keys are plugged in.
                self._need_touch(line)
                raise StatusError(Status.CREDENTIAL_EXCLUDED)

    def _need_touch(self, line: Line) -> None:
        line.blink()
        if line.cancelled():
            raise StatusError(Status.KEEPALIVE_CANCEL)
        if Misbehave.NO_TOUCH_IN_TIME in self.faults:
            raise StatusError(Status.USER_ACTION_TIMEOUT)
        match self.world.finger.touch(self.world.clock, TOUCH_TIMEOUT_S):
            case Touch.GIVEN:
                return
            case Touch.REFUSED:
                raise StatusError(Status.OPERATION_DENIED)
            case Touch.NEVER:
                raise StatusError(Status.USER_ACTION_TIMEOUT)

    def _new_credential(self, request: MakeCredential, algorithm: Algorithm) -> Credential:
        draft = Credential(
            b"",
            sha256(request.rp_id.encode()).digest(),
            algorithm,
            generate(algorithm, self.world.entropy),
            request.protection or 1,
        )
        if not request.options.rk:
            return self.credentials.seal(draft, self.world.entropy)
        kept = self.credentials.keep(draft.of(request.user, request.rp_id), self.world.entropy)
        if kept is None:
            raise StatusError(Status.KEY_STORE_FULL)
        return kept

    def _applicable(self, request: GetAssertion, verified: bool) -> list[Credential]:
        rp_id_hash = sha256(request.rp_id.encode()).digest()
        if request.allow is None:
            found = self.credentials.resident_for(rp_id_hash)
            return [c for c in found if c.found_by(named=False, verified=verified)]
        named = (self.credentials.find(i, rp_id_hash) for i in request.allow)
        return [c for c in named if c is not None and c.found_by(named=True, verified=verified)]
