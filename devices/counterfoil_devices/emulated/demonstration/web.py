"""A browser without a screen: cookies, redirects, and the headers that browsers send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

JsonObject: TypeAlias = dict[str, Any]

MAX_REDIRECTS: Final = 10
TIMEOUT_S: Final = 30
REDIRECTS: Final = frozenset({301, 302, 303})
NAME: Final = "counterfoil-emulated-person/1"
_SITES: Final = ("none", "same-origin", "same-site", "cross-site")


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a navigation ended: the page, or the address that it was to stop before."""

    url: str
    status: int
    html: str


@dataclass(slots=True)
class Cookies:
    """A jar as browsers have it: one for a host, whatever its port."""

    by_host: dict[str, dict[str, str]] = field(default_factory=dict)

    def header(self, url: str) -> str:
        """The Cookie header for that address."""
        held = self.by_host.get(_host(url), {})
        return "; ".join(f"{name}={value}" for name, value in held.items())

    def keep(self, url: str, set_cookie: str) -> None:
        """Take one Set-Cookie header; a life of no seconds removes the cookie."""
        jar = self.by_host.setdefault(_host(url), {})
        for name, morsel in SimpleCookie(set_cookie).items():
            if morsel["max-age"] == "0":
                jar.pop(name, None)
            else:
                jar[name] = morsel.value


class Web:
    """One window: it navigates, sends forms, and speaks JSON for the page that is open."""

    def __init__(self) -> None:
        # Proxies of the environment are not for a service on this machine.
        self._client = httpx2.Client(
            follow_redirects=False, trust_env=False, timeout=TIMEOUT_S, headers={"User-Agent": NAME}
        )
        self.cookies = Cookies()

    def __enter__(self) -> Web:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._client.close()

    def visit(self, url: str, *, coming_from: str = "", until: str = "") -> Shown:
        """Open an address and follow where it leads, but not to `until`, an address without query.

        `coming_from` is the page with the link; an address that was typed comes from nowhere.
        """
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        return self._follow("GET", url, headers, None, coming_from, until)

    def submit(self, url: str, fields: Mapping[str, str], *, page: str, until: str = "") -> Shown:
        """Send a form of the page that is open, and follow where it leads."""
        headers = {
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
            "Origin": origin_of(page),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._follow("POST", url, headers, urlencode(fields).encode(), page, until)

    def post_json(self, url: str, body: JsonObject, *, page: str) -> tuple[int, JsonObject]:
        """Post JSON as a script of the page does; the status, and the answer if it is JSON."""
        headers = {
            "Sec-Fetch-Mode": "cors",
            "Sec-Fetch-Dest": "empty",
            "Sec-Fetch-Site": _site(page, url),
            "Origin": origin_of(page),
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        response = self._send("POST", url, headers, json.dumps(body).encode())
        if "json" not in response.headers.get("content-type", ""):
            return response.status_code, {}
        answer = response.json()
        return response.status_code, answer if isinstance(answer, dict) else {}

    def _follow(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        coming_from: str,
        until: str,
    ) -> Shown:
        site = "none"
        for _ in range(MAX_REDIRECTS):
            # Fetch, "Sec-Fetch-Site": the furthest site that the chain has touched.
            site = max(site, _site(coming_from, url), key=_SITES.index)
            sent = {**headers, "Sec-Fetch-Site": site}
            response = self._send(method, url, sent, content)
            if response.status_code not in REDIRECTS:
                return Shown(url, response.status_code, response.text)
            url = urljoin(url, response.headers["location"])
            if until and url.partition("?")[0] == until:
                return Shown(url, response.status_code, "")
            method, content = "GET", None
            headers = {k: v for k, v in headers.items() if k not in {"Origin", "Content-Type"}}
        raise httpx2.TooManyRedirects(f"more than {MAX_REDIRECTS} redirects")

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> httpx2.Response:
        cookie = self.cookies.header(url)
        sent = {**headers, "Cookie": cookie} if cookie else dict(headers)
        response = self._client.request(method, url, headers=sent, content=content)
        # The library's own jar does not know that localhost is a host.
        self._client.cookies.clear()
        for header in response.headers.get_list("set-cookie"):
            self.cookies.keep(url, header)
        return response


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _site(coming_from: str, url: str) -> str:
    if not coming_from:
        return "none"
    if origin_of(coming_from) == origin_of(url):
        return "same-origin"
    return "same-site" if _host(coming_from) == _host(url) else "cross-site"
