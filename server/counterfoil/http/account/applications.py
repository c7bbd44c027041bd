"""Linked applications: what each may know, and taking that back."""

from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Refused
from counterfoil.http.account.asked import Asked, by_the_person, for_the_person
from counterfoil.http.pages import see_other
from counterfoil.kit.ids import ClientId
from counterfoil.oauth import Linked
from counterfoil_web import Link

PATH = "/account/applications"


async def applications(asked: Asked) -> Response:
    return await _page(asked)


async def unlink(asked: Asked) -> Response:
    """Needs no fresh proof: whoever unlinks too much is asked again."""
    client = ClientId(asked.path["client"])
    refused = await asked.house.store.write(
        lambda tx: (
            asked.house.sessions.hold(tx, asked.session.id)
            or asked.house.oauth.consents.unlink(tx, asked.account.id, client, asked.where)
        )
    )
    if refused is not None:
        return await _page(asked, refused)
    return see_other(f"{PATH}?done=unlinked")


async def _page(asked: Asked, refused: Refused | None = None) -> Response:
    house, account = asked.house, asked.account
    linked = await house.store.read(lambda tx: house.oauth.consents.linked(tx, account.id))
    return asked.page(
        "account/applications",
        refused=refused,
        links=[_link(one) for one in linked],
        done=asked.done({"unlinked"}),
    )


def _link(one: Linked) -> Link:
    return Link(
        id=one.client,
        name=one.name,
        address=one.address,
        scopes=one.scopes,
        asked=one.asked,
        since_ms=one.since_ms,
        used_ms=one.used_ms,
    )


routes = [
    Route(PATH, for_the_person(applications)),
    Route(f"{PATH}/{{client}}/unlink", by_the_person(unlink), methods=["POST"]),
]
