"""Registering a new credential (WebAuthn Level 3 §7.1), step by step in its order."""

import hashlib

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn import cose
from counterfoil.factors.webauthn.attestation import (
    AttestationObject,
    judge_statement,
    parse_attestation_object,
)
from counterfoil.factors.webauthn.authenticator_data import AttestedCredentialData
from counterfoil.factors.webauthn.checks import (
    refuse_absent_user,
    refuse_backup_without_eligibility,
    refuse_cross_origin,
    refuse_foreign_challenge,
    refuse_foreign_origin,
    refuse_foreign_rp_id,
    refuse_foreign_top_origin,
    refuse_foreign_type,
    refuse_token_binding,
    refuse_unverified_user,
)
from counterfoil.factors.webauthn.client_data import parse_client_data
from counterfoil.factors.webauthn.cose import PublicKey
from counterfoil.factors.webauthn.expectations import (
    AttestationTrust,
    ExpectedRegistration,
    Registered,
)
from counterfoil.factors.webauthn.responses import RegistrationResponse
from counterfoil.kit.malformed import Malformed

# §4, "credential ID".
MAX_CREDENTIAL_ID = 1023


def verify_registration(
    expected: ExpectedRegistration, response: RegistrationResponse
) -> Registered | Refused:
    """The new credential record, or the first step that refuses; never raises.

    Left to the caller: that `credential_id` is not registered already (step 26).
    """
    try:
        return _steps(expected, response)
    except Malformed as error:
        return Refused(Reason.MALFORMED, str(error))


def _steps(expected: ExpectedRegistration, response: RegistrationResponse) -> Registered | Refused:
    #  1, 2  Options and create(): the caller's `begin` (options.py) and the browser.
    #  3, 4  Response and client extension results: parse_registration.
    #  5, 6  JSONtext and C.
    client_data = parse_client_data(response.client_data_json)
    if refused := (
        refuse_foreign_type(client_data, "webauthn.create")  # 7
        or refuse_foreign_challenge(client_data, expected.challenge)  # 8
        or refuse_foreign_origin(client_data, expected.origins)  # 9
        or refuse_cross_origin(client_data, expected)  # 10
        or refuse_foreign_top_origin(client_data, expected)  # 11
        or refuse_token_binding(client_data)  # Level 2 §7.1 step 10
    ):
        return refused
    # 12  The hash of the client data.
    client_data_hash = hashlib.sha256(response.client_data_json).digest()
    # 13  The attestation object: fmt, authData, attStmt.
    attestation = parse_attestation_object(response.attestation_object)
    data, attested = attestation.authenticator_data, attestation.attested
    if refused := (
        refuse_foreign_rp_id(data, expected.rp_id)  # 14
        or refuse_absent_user(data, expected)  # 15
        or refuse_unverified_user(data, expected)  # 16
        or refuse_backup_without_eligibility(data)  # 17
        # 18, 19  Policies on BE and BS: the caller's; both are in what is returned.
        or refuse_algorithm_not_offered(attested, expected.algorithms)  # 20
    ):
        return refused
    # 20  And the key is one of that algorithm.
    public_key = cose.load_public_key(attested.key)
    if isinstance(public_key, Refused):
        return public_key
    if refused := cose.refuse_weak_key(public_key):
        return refused
    # 21 to 24  The statement by its format; anchors are an argument; trust by the policy.
    trust = judge_statement(expected, attestation, public_key, client_data_hash)
    if isinstance(trust, Refused):
        return trust
    return (
        refuse_long_credential_id(attested)  # 25
        or refuse_other_credential_id(attested, response)  # the id that was answered is signed
        # 26  Not yet registered for any user: the caller's, by a unique index in the
        #     transaction that stores it; Reason.ALREADY_ENROLLED is its word.
        or _credential_record(response, attestation, public_key, trust)  # 27
        # 28  Extension outputs: none is needed, so unsolicited ones are ignored.
        # 29  Storing the record: the caller's.
    )


def refuse_algorithm_not_offered(
    attested: AttestedCredentialData, algorithms: tuple[int, ...]
) -> Refused | None:
    """Also algorithms that we could verify but did not offer."""
    if attested.key.algorithm not in algorithms:
        return Refused(Reason.ALGORITHM_NOT_OFFERED, "alg is not one of pubKeyCredParams")
    return None


def refuse_long_credential_id(attested: AttestedCredentialData) -> Refused | None:
    """§4: at most 1023 bytes."""
    if len(attested.credential_id) > MAX_CREDENTIAL_ID:
        return Refused(Reason.CREDENTIAL_ID_TOO_LONG, "the credential id is over 1023 bytes")
    return None


def refuse_other_credential_id(
    attested: AttestedCredentialData, response: RegistrationResponse
) -> Refused | None:
    """The id outside of the signed bytes must not differ from the one inside."""
    if attested.credential_id != response.id:
        return Refused(Reason.CREDENTIAL_ID_MISMATCH, "id is not the authenticator data's")
    return None


def _credential_record(
    response: RegistrationResponse,
    attestation: AttestationObject,
    public_key: PublicKey,
    trust: AttestationTrust,
) -> Registered:
    data, attested = attestation.authenticator_data, attestation.attested
    return Registered(
        credential_id=attested.credential_id,
        public_key=attested.public_key,
        algorithm=public_key.algorithm,
        sign_count=data.sign_count,
        aaguid=attested.aaguid,
        user_present=data.user_present,
        user_verified=data.user_verified,
        backup_eligible=data.backup_eligible,
        backup_state=data.backup_state,
        transports=response.transports,
        attestation_format=attestation.fmt,
        attestation_trust=trust,
        attestation_object=response.attestation_object,
        client_data_json=response.client_data_json,
        discoverable=response.discoverable,
    )
