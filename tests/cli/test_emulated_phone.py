"""The demonstration's phone: kept like a key, and shown on a page that needs no script."""

import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from counterfoil_devices.emulated import HandClock, UnreadableLink
from counterfoil_devices.emulated.demonstration.phone import KeptPhone
from counterfoil_devices.emulated.demonstration.phone_server import (
    HOST,
    MAX_BODY_BYTES,
    PhoneServer,
    showing,
)
from counterfoil_devices.emulated.demonstration.state import BadState

# 12345678901234567890, the secret of RFC 4226's examples: at 59 s the code is that of counter 1.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
LINK = f"otpauth://totp/Example:J%C3%BCrgen?secret={SECRET}&issuer=Example"
BY_COUNTER = f"otpauth://hotp/ann?secret={SECRET}&counter=0"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(40)


@pytest.fixture
def kept(tmp_path: Path, clock: HandClock) -> KeptPhone:
    return KeptPhone.load(tmp_path / "phone.json", clock)


def test_the_phone_survives_and_is_private(kept: KeptPhone, clock: HandClock) -> None:
    kept.take(LINK)
    kept.press(kept.take(BY_COUNTER).entry)
    kept.set_clock(-30)
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    again = KeptPhone.load(kept.file, clock)
    assert again.screen() == kept.screen()
    assert [shown.code for shown in again.screen()] == ["755224", "287082"]
    kept.forget(1)
    assert [s.name for s in KeptPhone.load(kept.file, clock).screen()] == ["ann"]


def test_what_cannot_be_done_changes_nothing(kept: KeptPhone) -> None:
    kept.take(LINK)
    before = kept.file.read_bytes()
    refused: list[tuple[type[Exception], Callable[[], object]]] = [
        (UnreadableLink, lambda: kept.take("otpauth://totp/ann")),
        (UnreadableLink, lambda: kept.take("1")),
        (ValueError, lambda: kept.press(1)),
        (ValueError, lambda: kept.set_clock(86_401)),
        (KeyError, lambda: kept.press(2)),
        (KeyError, lambda: kept.forget(2)),
        (KeyError, lambda: kept.show(2)),
    ]
    for error, deed in refused:
        with pytest.raises(error):
            deed()
    assert kept.file.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00", '{"version": 1}'])
def test_a_file_that_holds_no_phone_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "phone.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadState):
        KeptPhone.load(file, HandClock())


# The page


