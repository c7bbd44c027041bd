"""What a test may want of a machine, and what its absence means.

Where COUNTERFOIL_CI is set everything that the suite wants is installed, so a test that would be
skipped fails instead. Only the vectors, which are not ours to ship, may always be missing.
"""

import os

import pytest

NO_VECTORS = "the vectors are not here"


def needs(what: str, found: object) -> None:
    """Skip the test when `what` was not found on this machine; under CI that fails it."""
    if not found:
        pytest.skip(f"needs {what}")


def fails_instead(skip_reason: str) -> bool:
    """Tell whether a skip for this reason is a failure here."""
    return bool(os.environ.get("COUNTERFOIL_CI")) and NO_VECTORS not in skip_reason
