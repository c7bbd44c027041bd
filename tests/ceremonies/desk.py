"""A person at a browser, one layer below HTTP: sessions, interactions and ceremonies as values."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from counterfoil.accounts import Account, Accounts, Authenticator, Invitation, LinkPurpose
from counterfoil.assurance import Level
from counterfoil.audit import Event, Where
from counterfoil.ceremonies import Begun
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.factors.password.kind import hash_password
from counterfoil.http.house import House
from counterfoil.interactions import Interaction, Interactions, Shown
from counterfoil.kit.ids import AuthenticatorId, CeremonyId, InteractionId
from counterfoil.kit.secret import Secret
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_devices.emulated import (
    Browser,
    EmulatedDevice,
    Lies,
    Model,
    SecurityKey,
    World,
)
from tests.house import ISSUER, events_of

T = TypeVar("T")
PIN = "2580"
PASSWORD = "correct horse battery"
HERE = Where("192.0.2.1", "a browser")
ELSEWHERE = Where("198.51.100.7", "another browser")


def must(outcome: T | Refused) -> T:
    """The outcome that the test counts on."""
    assert not isinstance(outcome, Refused), outcome
    return outcome


def reason(outcome: object) -> Reason:
    """Why it was refused; the test fails when it was not."""
    assert isinstance(outcome, Refused), outcome
    return outcome.reason


def add_account(house: House, name: str = "Ada", *, password: str | None = None) -> Account:
    account = must(house.store.write_now(lambda tx: house.accounts.add(tx, name)))
    if password is not None:
        record = must(hash_password(password, house.entropy(16)))
        must(
            house.store.write_now(
                lambda tx: house.accounts.set_password(tx, account.id, record, "operator")
            )
        )
    return account


def authenticators(house: House, account: Account) -> list[Authenticator]:
    return house.store.read_now(lambda tx: house.accounts.authenticators(tx, account.id))


def the_authenticator(house: House, account: Account, kind: KindName) -> Authenticator:
    return next(a for a in authenticators(house, account) if a.kind is kind)


def whats(house: House, account: Account | None = None) -> list[str]:
    """What happened, in order; of one account, or all of it."""
    return [e.what for e in told(house, account)]


def told(house: House, account: Account | None = None) -> list[Event]:
    return [e for e in events_of(house) if account is None or e.account == account.id]


class Desk:
    """One browser with one key plugged in, and the session that its cookie stands for."""

    def __init__(
        self,
        house: House,
        *,
        seed: bytes = b"desk",
        model: Model | None = None,
        where: Where = HERE,
    ) -> None:
        self.house = house
        self.where = where
        self.world = World.by_hand(seed, pin=PIN)
        self.key = SecurityKey(self.world, model, pin=PIN)
        self.browser = Browser(EmulatedDevice(self.key), self.world)
        self.session, self.cookie = self.write(lambda tx: house.sessions.open(tx, where))

    @property
    def interactions(self) -> Interactions:
        return self.house.interactions

    @property
    def accounts(self) -> Accounts:
        return self.house.accounts

    def write(self, unit: Callable[[Transaction], T]) -> T:
        return self.house.store.write_now(unit)

    # --- opening --------------------------------------------------------------------------

    def sign_in(self) -> Interaction:
        return self.write(lambda tx: self.interactions.open_sign_in(tx, self.session.id, None))

    def first_visit(self, account: Account) -> Interaction:
        """By an invitation; one that leaves alone what the account has, as a second would not."""

        def unit(tx: Transaction) -> Invitation | Refused:
            if self.accounts.authenticators(tx, account.id):
                return self.accounts.issue_link(tx, account.id, LinkPurpose.FIRST_VISIT)
            return self.accounts.invite(tx, account.id, "operator")

        invitation = must(self.write(unit))
        return must(
            self.write(
                lambda tx: self.interactions.open_first_visit(
                    tx, self.session.id, invitation.token, self.where
                )
            )
        )

    def enrolment(self) -> Interaction | Refused:
        return self.write(lambda tx: self.interactions.open_enrolment(tx, self.session))

    def step_up(self) -> Interaction:
        return must(
            self.write(lambda tx: self.interactions.open_step_up(tx, self.session, "/", Level.OTP))
        )

    def find(self, interaction: Interaction) -> Interaction | Refused:
        return self.write(lambda tx: self.interactions.find(tx, interaction.id, self.session.id))

    # --- the ceremony ---------------------------------------------------------------------

    def try_begin(
        self,
        interaction: Interaction | InteractionId,
        purpose: Purpose,
        kind: KindName = KindName.WEBAUTHN,
        *,
        alone: bool = True,
    ) -> Begun | Refused:
        interaction_id = interaction if isinstance(interaction, str) else interaction.id
        return self.write(
            lambda tx: self.interactions.begin(
                tx, interaction_id, self.session, kind, purpose, self.where, alone=alone
            )
        )

    def begin(
        self,
        interaction: Interaction,
        purpose: Purpose = Purpose.SIGN_IN,
        kind: KindName = KindName.WEBAUTHN,
        *,
        alone: bool = True,
    ) -> Begun:
        return must(self.try_begin(interaction, purpose, kind, alone=alone))

    def create(self, begun: Begun, lies: Lies | None = None) -> Proof:
        made = self.browser.create(options_of(begun), ISSUER, lies or Lies())
        return Proof(KindName.WEBAUTHN, {"credential": made})

    def touch(self, begun: Begun, lies: Lies | None = None) -> Proof:
        shown = self.browser.get(options_of(begun), ISSUER, lies or Lies())
        return Proof(KindName.WEBAUTHN, {"credential": shown})

    def prove(self, begun: Begun | CeremonyId, proof: Proof, label: str = "") -> Shown | Refused:
        """As the route does it; the browser takes the new cookie when there is one."""
        ceremony = begun if isinstance(begun, str) else begun.ceremony
        outcome = asyncio.run(
            self.interactions.prove(ceremony, self.session, proof, label, self.where)
        )
        if isinstance(outcome, Shown):
            self.take(outcome.cookie)
        return outcome

    def take(self, cookie: Secret) -> None:
        self.cookie = cookie
        self.session = self.look_up(cookie)

    def look_up(self, cookie: Secret) -> Session:
        found = self.found(cookie)
        assert found is not None
        return found

    def found(self, cookie: Secret) -> Session | None:
        return self.house.store.read_now(lambda tx: self.house.sessions.find(tx, cookie))

    # --- whole steps ----------------------------------------------------------------------

    def enrol(self, account: Account, *, alone: bool = True) -> AuthenticatorId:
        """A key by invitation."""
        before = {a.id for a in authenticators(self.house, account)}
        begun = self.begin(self.first_visit(account), Purpose.ENROL, alone=alone)
        must(self.prove(begun, self.create(begun)))
        after = {a.id for a in authenticators(self.house, account)}
        (new,) = after - before
        return new

    def touch_in(self, interaction: Interaction | None = None) -> Shown:
        """Signs in with the key alone."""
        begun = self.begin(interaction or self.sign_in())
        return must(self.prove(begun, self.touch(begun)))

    def try_password(
        self, interaction: Interaction, name: str, password: str = PASSWORD
    ) -> Shown | Refused:
        outcome = asyncio.run(
            self.interactions.prove_password(
                interaction.id, self.session, Purpose.SIGN_IN, name, Secret(password), self.where
            )
        )
        if isinstance(outcome, Shown):
            self.take(outcome.cookie)
        return outcome

    def password_in(self, name: str, password: str = PASSWORD) -> Shown:
        """Signs in with the password and the key beside it."""
        interaction = self.sign_in()
        must(self.try_password(interaction, name, password))
        begun = self.begin(interaction, alone=False)
        return must(self.prove(begun, self.touch(begun)))


def options_of(begun: Begun) -> dict[str, Any]:
    options = begun.challenge["publicKey"]
    assert isinstance(options, dict)
    return options


def password_proof(name: str, password: str = PASSWORD) -> Proof:
    return Proof(KindName.PASSWORD, {"name": name, "password": password})
