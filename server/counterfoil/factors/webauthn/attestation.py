"""Attestation objects (WebAuthn §6.5.4) and the statements that we judge (§8.2, §8.7).

Judged are `none` and `packed`. Every other format is kept as it came and counts as
unattested, or is refused where the policy wants a proof.
"""

from dataclasses import dataclass
from typing import assert_never

from cryptography import x509

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn import cbor, certificates, cose
from counterfoil.factors.webauthn.authenticator_data import (
    AttestedCredentialData,
    AuthenticatorData,
    parse_registration_data,
)
from counterfoil.factors.webauthn.cose import PublicKey
from counterfoil.factors.webauthn.expectations import (
    AttestationPolicy,
    AttestationTrust,
    ExpectedRegistration,
)
from counterfoil.kit.malformed import Malformed

JUDGED_FORMATS = frozenset({"none", "packed"})

# §8.1: at most 32 printable ASCII characters, without backslash and double quote.
_MAX_FORMAT = 32
_NOT_IN_A_FORMAT = '"\\'


@dataclass(frozen=True, slots=True)
class AttestationObject:
    """Format, statement and authenticator data, decoded and not yet believed."""

    fmt: str
    statement: dict[cbor.Key, cbor.Cbor]
    authenticator_data: AuthenticatorData
    attested: AttestedCredentialData


def parse_attestation_object(raw: bytes) -> AttestationObject:
    """§7.1 step 13; raises Malformed."""
    value = cbor.decode(raw, sorted_keys=False)
    if not isinstance(value, dict) or value.keys() != {"fmt", "attStmt", "authData"}:
        raise Malformed("the attestation object is not a map of fmt, attStmt and authData")
    fmt, statement, data = value["fmt"], value["attStmt"], value["authData"]
    if not isinstance(fmt, str) or not isinstance(data, bytes):
        raise Malformed("fmt is not text, or authData not a byte string")
    if not 0 < len(fmt) <= _MAX_FORMAT or not all(_may_name_a_format(c) for c in fmt):
        raise Malformed("fmt is not an attestation statement format identifier")
    # The statement of `compound` is a list; we keep the object raw and do not judge it.
    if isinstance(statement, list):
        statement = {}
    if not isinstance(statement, dict):
        raise Malformed("attStmt is not a map")
    authenticator_data, attested = parse_registration_data(data)
    return AttestationObject(fmt, statement, authenticator_data, attested)


def judge_statement(
    expected: ExpectedRegistration,
    attestation: AttestationObject,
    public_key: PublicKey,
    client_data_hash: bytes,
) -> AttestationTrust | Refused:
    """§7.1 steps 21 to 24: the statement by its format, then its trust by the policy."""
    signed = attestation.authenticator_data.raw + client_data_hash
    match attestation.fmt:
        case "none":
            return _refuse_filled(attestation) or _assess(expected, AttestationTrust.NONE)
        case "packed" if "x5c" not in attestation.statement:
            return _refuse_wrong_self_statement(attestation, public_key, signed) or _assess(
                expected, AttestationTrust.SELF
            )
        case "packed":
            return _judge_packed_certificates(expected, attestation, signed)
        case _:
            return _leave_unjudged(expected)


def _assess(expected: ExpectedRegistration, trust: AttestationTrust) -> AttestationTrust | Refused:
    """Step 24 for statements without certificates."""
    if expected.attestation is AttestationPolicy.TRUSTED:
        return Refused(Reason.ATTESTATION_UNTRUSTED, f"{trust} attestation proves no model")
    return trust


def _leave_unjudged(expected: ExpectedRegistration) -> AttestationTrust | Refused:
    match expected.attestation:
        case AttestationPolicy.NONE:
            return AttestationTrust.UNATTESTED
        case AttestationPolicy.VERIFY | AttestationPolicy.TRUSTED:
            return Refused(Reason.ATTESTATION_FORMAT, "a statement format that is not judged here")
        case _:
            assert_never(expected.attestation)


def _refuse_filled(attestation: AttestationObject) -> Refused | None:
    # §8.7: the statement of `none` is the empty map.
    if attestation.statement:
        return Refused(Reason.ATTESTATION_WRONG, "a statement of format none is not empty")
    return None


def _refuse_wrong_self_statement(
    attestation: AttestationObject, public_key: PublicKey, signed: bytes
) -> Refused | None:
    """§8.2, verification procedure, self attestation."""
    match attestation.statement:
        case {"alg": int(algorithm), "sig": bytes(signature), **rest} if not rest:
            if algorithm != public_key.algorithm:
                return Refused(Reason.ATTESTATION_WRONG, "alg is not the credential key's")
            if not public_key.verifies(signature, signed):
                return Refused(Reason.ATTESTATION_WRONG, "the self signature is wrong")
            return None
        case _:
            return Refused(Reason.ATTESTATION_WRONG, "a self statement is not alg and sig")


def _judge_packed_certificates(
    expected: ExpectedRegistration, attestation: AttestationObject, signed: bytes
) -> AttestationTrust | Refused:
    """§8.2, verification procedure, with x5c."""
    if expected.attestation is AttestationPolicy.NONE:
        return AttestationTrust.UNATTESTED
    match attestation.statement:
        case {"alg": int(algorithm), "sig": bytes(signature), "x5c": list(x5c), **rest} if not rest:
            chain = certificates.parse_chain(x5c)
        case _:
            return Refused(Reason.ATTESTATION_WRONG, "a packed statement is not alg, sig and x5c")
    if isinstance(chain, Refused):
        return chain
    refused = (
        _refuse_wrong_attestation_signature(chain[0], algorithm, signature, signed)
        or certificates.refuse_unfit_packed_certificate(chain[0])
        or certificates.refuse_foreign_aaguid(chain[0], attestation.attested.aaguid)
    )
    if refused or expected.attestation is AttestationPolicy.VERIFY:
        return refused or AttestationTrust.UNATTESTED
    return (
        certificates.refuse_untrusted_path(chain, expected.trust_anchors, expected.at)
        or AttestationTrust.TRUSTED
    )


def _refuse_wrong_attestation_signature(
    certificate: x509.Certificate, algorithm: int, signature: bytes, signed: bytes
) -> Refused | None:
    key = cose.certificate_key(certificates.public_key_of(certificate), algorithm)
    if isinstance(key, Refused):
        return Refused(Reason.ATTESTATION_WRONG, key.detail)
    if not key.verifies(signature, signed):
        return Refused(Reason.ATTESTATION_WRONG, "the attestation signature is wrong")
    return None


def _may_name_a_format(character: str) -> bool:
    return "!" <= character <= "~" and character not in _NOT_IN_A_FORMAT
