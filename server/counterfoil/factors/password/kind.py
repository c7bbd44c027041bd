"""The password as a kind: no challenge, one text, judged slowly on purpose."""

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
from counterfoil.factors.password import rules
from counterfoil.kit import argon2, base64url, strict_json
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.malformed import Malformed


@dataclass(frozen=True, slots=True)
class PasswordKind:
    service: str  # its name is nobody's password

    name: KindName = KindName.PASSWORD
    guessable: bool = True
    slow: bool = True
    tries: int = 1

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        """Nothing is sent to the browser; an enrolment's terms carry the salt."""
        person = wish.person
        terms: dict[str, str] = {}
        if wish.purpose is Purpose.ENROL and person is not None:
            terms = {
                "salt": base64url.encode(entropy(argon2.SALT_BYTES)),
                "name": person.name,
                "display_name": person.display_name,
            }
        account = None if person is None else person.id
        return Challenge({}), Expectation(wish.purpose, account, b"", strict_json.dump(terms))

    def pointer(self, proof: Proof) -> Pointer:
        name = proof.body.get("name")
        return Pointer(name=name if isinstance(name, str) else None)

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        password = proof.body.get("password")
        if not isinstance(password, str):
            raise Malformed("the proof has no password")
        if expectation.purpose is Purpose.ENROL:
            return self._enrol(expectation, password)
        return _compare(password, known)

    def _enrol(self, expectation: Expectation, password: str) -> Verified | Refused:
        terms = strict_json.parse_object(expectation.terms)
        names = (self.service, str(terms["name"]), str(terms["display_name"]))
        record = hash_password(password, base64url.decode(str(terms["salt"])), names=names)
        return record if isinstance(record, Refused) else Verified(None, record)


def hash_password(
    password: str, salt: bytes, *, names: tuple[str, ...] = ()
) -> AuthenticatorRecord | Refused:
    """A password as it is kept, when it is good enough; slow."""
    text = rules.normalized(password)
    if isinstance(text, Refused):
        return text
    refused = rules.refuse_weak(text, names=names)
    if refused is not None:
        return refused
    return AuthenticatorRecord(None, "{}", secret=argon2.hashed(text, salt).encode())


def _compare(password: str, known: Sequence[Known]) -> Verified | Refused:
    text = rules.normalized(password)
    if isinstance(text, Refused):
        # Nobody could have chosen it; the same words and time as for a wrong one.
        argon2.waste_as_much_time("")
        return Refused(Reason.WRONG)
    if not known:
        argon2.waste_as_much_time(text)
        return Refused(Reason.WRONG)
    enrolled = known[0]  # an account has one password
    if not argon2.matches(text, enrolled.secret.decode()):
        return Refused(Reason.WRONG)
    return Verified(enrolled.id, AuthenticatorRecord(None, enrolled.facts))
