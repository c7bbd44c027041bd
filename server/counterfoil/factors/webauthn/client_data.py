"""CollectedClientData (WebAuthn §5.8.1): what the client says it signed for."""

from dataclasses import dataclass

from counterfoil.kit import strict_json
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.strict_json import Json

# Recorded client data has under 400 bytes.
MAX_BYTES = 8 * 1024

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class CollectedClientData:
    """The members that are checked; a client may add others, and they are not looked at."""

    type: str
    challenge: str
    origin: str
    cross_origin: bool
    top_origin: str | None
    token_binding: str | None  # its status


def parse_client_data(client_data_json: bytes) -> CollectedClientData:
    """Steps "UTF-8 decode" and "JSON parser" of §7.1 and §7.2; raises Malformed."""
    # UTF-8 decode strips one byte order mark.
    text = client_data_json.removeprefix(_BYTE_ORDER_MARK)
    data = strict_json.parse_object(text, max_bytes=MAX_BYTES)
    top_origin = data.get("topOrigin")
    if top_origin is not None and not isinstance(top_origin, str):
        raise Malformed("topOrigin is not text")
    cross_origin = data.get("crossOrigin", False)
    if not isinstance(cross_origin, bool):
        raise Malformed("crossOrigin is not a boolean")
    return CollectedClientData(
        type=_text(data, "type"),
        challenge=_text(data, "challenge"),
        origin=_text(data, "origin"),
        cross_origin=cross_origin,
        top_origin=top_origin,
        token_binding=_token_binding(data.get("tokenBinding")),
    )


def _text(data: dict[str, Json], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str):
        raise Malformed(f"the client data has no text {name}")
    return value


def _token_binding(value: Json) -> str | None:
    """The status: Level 2 defined it, Level 3 reserves the name, and clients of 2019 send it."""
    if value is None:
        return None
    status = value.get("status") if isinstance(value, dict) else None
    if not isinstance(status, str):
        raise Malformed("tokenBinding has no text status")
    return status
