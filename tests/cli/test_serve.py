"""`counterfoil serve`: any number of workers, no secret in the log, a drain at the end."""

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.request import urlopen

import pytest

from tests.cli.commands import ISSUER, Made, change, is_sentence_and_try, start

WITHIN_S = 40


@dataclass
class Served:
    process: "subprocess.Popen[str]"
    port: int
    facts: dict[str, object]
    log: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ended(self) -> int:
        """Wait until it has ended; its log is complete then."""
        out, err = self.process.communicate(timeout=WITHIN_S)
        self.log = err.splitlines()
        assert out == ""
        return self.process.returncode


@contextmanager
def serving(made: Made, port: int, workers: int = 1) -> Iterator[Served]:
    words = ("serve", "--config", str(made.config), "--listen-port", str(port), "--json")
    process = start(*words, "--workers", str(workers))
    try:
        assert process.stdout is not None
        # It listens before it says so; requests wait until a worker takes them.
        text = "".join(iter(lambda: first_lines(process), "}\n")) + "}"
        yield Served(process, port, json.loads(text))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=WITHIN_S)


def first_lines(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return line


@pytest.mark.parametrize("workers", [1, 2])
def test_it_serves_and_drains_on_sigterm(made: Made, free_ports: list[int], workers: int) -> None:
    with serving(made, free_ports[0], workers) as served:
        assert served.facts["workers"] == workers
        with urlopen(
            f"{served.address}/.well-known/openid-configuration", timeout=WITHIN_S
        ) as found:
            assert json.load(found)["issuer"] == "https://login.example.org"
        with begun_request(served.port) as slow:
            served.process.send_signal(signal.SIGTERM)
            wait_until_refused(served.port)
            # Half of this request was there when the signal came: it is still answered.
            slow.sendall(b"llo")
            with http.client.HTTPResponse(slow) as response:
                response.begin()
                assert response.status == 400
                assert json.load(response)["error"] == "invalid_request"
        assert served.ended() == 0
    assert served.log[-1] == "Stopped: what was begun is finished."
    assert not any("Traceback" in line for line in served.log)


def begun_request(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
    connection.sendall(
        b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nhe"
    )
    # Another answer on a connection of its own says that ours was read before it.
    other = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    other.request("GET", "/oauth2/jwks")
    other.getresponse().read()
    other.close()
    return connection


def wait_until_refused(port: int) -> None:
    until = time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("it still listens")


def test_the_log_has_no_query_and_no_token(made: Made, free_ports: list[int]) -> None:
    with serving(made, free_ports[0]) as served:
        token = made.link.rpartition("/")[2]
        for path in (f"/invitation/{token}", "/oauth2/authorize?code=SECRET&client_id=SECRET"):
            ask(served, path, {"Authorization": "Bearer SECRET", "Cookie": "a=SECRET"})
        served.process.send_signal(signal.SIGTERM)
        assert served.ended() == 0
    log = "\n".join(served.log)
    assert "GET /invitation/cf_inv_… " in log
    assert "GET /oauth2/authorize 400 " in log
    assert token not in log
    assert "SECRET" not in log


def ask(served: Served, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WITHIN_S)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def test_a_port_in_use_is_one_sentence(made: Made, free_ports: list[int]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_ports[0]))
        taken.listen()
        outcome = made.run("serve", "--listen-port", str(free_ports[0]))
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)
    assert "Address already in use" in outcome.err


def test_a_database_without_signing_keys_is_not_served(made: Made) -> None:
    change(made, "DELETE FROM signing_keys")
    outcome = made.run("serve")
    assert outcome.code == 1
    assert is_sentence_and_try(outcome.err)


def test_the_doctor_finds_the_service_that_answers(made: Made, free_ports: list[int]) -> None:
    issuer = f"http://localhost:{free_ports[0]}"
    change(made, "UPDATE installation SET issuer = :issuer", issuer=issuer)
    text = made.config.read_text(encoding="utf-8")
    text = text.replace(f'"{ISSUER}"', f'"{issuer}"').replace("\nrp_id = ", "\n# rp_id = ")
    made.config.write_text(text, encoding="utf-8")
    before = made.run("doctor", "--json").json
    with serving(made, free_ports[0]) as served:
        ask(served, "/oauth2/jwks", {})
        during = made.run("doctor", "--json").json
    assert [c["state"] for c in before["checks"] if c["what"] == "issuer"] == ["wrong"]
    assert [c["state"] for c in during["checks"] if c["what"] == "issuer"] == ["fine"]
