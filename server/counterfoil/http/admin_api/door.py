"""Who is asking: a person with a role, by a browser's session or by an access token.

A session is a person's at a page of ours, so that a change must come from the same origin and
soon after a touch. A token must be meant for us (`aud` is the issuer: an application's own
API cannot come here with what it was shown), have the scope, and say what its grant says; a
change needs a touch as fresh as in a browser.
"""

from dataclasses import dataclass

from starlette.requests import Request

from counterfoil.accounts import Account
from counterfoil.administration import refuse_weak
from counterfoil.administration.rules import LEAST
from counterfoil.assurance import assess, fresh_level
from counterfoil.errors import Reason, Refused
from counterfoil.http.bearer import read_bearer
from counterfoil.http.browser import current_session, refuse_foreign_origin
from counterfoil.http.house import House, house_of
from counterfoil.kit.ids import GrantId, SessionId
from counterfoil.kit.secret import Secret
from counterfoil.oauth.scopes import ADMINISTRATION
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil.tokens import PersonGrant, Standing


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who may come in, and what they came by."""

    account: Account
    by: SessionId | GrantId
    by_token: bool

    def hold(self, house: House, tx: Transaction) -> Refused | None:
        """What they came by is looked at again in the transaction of the change: it may have
        ended in between."""
        if not self.by_token:
            return house.sessions.hold(tx, SessionId(self.by))
        standing = house.tokens.standing(tx, GrantId(self.by))
        return None if standing is not None and standing.live else _gone()


async def come_in(request: Request, *, changes: bool) -> Asked | Refused:
    """SIGNED_OUT, INVALID_TOKEN, INSUFFICIENT_SCOPE, FORBIDDEN, FOREIGN_REQUEST, LEVEL_TOO_LOW."""
    header = request.headers.get("authorization")
    if header is None:
        return await _by_session(request, changes=changes)
    presented = read_bearer(header)
    if presented is None:
        return Refused(Reason.INVALID_TOKEN, "another scheme than Bearer")
    return await _by_token(house_of(request), presented, changes=changes)


async def _by_session(request: Request, *, changes: bool) -> Asked | Refused:
    house, session = house_of(request), await current_session(request)
    if session is None or session.account is None:
        return Refused(Reason.SIGNED_OUT)
    foreign = refuse_foreign_origin(request) if changes else None
    if foreign is not None:
        return foreign
    account_id = session.account
    account = await house.store.read(lambda tx: house.accounts.find(tx, account_id))
    if account is None:
        return Refused(Reason.SIGNED_OUT)
    refused = refuse_weak(account, assess(session.factors)) or (
        _refuse_stale_session(house, session) if changes else None
    )
    return refused or Asked(account, session.id, by_token=False)


async def _by_token(house: House, presented: Secret, *, changes: bool) -> Asked | Refused:
    claims = house.tokens.verify_access(presented, audience=house.settings.issuer)
    if isinstance(claims, Refused):
        return claims
    if ADMINISTRATION not in claims.scopes:
        return Refused(Reason.INSUFFICIENT_SCOPE, f"needs the scope {ADMINISTRATION}")

    def look(tx: Transaction) -> tuple[Standing | None, Account | None]:
        standing = house.tokens.standing(tx, claims.grant)
        grant = None if standing is None else standing.grant
        person = grant.account if isinstance(grant, PersonGrant) else None
        return standing, None if person is None else house.accounts.find(tx, person)

    standing, account = await house.store.read(look)
    if standing is None or not standing.live or standing.grant.subject != claims.subject:
        return _gone()
    grant = standing.grant
    if account is None or not isinstance(grant, PersonGrant):
        return Refused(Reason.FORBIDDEN, "a service has no role")
    refused = refuse_weak(account, grant.assurance) or (
        _refuse_stale_grant(house, grant) if changes else None
    )
    return refused or Asked(account, grant.id, by_token=True)


def _refuse_stale_session(house: House, session: Session) -> Refused | None:
    return house.interactions.refuse_stale(session, LEAST)


def _refuse_stale_grant(house: House, grant: PersonGrant) -> Refused | None:
    within_s, now_ms = house.settings.step_up_s, house.clock.now_ms()
    fresh = fresh_level(grant.factors, within_s, now_ms)
    if fresh is None or fresh < LEAST:
        return Refused(Reason.LEVEL_TOO_LOW, "the touch was too long ago for a change")
    return None


def _gone() -> Refused:
    return Refused(Reason.INVALID_TOKEN, "its grant does not stand any more")
