"""What lies in the repository fits its idea, names nobody's machine, and all of it is shipped."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.needs import needs

ROOT = Path(__file__).parents[2]
SOURCES = ["server/counterfoil", "devices/counterfoil_devices", "web/counterfoil_web"]
LONGEST = 400
# What may be longer, and why.
LONG = {
    "web/counterfoil_web/static/admin.css": "one sheet is one request",
    "web/counterfoil_web/static/counterfoil.css": "one sheet is one request",
}
# Written in halves, so that this file does not contain what it looks for.
NEVER = [
    re.escape(host + domain)
    for host, domain in [
        ("pypi.", "org"),
        ("pythonhosted.", "org"),
        ("registry.npmjs", ".org"),
        ("registry.yarnpkg", ".com"),
        ("deb.debian", ".org"),
        ("security.debian", ".org"),
    ]
] + [rf"(?<![\w.~-])/{folder}/" for folder in ("work", "root", "tmp")]


def source_files() -> list[Path]:
    """Return every file of the three source roots that is ours."""
    return sorted(
        file
        for root in SOURCES
        for file in (ROOT / root).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    """Every file that git knows."""
    needs("a checkout made by git", (ROOT / ".git").exists())
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


def test_no_file_is_too_long_to_be_one_idea() -> None:
    ours = [f for f in source_files() if f.suffix in {".py", ".html", ".css", ".js", ".mjs"}]
    long = {str(f.relative_to(ROOT)): n for f in ours if (n := count_lines(f)) > LONGEST}
    assert [name for name in long if name not in LONG] == []


def count_lines(file: Path) -> int:
    """Return how many lines that file has."""
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_file_names_a_registry_or_a_path_of_somebodys_machine(tracked: list[Path]) -> None:
    pattern = re.compile("|".join(NEVER))
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in tracked
        if (match := pattern.search(file.read_bytes().decode("utf-8", "replace")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "named", ["https://pypi" + ".org/simple", " /work" + "/main", '"/tmp' + '/x"']
)
def test_such_a_name_would_be_found(named: str) -> None:
    assert re.search("|".join(NEVER), named)


def test_the_wheel_ships_every_file_of_the_three_roots(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = {Path(name).name for name in archive.namelist() if "/licenses/" in name}
    # A package's root is its parent folder: server/counterfoil/app.py is counterfoil/app.py.
    expected = {str(Path(*file.relative_to(ROOT).parts[1:])) for file in source_files()}
    assert shipped == expected
    assert {"counterfoil/py.typed", "counterfoil_devices/py.typed"} <= shipped
    assert "counterfoil_web/py.typed" in shipped
    assert licences == {"LICENSE", "NOTICE"}


def test_the_version_has_its_entry_in_the_changelog() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version in headings
