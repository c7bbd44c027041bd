"""WebAuthn as a kind: what the browser is asked, and which record the answer makes.

Two profiles. `alone`: discoverable and user verified, two factors in one. Beside a
password: neither is asked for, because a key that must be discoverable or unlocked cannot
be tapped on many phones; what the key does all the same is kept and told truthfully.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import (
    AuthenticatorRecord,
    Challenge,
    Expectation,
    KindName,
    Known,
    Pointer,
    Proof,
    Purpose,
    Verified,
    Wish,
)
from counterfoil.factors.webauthn import options, rules
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.kit import base64url, strict_json
from counterfoil.kit.entropy import Entropy

CHALLENGE_BYTES = 32
TIMEOUT_MS = 300_000


@dataclass(frozen=True, slots=True)
class WebAuthnKind:
    """`denied_aaguids`: models whose keys prove nothing here, as our emulated ones."""

    rp_id: str
    rp_name: str
    origins: frozenset[str]
    denied_aaguids: frozenset[bytes]

    name: KindName = KindName.WEBAUTHN
    guessable: bool = False  # nobody guesses a signature, so nobody can lock a key by failing
    slow: bool = False
    tries: int = 1

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        if wish.purpose is not Purpose.ENROL and wish.person is not None and not known:
            # An empty list would ask the browser for any discoverable credential instead.
            return Refused(Reason.NOTHING_ENROLLED)
        challenge = entropy(CHALLENGE_BYTES)
        if wish.purpose is Purpose.ENROL:
            public, terms = self._creation(wish, known, challenge)
        else:
            public, terms = self._request(wish, known, challenge)
        account = None if wish.person is None else wish.person.id
        expectation = Expectation(wish.purpose, account, challenge, terms.dump())
        return Challenge({"publicKey": public}), expectation

    def pointer(self, proof: Proof) -> Pointer:
        return Pointer(credential_id=rules.parse_assertion(proof.body.get("credential")).id)

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        terms = _Terms.load(expectation.terms)
        if expectation.purpose is Purpose.ENROL:
            return self._judge_registration(expectation, terms, proof, at_ms)
        return self._judge_assertion(expectation, terms, proof, known)

    def _creation(
        self, wish: Wish, known: Sequence[Known], challenge: bytes
    ) -> tuple[dict[str, strict_json.Json], "_Terms"]:
        assert wish.person is not None, "an enrolment knows for whom it is"
        verification = _verification(wish)
        public = options.creation_options(
            rp_id=self.rp_id,
            rp_name=self.rp_name,
            user=options.User(wish.person.user_handle, wish.person.name, wish.person.display_name),
            challenge=challenge,
            algorithms=options.usable_algorithms(),
            timeout_ms=TIMEOUT_MS,
            user_verification=verification,
            resident_key=(
                options.ResidentKey.REQUIRED if wish.alone else options.ResidentKey.DISCOURAGED
            ),
            exclude_credentials=_descriptors(known),
            hints=(options.Hint.SECURITY_KEY,),
        )
        return public, _Terms(wish.alone, verification, None, ())

    def _request(
        self, wish: Wish, known: Sequence[Known], challenge: bytes
    ) -> tuple[dict[str, strict_json.Json], "_Terms"]:
        verification = _verification(wish)
        allowed = () if wish.person is None else tuple(_descriptors(known))
        public = options.request_options(
            rp_id=self.rp_id,
            challenge=challenge,
            timeout_ms=TIMEOUT_MS,
            user_verification=verification,
            allow_credentials=allowed,
            hints=(options.Hint.SECURITY_KEY,),
        )
        handle = None if wish.person is None else wish.person.user_handle
        return public, _Terms(wish.alone, verification, handle, tuple(a.id for a in allowed))

    def _judge_registration(
        self, expectation: Expectation, terms: "_Terms", proof: Proof, at_ms: int
    ) -> Verified | Refused:
        expected = rules.ExpectedRegistration(
            challenge=expectation.challenge,
            rp_id=self.rp_id,
            origins=self.origins,
            user_verification=terms.user_verification,
            algorithms=options.usable_algorithms(),
            at=at_ms,
        )
        made = rules.verify_registration(
            expected, rules.parse_registration(proof.body.get("credential"))
        )
        if isinstance(made, Refused):
            return made
        if made.aaguid in self.denied_aaguids:
            return Refused(Reason.ATTESTATION_UNTRUSTED, "an emulated token proves nothing here")
        if terms.alone and made.discoverable is False:
            return Refused(Reason.WRONG, "the client says that the credential is not discoverable")
        facts = CredentialFacts.of_registration(made, alone=terms.alone)
        return Verified(
            used=None,
            record=AuthenticatorRecord(
                credential_id=made.credential_id,
                facts=facts.dump(),
                statement=made.attestation_object,
                client_data=made.client_data_json,
            ),
            user_present=made.user_present,
            user_verified=made.user_verified,
            phishing_resistant=True,
            backed_up=made.backup_state,
        )

    def _judge_assertion(
        self, expectation: Expectation, terms: "_Terms", proof: Proof, known: Sequence[Known]
    ) -> Verified | Refused:
        response = rules.parse_assertion(proof.body.get("credential"))
        enrolled = next((k for k in known if k.credential_id == response.id), None)
        if enrolled is None:
            return Refused(Reason.FOREIGN_CREDENTIAL, "no such key, or not of this account")
        facts = CredentialFacts.load(enrolled.facts)
        if facts.aaguid in self.denied_aaguids:
            return Refused(Reason.ATTESTATION_UNTRUSTED, "an emulated token proves nothing here")
        expected = rules.ExpectedAssertion(
            challenge=expectation.challenge,
            rp_id=self.rp_id,
            origins=self.origins,
            user_verification=terms.user_verification,
            user_handle=terms.user_handle,
            allow_credentials=frozenset(terms.allowed),
        )
        shown = rules.verify_assertion(
            expected, response, facts.as_stored(response.id, enrolled.user_handle)
        )
        if isinstance(shown, Refused):
            return shown
        return Verified(
            used=enrolled.id,
            record=AuthenticatorRecord(response.id, facts.after(shown).dump()),
            user_present=shown.user_present,
            user_verified=shown.user_verified,
            phishing_resistant=True,
            backed_up=shown.backup_state,
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the expectation of this kind adds to the lifecycle's own.

    `user_handle` is None when nobody was recognised before; `allowed` is what was sent.
    """

    alone: bool
    user_verification: rules.UserVerification
    user_handle: bytes | None
    allowed: tuple[bytes, ...]

    def dump(self) -> str:
        return strict_json.dump(
            {
                "alone": self.alone,
                "user_verification": self.user_verification.value,
                "user_handle": (
                    None if self.user_handle is None else base64url.encode(self.user_handle)
                ),
                "allowed": [base64url.encode(credential_id) for credential_id in self.allowed],
            }
        )

    @classmethod
    def load(cls, text: str) -> "_Terms":
        terms = strict_json.parse_object(text)
        handle, allowed = terms["user_handle"], terms["allowed"]
        assert isinstance(allowed, list)
        return cls(
            alone=terms["alone"] is True,
            user_verification=rules.UserVerification(str(terms["user_verification"])),
            user_handle=base64url.decode(handle) if isinstance(handle, str) else None,
            allowed=tuple(base64url.decode(str(item)) for item in allowed),
        )


def _verification(wish: Wish) -> rules.UserVerification:
    return rules.UserVerification.REQUIRED if wish.alone else rules.UserVerification.DISCOURAGED


def _descriptors(known: Sequence[Known]) -> list[options.Descriptor]:
    return [
        options.Descriptor(k.credential_id, CredentialFacts.load(k.facts).transports)
        for k in known
        if k.credential_id is not None
    ]
