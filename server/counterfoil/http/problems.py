"""Refusals on the wire: RFC 9457 problem details with a stable reason, never an echo."""

import json
import logging

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.errors import Reason, Refused, told, voice

log = logging.getLogger("counterfoil.http")

_BY_STATUS = {
    404: Reason.NOT_FOUND,
    405: Reason.METHOD_NOT_ALLOWED,
    413: Reason.TOO_LARGE,
    415: Reason.UNSUPPORTED_MEDIA_TYPE,
}


def problem(refused: Refused | Reason, headers: dict[str, str] | None = None) -> Response:
    """`application/problem+json`; the operator's words and details stay in the log."""
    reason = told(refused.reason if isinstance(refused, Refused) else refused)
    said = voice(reason)
    body: dict[str, str | int] = {
        "type": f"urn:counterfoil:problem:{reason.value}",
        "title": said.public,
        "status": said.status,
        "detail": said.public,
        "reason": reason.value,
    }
    extra = dict(headers or {})
    by_s = refused.by_s if isinstance(refused, Refused) else 0
    if said.status == 503:
        extra.setdefault("Retry-After", "1")
    if by_s:
        body["by_s"] = by_s
    extra = retry_after(said.status, by_s) | extra
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        said.status,
        extra | {"Cache-Control": "no-store"},
        "application/problem+json",
    )


def retry_after(status: int, by_s: int) -> dict[str, str]:
    """When somebody was too fast (RFC 6585 §4): in how many seconds to come again."""
    return {"Retry-After": str(by_s)} if status == 429 and by_s else {}


def log_refusal(request: Request, refused: Refused, reference: str = "") -> None:
    """What the operator reads: reason, our own detail, reference, and which route it was.

    The route by its function's name: an address may hold an invitation or a code.
    """
    endpoint = request.scope.get("endpoint")
    log.info(
        "refused %s %s: %s %s %s",
        request.method,
        getattr(endpoint, "__qualname__", "?"),
        refused.reason.value,
        refused.detail,
        reference,
    )


def reason_of_status(status: int) -> Reason:
    """The reason behind a status which the router decided."""
    return _BY_STATUS.get(status, Reason.MALFORMED)
