"""The PIN of an emulated key, CTAP 2.1 §6.5: setting it, trying it, and the token it buys.

no PIN --setPIN--> 8 tries left --right PIN--> 8 tries left, a token
wrong PIN: one try less; three in a row: locked until the key is unplugged; none left: locked
until a reset. A try is counted before the PIN is compared.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag
from hashlib import sha256
from typing import Final

from counterfoil_devices.emulated.pin_protocols import PinProtocol, Shared
from counterfoil_devices.emulated.requests import PinUvAuth, Request, may, need, need_map
from counterfoil_devices.emulated.wire import Cbor, CborKey, Status, StatusError
from counterfoil_devices.emulated.world import World

MAX_RETRIES: Final = 8
MAX_MISTAKES_IN_A_ROW: Final = 3
MIN_PIN_CHARACTERS: Final = 4
MAX_PIN_BYTES: Final = 63
TOKEN_LIFETIME_S: Final = 600  # §6.5.2.1: the maximum usage time period
_PADDED_PIN_BYTES: Final = 64


class Permission(IntFlag):
    """What a token may be used for, §6.5.5.7."""

    MAKE_CREDENTIAL = 0x01
    GET_ASSERTION = 0x02
    CREDENTIAL_MANAGEMENT = 0x04


_KNOWN: Final = (
    Permission.MAKE_CREDENTIAL | Permission.GET_ASSERTION | Permission.CREDENTIAL_MANAGEMENT
)
_FOR_ONE_RP: Final = Permission.MAKE_CREDENTIAL | Permission.GET_ASSERTION


@dataclass(slots=True)
class Token:
    """A pinUvAuthToken in use."""

    value: bytes = field(repr=False)
    protocol: int
    permissions: Permission
    rp_id: str | None
    expires_at: int


@dataclass(slots=True)
class ClientPin:
    """The PIN's state: what survives unplugging (`digest`, `retries`) and what does not."""

    world: World
    digest: bytes | None = field(default=None, repr=False)
    retries: int = MAX_RETRIES
    mistakes: int = 0
    token: Token | None = None
    protocols: Mapping[int, PinProtocol] = field(init=False)

    def __post_init__(self) -> None:
        self.power_up()

    @property
    def is_set(self) -> bool:
        """Whether there is a PIN."""
        return self.digest is not None

    def power_up(self) -> None:
        """Plugged in: new agreement keys, no token, and three mistakes to make again."""
        self.mistakes = 0
        self.token = None
        self.protocols = {n: PinProtocol(n, self.world.entropy) for n in (1, 2)}

    def forget(self) -> None:
        """A reset: no PIN, all tries."""
        self.digest, self.retries = None, MAX_RETRIES
        self.power_up()

    def preset(self, pin: str) -> None:
        """Give the key a PIN as a vendor or a test would, without a client."""
        self._store(pin.encode())

    def answer(self, request: Request) -> Mapping[CborKey, Cbor]:
        """Carry out one subcommand of authenticatorClientPIN; raises StatusError."""
        subcommands: Mapping[int, Callable[[Request], Mapping[CborKey, Cbor]]] = {
            0x01: self._get_retries,
            0x02: self._get_key_agreement,
            0x03: self._set_pin,
            0x04: self._change_pin,
            0x05: self._get_token_legacy,
            0x09: self._get_token_with_permissions,
        }
        subcommand = subcommands.get(need(request, 0x02, int))
        if subcommand is None:
            raise StatusError(Status.INVALID_SUBCOMMAND)
        return subcommand(request)

    def require(
        self, auth: PinUvAuth, message: bytes, permission: Permission, rp_id: str | None
    ) -> None:
        """Check that `auth` was made with the token in use, for this purpose and this RP."""
        if auth.protocol not in self.protocols:
            raise StatusError(Status.INVALID_PARAMETER)
        token = self.token
        if token is None or token.protocol != auth.protocol or self._has_expired(token):
            raise StatusError(Status.PIN_AUTH_INVALID)
        expected = self.protocols[auth.protocol].authenticate(token.value, message)
        if not hmac.compare_digest(expected, auth.param) or not permission & token.permissions:
            raise StatusError(Status.PIN_AUTH_INVALID)
        if rp_id is None:
            return
        if token.rp_id is None:
            token.rp_id = rp_id  # A legacy token belongs to the RP that uses it first.
        elif token.rp_id != rp_id:
            raise StatusError(Status.PIN_AUTH_INVALID)

    def spend(self) -> None:
        """After a touch the token is good for nothing more (§6.5.2.1, all but large blobs)."""
        if self.token is not None:
            self.token.permissions = Permission(0)

    def _has_expired(self, token: Token) -> bool:
        if self.world.clock.now() < token.expires_at:
            return False
        self.token = None
        return True

    def _get_retries(self, _: Request) -> Mapping[CborKey, Cbor]:
        return {0x03: self.retries, 0x04: self.mistakes >= MAX_MISTAKES_IN_A_ROW}

    def _get_key_agreement(self, request: Request) -> Mapping[CborKey, Cbor]:
        return {0x01: self._protocol(request).public_key()}

    def _set_pin(self, request: Request) -> Mapping[CborKey, Cbor]:
        protocol, shared = self._agree(request)
        sealed, param = need(request, 0x05, bytes), need(request, 0x04, bytes)
        if self.is_set or not protocol.verify(shared, sealed, param):
            raise StatusError(Status.PIN_AUTH_INVALID)
        self._store(_unpad(protocol.decrypt(shared, sealed)))
        return {}

    def _change_pin(self, request: Request) -> Mapping[CborKey, Cbor]:
        protocol, shared = self._agree(request)
        sealed, param = need(request, 0x05, bytes), need(request, 0x04, bytes)
        digest = need(request, 0x06, bytes)
        self._refuse_locked()
        if not protocol.verify(shared, sealed + digest, param):
            raise StatusError(Status.PIN_AUTH_INVALID)
        self._try(protocol, protocol.decrypt(shared, digest))
        self._store(_unpad(protocol.decrypt(shared, sealed)))
        self.token = None
        return {}

    def _get_token_legacy(self, request: Request) -> Mapping[CborKey, Cbor]:
        if 0x09 in request or 0x0A in request:
            raise StatusError(Status.INVALID_PARAMETER)
        return self._get_token(request, _FOR_ONE_RP, None)

    def _get_token_with_permissions(self, request: Request) -> Mapping[CborKey, Cbor]:
        wanted, rp_id = need(request, 0x09, int), may(request, 0x0A, str)
        if wanted <= 0:
            raise StatusError(Status.INVALID_PARAMETER)
        if wanted & ~int(_KNOWN):
            raise StatusError(Status.UNAUTHORIZED_PERMISSION)
        permissions = Permission(wanted)
        if permissions & _FOR_ONE_RP and rp_id is None:
            raise StatusError(Status.MISSING_PARAMETER)
        return self._get_token(request, permissions, rp_id)

    def _get_token(
        self, request: Request, permissions: Permission, rp_id: str | None
    ) -> Mapping[CborKey, Cbor]:
        protocol, shared = self._agree(request)
        sealed = need(request, 0x06, bytes)
        self._refuse_locked()
        self._try(protocol, protocol.decrypt(shared, sealed))
        expires_at = self.world.clock.now() + TOKEN_LIFETIME_S
        value = self.world.entropy(32)
        self.token = Token(value, protocol.number, permissions, rp_id, expires_at)
        return {0x02: protocol.encrypt(shared, value)}

    def _protocol(self, request: Request) -> PinProtocol:
        protocol = self.protocols.get(need(request, 0x01, int))
        if protocol is None:
            raise StatusError(Status.INVALID_PARAMETER)
        return protocol

    def _agree(self, request: Request) -> tuple[PinProtocol, Shared]:
        protocol = self._protocol(request)
        return protocol, protocol.agree(need_map(request, 0x03))

    def _refuse_locked(self) -> None:
        if self.retries == 0:
            raise StatusError(Status.PIN_BLOCKED)
        if not self.is_set:
            raise StatusError(Status.PIN_NOT_SET)
        if self.mistakes >= MAX_MISTAKES_IN_A_ROW:
            raise StatusError(Status.PIN_AUTH_BLOCKED)

    def _try(self, protocol: PinProtocol, digest: bytes) -> None:
        self.retries -= 1
        if not hmac.compare_digest(self.digest or b"", digest):
            self.mistakes += 1
            protocol.regenerate()
            if self.retries == 0:
                raise StatusError(Status.PIN_BLOCKED)
            locked = self.mistakes >= MAX_MISTAKES_IN_A_ROW
            raise StatusError(Status.PIN_AUTH_BLOCKED if locked else Status.PIN_INVALID)
        self.retries, self.mistakes = MAX_RETRIES, 0

    def _store(self, pin: bytes) -> None:
        try:
            characters = len(pin.decode())
        except UnicodeDecodeError as error:
            raise StatusError(Status.PIN_POLICY_VIOLATION) from error
        if characters < MIN_PIN_CHARACTERS or len(pin) > MAX_PIN_BYTES:
            raise StatusError(Status.PIN_POLICY_VIOLATION)
        self.digest = sha256(pin).digest()[:16]
        self.retries, self.mistakes = MAX_RETRIES, 0


def _unpad(padded: bytes) -> bytes:
    if len(padded) != _PADDED_PIN_BYTES:
        raise StatusError(Status.INVALID_PARAMETER)
    return padded.rstrip(b"\x00")
