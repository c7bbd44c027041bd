"""Signing keys, grants, and the tokens signed for them; it knows no factor, only a grant."""

from counterfoil.tokens.flows import (
    AccessToken,
    Tokens,
    list_signing_keys,
    load_signing_keys,
    make_signing_keys,
)
from counterfoil.tokens.grants import Factors, Grant, PersonGrant, ServiceGrant, as_factors
from counterfoil.tokens.keys import Algorithm, NoSigningKey, SigningKeys
from counterfoil.tokens.rules import AccessClaims
from counterfoil.tokens.store import SigningKeyRow, Standing

__all__ = [
    "AccessClaims",
    "AccessToken",
    "Algorithm",
    "Factors",
    "Grant",
    "NoSigningKey",
    "PersonGrant",
    "ServiceGrant",
    "SigningKeyRow",
    "SigningKeys",
    "Standing",
    "Tokens",
    "as_factors",
    "list_signing_keys",
    "load_signing_keys",
    "make_signing_keys",
]
