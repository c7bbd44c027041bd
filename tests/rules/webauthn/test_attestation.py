"""§8.2 and §8.2.1: packed statements, their certificates, and the path to an anchor."""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from counterfoil.errors import Reason, Refused
from counterfoil.factors.webauthn.rules import (
    AttestationPolicy,
    AttestationTrust,
    Registered,
    parse_registration,
    verify_registration,
)
from tests.rules.webauthn import software_key as soft
from tests.rules.webauthn.software_key import SoftwareKey

Statement: TypeAlias = dict[str, Any]

NOW = datetime.fromtimestamp(soft.AT_MS / 1000, UTC)
BEGIN, END = NOW - timedelta(days=30), NOW + timedelta(days=30)
AAGUID_OID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")
SUBJECT = (
    (NameOID.COUNTRY_NAME, "CH"),
    (NameOID.ORGANIZATION_NAME, "Keys of the tests"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "Authenticator Attestation"),
    (NameOID.COMMON_NAME, "Key model 1"),
)
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
SIGNS_LISTS_ONLY = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
ROOT_NAME = ((NameOID.COMMON_NAME, "Root of the tests"),)
MIDDLE_NAME = ((NameOID.COMMON_NAME, "Issuer of the tests"),)


@functools.cache
def private_key(_owner: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Certificate:
    """A certificate to be made: by default what an honest maker would make."""

    owner: str
    issuer: str
    subject: tuple[tuple[x509.ObjectIdentifier, str], ...]
    issuer_name: tuple[tuple[x509.ObjectIdentifier, str], ...]
    begin: datetime = BEGIN
    end: datetime = END
    ca: bool | None = True  # None: no basic constraints
    path_length: int | None = None
    constraints_critical: bool = True
    key_usage: x509.KeyUsage | None = SIGNS_CERTIFICATES
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()

    def der(self) -> bytes:
        return self.made().public_bytes(Encoding.DER)

    def made(self) -> x509.Certificate:
        own, above = private_key(self.owner).public_key(), private_key(self.issuer)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(self.subject))
            .issuer_name(name(self.issuer_name))
            .public_key(own)
            .serial_number(4711)
            .not_valid_before(self.begin)
            .not_valid_after(self.end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False
            )
        )
        if self.ca is not None:
            constraints = x509.BasicConstraints(self.ca, self.path_length)
            builder = builder.add_extension(constraints, self.constraints_critical)
        if self.key_usage is not None:
            builder = builder.add_extension(self.key_usage, True)
        for extension, critical in self.extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(above, SHA256())


def name(attributes: tuple[tuple[x509.ObjectIdentifier, str], ...]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, value, _validate=False) for oid, value in attributes])


def aaguid_extension(aaguid: bytes, wrapping: bytes = b"\x04\x10") -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(AAGUID_OID, wrapping + aaguid)


ROOT = Certificate("root", "root", ROOT_NAME, ROOT_NAME)
MIDDLE = Certificate("middle", "root", MIDDLE_NAME, ROOT_NAME, path_length=0)
LEAF = Certificate(
    "leaf",
    "middle",
    SUBJECT,
    MIDDLE_NAME,
    ca=False,
    key_usage=None,
    extensions=((aaguid_extension(soft.AAGUID), False),),
)


def without(oid: x509.ObjectIdentifier) -> Certificate:
    return replace(LEAF, subject=tuple(part for part in SUBJECT if part[0] != oid))


def with_subject(oid: x509.ObjectIdentifier, value: str) -> Certificate:
    return replace(LEAF, subject=tuple((o, value if o == oid else v) for o, v in SUBJECT))


def certified(
    *chain: Certificate | bytes, **changes: Any
) -> Callable[[SoftwareKey, bytes], Statement]:
    """A packed statement by the key of the first certificate."""

    def statement(_key: SoftwareKey, signed: bytes) -> Statement:
        x5c = [made if isinstance(made, bytes) else made.der() for made in chain]
        signature = private_key("leaf").sign(signed, ec.ECDSA(SHA256()))
        return {"alg": -7, "sig": signature, "x5c": x5c, **changes}

    return statement


HONEST = certified(LEAF, MIDDLE)


def as_version_1(certificate: bytes) -> bytes:
    """The same without its version field, which means version 1; its signature breaks."""
    version = bytes.fromhex("a003020102")
    assert certificate[:2] == certificate[4:6] == b"\x30\x82"
    assert certificate[8:13] == version
    outer, inner = (int.from_bytes(certificate[at : at + 2], "big") for at in (2, 6))
    return (
        b"\x30\x82"
        + (outer - 5).to_bytes(2, "big")
        + b"\x30\x82"
        + (inner - 5).to_bytes(2, "big")
        + certificate[13:]
    )


