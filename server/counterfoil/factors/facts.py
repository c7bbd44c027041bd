"""Verified factors as text, for the rows that remember them."""

from collections.abc import Sequence

from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.kit import strict_json
from counterfoil.kit.ids import AuthenticatorId


def dump_factors(factors: Sequence[VerifiedFactor]) -> str:
    return strict_json.dump(
        [
            {
                "kind": factor.kind.value,
                "authenticator": factor.authenticator,
                "at_ms": factor.at_ms,
                "user_present": factor.user_present,
                "user_verified": factor.user_verified,
                "phishing_resistant": factor.phishing_resistant,
                "hardware_attested": factor.hardware_attested,
                "backed_up": factor.backed_up,
            }
            for factor in factors
        ]
    )


def load_factors(text: str) -> tuple[VerifiedFactor, ...]:
    """The inverse of `dump_factors`; the text is ours, so an odd one is a broken promise."""
    rows = strict_json.parse(text)
    assert isinstance(rows, list)
    return tuple(_factor(row) for row in rows)


def _factor(row: strict_json.Json) -> VerifiedFactor:
    assert isinstance(row, dict)
    at_ms = row["at_ms"]
    assert isinstance(at_ms, int)
    return VerifiedFactor(
        kind=KindName(str(row["kind"])),
        authenticator=AuthenticatorId(str(row["authenticator"])),
        at_ms=at_ms,
        user_present=row["user_present"] is True,
        user_verified=row["user_verified"] is True,
        phishing_resistant=row["phishing_resistant"] is True,
        hardware_attested=row["hardware_attested"] is True,
        backed_up=row["backed_up"] is True,
    )