class Visitor:
    """A browser without scripts, or a program."""

    def __init__(self, server: PhoneServer) -> None:
        self.address = server.address
        self.http = httpx2.Client(base_url=server.address, trust_env=False)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.http.get(path, headers=headers)

    def send(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of our page."""
        return self.http.post(path, data=fields, headers={"Origin": self.address})

    def scan(self, body: object) -> httpx2.Response:
        return self.http.post("/entries", json=body)


@pytest.fixture
def visitor(kept: KeptPhone) -> Iterator[Visitor]:
    with showing(kept, 0) as server:
        visitor = Visitor(server)
        with visitor.http:
            yield visitor


def codes(page: httpx2.Response) -> list[str]:
    return re.findall(r'class="code">(\d+)<', page.text)


def test_a_link_becomes_a_code_that_ticks_down(visitor: Visitor, clock: HandClock) -> None:
    assert "No codes yet" in visitor.get("/").text
    assert "refresh" not in visitor.get("/").headers
    sent = visitor.send("/add", link=f" {LINK} ")
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    page = visitor.get("/")
    assert codes(page) == ["287082"]
    assert "Example: Jürgen" in page.text
    assert "20 seconds left" in page.text
    assert "count 20s steps(20)" in page.text
    assert page.headers["refresh"] == "20"
    clock.wait(20)
    page = visitor.get("/")
    assert codes(page) == ["359152"]
    assert page.headers["refresh"] == "30"


def test_a_secret_is_typed_with_or_without_a_name(visitor: Visitor) -> None:
    visitor.send("/add", link=SECRET.lower())
    visitor.send("/add", link=f"{SECRET[:16]} {SECRET[16:]}", account="ann: work")
    page = visitor.get("/")
    assert codes(page) == ["287082", "287082"]
    assert re.findall("<h2>(.*?)</h2>", page.text) == ["typed in", "ann  work"]


def test_a_code_by_counter_moves_by_its_button_and_not_by_looking(visitor: Visitor) -> None:
    visitor.send("/add", link=BY_COUNTER)
    assert codes(visitor.get("/")) == codes(visitor.get("/")) == ["755224"]
    assert "refresh" not in visitor.get("/").headers
    assert visitor.send("/press", entry="1").status_code == 303
    assert codes(visitor.get("/")) == ["287082"]


def test_an_entry_is_removed_and_the_clock_is_set(visitor: Visitor) -> None:
    visitor.send("/add", link=LINK)
    visitor.send("/clock", skew_s="-30")
    page = visitor.get("/")
    assert codes(page) == ["755224"]
    assert "slow by 30 s" in page.text
    assert 'value="-30"' in visitor.get("/clock").text
    visitor.send("/forget", entry="1")
    assert codes(visitor.get("/")) == []


def test_what_cannot_be_read_is_told_in_a_sentence(visitor: Visitor) -> None:
    page = visitor.send("/add", link="https://example.org")
    assert page.status_code == 422
    assert "This is not an otpauth: link." in page.text
    page = visitor.send("/add", link="0123")
    assert "letters A–Z and 2–7" in page.text
    page = visitor.send("/add", link="otpauth://totp/ann")
    assert "The link must be otpauth://totp/" in page.text
    for path, fields in (
        ("/press", {"entry": "9"}),
        ("/forget", {"other": "1"}),
        ("/clock", {"skew_s": "much"}),
        ("/clock", {"skew_s": "99999999"}),
    ):
        page = visitor.send(path, **fields)
        assert (page.status_code, "cannot do that" in page.text) == (400, True)
    assert visitor.get("/nothing").status_code == 404
    assert visitor.send("/nothing").status_code == 404


def test_names_are_text(visitor: Visitor) -> None:
    visitor.send("/add", link=f"otpauth://totp/%3Cscript%3Ex?secret={SECRET}")
    assert "<script" not in visitor.get("/").text
    assert "&lt;script&gt;" in visitor.get("/").text


def test_a_program_scans_and_reads_the_screen(visitor: Visitor, clock: HandClock) -> None:
    made = visitor.scan({"link": LINK})
    shown = {
        "entry": 1,
        "name": "Example: Jürgen",
        "code": "287082",
        "seconds_left": 20,
        "period_s": 30,
    }
    assert (made.status_code, made.json()) == (201, shown)
    clock.wait(5)
    assert visitor.get("/entries").json() == {"entries": [{**shown, "seconds_left": 15}]}
    refused = visitor.scan({"link": "otpauth://totp/ann?issuer=x"})
    assert (refused.status_code, refused.json()) == (422, {"sentence": "The link has no secret."})
    for body in ("[]", "{}", '"x"', "null", "", "{", '{"link": {'):
        answer = visitor.http.post(
            "/entries", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400, body


def test_another_sites_page_can_send_nothing(visitor: Visitor) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    as_json = {"Content-Type": "application/json"}
    body = json.dumps({"link": LINK}).encode()
    tried: list[tuple[str, Mapping[str, str], bytes, int]] = [
        ("/add", form, b"link=" + SECRET.encode(), 403),
        ("/add", {**form, "Origin": "null"}, b"link=" + SECRET.encode(), 403),
        ("/add", {**form, "Origin": "http://localhost:8700"}, b"link=" + SECRET.encode(), 403),
        ("/entries", {**as_json, "Origin": "http://localhost:8700"}, body, 403),
        ("/entries", {"Content-Type": "text/plain", "Origin": "null"}, body, 403),
        ("/entries", {"Content-Type": "text/plain"}, body, 403),
        ("/entries", {**as_json, "Host": "rebound.example"}, body, 421),
    ]
    for path, headers, content, status in tried:
        answer = visitor.http.post(path, headers=headers, content=content)
        assert answer.status_code == status, (path, headers)
    assert visitor.get("/", Host="rebound.example").status_code == 421
    assert visitor.get("/entries", Origin="http://localhost:8700").status_code == 403
    assert visitor.get("/entries").json() == {"entries": []}


def test_the_page_needs_no_script_and_asks_nobody_else(visitor: Visitor) -> None:
    visitor.send("/add", link=LINK)
    pages = [visitor.get(path) for path in ("/", "/add", "/clock", "/nothing")]
    nonces = set()
    for page in pages:
        policy = page.headers["content-security-policy"]
        (nonce,) = re.findall("'nonce-([^']+)'", policy)
        nonces.add(nonce)
        assert policy.startswith("default-src 'none'; style-src 'nonce-")
        assert f'<style nonce="{nonce}">' in page.text
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        assert 'style="' not in page.text
        assert "://" not in page.text
    assert len(nonces) == len(pages)


def test_a_long_body_is_not_read(visitor: Visitor) -> None:
    assert visitor.scan({"link": "x" * MAX_BODY_BYTES}).status_code == 413


def test_the_person_has_the_phone_in_hand(tmp_path: Path) -> None:
    errands: list[Mapping[str, object]] = [
        {"do": "phone-clock", "skew_s": 3600},
        {"do": "phone-scan", "link": LINK},
        {"do": "phone-code", "entry": 1},
        {"do": "phone-page", "port": 0},
        {"do": "phone-scan", "link": "otpauth://totp/ann"},
    ]
    told = run_errands(tmp_path, errands)
    assert [t["event"] for t in told if t["event"] != "done"] == [
        *("scanned", "phone_code", "phone_page", "failed")
    ]
    code = next(t for t in told if t["event"] == "phone_code")
    assert re.fullmatch("[0-9]{6}", code["code"])
    assert 1 <= code["seconds_left"] <= code["period_s"] == 30
    assert "otpauth://totp/LABEL" in told[-1]["sentence"]
    # The next run has the same phone in the next pocket of the same folder.
    (again, _) = run_errands(tmp_path, [{"do": "phone-code", "entry": 1}])
    assert again["name"] == "Example: Jürgen"
    (failed,) = run_errands(tmp_path, [{"do": "phone-code", "entry": 2}])
    assert failed["event"] == "failed"


def run_errands(folder: Path, errands: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
    program = "counterfoil_devices.emulated.demonstration"
    ended = subprocess.run(
        [sys.executable, "-m", program, "--state", str(folder / "security-key.json")],
        input="".join(json.dumps(errand) + "\n" for errand in errands),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stderr == ""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_port_in_use_is_no_obstacle(kept: KeptPhone) -> None:
    with showing(kept, 0) as one, showing(kept, one.server_port) as other:
        assert other.server_port != one.server_port
        assert other.address.startswith(f"http://{HOST}:")
        assert Visitor(other).get("/").status_code == 200
