"""The reference is made from the settings and the command line, and is current."""

from pathlib import Path

import pytest

from counterfoil.settings import Settings
from tests.cli.commands import run

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("file", ["settings.md", "command-line.md", "admin-api.json"])
def test_the_reference_is_current(file: str) -> None:
    part = file.partition(".")[0]
    made = run("reference", part)
    assert made.code == 0
    kept = (REFERENCE / file).read_text(encoding="utf-8")
    assert kept == made.out, f"counterfoil reference {part} > docs/reference/{file}"


def test_every_setting_is_in_it() -> None:
    text = run("reference", "settings").out
    for name in set(Settings.model_fields) - {"demonstration"}:
        assert f"\n## {name}\n" in text
        assert f"`COUNTERFOIL_{name.upper()}`" in text


def test_the_reference_does_not_depend_on_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = monkeypatch
    wide = run("reference", "command-line").out
    narrow.setenv("COLUMNS", "40")
    assert run("reference", "command-line").out == wide
