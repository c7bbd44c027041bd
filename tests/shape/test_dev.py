"""`./dev` lists what one can do, makes its environment once, and passes on what it is given."""

import ast
import importlib.util
import json
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def load(dev: Path) -> ModuleType:
    """Return that `dev` as a module."""
    loader = SourceFileLoader("dev_under_test", str(dev))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def call(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the `dev` in that folder with this test's Python."""
    command = [sys.executable, str(root / "dev"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A folder whose environment is finished; its Python only says what it was asked to do."""
    shutil.copy(ROOT / "dev", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\n')
    python.chmod(0o755)
    marker = load(tmp_path / "dev").marker("test")
    (tmp_path / ".venv" / "made-from.json").write_text(json.dumps(marker))
    return tmp_path


def test_alone_it_lists_every_command_with_a_sentence() -> None:
    outcome = call(ROOT)
    assert outcome.returncode == 0
    listed = {line.split()[0]: line.split()[1:] for line in outcome.stdout.splitlines()[2:] if line}
    assert listed.keys() == {"run", "test", "check", "bench", "lock"}
    assert all(len(sentence) > 3 for sentence in listed.values())


def test_an_unknown_command_says_what_to_try() -> None:
    outcome = call(ROOT, "fly")
    assert outcome.returncode == 2
    assert "try: ./dev" in outcome.stderr


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        (["run", "--fresh"], "-m counterfoil dev --fresh"),
        (["test"], "-m pytest -n 2"),
        (["test", "-k", "code"], "-m pytest -n 2 -k code"),
        (["test", "-n0", "-x"], "-m pytest -n0 -x"),
        (["bench", "--quick"], "-m bench --quick"),
    ],
)
def test_what_follows_is_passed_on(made: Path, given: list[str], asked: str) -> None:
    outcome = call(made, *given)
    assert outcome.stdout.strip() == asked
    assert outcome.stderr == ""


def missing(root: Path, which: str) -> set[str]:
    """Return what that folder's `dev` would make before it does what `which` names."""
    dev = load(root / "dev")
    found: set[str] = dev.missing_parts(which, dev.read_marker())
    return found


def change(file: Path) -> None:
    """Let a file be another one than it was."""
    with file.open("a") as opened:
        opened.write("# changed\n")


EVERYTHING = {"python", "packages", "project"}


def test_nothing_is_made_when_nothing_changed(made: Path) -> None:
    assert missing(made, "test") == set()
    assert missing(made, "run") == set()


def test_a_changed_lock_makes_everything_anew(made: Path) -> None:
    change(made / "requirements" / "test.txt")
    assert missing(made, "test") == EVERYTHING
    assert missing(made, "run") == set()
    change(made / "requirements" / "run.txt")
    assert missing(made, "run") == EVERYTHING


def test_a_changed_project_file_makes_only_its_entry_anew(made: Path) -> None:
    change(made / "pyproject.toml")
    assert missing(made, "test") == {"project"}


def test_an_unfinished_environment_is_made_anew(made: Path) -> None:
    (made / ".venv" / "made-from.json").write_text("")
    assert missing(made, "run") == EVERYTHING


def test_tests_add_to_what_running_needs(made: Path) -> None:
    marker = load(made / "dev").marker("run")
    (made / ".venv" / "made-from.json").write_text(json.dumps(marker))
    assert missing(made, "run") == set()
    assert missing(made, "test") == {"packages", "project"}


def test_an_old_python_can_read_it_and_say_that_it_is_too_old() -> None:
    tree = ast.parse((ROOT / "dev").read_text(), feature_version=(3, 7))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    types = [each for f in functions for each in (f.returns, *(a.annotation for a in f.args.args))]
    # They would be evaluated, and fail, before the first word.
    assert [ast.unparse(each) for each in types if isinstance(each, ast.Subscript)] == []
    assert "from __future__" not in (ROOT / "dev").read_text()
