"""What a machine lacks is a skip with its reason, and under CI a failure; vectors are excused."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LACKING = {
    "test_tool.py": """
        from tests.needs import needs
        def test_that_wants_wings(): needs("wings", None)
    """,
    "test_file.py": """
        import pytest
        pytest.importorskip("a_package_that_nobody_has")
    """,
    "test_vectors.py": """
        import pytest
        from tests.needs import NO_VECTORS
        def test_that_wants_vectors(): pytest.skip(NO_VECTORS)
    """,
    "test_nothing.py": """
        from tests.needs import needs
        def test_that_finds_everything(): needs("air", "air")
    """,
}


def outcome(folder: Path, names: list[str], **environment: str) -> str:
    """Return what pytest says of those tests, under our hooks."""
    for name in names:
        lines = LACKING[name].splitlines()
        (folder / name).write_text("\n".join(line.strip() for line in lines))
    inherited = {k: v for k, v in os.environ.items() if k != "COUNTERFOIL_CI"}
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.conftest"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={folder}", str(folder)]
    return subprocess.run(
        command,
        cwd=folder,
        env=inherited | environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_elsewhere_it_is_a_skip_that_says_what_is_missing(tmp_path: Path) -> None:
    said = outcome(tmp_path, list(LACKING))
    assert "1 passed, 3 skipped" in said
    assert "needs wings" in said


def test_under_ci_it_is_a_failure(tmp_path: Path) -> None:
    said = outcome(tmp_path, ["test_tool.py", "test_nothing.py"], COUNTERFOIL_CI="1")
    assert "1 failed, 1 passed" in said
    assert "needs wings" in said


def test_under_ci_a_whole_file_that_would_be_skipped_is_an_error(tmp_path: Path) -> None:
    said = outcome(tmp_path, ["test_file.py"], COUNTERFOIL_CI="1")
    assert "1 error" in said
    assert "a_package_that_nobody_has" in said


def test_under_ci_the_vectors_alone_may_be_missing(tmp_path: Path) -> None:
    said = outcome(tmp_path, ["test_vectors.py", "test_nothing.py"], COUNTERFOIL_CI="1")
    assert "1 passed, 1 skipped" in said
