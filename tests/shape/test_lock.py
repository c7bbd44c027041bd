"""The locks name every file by its hash, no address, and all that the project asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ENTRY = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)+.*)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a lock."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    return {entry["name"]: entry["version"] for entry in ENTRY.finditer(text)}


def names(requirements: list[str]) -> set[str]:
    """Return the names that requirements ask for."""
    return {canonicalize_name(Requirement(requirement).name) for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_package_is_pinned_with_its_hashes(lock: Path) -> None:
    text = lock.read_text()
    begun = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    entries = list(ENTRY.finditer(text))
    assert len(begun) == len(entries) > 0
    for entry in entries:
        hashes = re.findall(r"--hash=(\S+)", entry["rest"])
        assert hashes, entry["name"]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", found) for found in hashes), entry["name"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_no_lock_names_an_address_or_a_place(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    options = {word for word in text.split() if word.startswith("-")}
    assert {option.split("=")[0] for option in options} <= {"--hash", "-c", "-r"}
    assert " @ " not in text


def test_what_runs_is_tested_at_the_same_versions() -> None:
    run, test = pins("run"), pins("test")
    assert run.items() <= test.items()


def test_the_run_lock_has_what_the_project_asks_for_and_nothing_of_the_tests() -> None:
    run = pins("run")
    assert names(PROJECT["project"]["dependencies"]) <= run.keys()
    assert names(PROJECT["dependency-groups"]["build"]) <= run.keys()
    assert not {"authlib", "hypothesis", "mypy", "playwright", "pytest"} & run.keys()


def test_the_test_lock_has_what_tests_and_checks_ask_for() -> None:
    test = pins("test")
    for group in ("test", "check"):
        assert names(PROJECT["dependency-groups"][group]) <= test.keys()
    assert names(PROJECT["project"]["optional-dependencies"]["postgresql"]) <= test.keys()