def judged(
    statement: Callable[[SoftwareKey, bytes], object],
    policy: AttestationPolicy = AttestationPolicy.TRUSTED,
    anchors: tuple[bytes, ...] | None = None,
    at: datetime = NOW,
    **bent: Any,
) -> Registered | Refused:
    expected = soft.expected_registration(
        attestation=policy,
        trust_anchors=(ROOT.der(),) if anchors is None else anchors,
        at=round(at.timestamp() * 1000),
    )
    body = soft.registration(**{"fmt": "packed", "statement": statement, **bent})
    return verify_registration(expected, parse_registration(body))


def reason_of(verdict: Registered | Refused) -> Reason:
    assert isinstance(verdict, Refused)
    return verdict.reason


def trust_of(verdict: Registered | Refused) -> AttestationTrust:
    assert isinstance(verdict, Registered)
    return verdict.attestation_trust


def test_a_path_to_an_anchor_is_trusted() -> None:
    assert trust_of(judged(HONEST)) is AttestationTrust.TRUSTED


def test_without_a_policy_certificates_are_kept_and_not_read() -> None:
    nonsense = certified(b"no certificate", sig=b"no signature")
    for statement in (HONEST, nonsense):
        verdict = judged(statement, AttestationPolicy.NONE)
        assert trust_of(verdict) is AttestationTrust.UNATTESTED


def test_a_verified_statement_without_a_path_is_not_trusted() -> None:
    verdict = judged(HONEST, AttestationPolicy.VERIFY, anchors=())
    assert trust_of(verdict) is AttestationTrust.UNATTESTED


@dataclass(frozen=True)
class Wrong:
    """A statement that is wrong whatever the anchors, and its neighbour that is not."""

    what: str
    statement: Callable[[SoftwareKey, bytes], object]
    neighbour: Callable[[SoftwareKey, bytes], object] = field(default=HONEST)


WRONG = [
    Wrong("an empty x5c", certified()),
    Wrong("seven certificates", certified(LEAF, *[MIDDLE] * 6), certified(LEAF, *[MIDDLE] * 5)),
    Wrong("a certificate that is none", certified(b"0")),
    Wrong("a certificate that is a number", certified(x5c=[1])),
    Wrong("x5c that is no list", certified(x5c=b"")),
    Wrong("an empty signature", certified(LEAF, MIDDLE, sig=b"")),
    Wrong("an alg that is not the certificate's", certified(LEAF, MIDDLE, alg=-257)),
    Wrong("an alg of another curve", certified(LEAF, MIDDLE, alg=-35)),
    Wrong("an alg that is text", certified(LEAF, MIDDLE, alg="-7")),
    Wrong("an ecdaaKeyId", certified(LEAF, MIDDLE, ecdaaKeyId=b"x")),
    Wrong("another key's certificate", certified(replace(LEAF, owner="thief"), MIDDLE)),
    Wrong("a certificate of version 1", certified(as_version_1(LEAF.der()))),
    Wrong("a CA's certificate", certified(replace(LEAF, ca=True), MIDDLE)),
    Wrong("no basic constraints", certified(replace(LEAF, ca=None), MIDDLE)),
    Wrong("no country", certified(without(NameOID.COUNTRY_NAME), MIDDLE)),
    Wrong("no organization", certified(without(NameOID.ORGANIZATION_NAME), MIDDLE)),
    Wrong("no common name", certified(without(NameOID.COMMON_NAME), MIDDLE)),
    Wrong("no unit", certified(without(NameOID.ORGANIZATIONAL_UNIT_NAME), MIDDLE)),
    Wrong(
        "another unit",
        certified(with_subject(NameOID.ORGANIZATIONAL_UNIT_NAME, "Attestation"), MIDDLE),
    ),
    Wrong(
        "a country in digits",
        certified(with_subject(NameOID.COUNTRY_NAME, "41"), MIDDLE),
        certified(with_subject(NameOID.COUNTRY_NAME, "SE"), MIDDLE),
    ),
    Wrong(
        "two units",
        certified(
            replace(LEAF, subject=(*SUBJECT, (NameOID.ORGANIZATIONAL_UNIT_NAME, "Another"))),
            MIDDLE,
        ),
    ),
    Wrong(
        "another model's AAGUID",
        certified(replace(LEAF, extensions=((aaguid_extension(bytes(16)), False),)), MIDDLE),
        certified(replace(LEAF, extensions=()), MIDDLE),
    ),
    Wrong(
        "a critical AAGUID",
        certified(replace(LEAF, extensions=((aaguid_extension(soft.AAGUID), True),)), MIDDLE),
    ),
    Wrong(
        "an AAGUID that is not wrapped",
        certified(replace(LEAF, extensions=((aaguid_extension(soft.AAGUID, b""), False),)), MIDDLE),
    ),
    Wrong(
        "an AAGUID with a byte after it",
        certified(
            replace(LEAF, extensions=((aaguid_extension(soft.AAGUID + b"\x00"), False),)), MIDDLE
        ),
    ),
]


