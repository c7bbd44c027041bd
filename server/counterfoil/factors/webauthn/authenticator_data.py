"""Authenticator data (WebAuthn §6.1): the bytes that an authenticator signs."""

from dataclasses import dataclass

from counterfoil.factors.webauthn import cbor
from counterfoil.factors.webauthn.cose import CoseKey, cose_key
from counterfoil.kit.malformed import Malformed

UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80

_FIXED = 37  # rpIdHash, flags, signCount
_ATTESTED_FIXED = 18  # aaguid, credentialIdLength


@dataclass(frozen=True, slots=True)
class AttestedCredentialData:
    """§6.5.1. `public_key` is the COSE_Key as it stands in the bytes, `key` its parameters."""

    aaguid: bytes
    credential_id: bytes
    public_key: bytes
    key: CoseKey


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    """The fixed part of authenticator data, and its extension outputs where there are any.

    Reserved flags are ignored, as the standard leaves them to its future.
    """

    raw: bytes
    rp_id_hash: bytes
    flags: int
    sign_count: int
    extensions: cbor.Cbor

    @property
    def user_present(self) -> bool:
        """UP: somebody touched the authenticator."""
        return bool(self.flags & UP)

    @property
    def user_verified(self) -> bool:
        """UV: by PIN or biometrics."""
        return bool(self.flags & UV)

    @property
    def backup_eligible(self) -> bool:
        """BE: the credential may live on several devices."""
        return bool(self.flags & BE)

    @property
    def backup_state(self) -> bool:
        """BS: at the moment it does."""
        return bool(self.flags & BS)


def parse_assertion_data(raw: bytes) -> AuthenticatorData:
    """Of an assertion, which must not have attested credential data; raises Malformed."""
    if _flags(raw) & AT:
        raise Malformed("an assertion has attested credential data")
    return _with_extensions(raw, _FIXED)


def parse_registration_data(raw: bytes) -> tuple[AuthenticatorData, AttestedCredentialData]:
    """Of a registration, which must have attested credential data; raises Malformed."""
    if not _flags(raw) & AT:
        raise Malformed("a registration has no attested credential data")
    attested, end = _attested(raw)
    return _with_extensions(raw, end), attested


def _flags(raw: bytes) -> int:
    if len(raw) < _FIXED:
        raise Malformed("authenticator data is too short")
    return raw[32]


def _with_extensions(raw: bytes, start: int) -> AuthenticatorData:
    extensions: cbor.Cbor = None
    if raw[32] & ED:
        extensions, start = cbor.decode_prefix(raw, start)
        if not isinstance(extensions, dict):
            raise Malformed("authenticator extension outputs are not a map")
    if start != len(raw):
        raise Malformed("bytes after the authenticator data")
    return AuthenticatorData(
        raw=raw,
        rp_id_hash=raw[:32],
        flags=raw[32],
        sign_count=int.from_bytes(raw[33:37], "big"),
        extensions=extensions,
    )


def _attested(raw: bytes) -> tuple[AttestedCredentialData, int]:
    begin = _FIXED + _ATTESTED_FIXED
    if len(raw) < begin:
        raise Malformed("attested credential data is too short")
    key_begin = begin + int.from_bytes(raw[begin - 2 : begin], "big")
    if key_begin == begin:
        raise Malformed("the credential id is empty")
    key, key_end = cbor.decode_prefix(raw, key_begin)
    attested = AttestedCredentialData(
        aaguid=raw[_FIXED : begin - 2],
        credential_id=raw[begin:key_begin],
        public_key=raw[key_begin:key_end],
        key=cose_key(key),
    )
    return attested, key_end
