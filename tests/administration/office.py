"""An office: an administrator, another one, somebody of the helpdesk and two people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from counterfoil.accounts import Account, Role
from counterfoil.administration import Administration
from counterfoil.audit import Where
from counterfoil.factors.kind import AuthenticatorRecord, KindName
from counterfoil.factors.password.kind import hash_password
from counterfoil.http.house import House
from counterfoil.kit.ids import AuthenticatorId, SessionId
from counterfoil.kit.secret import Secret
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from tests.ceremonies.desk import PASSWORD, must, told
from tests.rules.tokens.factors import key

P = ParamSpec("P")
T = TypeVar("T")
OFFICE = Where("203.0.113.9", "the office's browser")
HOME = Where("192.0.2.1", "a browser")


@dataclass(frozen=True, slots=True)
class Office:
    """Everybody by name: ada and amy administer, hugo is the helpdesk, grace and paul people."""

    house: House
    ada: Account
    amy: Account
    hugo: Account
    grace: Account
    paul: Account

    @property
    def flows(self) -> Administration:
        return self.house.administration

    def do(
        self, flow: Callable[Concatenate[Transaction, P], T], *facts: P.args, **named: P.kwargs
    ) -> T:
        """One flow, in a transaction of its own."""
        return self.house.store.write_now(lambda tx: flow(tx, *facts, **named))

    def now(self, person: Account) -> Account | None:
        """The person as they are now; None when they are gone."""
        return self.do(self.house.accounts.find, person.id)

    def give_key(self, person: Account, number: int = 1) -> AuthenticatorId:
        """A key that works alone, as it lies in the database after an enrolment."""
        record = AuthenticatorRecord(
            credential_id=f"{person.id}/{number}".encode(), facts='{"alone":true}'
        )
        return self._enrol(person, KindName.WEBAUTHN, record)

    def give_password(self, person: Account) -> AuthenticatorId:
        record = must(hash_password(PASSWORD, self.house.entropy(16)))
        return self._enrol(person, KindName.PASSWORD, record)

    def give_password_record(self, person: Account) -> AuthenticatorId:
        """A password that nobody will ever type: hashing one takes a tenth of a second."""
        record = AuthenticatorRecord(credential_id=None, facts="{}")
        return self._enrol(person, KindName.PASSWORD, record)

    def give_recovery(self, person: Account) -> AuthenticatorId:
        record = AuthenticatorRecord(credential_id=None, facts="{}")
        return self._enrol(person, KindName.RECOVERY, record)

    def sign_in(self, person: Account) -> tuple[Session, Secret]:
        """A browser of that person, which has touched a key just now."""
        shown = (key(self.house.clock.now_ms()),)

        def unit(tx: Transaction) -> tuple[Session, Secret]:
            session, _ = self.house.sessions.open(tx, HOME)
            return must(self.house.sessions.sign_in(tx, session, person.id, shown, HOME))

        return self.do(unit)

    def sessions(self, person: Account) -> list[SessionId]:
        found = self.do(self.house.sessions.list_for, person.id)
        return [session.id for session in found]

    def told(self, person: Account | None = None) -> list[tuple[str, str]]:
        """What happened and who did it, in order."""
        return [(event.what, event.actor) for event in told(self.house, person)]

    def _enrol(
        self, person: Account, kind: KindName, record: AuthenticatorRecord
    ) -> AuthenticatorId:
        return must(self.do(self.house.accounts.enrol, person.id, kind, record, "", HOME)).id


def office_in(house: House) -> Office:
    """The office, in a service where nobody is yet."""

    def add(tx: Transaction, name: str, display_name: str, role: Role, email: str = "") -> Account:
        return must(house.accounts.add(tx, name, display_name=display_name, role=role, email=email))

    def unit(tx: Transaction) -> Office:
        return Office(
            house,
            add(tx, "ada", "Ada Lovelace", Role.ADMINISTRATOR, "ada@example.org"),
            add(tx, "amy", "Amy", Role.ADMINISTRATOR),
            add(tx, "hugo", "Hugo", Role.HELPDESK),
            add(tx, "grace", "Grace Hopper", Role.PERSON, "admiral@navy.example"),
            add(tx, "paul", "Päul Ölig", Role.PERSON),
        )

    return house.store.write_now(unit)
