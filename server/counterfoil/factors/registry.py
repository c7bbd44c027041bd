"""The list of kinds: a new token kind is one folder and one line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from counterfoil.factors.kind import Kind, KindName
from counterfoil.factors.otp.kind import TotpKind
from counterfoil.factors.otp.rules import EVERY_PHONE, Parameters
from counterfoil.factors.password.kind import PasswordKind
from counterfoil.factors.recovery.kind import RecoveryKind
from counterfoil.factors.webauthn.kind import WebAuthnKind

Registry = Mapping[KindName, Kind]

# Tokens made of software for demonstrations and tests: anybody can run one.
EMULATED_AAGUIDS = frozenset({bytes.fromhex("c0c0fe11e57a4b0d9a5e000000000001")})


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks, as WebAuthn says it: from the settings, never from a request."""

    id: str
    name: str
    origins: tuple[str, ...]


def all_kinds(
    relying_party: RelyingParty,
    *,
    unsafe_accept_emulated: bool,
    phone_codes: Parameters = EVERY_PHONE,
) -> Registry:
    """`unsafe_accept_emulated`: for databases which a demonstration or a test made, alone.

    `phone_codes`: what new enrolments of an authenticator app agree on.
    """
    denied = frozenset() if unsafe_accept_emulated else EMULATED_AAGUIDS
    kinds: tuple[Kind, ...] = (
        PasswordKind(service=relying_party.name),
        WebAuthnKind(
            relying_party.id, relying_party.name, frozenset(relying_party.origins), denied
        ),
        TotpKind(relying_party.name, phone_codes),
        RecoveryKind(),
    )
    return MappingProxyType({kind.name: kind for kind in kinds})
