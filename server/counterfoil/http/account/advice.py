"""Purely: what somebody with these tokens should do next, and what they can add."""

from collections.abc import Sequence

from counterfoil.accounts import Authenticator
from counterfoil.accounts.rules import works_alone
from counterfoil.factors.kind import KindName
from counterfoil.factors.recovery.facts import left

FEW_CODES = 3


def advise(enrolled: Sequence[Authenticator]) -> str:
    """The one most urgent advice (counterfoil_web.ADVICE); "" when there is none.

    Two ways in come first, then a sheet of codes for the day when both are lost.
    """
    password, codes = _has_password(enrolled), _codes_left(enrolled)
    ways = sum(_is_way(a, password=password) for a in enrolled if a.live)
    if ways == 0:
        return "only_codes" if password and codes else "none_left"
    if ways == 1:
        return "only_one_and_codes" if password and codes else "only_one"
    if not password:
        return ""  # codes are typed after a password
    if not codes:
        return "no_codes"
    return "few_codes" if codes <= FEW_CODES else ""


def offers(enrolled: Sequence[Authenticator]) -> tuple[str, ...]:
    """What can be added (counterfoil_web.OFFERS), the most useful first.

    Codes are typed after a password: without one, a password is offered in their place.
    """
    if not _has_password(enrolled):
        return ("webauthn", "password")
    has_codes = any(a.kind is KindName.RECOVERY for a in enrolled)
    return ("webauthn", "totp") if has_codes else ("webauthn", "totp", "recovery")


def _is_way(one: Authenticator, *, password: bool) -> bool:
    """Whether it opens this place, with the password where it needs one."""
    if one.kind is KindName.WEBAUTHN:
        return password or works_alone(one)
    return one.kind is KindName.TOTP and password


def _has_password(enrolled: Sequence[Authenticator]) -> bool:
    return any(a.kind is KindName.PASSWORD and a.live for a in enrolled)


def _codes_left(enrolled: Sequence[Authenticator]) -> int:
    return sum(left(a.facts) for a in enrolled if a.kind is KindName.RECOVERY and a.live)
