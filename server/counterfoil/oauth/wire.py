"""Refusals as OAuth says them: an error code and a description in ASCII, never an echo."""

from counterfoil.errors import Reason, Refused, voice


def describe(refused: Refused) -> str:
    """`error_description`, for developers: details only of what they wrote themselves."""
    tells = refused.reason in (Reason.INVALID_REQUEST, Reason.INVALID_SCOPE)
    return (refused.detail if tells else "") or voice(refused.reason).public
