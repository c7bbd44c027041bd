"""The first visit: an invitation is looked at, taken up once, and ends with an enrolled key."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account
from counterfoil.errors import Reason, Refused, voice
from counterfoil.factors.kind import Purpose
from counterfoil.http.browser import (
    in_session,
    refuse_foreign_origin,
    set_session_cookie,
    where,
)
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, problem_of, see_other
from counterfoil.http.problems import log_refusal
from counterfoil.http.sign_in import find_interaction, own_form
from counterfoil.http.steps import next_path
from counterfoil.interactions import Interaction, InteractionPurpose, Step
from counterfoil.interactions.rules import due
from counterfoil.kit.secret import Secret
from counterfoil_web import Person


async def invitation(request: Request) -> Response:
    """Looking spends nothing: mail programs open every link to see where it goes."""
    house, token = house_of(request), Secret(request.path_params["token"])
    account = await house.store.read(lambda tx: house.accounts.read_invitation(tx, token))
    if isinstance(account, Refused):
        return error_page(request, account)
    return page(
        request,
        "invitation",
        invitation=token.reveal(),
        person=Person(account[0].name, account[0].display_name),
        expires_ms=account[1],
        now_ms=house.clock.now_ms(),
    )


async def begin(request: Request) -> Response:
    """Spends the invitation and binds it to this browser."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    house, token, whence = house_of(request), Secret(request.path_params["token"]), where(request)
    opened = await in_session(
        request,
        lambda tx, session: house.interactions.open_first_visit(tx, session.id, token, whence),
    )
    if isinstance(opened, Refused):
        return error_page(request, opened, start_again=f"/invitation/{token.reveal()}")
    interaction, cookie = opened
    if isinstance(interaction, Refused):
        return set_session_cookie(error_page(request, interaction), house, cookie)
    return set_session_cookie(see_other(next_path(interaction)), house, cookie)


async def first_visit(request: Request) -> Response:
    """The step that is due: how to sign in, the password, the key, and that it is done."""
    found = await find_interaction(request, InteractionPurpose.FIRST_VISIT)
    if isinstance(found, Refused):
        return error_page(request, found)
    _, interaction = found
    account = await _account(house_of(request), interaction)
    if account is None:
        return error_page(request, Refused(Reason.ACCOUNT_DISABLED))
    person = Person(account.name, account.display_name)
    step, way = due(interaction), request.query_params.get("way")
    if step is Step.NOTHING:
        return page(request, "done", person=person)
    if step is Step.ENROL_TOKEN:
        return page(request, "enrol_key", interaction=interaction.id, alone=False)
    if way == "password":
        return page(request, "first_visit_password", interaction=interaction.id, person=person)
    if way == "key":
        back = f"/first-visit/{interaction.id}"
        return page(request, "enrol_key", interaction=interaction.id, alone=True, back=back)
    return page(request, "first_visit", interaction=interaction.id, person=person)


async def password(request: Request) -> Response:
    """Chooses a password: a way to begin, never enough to sign in."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    found = await find_interaction(request, InteractionPurpose.FIRST_VISIT)
    if isinstance(found, Refused):
        return error_page(request, found)
    session, interaction = found
    house = house_of(request)
    shown = await house.interactions.prove_password(
        interaction.id,
        session,
        Purpose.ENROL,
        "",
        Secret(form.get("password", "")),
        where(request),
    )
    if not isinstance(shown, Refused):
        return set_session_cookie(see_other(next_path(shown.interaction)), house, shown.cookie)
    account = await _account(house, interaction)
    if account is None:
        return error_page(request, Refused(Reason.ACCOUNT_DISABLED))
    said = problem_of(house, shown)
    log_refusal(request, shown, said.reference)
    return page(
        request,
        "first_visit_password",
        voice(shown.reason).status,
        interaction=interaction.id,
        person=Person(account.name, account.display_name),
        problem=said,
    )


async def _account(house: House, interaction: Interaction) -> Account | None:
    account_id = interaction.account
    if account_id is None:
        return None
    return await house.store.read(lambda tx: house.accounts.find(tx, account_id))


routes = [
    Route("/invitation/{token}", invitation),
    Route("/invitation/{token}", begin, methods=["POST"]),
    Route("/first-visit/{interaction}", first_visit),
    Route("/first-visit/{interaction}/password", password, methods=["POST"]),
]
