"""The phone's screen over HTTP, on this machine only.

Pages: `/` shows the codes, `/add` takes a link, `/clock` sets the clock wrong. For programs: `GET
/entries` is what the screen shows, as JSON, and `POST /entries` with `{"link": …}` scans; 422 says
in `sentence` why it cannot.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Final, TypeAlias
from urllib.parse import parse_qs

from counterfoil_devices.emulated.demonstration import phone_pages
from counterfoil_devices.emulated.demonstration.phone import TYPED, KeptPhone
from counterfoil_devices.emulated.phone import UnreadableLink

# Nobody else can be this address, and it is another site than the demonstration's `localhost`.
HOST: Final = "127.0.0.1"
MAX_BODY_BYTES: Final = 16_384
TIMEOUT_S: Final = 10
POLL_S: Final = 0.05  # How soon it notices that it is to end.
FORM: Final = "application/x-www-form-urlencoded"
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Fields: TypeAlias = Mapping[str, str]


class PhoneServer(ThreadingHTTPServer):
    """Shows one phone. Takes any port when `port` is in use."""

    def __init__(self, kept: KeptPhone, port: int) -> None:
        self.kept = kept
        try:
            super().__init__((HOST, port), _Handler)
        except OSError:
            super().__init__((HOST, 0), _Handler)

    @property
    def address(self) -> str:
        """Where the screen is."""
        return f"http://{HOST}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is nobody's fault."""


@contextmanager
def showing(kept: KeptPhone, port: int) -> Iterator[PhoneServer]:
    """Show the phone until the end of the block."""
    with PhoneServer(kept, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: PhoneServer
    server_version = "counterfoil-emulated-phone"
    sys_version = ""
    timeout = TIMEOUT_S

    def do_GET(self) -> None:
        """Pages, and the screen as JSON."""
        if not self._is_ours():
            return
        nonce, kept = secrets.token_urlsafe(16), self.server.kept
        match self.path.partition("?")[0]:
            case "/":
                screen = kept.screen()
                html = phone_pages.codes(nonce, screen, kept.phone.skew_s)
                self._page(200, nonce, html, phone_pages.refresh(screen))
            case "/add":
                self._page(200, nonce, phone_pages.add(nonce))
            case "/clock":
                self._page(200, nonce, phone_pages.clock(nonce, kept.phone.skew_s))
            case "/entries":
                self._json(200, {"entries": [asdict(shown) for shown in kept.screen()]})
            case _:
                self._page(404, nonce, phone_pages.failed(nonce, "There is no such page."))

    def do_POST(self) -> None:
        """A form of ours, or JSON, which no foreign page can send without asking first."""
        if not self._is_ours():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self._plain(413, "That is too long.")
            return
        body = self.rfile.read(int(length))
        match self.path, self.headers.get("Content-Type", "").partition(";")[0].strip():
            case "/entries", "application/json":
                self._scan(body)
            case path, kind if kind == FORM and path in _FORMS:
                self._form(_FORMS[path], body)
            case _:
                self._plain(404, "There is nothing of this kind.")

    def log_message(self, *_: object) -> None:
        """Nothing: standard error is the person's."""

    def _is_ours(self) -> bool:
        """Whether this is asked by our own name, and not by another site's page."""
        ours = self.server.address
        origin = self.headers.get("Origin", "" if self.command == "GET" else None)
        if self.headers.get("Host") != ours.removeprefix("http://"):
            self._plain(421, f"This is {ours}.")
        elif origin not in (ours, "") and not (origin is None and self._is_json()):
            self._plain(403, "That was sent by another page.")
        else:
            return True
        return False

    def _is_json(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("application/json")

    def _scan(self, body: bytes) -> None:
        try:
            asked = json.loads(body)
            link = str(asked["link"])
        except (ValueError, KeyError, TypeError):
            self._json(400, {"sentence": "The body must be a JSON object with a link."})
            return
        try:
            shown = self.server.kept.take(link)
        except UnreadableLink as error:
            self._json(422, {"sentence": str(error)})
        else:
            self._json(201, asdict(shown))

    def _form(self, do: Callable[[KeptPhone, Fields], object], body: bytes) -> None:
        fields = {k: v[-1] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}
        nonce = secrets.token_urlsafe(16)
        try:
            do(self.server.kept, fields)
        except UnreadableLink as error:
            self._page(422, nonce, phone_pages.add(nonce, str(error)))
        except (KeyError, ValueError):
            self._page(400, nonce, phone_pages.failed(nonce, "The phone cannot do that."))
        else:
            self._send(303, {"Location": "/", "Cache-Control": "no-store"}, b"")

    def _page(self, status: int, nonce: str, html: str, more: Mapping[str, str] = NOTHING) -> None:
        self._send(status, {**phone_pages.headers(nonce), **more}, html.encode())

    def _json(self, status: int, answer: object) -> None:
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        self._send(status, headers, json.dumps(answer).encode())

    def _plain(self, status: int, sentence: str) -> None:
        self._send(status, {"Content-Type": "text/plain"}, f"{sentence}\n".encode())

    def _send(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _add(kept: KeptPhone, fields: Fields) -> None:
    kept.take(fields.get("link", ""), fields.get("account", "").replace(":", " ") or TYPED)


_FORMS: Final[Mapping[str, Callable[[KeptPhone, Fields], object]]] = {
    "/add": _add,
    "/press": lambda kept, fields: kept.press(int(fields["entry"])),
    "/forget": lambda kept, fields: kept.forget(int(fields["entry"])),
    "/clock": lambda kept, fields: kept.set_clock(int(fields["skew_s"])),
}
