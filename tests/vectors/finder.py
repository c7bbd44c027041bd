"""Where the published ceremonies are, and what a case looks like."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from counterfoil.factors.webauthn.rules import (
    AttestationPolicy,
    ExpectedAssertion,
    ExpectedRegistration,
    StoredCredential,
    UserVerification,
)
from counterfoil.kit import base64url
from counterfoil.kit.strict_json import Json
from tests.needs import NO_VECTORS

CHECKOUT = Path(__file__).parents[2]
BESIDE = (CHECKOUT.parent / "shared" / "vectors", CHECKOUT.parent / "vectors")
ABSENT = f"{NO_VECTORS}: COUNTERFOIL_VECTORS names their folder"


@dataclass(frozen=True)
class Case:
    """One published ceremony, in the form that the rules take."""

    id: str
    accept: bool
    published: dict[str, Any]

    @property
    def body(self) -> Json:
        body: Json = self.published["response"]
        return body

    @property
    def policy(self) -> AttestationPolicy:
        return AttestationPolicy(self.published["policy"]["attestation"])

    @property
    def stored(self) -> StoredCredential:
        stored = self.published["stored"]
        return StoredCredential(
            credential_id=base64url.decode(stored["credential_id"]),
            public_key=base64url.decode(stored["public_key"]),
            sign_count=stored["sign_count"],
            backup_eligible=stored["be"],
            backup_state=stored["bs"],
            user_handle=self.user_handle,
        )

    @property
    def user_handle(self) -> bytes:
        """Where none was recorded, the account is one that was identified before."""
        handle = self.published["stored"]["user_handle"]
        return base64url.decode(handle) if handle else b"identified before"

    @property
    def expected_assertion(self) -> ExpectedAssertion:
        return ExpectedAssertion(
            **self._expected,
            user_handle=self.user_handle,
            allow_credentials=frozenset({self.stored.credential_id}),
        )

    def expected_registration(self, attestation: AttestationPolicy) -> ExpectedRegistration:
        policy = self.published["policy"]
        return ExpectedRegistration(
            **self._expected,
            algorithms=tuple(policy["algs"]),
            at=int(datetime.fromisoformat(policy["now"]).timestamp() * 1000),
            attestation=attestation,
            trust_anchors=tuple(map(base64url.decode, policy["trust_anchors"])),
        )

    @property
    def _expected(self) -> dict[str, Any]:
        rp = self.published["rp"]
        return {
            "challenge": base64url.decode(self.published["challenge"]),
            "rp_id": rp["id"],
            "origins": frozenset(rp["origins"]),
            "user_verification": UserVerification(self.published["policy"]["user_verification"]),
            "allow_cross_origin": rp["allow_cross_origin"],
            "top_origins": frozenset(rp.get("top_origins", ())),
        }


def folder() -> Path | None:
    named = os.environ.get("COUNTERFOIL_VECTORS")
    places = (Path(named),) if named else BESIDE
    return next((place for place in places if place.is_dir()), None)


def cases(kind: str, wanted: Callable[[Case], bool] = lambda _: True) -> list[Any]:
    """Parameters: the cases of `kind` in each file, or one that is skipped for want of files."""
    found = folder()
    if found is None:
        return [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT), id="absent")]
    files = [json.loads(path.read_text()) for path in sorted(found.glob("*.json"))]
    published = [case for file in files for case in file.get("cases", ()) if case["kind"] == kind]
    read = [Case(case["id"], case["expect"] == "accept", case) for case in published]
    return [pytest.param(case, id=case.id) for case in read if wanted(case)]
