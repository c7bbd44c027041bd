"""Applications and services."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.administration import Action
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin_api.answers import ClientFacts, ClientList, ClientWithSecret
from counterfoil.http.admin_api.asked import ClientChange, ClientIdText, NewClient
from counterfoil.http.admin_api.described import changes, looks
from counterfoil.http.admin_api.guard import GuardedRoute, change, refusal, see, whence
from counterfoil.http.house import house_of
from counterfoil.kit.ids import ClientId

CLIENTS = "/api/admin/clients"
CLIENT = f"{CLIENTS}/{{client}}"
_REFUSALS = (Reason.CLIENT_REFUSED, Reason.REDIRECT_URI_REFUSED, Reason.SCOPE_REFUSED)

router = APIRouter(route_class=GuardedRoute)


@router.get(CLIENTS, response_model=ClientList, **looks("findClients", Action.SEE_CLIENTS))
async def find_clients(request: Request) -> object:
    """All of them, in the order of their names."""
    found = await see(request, house_of(request).administration.clients)
    if isinstance(found, Refused):
        return refusal(request, found)
    return ClientList(clients=[ClientFacts.of(client) for client in found])


@router.post(
    CLIENTS,
    response_model=ClientWithSecret,
    status_code=201,
    **changes("addClient", Action.CHANGE_CLIENTS, *_REFUSALS),
)
async def add_client(request: Request, new: NewClient) -> object:
    """A new client, and once its secret where it has one."""
    added = await change(
        request,
        house_of(request).administration.add_client,
        new.name,
        whence(request),
        kind=new.kind,
        audience=new.audience,
        redirect_uris=new.redirect_uris,
        scopes=new.scopes,
        id_token_alg=new.id_token_alg,
        consent=new.consent,
    )
    if isinstance(added, Refused):
        return refusal(request, added)
    client, secret = added
    return ClientWithSecret.with_secret(client, None if secret is None else secret.reveal())


@router.get(
    CLIENT,
    response_model=ClientFacts,
    **looks("readClient", Action.SEE_CLIENTS, Reason.NOT_FOUND),
)
async def read_client(request: Request, client: ClientIdText) -> object:
    """One client; its secret cannot be read again."""
    found = await see(request, house_of(request).administration.client, ClientId(client))
    return refusal(request, found) if isinstance(found, Refused) else ClientFacts.of(found)


@router.patch(
    CLIENT,
    response_model=ClientFacts,
    **changes("changeClient", Action.CHANGE_CLIENTS, Reason.NOT_FOUND, *_REFUSALS),
)
async def change_client(request: Request, client: ClientIdText, new: ClientChange) -> object:
    """What is absent stays; a list replaces the whole of the old one."""
    given = new.model_fields_set
    changed = await change(
        request,
        house_of(request).administration.change_client,
        ClientId(client),
        whence(request),
        name=new.name if "name" in given else None,
        redirect_uris=new.redirect_uris if "redirect_uris" in given else None,
        scopes=new.scopes if "scopes" in given else None,
    )
    return refusal(request, changed) if isinstance(changed, Refused) else ClientFacts.of(changed)


@router.post(
    f"{CLIENT}/secret",
    response_model=ClientWithSecret,
    **changes("rotateSecret", Action.CHANGE_CLIENTS, Reason.NOT_FOUND, Reason.CLIENT_REFUSED),
)
async def rotate_secret(request: Request, client: ClientIdText) -> object:
    """A new secret, shown once; the old one is dead at once."""
    flows = house_of(request).administration
    rotated = await change(request, flows.rotate_secret, ClientId(client), whence(request))
    if isinstance(rotated, Refused):
        return refusal(request, rotated)
    found, secret = rotated
    return ClientWithSecret.with_secret(found, secret.reveal())


@router.delete(
    CLIENT,
    status_code=204,
    **changes("deleteClient", Action.CHANGE_CLIENTS, Reason.NOT_FOUND),
)
async def delete_client(request: Request, client: ClientIdText) -> Response:
    """The client and everything that was granted to it."""
    flows = house_of(request).administration
    refused = await change(request, flows.delete_client, ClientId(client), whence(request))
    return Response(None, 204) if refused is None else refusal(request, refused)
