"""What every page of an interaction begins with: our own form, this browser's interaction, and
who waits behind it."""

from starlette.requests import Request

from counterfoil.errors import Reason, Refused
from counterfoil.http.bodies import read_form
from counterfoil.http.browser import current_session, refuse_foreign_origin
from counterfoil.http.house import House, house_of
from counterfoil.interactions import Interaction, InteractionPurpose
from counterfoil.kit.ids import InteractionId
from counterfoil.oauth import Asking
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import Application


async def own_form(request: Request) -> dict[str, str] | Refused:
    """The form of a page of ours."""
    foreign = refuse_foreign_origin(request)
    return foreign if foreign is not None else await read_form(request)


async def find_interaction(
    request: Request, purpose: InteractionPurpose
) -> tuple[Session, Interaction] | Refused:
    """The interaction in the address, when it is this browser's and of this purpose."""
    house, session = house_of(request), await current_session(request)
    if session is None:
        return Refused(Reason.SIGNED_OUT)
    interaction_id, session_id = InteractionId(request.path_params["interaction"]), session.id

    def find(tx: Transaction) -> Interaction | Refused:
        return house.interactions.find(tx, interaction_id, session_id)

    interaction = await house.store.read(find)
    if isinstance(interaction, Refused):
        return interaction
    if interaction.purpose is not purpose:
        return Refused(Reason.NOT_FOUND)
    return session, interaction


async def asking_of(house: House, interaction: Interaction) -> Asking | None:
    """The application that waits behind the sign-in; None when that is ourselves."""
    return await house.store.read(lambda tx: house.oauth.authorization.asking(tx, interaction))


def application(asking: Asking | None) -> Application | None:
    """Who asks, with the address that a phishing page could not show."""
    return None if asking is None else Application(asking.client, asking.address)
