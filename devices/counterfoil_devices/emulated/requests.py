"""Requests of CTAP 2.1 as values: read once, at the edge, with the status each mistake deserves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from counterfoil_devices.emulated.credentials import Protection, User
from counterfoil_devices.emulated.wire import Cbor, CborKey, Status, StatusError

Request = Mapping[CborKey, Cbor]
T = TypeVar("T")

MAX_LIST: Final = 8
"""maxCredentialCountInList: how many descriptors an exclude or allow list may hold."""


@dataclass(frozen=True, slots=True)
class PinUvAuth:
    """pinUvAuthParam and pinUvAuthProtocol. An empty param asks which key the person means."""

    param: bytes
    protocol: int


@dataclass(frozen=True, slots=True)
class Options:
    """The option keys of a request; `up` is None when it was not given."""

    rk: bool
    uv: bool
    up: bool | None


@dataclass(frozen=True, slots=True)
class MakeCredential:
    """authenticatorMakeCredential, CTAP 2.1 §6.1. `algorithms` in the order of preference."""

    client_data_hash: bytes
    rp_id: str
    user: User
    algorithms: tuple[int, ...]
    exclude: tuple[bytes, ...]
    protection: Protection | None
    options: Options
    auth: PinUvAuth | None


@dataclass(frozen=True, slots=True)
class GetAssertion:
    """authenticatorGetAssertion, CTAP 2.1 §6.2. `allow` is None when no list was given."""

    rp_id: str
    client_data_hash: bytes
    allow: tuple[bytes, ...] | None
    options: Options
    auth: PinUvAuth | None


def read_make_credential(request: Request) -> MakeCredential:
    """Read the parameters; raises StatusError."""
    rp = need_map(request, 0x02)
    enterprise = request.get(0x0A)
    if enterprise is not None:
        raise StatusError(Status.INVALID_PARAMETER)  # §6.1.2 step 9: not a key of enterprises.
    return MakeCredential(
        _client_data_hash(request, 0x01),
        need(rp, "id", str),
        _user(need_map(request, 0x03)),
        _algorithms(need_list(request, 0x04)),
        _descriptors(request, 0x05) or (),
        _protection(request, 0x06),
        _options(request, 0x07),
        pin_uv_auth(request, 0x08, 0x09),
    )


def read_get_assertion(request: Request) -> GetAssertion:
    """Read the parameters; raises StatusError."""
    return GetAssertion(
        need(request, 0x01, str),
        _client_data_hash(request, 0x02),
        _descriptors(request, 0x03),
        _options(request, 0x05),
        pin_uv_auth(request, 0x06, 0x07),
    )


def pin_uv_auth(request: Request, param: int, protocol: int) -> PinUvAuth | None:
    """The pair of parameters that proves user verification, wherever a command has them."""
    value = may(request, param, bytes)
    return None if value is None else PinUvAuth(value, need(request, protocol, int))


def need(params: Request, key: CborKey, kind: type[T]) -> T:
    """A parameter that must be there and of exactly this type."""
    value = may(params, key, kind)
    if value is None:
        raise StatusError(Status.MISSING_PARAMETER)
    return value


def may(params: Request, key: CborKey, kind: type[T]) -> T | None:
    """A parameter that may be missing; a truth value is not taken for a number."""
    value = params.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise StatusError(Status.CBOR_UNEXPECTED_TYPE)
    return value


def need_map(params: Request, key: CborKey) -> Request:
    """A map that must be there."""
    value = params.get(key)
    if value is None:
        raise StatusError(Status.MISSING_PARAMETER)
    return _as_map(value)


def need_list(params: Request, key: CborKey) -> Sequence[Cbor]:
    """An array that must be there."""
    value = params.get(key)
    if value is None:
        raise StatusError(Status.MISSING_PARAMETER)
    return _as_list(value)


def descriptor_id(value: Cbor) -> bytes | None:
    """The id of a PublicKeyCredentialDescriptor; None for a type that this key does not know."""
    descriptor = _as_map(value)
    kind = need(descriptor, "type", str)
    credential_id = need(descriptor, "id", bytes)
    return credential_id if kind == "public-key" else None


def _as_map(value: Cbor) -> Request:
    if not isinstance(value, Mapping):
        raise StatusError(Status.CBOR_UNEXPECTED_TYPE)
    return value


def _as_list(value: Cbor) -> Sequence[Cbor]:
    if not isinstance(value, list):
        raise StatusError(Status.CBOR_UNEXPECTED_TYPE)
    return value


def _client_data_hash(request: Request, key: int) -> bytes:
    value = need(request, key, bytes)
    if len(value) != 32:
        raise StatusError(Status.INVALID_LENGTH)
    return value


def _user(entity: Request) -> User:
    user_id = need(entity, "id", bytes)
    if not 1 <= len(user_id) <= 64:
        raise StatusError(Status.INVALID_LENGTH)
    return User(user_id, may(entity, "name", str), may(entity, "displayName", str))


def _algorithms(params: Sequence[Cbor]) -> tuple[int, ...]:
    read = [(need(p, "type", str), need(p, "alg", int)) for p in map(_as_map, params)]
    return tuple(number for kind, number in read if kind == "public-key")


def _descriptors(request: Request, key: int) -> tuple[bytes, ...] | None:
    value = request.get(key)
    if value is None:
        return None
    descriptors = _as_list(value)
    if len(descriptors) > MAX_LIST:
        raise StatusError(Status.LIMIT_EXCEEDED)
    ids = [descriptor_id(d) for d in descriptors]
    return tuple(i for i in ids if i is not None)


def _protection(request: Request, key: int) -> Protection | None:
    if request.get(key) is None:
        return None
    match may(need_map(request, key), "credProtect", int):
        case None:
            return None
        case (1 | 2 | 3) as level:
            return level
        case _:
            raise StatusError(Status.INVALID_OPTION)  # §12.1: an unknown level


def _options(request: Request, key: int) -> Options:
    given = {} if request.get(key) is None else need_map(request, key)
    rk, uv, up = (may(given, name, bool) for name in ("rk", "uv", "up"))
    return Options(rk or False, uv or False, up)
