"""The emulated person: reads pages as the page's script does, and sends what a browser sends."""

import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil_devices.emulated.demonstration.pages import CeremonyPart, Form, read_page
from counterfoil_devices.emulated.demonstration.state import BadState, Belongings
from counterfoil_devices.emulated.demonstration.web import Cookies, Web

PAGE = """<title>Hello &amp; welcome</title>
<form method="get" action="/search"><input name="q"></form>
<form method="post" action="/go"><input name="a" value="1"><input value="unnamed">
<button name="decision" value="allow">Yes</button><button name="decision" value="deny">No</button>
</form><input name="outside" value="x"><a href="/one?way=key">One</a>
<section data-ceremony data-interaction="int_1" data-purpose="enrol" data-alone="true"></section>
<div><p data-problem-words>That did &amp; did not work.</p><p>More.</p></div>"""


def test_a_page_is_read_by_its_marks() -> None:
    page = read_page(PAGE)
    assert page.title == "Hello & welcome"
    assert page.forms == [Form("/go", {"a": "1", "decision": "allow"})]
    assert page.links == ["/one?way=key"]
    assert page.ceremony == CeremonyPart("int_1", "enrol", alone=True)
    assert page.problem == "That did & did not work."


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    read_page(text)


def test_cookies_are_one_jar_for_a_host_whatever_its_port() -> None:
    jar = Cookies()
    jar.keep("http://localhost:1/", "a=1; Path=/; HttpOnly; SameSite=lax")
    jar.keep("http://localhost:2/", "b=2")
    assert jar.header("http://localhost:3/x") == "a=1; b=2"
    assert jar.header("http://127.0.0.1:1/") == ""
    jar.keep("http://localhost:2/", 'a=""; Max-Age=0')
    assert jar.header("http://localhost:1/") == "b=2"


class Handler(BaseHTTPRequestHandler):
    """Redirects where the path says, sets a cookie, and remembers what it was sent."""

    seen: list[tuple[str, str, dict[str, str]]]

    def do_GET(self) -> None:
        self.seen.append((self.command, self.path, dict(self.headers)))
        if self.path.startswith("/to/"):
            self.send_response(303)
            self.send_header("Location", self.path.removeprefix("/to"))
        elif self.path == "/loop":
            self.send_response(303)
            self.send_header("Location", "/loop")
        else:
            self.send_response(200)
        self.send_header("Set-Cookie", f"at{self.path.count('/')}=1; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str, dict[str, str]]]]]:
    seen: list[tuple[str, str, dict[str, str]]] = []
    handler = type("OneHandler", (Handler,), {"seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as opened:
        thread = threading.Thread(target=opened.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{opened.server_port}", seen
        opened.shutdown()
        thread.join()


Server = tuple[str, list[tuple[str, str, dict[str, str]]]]


def test_a_typed_address_comes_from_nowhere(server: Server) -> None:
    address, seen = server
    with Web() as web:
        assert web.visit(f"{address}/to/end").url == f"{address}/end"
    assert [(method, path) for method, path, _ in seen] == [("GET", "/to/end"), ("GET", "/end")]
    for _, _, headers in seen:
        assert headers["Sec-Fetch-Site"] == "none"
        assert headers["Sec-Fetch-Mode"] == "navigate"
        assert "Origin" not in headers
    assert seen[1][2]["Cookie"] == "at2=1"


def test_a_form_has_its_origin_and_its_redirect_is_a_get(server: Server) -> None:
    address, seen = server
    with Web() as web:
        web.submit(f"{address}/to/end", {"a": "b c&d"}, page=f"{address}/page")
    assert seen[0][0] == "POST"
    assert seen[0][2]["Origin"] == address
    assert seen[0][2]["Sec-Fetch-Site"] == "same-origin"
    assert seen[1][0] == "GET"
    assert "Origin" not in seen[1][2]


def test_a_script_says_where_it_is(server: Server) -> None:
    address, seen = server
    with Web() as web:
        status, answer = web.post_json(f"{address}/x", {"a": 1}, page="http://127.0.0.1:9/page")
    assert (status, answer) == (200, {})
    assert seen[0][2]["Origin"] == "http://127.0.0.1:9"
    assert seen[0][2]["Sec-Fetch-Site"] == "same-site"
    assert seen[0][2]["Content-Type"] == "application/json"


def test_it_stops_before_the_application(server: Server) -> None:
    address, seen = server
    with Web() as web:
        shown = web.visit(f"{address}/to/callback?code=c", until=f"{address}/callback")
    assert shown.url == f"{address}/callback?code=c"
    assert len(seen) == 1


def test_it_does_not_go_round_for_ever(server: Server) -> None:
    address, _ = server
    with Web() as web, pytest.raises(httpx2.TooManyRedirects):
        web.visit(f"{address}/loop")


def test_the_key_and_its_pin_survive_and_are_private(tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    first = Belongings.load(file)
    first.save(file)
    first.save(file)
    second = Belongings.load(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert second.world.pin == first.world.pin
    assert second.key.save() == first.key.save()
    assert sorted(f.name for f in tmp_path.iterdir()) == ["home", "key.json"]


def test_two_people_have_different_keys(tmp_path: Path) -> None:
    one, other = (Belongings.load(tmp_path / name) for name in ("one", "other"))
    assert one.key.save()["secret"] != other.key.save()["secret"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"pin": "1", "key": {}}', "\x00"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "key.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadState):
        Belongings.load(file)
