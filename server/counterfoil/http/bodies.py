"""Request bodies, strictly: bounded, of the one documented type, and never echoed."""

from urllib.parse import unquote_to_bytes

from starlette.requests import ClientDisconnect, Request

from counterfoil.errors import Reason, Refused
from counterfoil.kit import strict_json
from counterfoil.kit.malformed import Malformed

MAX_FORM_BYTES = 64 * 1024
MAX_JSON_BYTES = strict_json.MAX_BYTES
MAX_PARAMETERS = 64


async def read_json(request: Request) -> dict[str, strict_json.Json] | Refused:
    """The JSON object of the body. A `text/plain` body is no JSON: any site can send one."""
    read = await _read_object(request)
    return read if isinstance(read, Refused) else read[1]


async def read_json_bytes(request: Request) -> bytes | Refused:
    """The body as it came, which is one JSON object in its strict form."""
    read = await _read_object(request)
    return read if isinstance(read, Refused) else read[0]


async def read_form(request: Request) -> dict[str, str] | Refused:
    """The parameters of an urlencoded body; a repeated one is refused (RFC 6749 §3.1)."""
    if _media_type(request) != "application/x-www-form-urlencoded":
        return Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    body = await _read(request, MAX_FORM_BYTES)
    if isinstance(body, Refused):
        return body
    return parse_parameters(body)


def parse_parameters(encoded: bytes) -> dict[str, str] | Refused:
    """The parameters of a form or a query string, each at most once, in UTF-8."""
    parameters: dict[str, str] = {}
    pairs = [pair for pair in encoded.split(b"&") if pair]
    if len(pairs) > MAX_PARAMETERS:
        return Refused(Reason.MALFORMED, "too many parameters")
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        try:
            key, text = _decoded(name), _decoded(value)
        except UnicodeDecodeError:
            return Refused(Reason.MALFORMED, "a parameter is not UTF-8")
        if key in parameters:
            return Refused(Reason.MALFORMED, "a parameter is repeated")
        if "\0" in key + text:
            return Refused(Reason.MALFORMED, "a parameter has a NUL")
        parameters[key] = text
    return parameters


async def _read_object(
    request: Request,
) -> tuple[bytes, dict[str, strict_json.Json]] | Refused:
    if _media_type(request) != "application/json":
        return Refused(Reason.UNSUPPORTED_MEDIA_TYPE)
    body = await _read(request, MAX_JSON_BYTES)
    if isinstance(body, Refused):
        return body
    try:
        return body, strict_json.parse_object(body)
    except Malformed as error:
        return Refused(Reason.MALFORMED, str(error))


async def _read(request: Request, limit: int) -> bytes | Refused:
    declared = request.headers.get("content-length", "0")
    if not declared.isascii() or not declared.isdigit() or int(declared[:10]) > limit:
        return Refused(Reason.TOO_LARGE)
    chunks, length = [], 0
    try:
        async for chunk in request.stream():
            length += len(chunk)
            if length > limit:
                return Refused(Reason.TOO_LARGE)
            chunks.append(chunk)
    except ClientDisconnect:
        return Refused(Reason.MALFORMED, "the client went away")
    return b"".join(chunks)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _decoded(part: bytes) -> str:
    return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8", "strict")
