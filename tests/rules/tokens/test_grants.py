"""A person's grant cannot be built without verified factors, and the type checker says so."""

import subprocess
import sys
from pathlib import Path

import pytest

from counterfoil.kit.ids import AccountId, ClientId, GrantId
from counterfoil.tokens.grants import PersonGrant, ServiceGrant, TooLittleProof, as_factors
from tests.rules.tokens.factors import AT_MS, key, password

ROOT = Path(__file__).parents[3]

BUILDING = """
from counterfoil.factors.kind import VerifiedFactor
from counterfoil.kit.ids import AccountId, ClientId, GrantId
from counterfoil.tokens.grants import Factors, PersonGrant, as_factors


def build(factors: {type}) -> PersonGrant:
    return PersonGrant(
        GrantId("g"), ClientId("c"), AccountId("a"), None, (), {factors}
    )
"""


def _checked(tmp_path: Path, *, type_: str, factors: str) -> tuple[str, int]:
    file = tmp_path / "building.py"
    file.write_text(BUILDING.format(type=type_, factors=factors))
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path / "cache"), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return checked.stdout, checked.returncode


def test_the_type_checker_refuses_a_persons_grant_without_factors(tmp_path: Path) -> None:
    for type_, factors in [
        ("VerifiedFactor", "()"),
        ("tuple[VerifiedFactor, ...]", "factors"),
        ("tuple[VerifiedFactor, ...]", "as_factors(factors)"),
    ]:
        told, status = _checked(tmp_path, type_=type_, factors=factors)
        assert status == 1
        assert 'Argument 6 to "PersonGrant" has incompatible type' in told
        assert told.count("error:") == 1


def test_the_type_checker_takes_a_persons_grant_with_a_factor(tmp_path: Path) -> None:
    for type_, factors in [("VerifiedFactor", "(factors,)"), ("Factors", "factors")]:
        assert _checked(tmp_path, type_=type_, factors=factors)[1] == 0


def _grant(*factors: object) -> PersonGrant:
    return PersonGrant(
        GrantId("gra"),
        ClientId("cli"),
        AccountId("acc"),
        None,
        (),
        factors,  # type: ignore[arg-type]  # what the type checker refuses is tried at run time
    )


@pytest.mark.parametrize(
    "factors", [(), (password(),), (key(verified=False),)], ids=["none", "password", "touch"]
)
def test_factors_that_reach_no_level_make_no_grant(factors: tuple[object, ...]) -> None:
    with pytest.raises(TooLittleProof):
        _grant(*factors)


def test_a_grants_assurance_follows_from_its_factors_alone() -> None:
    grant = _grant(password(AT_MS - 9000), key(AT_MS, verified=False))
    assert grant.assurance.acr == "phr"
    assert grant.assurance.amr == ("pwd", "pop", "user", "mfa")
    assert grant.assurance.auth_time_ms == AT_MS - 9000


def test_a_service_is_its_own_subject_and_a_person_theirs() -> None:
    service = ServiceGrant(GrantId("gra"), ClientId("cli_service"), ())
    assert service.subject == "cli_service"
    assert _grant(key()).subject == "acc"


def test_no_factors_are_none() -> None:
    assert as_factors([]) is None
    assert as_factors([key()]) == (key(),)
