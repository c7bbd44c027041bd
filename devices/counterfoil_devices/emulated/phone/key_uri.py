"""The `otpauth:` link of the Key URI format, which the makers of authenticator apps agree on.

Read strictly: apps differ in what they forgive, so a link is good when nothing needs forgiving.
Parameters that no rule names are ignored, as apps ignore them.
"""

from __future__ import annotations

import re
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from counterfoil_devices.emulated.phone.codes import MAX_COUNTER, HmacAlgorithm

MAX_LINK_CHARACTERS: Final = 2953  # What the largest QR code can carry.
MAX_PERIOD_S: Final = 86_400
MIN_DIGITS: Final = 6  # RFC 4226 §5.3, and no app shows more than 8.
MAX_DIGITS: Final = 8
# RFC 3986: what may stand in a URI as it is, or percent-encoded.
_URI: Final = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_LINK: Final = re.compile(r"otpauth://(totp|hotp)/([^?#]*)\?([^#]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,19}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_BASE32: Final = re.compile("[A-Za-z2-7]*")
# RFC 4648 §6: no number of bytes ends in so many characters of a group of eight.
_IMPOSSIBLE_ENDS: Final = frozenset({1, 3, 6})


class UnreadableLink(ValueError):
    """What was scanned is no good `otpauth:` link. A sentence says why, without the secret."""


class UnreadableSecret(UnreadableLink):
    """The secret, in a link or typed, is not base32."""


@dataclass(frozen=True, slots=True)
class ByTime:
    """TOTP: a new code with every period."""

    period_s: int = 30


@dataclass(frozen=True, slots=True)
class ByCounter:
    """HOTP: a new code with every press; `counter` is that of the first one."""

    counter: int


Moves: TypeAlias = ByTime | ByCounter


@dataclass(frozen=True, slots=True)
class KeyUri:
    """What a link says. `issuer` is empty when it names none."""

    account: str
    secret: bytes = field(repr=False)
    issuer: str = ""
    algorithm: HmacAlgorithm = HmacAlgorithm.SHA1
    digits: int = 6
    moves: Moves = ByTime()

    def __post_init__(self) -> None:
        """An account that cannot be written into a link is a mistake of whoever made it."""
        if not self.account or (not self.issuer and ":" in self.account):
            raise ValueError("an account has a name, without a colon when there is no issuer")


def read_link(link: str) -> KeyUri:
    """Read a link; spaces around it are forgiven. Raises UnreadableLink."""
    link = link.strip()
    if not link.lower().startswith("otpauth:"):
        raise UnreadableLink("This is not an otpauth: link.")
    if len(link) > MAX_LINK_CHARACTERS:
        raise UnreadableLink("The link is longer than a QR code can be.")
    if not _URI.fullmatch(link):
        raise UnreadableLink("The link holds characters that must be percent-encoded.")
    parts = _LINK.fullmatch(link)
    if parts is None:
        raise UnreadableLink("The link must be otpauth://totp/LABEL?… or otpauth://hotp/LABEL?…")
    given = _read_parameters(parts[3])
    issuer, account = _read_label(_decode(parts[2]), given.get("issuer"))
    if "secret" not in given:
        raise UnreadableLink("The link has no secret.")
    return KeyUri(
        account=account,
        secret=read_secret(given["secret"]),
        issuer=issuer,
        algorithm=_read_algorithm(given.get("algorithm", "SHA1")),
        digits=_read_number(given.get("digits", "6"), "digits", MIN_DIGITS, MAX_DIGITS),
        moves=_read_moves(parts[1].lower(), given),
    )


def read_secret(text: str) -> bytes:
    """Base32 as people type it: any case, spaces and hyphens, padding or none.

    Bits that are left over are dropped, as apps do. Raises UnreadableSecret.
    """
    wanted = re.sub(r"[ -]", "", text)
    bare = wanted.rstrip("=")
    if not _BASE32.fullmatch(bare):
        raise UnreadableSecret("The secret holds something else than the letters A–Z and 2–7.")
    padding = "=" * (-len(bare) % 8)
    if not bare or len(bare) % 8 in _IMPOSSIBLE_ENDS or wanted not in (bare, bare + padding):
        raise UnreadableSecret("The secret is not whole: a part of it is missing.")
    return b32decode(bare.upper() + padding)


def write_link(uri: KeyUri) -> str:
    """The link that says exactly this."""
    label, kind = quote(uri.account, safe=""), "totp"
    said = {"secret": b32encode(uri.secret).decode().rstrip("=")}
    if uri.issuer:
        label = f"{quote(uri.issuer, safe='')}:{label}"
        said["issuer"] = quote(uri.issuer, safe="")
    said |= {"algorithm": uri.algorithm.value, "digits": str(uri.digits)}
    match uri.moves:
        case ByTime(period_s):
            said["period"] = str(period_s)
        case ByCounter(counter):
            kind, said["counter"] = "hotp", str(counter)
    return f"otpauth://{kind}/{label}?{'&'.join(f'{k}={v}' for k, v in said.items())}"


def _read_parameters(query: str) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for parameter in query.split("&"):
        name, equals, value = parameter.partition("=")
        if not name or not equals:
            raise UnreadableLink("The link has a parameter without a name or a value.")
        if _decode(name) in given:
            raise UnreadableLink(f"The link says “{_decode(name)}” twice.")
        given[_decode(name)] = _decode(value)
    return given


def _read_label(label: str, parameter: str | None) -> tuple[str, str]:
    """Issuer and account from a decoded label, which must not contradict the parameter."""
    issuer, account = "", label
    if parameter is not None and label.startswith(f"{parameter}:"):
        # So an issuer's name may hold a colon, although the format would rather have none.
        issuer, account = parameter, label[len(parameter) + 1 :]
    elif ":" in label:
        issuer, _, account = label.partition(":")
    issuer, account = issuer.strip(" "), account.strip(" ")
    if parameter is not None:
        parameter = parameter.strip(" ")
        if issuer and issuer != parameter:
            raise UnreadableLink("The label names another issuer than the parameter.")
        issuer = parameter
    if not account or (not issuer and (parameter is not None or ":" in label)):
        raise UnreadableLink("The link has an empty name for the account or the issuer.")
    if _CONTROL.search(issuer + account):
        raise UnreadableLink("The names in the link hold control characters.")
    return issuer, account


def _read_algorithm(text: str) -> HmacAlgorithm:
    found = {known.value: known for known in HmacAlgorithm}.get(text)
    if found is None:
        raise UnreadableLink("The algorithm must be SHA1, SHA256 or SHA512.")
    return found


def _read_moves(kind: str, given: Mapping[str, str]) -> Moves:
    if kind == "totp":
        return ByTime(_read_number(given.get("period", "30"), "period", 1, MAX_PERIOD_S))
    if "counter" not in given:
        raise UnreadableLink("A link for codes by counter must say the counter.")
    return ByCounter(_read_number(given["counter"], "counter", 0, MAX_COUNTER))


def _read_number(text: str, name: str, least: int, most: int) -> int:
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise UnreadableLink(f"The {name} must be a number from {least} to {most}.")
    return int(text)


def _decode(text: str) -> str:
    """Undo percent-encoding; a plus stays a plus, since a link is no form (RFC 3986)."""
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableLink("The names in the link are not UTF-8.") from error
