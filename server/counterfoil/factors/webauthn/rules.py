"""WebAuthn as pure functions: data in, verdict out (Level 3 §7.1 and §7.2).

`parse_registration` and `parse_assertion` read the browser's JSON and raise Malformed;
`verify_registration` and `verify_assertion` hold it against what was expected and never
raise. No clock, no database, no entropy.
"""

from counterfoil.factors.webauthn.assertion import verify_assertion
from counterfoil.factors.webauthn.expectations import (
    Asserted,
    AttestationPolicy,
    AttestationTrust,
    ExpectedAssertion,
    ExpectedRegistration,
    Registered,
    StoredCredential,
    UserVerification,
)
from counterfoil.factors.webauthn.registration import verify_registration
from counterfoil.factors.webauthn.responses import (
    AuthenticationResponse,
    RegistrationResponse,
    parse_assertion,
    parse_registration,
)

__all__ = [
    "Asserted",
    "AttestationPolicy",
    "AttestationTrust",
    "AuthenticationResponse",
    "ExpectedAssertion",
    "ExpectedRegistration",
    "Registered",
    "RegistrationResponse",
    "StoredCredential",
    "UserVerification",
    "parse_assertion",
    "parse_registration",
    "verify_assertion",
    "verify_registration",
]
