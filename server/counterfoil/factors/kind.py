"""What every token kind is: two pure functions around one lifecycle.

`begin` makes a challenge and what it will be held against; `judge` compares a proof with
that. A kind sees neither the database nor the clock: the lifecycle in `ceremonies` spends
the challenge, counts the attempt, keeps the time and writes what `judge` returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from counterfoil.errors import Refused
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, AuthenticatorId
from counterfoil.kit.strict_json import Json


class KindName(StrEnum):
    PASSWORD = "password"
    WEBAUTHN = "webauthn"
    TOTP = "totp"
    RECOVERY = "recovery"


class Purpose(StrEnum):
    ENROL = "enrol"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"


@dataclass(frozen=True, slots=True)
class Person:
    """The account as a kind may see it."""

    id: AccountId
    user_handle: bytes  # 64 random bytes (WebAuthn §6.1: never the name)
    name: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a ceremony is for.

    `person` is None while nobody has been recognised. `alone` asks for a proof that is two
    factors in one: a discoverable credential with user verification.
    """

    purpose: Purpose
    person: Person | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A live enrolled authenticator, with its secret unsealed for the time of one judgement."""

    id: AuthenticatorId
    account: AccountId
    user_handle: bytes
    credential_id: bytes | None
    facts: str  # the kind's own JSON
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is sent to the person's side, as JSON names and values.

    An enrolment may show a new secret here, once; it is kept nowhere readable.
    """

    public: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the proof will be held against: stored by the server, never by the browser.

    Purpose, account, interaction and expiry are bound by the ceremony's row; `challenge` is
    empty for kinds without one; `terms` is the kind's own JSON. `secret` is what a stolen
    database must not yield: the lifecycle keeps it sealed.
    """

    purpose: Purpose
    account: AccountId | None
    challenge: bytes
    terms: str
    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What came back: the body of the request, parsed as JSON and not yet believed."""

    kind: KindName
    body: dict[str, Json] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a proof says of whose it is: a credential, or a name; each kind has one of them."""

    credential_id: bytes | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedFactor:
    """Facts about one proof that held; tokens say nothing that is not in here."""

    kind: KindName
    authenticator: AuthenticatorId
    at_ms: int
    user_present: bool = False
    user_verified: bool = False
    phishing_resistant: bool = False
    hardware_attested: bool = False
    backed_up: bool = False


@dataclass(frozen=True, slots=True)
class AuthenticatorRecord:
    """An authenticator as it must be after the proof; written by compare-and-swap.

    `statement` and `client_data` are raw bytes kept at enrolment, to be judged anew later.
    """

    credential_id: bytes | None
    facts: str
    secret: bytes = field(default=b"", repr=False)
    statement: bytes | None = None
    client_data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """The proof held. `used` is the enrolled authenticator, None when this enrols a new one."""

    used: AuthenticatorId | None
    record: AuthenticatorRecord
    user_present: bool = False
    user_verified: bool = False
    phishing_resistant: bool = False
    hardware_attested: bool = False
    backed_up: bool = False

    def as_factor(
        self, authenticator: AuthenticatorId, at_ms: int, kind: KindName
    ) -> VerifiedFactor:
        return VerifiedFactor(
            kind=kind,
            authenticator=authenticator,
            at_ms=at_ms,
            user_present=self.user_present,
            user_verified=self.user_verified,
            phishing_resistant=self.phishing_resistant,
            hardware_attested=self.hardware_attested,
            backed_up=self.backed_up,
        )


class Kind(Protocol):
    """A token kind. `guessable`: failures delay and disable it. `slow`: judged in a thread.

    `tries`: how many proofs one ceremony takes; 1 where the challenge is spent by the first.
    """

    @property
    def name(self) -> KindName: ...

    @property
    def guessable(self) -> bool: ...

    @property
    def slow(self) -> bool: ...

    @property
    def tries(self) -> int: ...

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        """`known`: the account's live authenticators of this kind, none while it is unknown."""
        ...

    def pointer(self, proof: Proof) -> Pointer:
        """Whom the proof says it is of, not yet believed. Raises Malformed."""
        ...

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        """Raises Malformed when the proof does not have the kind's form."""
        ...
