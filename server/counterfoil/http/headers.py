"""Headers that every answer has, and hosts and paths that are nobody's: pure ASGI middleware."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from counterfoil.errors import Reason
from counterfoil.http.problems import problem

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would turn the Origin of our own forms into `null`.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "publickey-credentials-get=(self), publickey-credentials-create=(self), "
        "camera=(), microphone=(), geolocation=()"
    ),
}
_TRANSPORT_SECURITY = "max-age=63072000"


class HeadersMiddleware:
    def __init__(
        self, app: ASGIApp, *, https: bool, only_hosts: Sequence[str] | None = None
    ) -> None:
        """`only_hosts`: the Host headers that are answered, None for all (a proxy decides)."""
        self._app = app
        self._only_hosts = None if only_hosts is None else frozenset(only_hosts)
        self._headers = dict(_ALWAYS)
        if https:
            self._headers["Strict-Transport-Security"] = _TRANSPORT_SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        answer = problem(Reason.NOT_FOUND) if self._is_nobodys(scope) else self._app
        await answer(scope, receive, send_with_headers)

    def _is_nobodys(self, scope: Scope) -> bool:
        # PostgreSQL takes no NUL in a text, and no address of ours has one.
        if "\0" in scope["path"]:
            return True
        return (
            self._only_hosts is not None
            and Headers(scope=scope).get("host") not in self._only_hosts
        )
