"""Applications: the list, one beside it, and what is done to one."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused
from counterfoil.http.admin.door import Desk, Typed, asking, changing, office_page, seeing
from counterfoil.http.admin.shown import client_of, problem_for
from counterfoil.http.browser import where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, see_other
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Client, ClientKind
from counterfoil_web.admin_facts import DONE, Form, Question

LIST = "/admin/applications"
FIELDS = {
    Reason.REDIRECT_URI_REFUSED: "redirect_uris",
    Reason.SCOPE_REFUSED: "scopes",
}
QUESTIONS = {"rotate": "rotate", "delete": "client_delete"}


async def applications(request: Request, desk: Desk) -> Response:
    found = await _list(request, desk)
    if isinstance(found, Refused):
        return error_page(request, found, start_again="/admin")
    return office_page(
        request,
        desk,
        "admin/applications",
        "applications",
        rows=tuple(client_of(client) for client in found),
        done=_told(request),
    )


async def ask_which(request: Request, desk: Desk, kept: Typed) -> Response:
    return await _form(request, desk, kept)


async def add(request: Request, desk: Desk, form: Typed) -> Response:
    house, kind, whence = house_of(request), form.get("kind", ""), where(request)
    if kind not in list(ClientKind):
        return await _form(request, desk, form, Refused(Reason.MALFORMED, "no such kind"))
    added = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.add_client(
                tx,
                desk.account,
                form.get("name", ""),
                whence,
                kind=ClientKind(kind),
                audience=form.get("audience", "").strip(),
                redirect_uris=form.get("redirect_uris", "").split(),
                scopes=form.get("scopes", "").split(),
            )
        )
    )
    if isinstance(added, Refused):
        return await _form(request, desk, form, added)
    client, secret = added
    if secret is None:
        return see_other(f"{LIST}/{client.id}?done=client_added")
    return _secret_page(request, desk, client, secret)


async def application(request: Request, desk: Desk) -> Response:
    return await _drawer(request, desk, done=_told(request))


async def ask_change(request: Request, desk: Desk, kept: Typed) -> Response:
    """After a touch in between: the form as it was."""
    return await _drawer(request, desk, form=kept)


async def change(request: Request, desk: Desk, form: Typed) -> Response:
    house, client_id, whence = house_of(request), _id(request), where(request)
    uris, scopes = form.get("redirect_uris"), form.get("scopes")
    changed = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.change_client(
                tx,
                desk.account,
                client_id,
                whence,
                name=form.get("name"),
                redirect_uris=None if uris is None else uris.split(),
                scopes=None if scopes is None else scopes.split(),
            )
        )
    )
    if isinstance(changed, Refused):
        return await _drawer(request, desk, refused=changed, form=form)
    return see_other(f"{LIST}/{client_id}?done=client_changed")


async def ask(request: Request, desk: Desk, _kept: Typed) -> Response:
    """What a new secret or a deletion means, before it happens."""
    act, found = request.path_params["act"], await _find(request, desk)
    if act not in QUESTIONS:
        raise HTTPException(404)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=LIST)
    question = Question(QUESTIONS[act], found.name, request.url.path, f"{LIST}/{found.id}")
    return office_page(request, desk, "admin/question", "applications", question=question)


async def rotate(request: Request, desk: Desk, _form: Typed) -> Response:
    house, client_id, whence = house_of(request), _id(request), where(request)
    rotated = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.rotate_secret(tx, desk.account, client_id, whence)
        )
    )
    if isinstance(rotated, Refused):
        return await _drawer(request, desk, refused=rotated)
    return _secret_page(request, desk, *rotated)


async def delete(request: Request, desk: Desk, _form: Typed) -> Response:
    house, client_id, whence = house_of(request), _id(request), where(request)
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, desk.session.id)
            or house.administration.delete_client(tx, desk.account, client_id, whence)
        )
    )
    if refused is not None:
        return error_page(request, refused, start_again=LIST)
    return see_other(f"{LIST}?done=client_deleted")


# --- steps -----------------------------------------------------------------------------------


async def _drawer(
    request: Request,
    desk: Desk,
    *,
    done: str = "",
    refused: Refused | None = None,
    form: Typed | None = None,
) -> Response:
    clients, found = await _list(request, desk), await _find(request, desk)
    if isinstance(clients, Refused) or isinstance(found, Refused):
        missing = clients if isinstance(clients, Refused) else found
        assert isinstance(missing, Refused)
        return error_page(request, refused or missing, start_again=LIST)
    return office_page(
        request,
        desk,
        "admin/client",
        "applications",
        refused=refused,
        rows=tuple(client_of(client) for client in clients),
        client=client_of(found),
        done=done,
        form=_form_of(form or {}, refused),
    )


async def _form(
    request: Request, desk: Desk, form: Typed, refused: Refused | None = None
) -> Response:
    found = await _list(request, desk)
    if isinstance(found, Refused):
        return error_page(request, found, start_again="/admin")
    return office_page(
        request,
        desk,
        "admin/add_application",
        "applications",
        refused=refused,
        form=_form_of(form, refused),
    )


def _form_of(form: Typed, refused: Refused | None) -> Form:
    """What was typed, and what is wrong at its own field, with the rule's own words."""
    if refused is None:
        return Form(form)
    field = FIELDS.get(refused.reason)
    problems = {} if field is None else {field: problem_for(refused)}
    return Form(form, problems, refused.detail)


def _secret_page(request: Request, desk: Desk, client: Client, secret: Secret) -> Response:
    """The secret, once: nobody can read it again."""
    return office_page(
        request,
        desk,
        "admin/secret",
        "applications",
        client=client_of(client),
        secret=secret.reveal(),
    )


async def _list(request: Request, desk: Desk) -> list[Client] | Refused:
    house = house_of(request)
    return await house.store.read(lambda tx: house.administration.clients(tx, desk.account))


async def _find(request: Request, desk: Desk) -> Client | Refused:
    house, client_id = house_of(request), _id(request)
    return await house.store.read(
        lambda tx: house.administration.client(tx, desk.account, client_id)
    )


def _id(request: Request) -> ClientId:
    return ClientId(request.path_params["client"])


def _told(request: Request) -> str:
    done = request.query_params.get("done", "")
    return done if done in DONE else ""


_ONE = f"{LIST}/{{client}}"

routes = [
    Route(LIST, seeing(applications)),
    Route(f"{LIST}/add", asking(ask_which)),
    Route(f"{LIST}/add", changing(add), methods=["POST"]),
    Route(_ONE, seeing(application)),
    Route(f"{_ONE}/change", asking(ask_change)),
    Route(f"{_ONE}/change", changing(change), methods=["POST"]),
    Route(f"{_ONE}/rotate", changing(rotate), methods=["POST"]),
    Route(f"{_ONE}/delete", changing(delete), methods=["POST"]),
    Route(f"{_ONE}/{{act}}", asking(ask)),
]
