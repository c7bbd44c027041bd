"""Those who come to the administration's API, each by what they have: cookies and tokens."""

from dataclasses import dataclass

from counterfoil.accounts import Account
from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.http.browser import cookie_name
from counterfoil.kit.ids import AuthenticatorId, ClientId, new_grant_id
from counterfoil.kit.secret import Secret
from counterfoil.oauth import ClientKind
from counterfoil.oauth.scopes import ADMINISTRATION
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil.tokens import Factors, Grant, PersonGrant, ServiceGrant
from tests.administration.office import HOME, Office
from tests.ceremonies.desk import must
from tests.house import ISSUER
from tests.rules.tokens.factors import key, password

CALLBACK = "https://console.example/cb"


def code(at_ms: int) -> VerifiedFactor:
    return VerifiedFactor(KindName.TOTP, AuthenticatorId("aut_code"), at_ms)


@dataclass(frozen=True, slots=True)
class Programs:
    """What brings people of the office to the API, as headers."""

    office: Office
    client: ClientId
    service: ClientId

    def by_session(self, who: Account, *factors: VerifiedFactor) -> dict[str, str]:
        """A page of ours in a browser, by default after a touch just now."""
        house, shown = self.office.house, factors or (key(self._now_ms()),)

        def unit(tx: Transaction) -> tuple[Session, Secret]:
            session, _ = house.sessions.open(tx, HOME)
            return must(house.sessions.sign_in(tx, session, who.id, shown, HOME))

        _, cookie = house.store.write_now(unit)
        return {"Cookie": f"{cookie_name(house)}={cookie.reveal()}", "Origin": ISSUER}

    def by_weak_session(self, who: Account) -> dict[str, str]:
        """A password and a phone's code, just now."""
        return self.by_session(who, password(self._now_ms()), code(self._now_ms()))

    def by_token(
        self,
        who: Account,
        *factors: VerifiedFactor,
        scopes: tuple[str, ...] = (ADMINISTRATION,),
        audience: str = ISSUER,
    ) -> dict[str, str]:
        """An application with an access token."""
        first, *more = factors or (key(self._now_ms()),)
        shown: Factors = (first, *more)
        grant = PersonGrant(
            new_grant_id(self.office.house.entropy), self.client, who.id, None, scopes, shown
        )
        return self._bearer(grant, audience)

    def by_service_token(self) -> dict[str, str]:
        """A service's token that has the scope all the same."""
        grant_id = new_grant_id(self.office.house.entropy)
        return self._bearer(ServiceGrant(grant_id, self.service, (ADMINISTRATION,)), ISSUER)

    def _bearer(self, grant: Grant, audience: str) -> dict[str, str]:
        tokens = self.office.house.tokens
        self.office.do(tokens.open_grant, grant, HOME.address)
        token = tokens.mint_access(grant, audience).text.reveal()
        return {"Authorization": f"Bearer {token}"}

    def _now_ms(self) -> int:
        return self.office.house.clock.now_ms()


def programs_of(office: Office) -> Programs:
    """An application that asks for administration, and a service."""

    def unit(tx: Transaction) -> tuple[ClientId, ClientId]:
        application, _ = must(
            office.house.clients.add(
                tx,
                "Console",
                kind=ClientKind.PUBLIC,
                redirect_uris=[CALLBACK],
                scopes=["openid", ADMINISTRATION],
                audience=ISSUER,
            )
        )
        service, _ = must(
            office.house.clients.add(tx, "Cron", kind=ClientKind.SERVICE, audience=ISSUER)
        )
        return application.id, service.id

    return Programs(office, *office.house.store.write_now(unit))
