"""The arrows of the house hold, and a planted violation of each is seen to fail."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    "counterfoil": "server",
    "counterfoil_devices": "devices",
    "counterfoil_web": "web",
}

# contract, module, what it must not import
PLANTED = [
    ("slices", "counterfoil.store", "counterfoil.audit"),
    ("slices", "counterfoil.kit", "counterfoil.settings"),
    ("slices", "counterfoil.tokens", "counterfoil.ceremonies"),
    ("slices", "counterfoil.ceremonies", "counterfoil.tokens"),
    ("slices", "counterfoil.sessions", "counterfoil.ceremonies"),
    ("slices", "counterfoil.audit", "counterfoil.notices"),
    ("slices", "counterfoil.accounts", "counterfoil.http"),
    ("slices", "counterfoil.oauth", "counterfoil.app"),
    ("acyclic", "counterfoil.store.schema", "counterfoil.store.upgrades"),
    ("kinds", "counterfoil.factors.password", "counterfoil.factors.webauthn"),
    ("kinds", "counterfoil.factors.webauthn", "counterfoil.factors.password"),
    ("kinds", "counterfoil.factors.password", "counterfoil.factors.registry"),
    ("kinds", "counterfoil.factors.otp", "counterfoil.factors.recovery"),
    ("kinds", "counterfoil.factors.recovery", "counterfoil.factors.password"),
    ("store-and-assurance", "counterfoil.accounts", "counterfoil.assurance"),
    ("store-and-assurance", "counterfoil.audit", "counterfoil.assurance"),
    ("store-and-assurance", "counterfoil.store", "counterfoil.assurance"),
    ("purity", "counterfoil.factors.webauthn.rules", "sqlalchemy"),
    ("purity", "counterfoil.factors.password.rules", "secrets"),
    ("purity", "counterfoil.assurance", "time"),
    ("purity", "counterfoil.ceremonies.rules", "os"),
    ("purity", "counterfoil.ceremonies.rules", "counterfoil.ceremonies.store"),
    ("purity", "counterfoil.accounts.rules", "counterfoil.store"),
    ("sql", "counterfoil.ceremonies.flows", "sqlalchemy"),
    ("sql", "counterfoil.http", "sqlalchemy"),
    ("service-without-devices", "counterfoil.cli", "counterfoil_devices"),
    ("devices-without-service", "counterfoil_devices.emulated", "counterfoil.kit"),
    ("web-without-service", "counterfoil_web", "counterfoil.errors"),
    ("web-is-found-by-http", "counterfoil.ceremonies.flows", "counterfoil_web"),
    ("devices", "counterfoil_devices.readers", "counterfoil_devices.ctap.attached"),
    ("devices", "counterfoil_devices.ctap.attached", "counterfoil_devices.doctor"),
    ("emulated", "counterfoil_devices.agent", "counterfoil_devices.emulated"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources and their contracts, to plant violations in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package, folder in SOURCES.items():
        shutil.copytree(ROOT / folder / package, tmp_path / folder / package)
    return tmp_path


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the import contracts on the sources in that folder."""
    return subprocess.run(
        [
            str(Path(sys.executable).with_name("lint-imports")),
            "--no-logo",
            "--no-cache",
            *arguments,
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(SOURCES.values())},
        capture_output=True,
        text=True,
        check=False,
    )


def file_of(module: str, root: Path) -> Path:
    """Return the file of a module in those sources."""
    path = root / SOURCES[module.split(".", 1)[0]] / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def test_the_arrows_hold(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_planted_violation_fails(copy: Path, contract: str, importer: str, imported: str) -> None:
    file = file_of(importer, copy)
    before = file.read_text() if file.exists() else '"""A module that may come later."""\n'
    file.write_text(f"{before}\nimport {imported}  # planted\n")

    outcome = lint(copy, "--contract", contract)

    assert outcome.returncode == 1, outcome.stdout
    assert "1 broken" in outcome.stdout
    # A cycle is told by the import that would be the easiest to remove.
    told = ".upgrades -> .schema" if contract == "acyclic" else f"{importer} -> {imported}"
    assert told in outcome.stdout


def test_every_contract_has_a_planted_violation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["id"] for contract in project["tool"]["importlinter"]["contracts"]}
    assert contracts == {contract for contract, _, _ in PLANTED}


def test_a_slice_that_no_arrow_names_fails(copy: Path) -> None:
    stranger = copy / "server" / "counterfoil" / "stranger.py"
    stranger.write_text('"""A slice that the house does not know."""\n')
    assert lint(copy, "--contract", "slices").returncode == 1
