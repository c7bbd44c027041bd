"""Looking through a key's resident credentials and deleting them: CTAP 2.1 §6.8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256

from counterfoil_devices.emulated.algorithms import load
from counterfoil_devices.emulated.client_pin import ClientPin, Permission
from counterfoil_devices.emulated.credentials import Credential, Credentials
from counterfoil_devices.emulated.requests import (
    Request,
    descriptor_id,
    need,
    need_map,
    pin_uv_auth,
)
from counterfoil_devices.emulated.wire import Cbor, CborKey, Status, StatusError, encode

Answer = Mapping[CborKey, Cbor]


class CredentialManagement:
    """authenticatorCredentialManagement; every sequence begins with a proof of the PIN."""

    def __init__(self, credentials: Credentials, pin: ClientPin) -> None:
        self._credentials = credentials
        self._pin = pin
        self.forget_sequences()

    def forget_sequences(self) -> None:
        """Nothing more to enumerate until it is begun anew."""
        self._relying_parties: Iterator[Answer] = iter(())
        self._listed: Iterator[Answer] = iter(())

    def answer(self, request: Request) -> Answer:
        """Carry out one subcommand; raises StatusError."""
        subcommand = need(request, 0x01, int)
        match subcommand:
            case 0x03:
                return _next(self._relying_parties)
            case 0x05:
                return _next(self._listed)
            case 0x01 | 0x02 | 0x04 | 0x06:
                self._require_pin(request, subcommand)
            case _:
                raise StatusError(Status.INVALID_SUBCOMMAND)
        match subcommand:
            case 0x01:
                return {0x01: len(self._credentials.resident), 0x02: self._credentials.room}
            case 0x02:
                return self._begin_relying_parties()
            case 0x04:
                return self._begin_credentials(need(need_map(request, 0x02), 0x01, bytes))
            case _:
                return self._delete(need_map(request, 0x02))

    def _require_pin(self, request: Request, subcommand: int) -> None:
        auth = pin_uv_auth(request, 0x04, 0x03)
        if auth is None:
            raise StatusError(Status.PUAT_REQUIRED)
        params = b"" if request.get(0x02) is None else encode(need_map(request, 0x02))
        message = bytes([subcommand]) + params
        self._pin.require(auth, message, Permission.CREDENTIAL_MANAGEMENT, None)

    def _begin_relying_parties(self) -> Answer:
        names = list(self._credentials.relying_parties())
        if not names:
            raise StatusError(Status.NO_CREDENTIALS)
        answers: list[Answer] = [
            {0x03: {"id": name}, 0x04: sha256(name.encode()).digest()} for name in names
        ]
        self._relying_parties = iter(answers[1:])
        return {**answers[0], 0x05: len(answers)}

    def _begin_credentials(self, rp_id_hash: bytes) -> Answer:
        answers = [_describe(c) for c in self._credentials.resident_for(rp_id_hash)]
        if not answers:
            raise StatusError(Status.NO_CREDENTIALS)
        self._listed = iter(answers[1:])
        return {**answers[0], 0x09: len(answers)}

    def _delete(self, params: Request) -> Answer:
        credential_id = descriptor_id(need_map(params, 0x02))
        if credential_id is None or not self._credentials.forget(credential_id):
            raise StatusError(Status.NO_CREDENTIALS)
        return {}


def _describe(credential: Credential) -> Answer:
    user = {} if credential.user is None else credential.user.cbor(names=True)
    return {
        0x06: user,
        0x07: {"id": credential.id, "type": "public-key"},
        0x08: load(credential.algorithm, credential.private).cose,
        0x0A: credential.protection,
    }


def _next(answers: Iterator[Answer]) -> Answer:
    answer = next(answers, None)
    if answer is None:
        raise StatusError(Status.NOT_ALLOWED)
    return answer
