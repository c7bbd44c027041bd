"""Who is signed in, and the touch that a change needs first."""

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.accounts import Account
from counterfoil.assurance import Level
from counterfoil.errors import Reason, Refused
from counterfoil.http.browser import current_session
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, see_other
from counterfoil.http.steps import next_path
from counterfoil.kit.ids import AccountId
from counterfoil.sessions import Session


async def signed_in(request: Request) -> tuple[Session, Account] | Refused:
    """The browser's session and whose it is; SIGNED_OUT when it is nobody's."""
    house, session = house_of(request), await current_session(request)
    if session is None or session.account is None:
        return Refused(Reason.SIGNED_OUT)
    account_id: AccountId = session.account
    account = await house.store.read(lambda tx: house.accounts.find(tx, account_id))
    return Refused(Reason.SIGNED_OUT) if account is None else (session, account)


async def prove_first(
    request: Request, session: Session, way_back: str, why: str, least: Level
) -> Response:
    """To a fresh proof of at least this level, and then on to `way_back`, a path of ours."""
    house = house_of(request)
    interaction = await house.store.write(
        lambda tx: house.interactions.open_step_up(tx, session, way_back, least)
    )
    if isinstance(interaction, Refused):
        return error_page(request, interaction)
    return see_other(f"{next_path(interaction)}?why={why}")
