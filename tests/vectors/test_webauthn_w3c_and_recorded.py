"""Published ceremonies: the W3C's test vectors and recordings from the suites of others."""

import copy
from typing import Any

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.attestation import JUDGED_FORMATS
from counterfoil.factors.webauthn.rules import (
    Asserted,
    AttestationPolicy,
    AttestationTrust,
    Registered,
    parse_assertion,
    parse_registration,
    verify_assertion,
    verify_registration,
)
from counterfoil.kit import base64url
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.strict_json import Json
from tests.vectors.finder import Case, cases


def _accepted(case: Case) -> bool:
    return case.accept


def _whole(case: Case) -> bool:
    """Nothing is wrong, or it is not the statement, which is not read without a policy."""
    return case.accept or case.policy is AttestationPolicy.NONE


@pytest.mark.parametrize("case", cases("assertion"))
def test_an_assertion_is_judged_as_published(case: Case) -> None:
    assert isinstance(_asserted(case, case.body), Asserted) == case.accept


@pytest.mark.parametrize("case", cases("registration", _whole))
def test_a_registration_is_judged_as_published_when_no_attestation_is_asked_for(case: Case) -> None:
    assert isinstance(_registered(case, AttestationPolicy.NONE), Registered) == case.accept


@pytest.mark.parametrize("case", cases("registration"))
def test_a_statement_is_judged_by_the_policy_that_it_was_published_with(case: Case) -> None:
    """Other formats than `none` and `packed` count as unattested, or are refused as such."""
    verdict = _registered(case, case.policy)
    if not case.accept:
        assert not isinstance(verdict, Registered)
        return
    kept = _registered(case, AttestationPolicy.NONE)
    assert isinstance(kept, Registered)
    if case.policy is AttestationPolicy.NONE or kept.attestation_format in JUDGED_FORMATS:
        assert isinstance(verdict, Registered)
        trusted = verdict.attestation_trust is AttestationTrust.TRUSTED
        assert trusted == (case.policy is AttestationPolicy.TRUSTED)
    else:
        assert isinstance(verdict, Refused)
        assert verdict.reason is Reason.ATTESTATION_FORMAT
        assert kept.attestation_trust is AttestationTrust.UNATTESTED


@pytest.mark.parametrize("case", cases("registration", _accepted))
def test_a_registration_keeps_what_was_received(case: Case) -> None:
    verdict = _registered(case, AttestationPolicy.NONE)
    assert isinstance(verdict, Registered)
    sent = case.published["response"]
    assert base64url.encode(verdict.credential_id) == sent["id"]
    assert base64url.encode(verdict.attestation_object) == sent["response"]["attestationObject"]
    assert base64url.encode(verdict.client_data_json) == sent["response"]["clientDataJSON"]
    assert verdict.aaguid.hex() == case.published["authenticator"]["aaguid"]


@pytest.mark.parametrize("case", cases("assertion", _accepted))
@pytest.mark.parametrize("member", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_recorded_assertion_with_one_bit_changed_is_refused(case: Case, member: str) -> None:
    body: Any = copy.deepcopy(case.body)
    changed = bytearray(base64url.decode(body["response"][member]))
    changed[-1] ^= 1
    body["response"][member] = base64url.encode(bytes(changed))
    assert not isinstance(_asserted(case, body), Asserted)


def _asserted(case: Case, body: Json) -> Asserted | Refused | Malformed:
    try:
        response = parse_assertion(body)
    except Malformed as malformed:
        return malformed
    return verify_assertion(case.expected_assertion, response, case.stored)


def _registered(case: Case, policy: AttestationPolicy) -> Registered | Refused | Malformed:
    try:
        response = parse_registration(case.body)
    except Malformed as malformed:
        return malformed
    return verify_registration(case.expected_registration(policy), response)