@pytest.mark.parametrize("policy", [AttestationPolicy.VERIFY, AttestationPolicy.TRUSTED])
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.what)
def test_a_wrong_statement_is_refused(wrong: Wrong, policy: AttestationPolicy) -> None:
    assert reason_of(judged(wrong.statement, policy)) is Reason.ATTESTATION_WRONG


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.what)
def test_its_neighbour_is_verified(wrong: Wrong) -> None:
    assert isinstance(judged(wrong.neighbour, AttestationPolicy.VERIFY), Registered)


def test_a_country_has_two_letters() -> None:
    """Which the library would not write, and warns of when it reads it."""
    made = with_subject(NameOID.COUNTRY_NAME, "CHE")
    with pytest.warns(UserWarning, match="length must be"):
        verdict = judged(certified(made, MIDDLE), AttestationPolicy.VERIFY)
    assert reason_of(verdict) is Reason.ATTESTATION_WRONG


@dataclass(frozen=True)
class Path:
    """A chain that leads to no anchor, and its neighbour that does."""

    what: str
    untrusted: tuple[Certificate, ...]
    trusted: tuple[Certificate, ...] = (LEAF, MIDDLE)
    anchors: tuple[Certificate, ...] = (ROOT,)


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.45724.9.9"), b"\x05\x00")
LOWER_NAME = ((NameOID.COMMON_NAME, "Issuer below the issuer"),)
LOWER = Certificate("lower", "middle", LOWER_NAME, MIDDLE_NAME)
LEAF_OF_LOWER = replace(LEAF, issuer="lower", issuer_name=LOWER_NAME)

PATHS = [
    Path("an issuer that is missing", (LEAF,)),
    Path("an issuer that is no CA", (LEAF, replace(MIDDLE, ca=False, path_length=None))),
    Path("an issuer without constraints", (LEAF, replace(MIDDLE, ca=None))),
    Path("an issuer that may not sign", (LEAF, replace(MIDDLE, key_usage=SIGNS_LISTS_ONLY))),
    Path(
        "a path that is too long",
        (LEAF_OF_LOWER, LOWER, MIDDLE),
        (LEAF_OF_LOWER, LOWER, replace(MIDDLE, path_length=1)),
    ),
    Path("an issuer of another name", (LEAF, replace(MIDDLE, subject=ROOT_NAME))),
    Path("an issuer that another key signed", (LEAF, replace(MIDDLE, issuer="thief"))),
    Path("a leaf that another key signed", (replace(LEAF, issuer="thief"), MIDDLE)),
    Path("an issuer that is out of date", (LEAF, replace(MIDDLE, end=NOW - timedelta(days=1)))),
    Path(
        "an issuer with a critical extension that nobody knows",
        (LEAF, replace(MIDDLE, extensions=((UNKNOWN, True),))),
        (LEAF, replace(MIDDLE, extensions=((UNKNOWN, False),))),
    ),
    Path(
        "a leaf with a critical extension that nobody knows",
        (replace(LEAF, extensions=((UNKNOWN, True),)), MIDDLE),
        (replace(LEAF, extensions=((UNKNOWN, False),)), MIDDLE),
    ),
    Path(
        "a root of the right name and another key",
        (LEAF, replace(MIDDLE, issuer="thief")),
        (LEAF, MIDDLE),
        (replace(ROOT, owner="another", issuer="another"), ROOT),
    ),
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.what)
def test_a_path_that_does_not_hold_is_refused(path: Path) -> None:
    anchors = tuple(anchor.der() for anchor in path.anchors)
    verdict = judged(certified(*path.untrusted), anchors=anchors)
    assert reason_of(verdict) is Reason.ATTESTATION_UNTRUSTED


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.what)
def test_its_neighbour_is_trusted(path: Path) -> None:
    anchors = tuple(anchor.der() for anchor in path.anchors)
    verdict = judged(certified(*path.trusted), anchors=anchors)
    assert trust_of(verdict) is AttestationTrust.TRUSTED


def test_issuers_may_be_as_vendors_make_them() -> None:
    """Yubico's root has basic constraints that are not critical, others have no key usage."""
    root = replace(ROOT, constraints_critical=False)
    middle = replace(MIDDLE, key_usage=None)
    verdict = judged(certified(LEAF, middle), anchors=(root.der(),))
    assert trust_of(verdict) is AttestationTrust.TRUSTED


def test_a_self_made_root_in_the_chain_is_no_anchor() -> None:
    thief = replace(ROOT, owner="thief", issuer="thief")
    forged = replace(LEAF, issuer="thief", issuer_name=ROOT_NAME)
    assert reason_of(judged(certified(forged, thief))) is Reason.ATTESTATION_UNTRUSTED


