"""`counterfoil dev`: the main job over real HTTP, with the emulated person as a program."""

import json
import signal
import stat
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import create_engine, text

from tests.cli.commands import Outcome, is_sentence_and_try, run, run_apart, start

STEPS = ["Invite", "Enrol", "Sign in", "Redeem", "Verify", "Call", "Refused", "Phone", "Code"]
PHONE_LINK = "otpauth://totp/Example:ann?secret=JBSWY3DPEHPK3PXP&issuer=Example"
REFUSED = {
    "the same answer to the same challenge": "409  replayed",
    "the same answer to a new challenge": "403  foreign_challenge",
    "the code again": "400  invalid_grant",
    "the token whose code was tried twice": "401  invalid_token",
    "the token with one bit changed": "401  invalid_token",
    "no token": "401  Bearer",
}


def dev(folder: Path, ports: list[int], *more: str) -> tuple[str, ...]:
    return (
        *("dev", "--data", str(folder), *more),
        *("--service-port", str(ports[0]), "--sample-port", str(ports[1])),
    )


def once(folder: Path, ports: list[int], *more: str) -> Outcome:
    return run_apart(*dev(folder, ports, "--once", *more))


def test_a_touch_becomes_a_token_and_state_survives(tmp_path: Path, free_ports: list[int]) -> None:
    folder = tmp_path / "demonstration"
    first = once(folder, free_ports, "--json")
    assert first.code == 0, first.err
    assert first.json["done"] is True
    steps = {step["step"]: step["shown"] for step in first.json["steps"]}
    assert list(steps) == STEPS
    assert {what.strip(): how for what, how in steps["Refused"].items()} == REFUSED
    claims = steps["Verify"]
    assert claims["iss"] == f"http://localhost:{free_ports[0]}"
    assert claims["aud"] == f"http://localhost:{free_ports[1]}/api"
    assert claims["acr"] == "phr"
    assert claims["amr"] == "pop user mfa"
    assert claims["sub"].startswith("acc_")
    assert steps["Code"]["acr"] == "urn:counterfoil:acr:otp"
    assert steps["Code"]["amr"] == "pwd otp mfa"

    second = once(folder, free_ports, "--json")
    assert second.code == 0, second.err
    assert [step["step"] for step in second.json["steps"]] == STEPS[2:]
    again = next(s["shown"] for s in second.json["steps"] if s["step"] == "Verify")
    assert again["sub"] == claims["sub"]
    assert again["jti"] != claims["jti"]

    third = once(folder, free_ports, "--json", "--fresh")
    assert third.code == 0, third.err
    assert [step["step"] for step in third.json["steps"]] == STEPS
    fresh = next(s["shown"] for s in third.json["steps"] if s["step"] == "Verify")
    assert fresh["sub"] != claims["sub"]


def test_it_is_read_by_a_person_and_secrets_are_private(
    tmp_path: Path, free_ports: list[int]
) -> None:
    folder = tmp_path / "demonstration"
    outcome = once(folder, free_ports)
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    assert "\x1b" not in outcome.out
    assert all(len(line) <= 100 for line in outcome.out.splitlines())
    for number, step in enumerate(STEPS, start=1):
        assert f"\n{number:>2}  {step}" in outcome.out
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in folder.rglob("*") if f.is_file()}
    for name in ("root.key", "security-key.json", "clients.json", "counterfoil.db"):
        assert modes[name] == 0o600, name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / "keys").is_dir()
    assert not list((folder / "database").glob("*.key"))


def test_it_keeps_serving_with_links_until_it_is_stopped(
    tmp_path: Path, free_ports: list[int]
) -> None:
    process = start(*dev(tmp_path / "demonstration", free_ports, "--json"))
    try:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], process.communicate()[1]
        told = json.loads("".join(lines))
        assert told["links"]["invitation"].startswith(
            f"http://localhost:{free_ports[0]}/invitation/cf_inv_"
        )
        phone = told["links"]["phone"]
        made = httpx2.post(f"{phone}/entries", json={"link": PHONE_LINK}, trust_env=False)
        assert made.json()["name"] == "Example: ann"
        assert stat.S_IMODE((tmp_path / "demonstration/person/phone.json").stat().st_mode) == 0o600
        # A second one beside it touches nothing.
        other = once(tmp_path / "other", free_ports)
        assert other.code == 1
        assert is_sentence_and_try(other.err)
        assert "in use" in other.err
        assert not (tmp_path / "other").exists()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=40)
    assert process.returncode == 0
    assert err == ""
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(phone, trust_env=False)


def test_interrupted_in_the_middle_it_leaves_nobody_behind(
    tmp_path: Path, free_ports: list[int]
) -> None:
    process = start(*dev(tmp_path / "demonstration", free_ports))
    try:
        assert process.stdout is not None
        while "Invite" not in process.stdout.readline():
            assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=40)
    assert process.returncode == 130
    assert err == "Stopped before the main job was done.\n"
    assert once(tmp_path / "demonstration", free_ports).code == 0


def test_it_leaves_a_folder_alone_that_it_did_not_make(
    tmp_path: Path, free_ports: list[int]
) -> None:
    folder = tmp_path / "somebodys"
    folder.mkdir(mode=0o700)
    (folder / "database").mkdir()
    (folder / "precious").write_text("precious", encoding="utf-8")
    for more in ((), ("--fresh",)):
        outcome = run(*dev(folder, free_ports, "--once", *more))
        assert outcome.code == 1
        assert is_sentence_and_try(outcome.err)
    assert sorted(f.name for f in folder.iterdir()) == ["database", "precious"]


def test_it_refuses_a_folder_that_others_may_write(tmp_path: Path, free_ports: list[int]) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    outcome = run(*dev(folder, free_ports, "--once"))
    assert outcome.code == 1
    assert "others may write" in outcome.err


def test_the_demonstration_and_the_real_thing_refuse_each_others_database(
    tmp_path: Path, free_ports: list[int]
) -> None:
    folder = tmp_path / "demonstration"
    assert once(folder, free_ports).code == 0
    config = tmp_path / "c.toml"
    config.write_text(
        f'issuer = "http://localhost:{free_ports[0]}"\n'
        f'database_url = "sqlite:///{folder / "database" / "counterfoil.db"}"\n'
        f'root_key_file = "{folder / "keys" / "root.key"}"\n',
        encoding="utf-8",
    )
    served = run("serve", "--config", str(config))
    assert served.code == 1
    assert is_sentence_and_try(served.err)
    assert "belongs to the demonstration" in served.err

    engine = create_engine(f"sqlite:///{folder / 'database' / 'counterfoil.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE installation SET made_by = 'init'"))
    engine.dispose()
    shown = once(folder, free_ports)
    assert shown.code == 1
    assert is_sentence_and_try(shown.err)
    assert "not made by the demonstration" in shown.err


def test_the_environments_settings_are_not_for_the_demonstration(
    tmp_path: Path, free_ports: list[int]
) -> None:
    words = dev(tmp_path / "demonstration", free_ports, "--once", "--json")
    outcome = run_apart(*words, COUNTERFOIL_RP_ID="example.org", HTTP_PROXY="http://192.0.2.1:9")
    assert outcome.code == 0, outcome.err
