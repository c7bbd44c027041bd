"""Identifiers made by the application: a prefix that says of what, and 128 random bits.

They name rows and are no secrets; account ids and client ids can never collide, because
their prefixes differ.
"""

import re
from typing import NewType

from counterfoil.kit import base64url
from counterfoil.kit.entropy import Entropy

AccountId = NewType("AccountId", str)
AuthenticatorId = NewType("AuthenticatorId", str)
CeremonyId = NewType("CeremonyId", str)
InteractionId = NewType("InteractionId", str)
SessionId = NewType("SessionId", str)
InvitationId = NewType("InvitationId", str)
ClientId = NewType("ClientId", str)
GrantId = NewType("GrantId", str)
LetterId = NewType("LetterId", str)

RANDOM_BYTES = 16
_FORM = re.compile(r"[a-z]{3}_[A-Za-z0-9_-]{22}", re.ASCII)


def is_id(text: str) -> bool:
    """Whether `text` can be an id of ours; spares the database all other texts."""
    return _FORM.fullmatch(text) is not None


def new_account_id(entropy: Entropy) -> AccountId:
    return AccountId(_new("acc", entropy))


def new_authenticator_id(entropy: Entropy) -> AuthenticatorId:
    return AuthenticatorId(_new("aut", entropy))


def new_ceremony_id(entropy: Entropy) -> CeremonyId:
    return CeremonyId(_new("cer", entropy))


def new_interaction_id(entropy: Entropy) -> InteractionId:
    return InteractionId(_new("int", entropy))


def new_session_id(entropy: Entropy) -> SessionId:
    return SessionId(_new("ses", entropy))


def new_invitation_id(entropy: Entropy) -> InvitationId:
    return InvitationId(_new("inv", entropy))


def new_client_id(entropy: Entropy) -> ClientId:
    return ClientId(_new("cli", entropy))


def new_grant_id(entropy: Entropy) -> GrantId:
    return GrantId(_new("gra", entropy))


def new_letter_id(entropy: Entropy) -> LetterId:
    return LetterId(_new("let", entropy))


def _new(prefix: str, entropy: Entropy) -> str:
    return f"{prefix}_{base64url.encode(entropy(RANDOM_BYTES))}"
