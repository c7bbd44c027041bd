"""Redirect URIs: which may be registered, which one matches, and what is added to it.

They are compared as texts (RFC 9700 §4.1.3), with the one exception of a native client's
port on the loopback address (RFC 8252 §7.3).
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlencode, urlsplit

from counterfoil.errors import Reason, Refused
from counterfoil.oauth.client import ClientKind

MAX_CHARACTERS = 2000

# RFC 3986: what may stand in a URI at all. `*` may, and is refused apart, as a wildcard.
_URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*", re.ASCII)
_LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
# `localhost` is left out: what it means is up to the machine (RFC 8252 §8.3).
_LOOPBACK_LITERAL = re.compile(r"(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?([/?].*)?")
# RFC 8252 §7.1: a domain of the application's own, reversed; so `javascript:` is none.
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.ASCII)


def refuse_redirect_uri(uri: str, kind: ClientKind) -> Refused | None:
    """Why `uri` cannot be registered for a client of this kind; None when it can."""
    if len(uri) > MAX_CHARACTERS or not _URI.fullmatch(uri):
        return _refused("it is not a URI")
    if "#" in uri:
        return _refused("it has a fragment")
    if "*" in uri:
        return _refused("it has a wildcard")
    parts = _split(uri)
    if parts is None:
        return _refused("it is not a URI")
    if "@" in parts.netloc:
        return _refused("it names a user")
    if any(segment in {".", ".."} for segment in parts.path.lower().replace("%2e", ".").split("/")):
        return _refused("its path walks upwards")
    return _refuse_scheme(uri, parts, kind)


def is_registered(uri: str, registered: tuple[str, ...], kind: ClientKind) -> bool:
    """Whether `uri` is one of the client's, exactly; see the module for the one exception."""
    if uri in registered:
        return True
    if kind is not ClientKind.PUBLIC:
        return False
    asked = _without_port(uri)
    return asked is not None and any(asked == _without_port(one) for one in registered)


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """`uri` with more of a query; what it had is kept (RFC 6749 §3.1.2)."""
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}"


def address_of(uri: str) -> str:
    """The origin as people read it, `https://app.example`; of a private-use URI the scheme."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def policy_source(uri: str) -> str:
    """The source expression that lets a form's redirect end there (CSP3 §2.3.1).

    The grammar has no IPv6 address, so a native client on `[::1]` gets the whole scheme, as
    one with a scheme of its own does.
    """
    scheme = urlsplit(uri).scheme
    return f"{scheme}:" if "[" in uri or scheme not in ("http", "https") else address_of(uri)


def _refuse_scheme(uri: str, parts: SplitResult, kind: ClientKind) -> Refused | None:
    match parts.scheme:
        case "https" if parts.hostname and _is_host(parts):
            return None
        case "http" if parts.hostname in _LOOPBACK_HOSTS:
            return None
        case "http":
            return _refused("http is for loopback only")
        case scheme if kind is ClientKind.PUBLIC and _PRIVATE_USE.fullmatch(scheme):
            return None if uri.startswith(f"{scheme}:/") else _refused("it has no path")
        case _:
            return _refused("its scheme or host cannot be used")


def _split(uri: str) -> SplitResult | None:
    """None also for what two readers of URIs could read differently."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if not uri.startswith(f"{parts.scheme}:") or parts.netloc != parts.netloc.lower():
        return None
    return None if port == 0 or parts.netloc.endswith(":") else parts


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return parts.netloc.startswith("[") or _HOST.fullmatch(host) is not None


def _without_port(uri: str) -> tuple[str, str | None] | None:
    found = _LOOPBACK_LITERAL.fullmatch(uri)
    return None if found is None else (found[1], found[2])


def _refused(detail: str) -> Refused:
    return Refused(Reason.REDIRECT_URI_REFUSED, detail)
