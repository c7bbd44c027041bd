"""Scopes (RFC 6749 §3.3): what a client may ask for, and what it gets of what it asked."""

import re
from collections.abc import Iterable

from counterfoil.errors import Reason, Refused

OPENID = "openid"
PROFILE = "profile"
EMAIL = "email"
ADMINISTRATION = "counterfoil:admin"

# OpenID Connect Core §5.4: what is about a person, and hence nothing for a service. So is
# administration: it asks for somebody with a role.
OF_A_PERSON = frozenset({OPENID, PROFILE, EMAIL, ADMINISTRATION})

MAX_CHARACTERS = 1000
_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")


def refuse_scope(scope: str) -> Refused | None:
    """Why `scope` cannot be registered; None when it can."""
    if not _TOKEN.fullmatch(scope):
        return Refused(Reason.SCOPE_REFUSED, "not a scope token of at most 100 characters")
    return None


def grantable(asked: str | None, allowed: Iterable[str]) -> tuple[str, ...] | Refused:
    """What is left of a person's client's wish; INVALID_SCOPE when nothing is.

    OpenID Connect Core §3.1.2.1: scopes that are not understood are ignored; the token
    response says what was granted (RFC 6749 §5.1).
    """
    wished = _parse(asked or "")
    if isinstance(wished, Refused):
        return wished
    granted = tuple(scope for scope in wished if scope in set(allowed))
    return granted or Refused(Reason.INVALID_SCOPE, "scope: none of the client's")


def all_or_none(asked: str | None, allowed: tuple[str, ...]) -> tuple[str, ...] | Refused:
    """A service's wish, or its whole list when it says nothing; too much is an error.

    No person sees what is missing, so a service learns it here and not at the resource.
    """
    if asked is None:
        return allowed
    wished = _parse(asked)
    if isinstance(wished, Refused):
        return wished
    if not wished or not set(wished) <= set(allowed):
        return Refused(Reason.INVALID_SCOPE, "scope: more than the client's")
    return wished


def _parse(text: str) -> tuple[str, ...] | Refused:
    """Each scope once, in the order of its first mention."""
    scopes = tuple(dict.fromkeys(text.split(" "))) if text else ()
    if len(text) > MAX_CHARACTERS or not all(_TOKEN.fullmatch(scope) for scope in scopes):
        return Refused(Reason.INVALID_SCOPE, "scope: not a list of scope tokens")
    return scopes
