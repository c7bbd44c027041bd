"""Attestation certificates: what §8.2.1 demands of a packed one, and the path to an anchor."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.cbor import Cbor

# id-fido-gen-ce-aaguid: an OCTET STRING of 16 bytes inside of the extension's own.
AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")

_MAX_CERTIFICATES = 6
_OCTET_STRING_OF_16 = b"\x04\x10"


def parse_chain(x5c: list[Cbor]) -> list[x509.Certificate] | Refused:
    """The attestation certificate, then its issuers."""
    if not 0 < len(x5c) <= _MAX_CERTIFICATES:
        return _wrong("x5c is empty or too long")
    chain: list[x509.Certificate] = []
    for encoded in x5c:
        if not isinstance(encoded, bytes):
            return _wrong("x5c has an element that is not a byte string")
        try:
            chain.append(x509.load_der_x509_certificate(encoded))
        except ValueError:
            return _wrong("x5c has an element that is not a certificate")
    return chain


def public_key_of(certificate: x509.Certificate) -> object:
    """The certificate's key, or None where the library does not know its kind."""
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None


def refuse_unfit_packed_certificate(certificate: x509.Certificate) -> Refused | None:
    """§8.2.1: version, subject and basic constraints."""
    try:
        subject, version = certificate.subject, certificate.version
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension):
        return _wrong("the attestation certificate cannot be read")
    except x509.ExtensionNotFound:
        return _wrong("the attestation certificate has no basic constraints")
    if version is not x509.Version.v3:
        return _wrong("the attestation certificate is not of version 3")
    if constraints.value.ca:
        return _wrong("the attestation certificate is a CA's")
    country = _only(subject, NameOID.COUNTRY_NAME)
    if country is None or len(country) != 2 or not country.isalpha():  # ISO 3166
        return _wrong("the attestation certificate's subject has no country")
    if not _only(subject, NameOID.ORGANIZATION_NAME) or not _only(subject, NameOID.COMMON_NAME):
        return _wrong("the attestation certificate's subject has no organization or name")
    if _only(subject, NameOID.ORGANIZATIONAL_UNIT_NAME) != "Authenticator Attestation":
        return _wrong("the attestation certificate's unit is not Authenticator Attestation")
    return None


def refuse_foreign_aaguid(certificate: x509.Certificate, aaguid: bytes) -> Refused | None:
    """§8.2: the extension, where it is present, names the model in the authenticator data."""
    try:
        extension = certificate.extensions.get_extension_for_oid(AAGUID_EXTENSION)
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension):
        return _wrong("the attestation certificate cannot be read")
    if extension.critical:
        return _wrong("the AAGUID extension is critical")
    value = extension.value
    if not isinstance(value, x509.UnrecognizedExtension):
        return _wrong("the AAGUID extension cannot be read")
    if value.value != _OCTET_STRING_OF_16 + aaguid:
        return _wrong("the AAGUID extension names another model")
    return None


def refuse_untrusted_path(
    chain: list[x509.Certificate], anchors: tuple[bytes, ...], at: int
) -> Refused | None:
    """§7.1 step 24: a path to an anchor that holds at `at`, or a leaf that is an anchor.

    Names, signatures, dates, path lengths and the size of keys are checked by the library.
    Its rules for issuers are those of web servers, which the root of every YubiKey breaks (its
    basic constraints are not critical), so those for extensions are ours.
    """
    moment = datetime.fromtimestamp(at / 1000, UTC)
    leaf, *issuers = chain
    roots = [x509.load_der_x509_certificate(anchor) for anchor in anchors]
    if not roots:
        return Refused(Reason.ATTESTATION_UNTRUSTED, "there are no trust anchors")
    verifier = (
        PolicyBuilder()
        .store(Store(roots))
        .time(moment)
        .extension_policies(ca_policy=_issuers(), ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        verifier.verify(leaf, issuers)
    except (VerificationError, ValueError):
        return Refused(Reason.ATTESTATION_UNTRUSTED, "no path leads to a trust anchor")
    return None


def _issuers() -> ExtensionPolicy:
    """RFC 5280 §6.1.4 (k) and (n): a CA, and where a key usage is said, one that signs."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _demand_ca)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _demand_signing)
    )


def _demand_ca(_: Policy, __: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("an issuer that is no CA")


def _demand_signing(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an issuer that may not sign certificates")


def _only(subject: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    values = subject.get_attributes_for_oid(oid)
    if len(values) != 1:
        return None
    value = values[0].value
    return value if isinstance(value, str) else None


def _wrong(detail: str) -> Refused:
    return Refused(Reason.ATTESTATION_WRONG, detail)