@pytest.mark.parametrize("anchors", [(LEAF.der(),), (ROOT.der(), LEAF.der())])
def test_an_anchor_may_be_the_leaf_itself(anchors: tuple[bytes, ...]) -> None:
    statement = certified(anchors[-1])
    assert trust_of(judged(statement, anchors=anchors)) is AttestationTrust.TRUSTED


@pytest.mark.parametrize("anchored", ["root", "leaf"])
def test_a_leaf_is_good_from_its_first_to_its_last_second(anchored: str) -> None:
    second = timedelta(seconds=1)
    leaf = replace(LEAF, begin=NOW, end=NOW + timedelta(days=1))
    encoded = leaf.der()
    anchors = (encoded,) if anchored == "leaf" else (ROOT.der(),)
    statement = certified(encoded, MIDDLE)
    for at in (leaf.begin, leaf.end):
        assert trust_of(judged(statement, anchors=anchors, at=at)) is AttestationTrust.TRUSTED
    for at in (leaf.begin - second, leaf.end + second):
        refused = judged(statement, anchors=anchors, at=at)
        assert reason_of(refused) is Reason.ATTESTATION_UNTRUSTED


def test_no_anchors_trust_nobody() -> None:
    assert reason_of(judged(HONEST, anchors=())) is Reason.ATTESTATION_UNTRUSTED


@pytest.mark.parametrize("fmt", ["none", "packed"])
def test_where_trust_is_required_none_and_self_are_refused(fmt: str) -> None:
    statement = soft.self_statement if fmt == "packed" else soft.none_statement
    verdict = judged(statement, fmt=fmt)
    assert reason_of(verdict) is Reason.ATTESTATION_UNTRUSTED
    assert isinstance(judged(statement, AttestationPolicy.VERIFY, fmt=fmt), Registered)


@pytest.mark.parametrize(
    "fmt", ["tpm", "android-key", "android-safetynet", "fido-u2f", "apple", "compound", "x.example"]
)
def test_a_format_that_is_not_judged_is_unattested_or_refused_by_the_policy(fmt: str) -> None:
    def statement(_key: SoftwareKey, _signed: bytes) -> object:
        return [{"fmt": "none", "attStmt": {}}] if fmt == "compound" else {"sig": b"x"}

    kept = judged(statement, AttestationPolicy.NONE, fmt=fmt)
    assert trust_of(kept) is AttestationTrust.UNATTESTED
    for policy in (AttestationPolicy.VERIFY, AttestationPolicy.TRUSTED):
        assert reason_of(judged(statement, policy, fmt=fmt)) is Reason.ATTESTATION_FORMAT


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("another key's", lambda key, signed: soft.self_statement(soft.key_for(-9), signed)),
        ("another alg", lambda key, signed: {**soft.self_statement(key, signed), "alg": -9}),
        ("no sig", lambda key, signed: {"alg": -7}),
        ("no alg", lambda key, signed: {"sig": key.sign(signed)}),
        ("empty", lambda key, signed: {}),
        ("a text sig", lambda key, signed: {"alg": -7, "sig": "x"}),
        ("one bit", lambda key, signed: soft.self_statement(key, signed[:-1] + b"\x00")),
        ("more", lambda key, signed: {**soft.self_statement(key, signed), "ecdaaKeyId": b""}),
        ("x5c of nothing", lambda key, signed: {**soft.self_statement(key, signed), "x5c": False}),
    ],
)
def test_a_wrong_self_statement_is_refused_also_without_a_policy(
    what: str, statement: Callable[[SoftwareKey, bytes], object]
) -> None:
    policy = AttestationPolicy.VERIFY if what == "x5c of nothing" else AttestationPolicy.NONE
    assert reason_of(judged(statement, policy)) is Reason.ATTESTATION_WRONG


def test_an_attestation_key_is_held_to_the_same_rules_as_a_credential() -> None:
    """An RSA key of 1024 bits in the certificate."""
    small = soft.rsa_key(-257, padding.PKCS1v15(), bits=1024)
    assert small.private is not None
    leaf = (
        x509.CertificateBuilder()
        .subject_name(name(SUBJECT))
        .issuer_name(name(ROOT_NAME))
        .public_key(small.private.public_key())
        .serial_number(1)
        .not_valid_before(BEGIN)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(False, None), True)
        .sign(private_key("root"), SHA256())
        .public_bytes(Encoding.DER)
    )
    verdict = judged(
        lambda _key, signed: {"alg": -257, "sig": small.sign(signed), "x5c": [leaf]},
        AttestationPolicy.VERIFY,
    )
    assert reason_of(verdict) is Reason.ATTESTATION_WRONG
