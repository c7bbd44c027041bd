"""A token in the Authorization header (RFC 6750 §2.1), and what is said where it will not do."""

from counterfoil.errors import Refused, voice
from counterfoil.kit.secret import Secret

REALM = 'realm="counterfoil"'


def read_bearer(authorization: str | None) -> Secret | None:
    """None for another scheme."""
    scheme, _, text = (authorization or "").partition(" ")
    return Secret(text.strip()) if scheme.lower() == "bearer" and text.strip() else None


def challenge(refused: Refused, **parameters: str) -> str:
    """RFC 6750 §3: the error in the token's own words, and what would do."""
    said = voice(refused.reason)
    more = "".join(f', {name}="{value}"' for name, value in parameters.items())
    return f'Bearer {REALM}, error="{said.oauth}", error_description="{said.public}"{more}'
