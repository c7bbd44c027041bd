"""py_webauthn, which we did not write, accepts what our rules accept, and says the same of it."""

import pytest
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers.cose import COSEAlgorithmIdentifier

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
from tests.rules.webauthn import software_key as soft
from tests.rules.webauthn.software_key import AT, BE, BS, UP, UV
from tests.rules.webauthn.test_attestation import HONEST

# Those of ours that it knows.
ALGORITHMS = [alg for alg in soft.ALL_ALGORITHMS if alg in set(COSEAlgorithmIdentifier)]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("flags", [AT | UP, AT | UP | UV, AT | UP | UV | BE, AT | UP | BE | BS])
@pytest.mark.parametrize("fmt", ["none", "packed"])
def test_it_agrees_on_registrations(algorithm: int, flags: int, fmt: str) -> None:
    key = soft.key_for(algorithm)
    statement = soft.self_statement if fmt == "packed" else soft.none_statement
    body = soft.registration(key, flags=flags, sign_count=3, fmt=fmt, statement=statement)
    ours = verify_registration(soft.expected_registration(), parse_registration(body))
    theirs = verify_registration_response(
        credential=body,
        expected_challenge=soft.CHALLENGE,
        expected_rp_id=soft.RP_ID,
        expected_origin=soft.ORIGIN,
        supported_pub_key_algs=[COSEAlgorithmIdentifier(algorithm)],
    )
    assert isinstance(ours, Registered)
    assert ours.credential_id == theirs.credential_id
    assert ours.public_key == theirs.credential_public_key
    assert ours.sign_count == theirs.sign_count
    assert ours.user_verified == theirs.user_verified
    assert ours.backup_state == theirs.credential_backed_up
    assert ours.backup_eligible == (theirs.credential_device_type == "multi_device")
    assert ours.attestation_format == theirs.fmt
    assert ours.attestation_object == theirs.attestation_object


def test_it_agrees_on_a_packed_statement_with_certificates() -> None:
    body = soft.registration(fmt="packed", statement=HONEST)
    expected = soft.expected_registration(attestation=AttestationPolicy.VERIFY)
    ours = verify_registration(expected, parse_registration(body))
    assert isinstance(ours, Registered)
    assert ours.attestation_trust is AttestationTrust.UNATTESTED
    theirs = verify_registration_response(
        credential=body,
        expected_challenge=soft.CHALLENGE,
        expected_rp_id=soft.RP_ID,
        expected_origin=soft.ORIGIN,
    )
    assert theirs.fmt == "packed"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("flags", [UP, UP | UV])
@pytest.mark.parametrize("counters", [(0, 0), (0, 1), (7, 8), (7, 2**32 - 1)])
def test_it_agrees_on_assertions(algorithm: int, flags: int, counters: tuple[int, int]) -> None:
    key, (kept, shown) = soft.key_for(algorithm), counters
    stored = soft.stored(key, sign_count=kept)
    body = soft.assertion(key, flags=flags, sign_count=shown)
    ours = verify_assertion(soft.expected_assertion(), parse_assertion(body), stored)
    theirs = verify_authentication_response(
        credential=body,
        expected_challenge=soft.CHALLENGE,
        expected_rp_id=soft.RP_ID,
        expected_origin=soft.ORIGIN,
        credential_public_key=stored.public_key,
        credential_current_sign_count=kept,
    )
    assert isinstance(ours, Asserted)
    assert ours.sign_count == theirs.new_sign_count == shown
    assert ours.user_verified == theirs.user_verified
    assert ours.credential_id == theirs.credential_id
