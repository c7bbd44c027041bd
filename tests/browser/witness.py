"""What a browser would only whisper: errors, broken policies, requests to strangers.

A witness watches a whole context; at the end of each test it must have nothing to tell.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Chromium says each answer from 400 on as an error of the console as well.
_STATUS = "Failed to load resource: the server responded with a status of"
_TELL_VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy violated", event.effectiveDirective, event.blockedURI, event.sample))"""


# No slots: Playwright keeps its wrapper of a handler on the handler's object.
@dataclass
class Witness:
    """`hosts` are known; `refusals` are the answers from 400 on, as (status, path's first word)."""

    hosts: frozenset[str]
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._hear)
        context.on("weberror", self._see_error)
        context.on("request", self._see_request)
        context.on("requestfailed", self._see_failure)
        context.on("response", self._see_response)

    def expect(self, *refusals: tuple[int, str]) -> None:
        """The refusals that the test is about, in order: now they are told."""
        assert self.refusals == list(refusals)
        self.refusals.clear()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert") and _STATUS not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _see_error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")

    def _see_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        if host not in self.hosts and not request.url.startswith("data:"):
            self.complaints.append(f"asked a stranger: {request.url}")

    def _see_failure(self, request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":
            return  # the person went on before it had come
        # Chromium fetches no module where it would not run it.
        if not self.scripts and request.failure == "csp" and request.url.endswith(".js"):
            return
        self.complaints.append(f"failed: {request.url} {request.failure}")

    def _see_response(self, response: Response) -> None:
        if response.status >= 400:
            first = urlsplit(response.url).path.split("/")[1]
            self.refusals.append((response.status, first))
