"""Verifying an authentication assertion (WebAuthn Level 3 §7.2), step by step in its order."""

import hashlib

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn import cose
from counterfoil.factors.webauthn.authenticator_data import AuthenticatorData, parse_assertion_data
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
from counterfoil.factors.webauthn.expectations import (
    Asserted,
    ExpectedAssertion,
    StoredCredential,
)
from counterfoil.factors.webauthn.responses import AuthenticationResponse
from counterfoil.kit.malformed import Malformed


def verify_assertion(
    expected: ExpectedAssertion, response: AuthenticationResponse, stored: StoredCredential
) -> Asserted | Refused:
    """What was proved and the record's new state, or the first step that refuses; never raises.

    `stored` is the record that the caller found by the response's id (step 6).
    """
    try:
        return _steps(expected, response, stored)
    except Malformed as error:
        return Refused(Reason.MALFORMED, str(error))


def _steps(
    expected: ExpectedAssertion, response: AuthenticationResponse, stored: StoredCredential
) -> Asserted | Refused:
    #  1, 2  Options and get(): the caller's `begin` (options.py) and the browser.
    #  3, 4  Response and client extension results: parse_assertion.
    if refused := (
        refuse_credential_not_allowed(expected, response)  # 5
        or refuse_other_record(response, stored)  # 6: finding the record is the caller's
        or refuse_foreign_account(expected, stored)  # 6, the user was identified before
        or refuse_missing_user_handle(expected, response)  # 6, the user was not
        or refuse_foreign_user_handle(response, stored)  # 6, both
    ):
        return refused
    #  7 to 9  cData, authData, sig; JSONtext; C.
    client_data = parse_client_data(response.client_data_json)
    if refused := (
        refuse_foreign_type(client_data, "webauthn.get")  # 10
        or refuse_foreign_challenge(client_data, expected.challenge)  # 11
        or refuse_foreign_origin(client_data, expected.origins)  # 12
        or refuse_cross_origin(client_data, expected)  # 13
        or refuse_foreign_top_origin(client_data, expected)  # 14
        or refuse_token_binding(client_data)  # Level 2 §7.2 step 14
    ):
        return refused
    data = parse_assertion_data(response.authenticator_data)
    return (
        refuse_foreign_rp_id(data, expected.rp_id)  # 15
        or refuse_absent_user(data, expected)  # 16
        or refuse_unverified_user(data, expected)  # 17
        or refuse_backup_without_eligibility(data)  # 18
        or refuse_changed_backup_eligibility(data, stored)  # 19
        or refuse_wrong_signature(response, stored)  # 20, 21
        or refuse_counter_not_greater(data, stored)  # 22
        # 23  Extension outputs: none is needed, so unsolicited ones are ignored.
        # 24  Updating the record: the caller's, by compare-and-swap on the counter.
        or Asserted(
            credential_id=stored.credential_id,
            user_handle=response.user_handle,
            sign_count=data.sign_count,
            user_present=data.user_present,
            user_verified=data.user_verified,
            backup_eligible=data.backup_eligible,
            backup_state=data.backup_state,
        )
        # 25  Going on: the caller's.
    )


def refuse_credential_not_allowed(
    expected: ExpectedAssertion, response: AuthenticationResponse
) -> Refused | None:
    """`allowCredentials` was sent, and this is none of them."""
    if expected.allow_credentials and response.id not in expected.allow_credentials:
        return Refused(Reason.FOREIGN_CREDENTIAL, "id is not one of allowCredentials")
    return None


def refuse_other_record(
    response: AuthenticationResponse, stored: StoredCredential
) -> Refused | None:
    """A record is judged for its own id only."""
    if response.id != stored.credential_id:
        return Refused(Reason.FOREIGN_CREDENTIAL, "id is not the stored credential's")
    return None


def refuse_foreign_account(expected: ExpectedAssertion, stored: StoredCredential) -> Refused | None:
    """The account that was identified before does not have this credential."""
    if expected.user_handle is not None and expected.user_handle != stored.user_handle:
        return Refused(Reason.FOREIGN_CREDENTIAL, "the credential is another account's")
    return None


def refuse_missing_user_handle(
    expected: ExpectedAssertion, response: AuthenticationResponse
) -> Refused | None:
    """Nobody was identified, so a discoverable credential must say whose it is."""
    if expected.user_handle is None and response.user_handle is None:
        return Refused(Reason.USER_HANDLE_MISSING, "userHandle is missing")
    return None


def refuse_foreign_user_handle(
    response: AuthenticationResponse, stored: StoredCredential
) -> Refused | None:
    """The authenticator names another account than the one that owns the credential."""
    if response.user_handle is not None and response.user_handle != stored.user_handle:
        return Refused(Reason.FOREIGN_USER_HANDLE, "userHandle is not the account's")
    return None


def refuse_changed_backup_eligibility(
    data: AuthenticatorData, stored: StoredCredential
) -> Refused | None:
    """§6.1.3: BE never changes after registration."""
    if data.backup_eligible != stored.backup_eligible:
        return Refused(Reason.BACKUP_ELIGIBILITY_CHANGED, "BE is not what was registered")
    return None


def refuse_wrong_signature(
    response: AuthenticationResponse, stored: StoredCredential
) -> Refused | None:
    """Over the authenticator data and the hash of the client data, by the stored key."""
    try:
        public_key = cose.load_public_key(cose.parse_cose_key(stored.public_key))
    except Malformed:
        public_key = Refused(Reason.KEY_REFUSED, "the stored key cannot be read")
    if isinstance(public_key, Refused):
        return public_key
    client_data_hash = hashlib.sha256(response.client_data_json).digest()
    if not public_key.verifies(response.signature, response.authenticator_data + client_data_hash):
        return Refused(Reason.SIGNATURE_WRONG, "the assertion's signature is wrong")
    return None


def refuse_counter_not_greater(data: AuthenticatorData, stored: StoredCredential) -> Refused | None:
    """Perhaps a clone: the counter rises, or the authenticator has none and both are 0."""
    if data.sign_count == 0 and stored.sign_count == 0:
        return None
    if data.sign_count <= stored.sign_count:
        return Refused(Reason.COUNTER_NOT_GREATER, "signCount is not above the stored one")
    return None
