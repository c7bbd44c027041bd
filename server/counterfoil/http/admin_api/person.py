"""One person: profile, role, state, tokens and sessions."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.accounts import Account
from counterfoil.administration import Action
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin_api.answers import EndedSessions, PersonFacts
from counterfoil.http.admin_api.asked import (
    PersonId,
    ProfileChange,
    RoleChange,
    SessionId,
    StateChange,
    TokenId,
)
from counterfoil.http.admin_api.described import changes
from counterfoil.http.admin_api.guard import GuardedRoute, change, refusal, whence
from counterfoil.http.admin_api.people import PERSON
from counterfoil.http.house import house_of
from counterfoil.kit import ids
from counterfoil.kit.ids import AccountId

TOKEN = f"{PERSON}/tokens/{{token}}"
_TOKEN_REFUSALS = (
    Reason.NOT_FOUND,
    Reason.ONESELF,
    Reason.LAST_AUTHENTICATOR,
    Reason.REPLAYED,
)

router = APIRouter(route_class=GuardedRoute)


@router.patch(
    PERSON,
    response_model=PersonFacts,
    **changes(
        "changeProfile",
        Action.CHANGE_PROFILE,
        Reason.NOT_FOUND,
        Reason.NAME_REFUSED,
        Reason.NAME_TAKEN,
        Reason.EMAIL_REFUSED,
    ),
)
async def change_profile(request: Request, person: PersonId, new: ProfileChange) -> object:
    """What is absent stays; all of it happens, or nothing."""
    given = new.model_fields_set
    changed = await change(
        request,
        house_of(request).administration.change_profile,
        AccountId(person),
        whence(request),
        name=new.name if "name" in given else None,
        display_name=new.display_name if "display_name" in given else None,
        email=new.email if "email" in given else None,
    )
    return _account(request, changed)


@router.put(
    f"{PERSON}/role",
    response_model=PersonFacts,
    **changes("setRole", Action.SET_ROLE, Reason.NOT_FOUND, Reason.ONESELF),
)
async def set_role(request: Request, person: PersonId, new: RoleChange) -> object:
    """Takes effect at the person's next request."""
    flows = house_of(request).administration
    changed = await change(request, flows.set_role, AccountId(person), new.role, whence(request))
    return _account(request, changed)


@router.put(
    f"{PERSON}/state",
    response_model=PersonFacts,
    **changes("setState", Action.SET_STATE, Reason.NOT_FOUND, Reason.ONESELF),
)
async def set_state(request: Request, person: PersonId, new: StateChange) -> object:
    """Disabling ends every session and grant."""
    flows = house_of(request).administration
    changed = await change(request, flows.set_state, AccountId(person), new.state, whence(request))
    return _account(request, changed)


@router.post(
    f"{TOKEN}/suspend",
    status_code=204,
    **changes("suspendToken", Action.SUSPEND_TOKEN, *_TOKEN_REFUSALS),
)
async def suspend_token(request: Request, person: PersonId, token: TokenId) -> Response:
    """Lost: it opens nothing until it is resumed."""
    flows = house_of(request).administration
    who, which = AccountId(person), ids.AuthenticatorId(token)
    return _done(request, await change(request, flows.suspend_token, who, which, whence(request)))


@router.post(
    f"{TOKEN}/resume",
    status_code=204,
    **changes("resumeToken", Action.RESUME_TOKEN, *_TOKEN_REFUSALS),
)
async def resume_token(request: Request, person: PersonId, token: TokenId) -> Response:
    """Found again."""
    flows = house_of(request).administration
    who, which = AccountId(person), ids.AuthenticatorId(token)
    return _done(request, await change(request, flows.resume_token, who, which, whence(request)))


@router.delete(
    TOKEN,
    status_code=204,
    **changes("removeToken", Action.REMOVE_TOKEN, *_TOKEN_REFUSALS),
)
async def remove_token(request: Request, person: PersonId, token: TokenId) -> Response:
    """Ends what it opened. The last way in stays: invite again whoever has lost everything."""
    flows = house_of(request).administration
    who, which = AccountId(person), ids.AuthenticatorId(token)
    return _done(request, await change(request, flows.remove_token, who, which, whence(request)))


@router.delete(
    f"{PERSON}/sessions/{{session}}",
    status_code=204,
    **changes("endSession", Action.END_SESSIONS, Reason.NOT_FOUND),
)
async def end_session(request: Request, person: PersonId, session: SessionId) -> Response:
    """Signs one browser out, and revokes what was granted in it."""
    flows = house_of(request).administration
    who, which = AccountId(person), ids.SessionId(session)
    return _done(request, await change(request, flows.end_session, who, which, whence(request)))


@router.delete(
    f"{PERSON}/sessions",
    response_model=EndedSessions,
    **changes("endAllSessions", Action.END_SESSIONS, Reason.NOT_FOUND),
)
async def end_all_sessions(request: Request, person: PersonId) -> object:
    """Signs the person out everywhere, and revokes everything that was granted."""
    flows = house_of(request).administration
    ended = await change(request, flows.end_all_sessions, AccountId(person), whence(request))
    return refusal(request, ended) if isinstance(ended, Refused) else EndedSessions(ended=ended)


def _account(request: Request, changed: Account | Refused) -> Response | PersonFacts:
    if isinstance(changed, Refused):
        return refusal(request, changed)
    return PersonFacts.model_validate(changed)


def _done(request: Request, refused: Refused | None) -> Response:
    return Response(None, 204) if refused is None else refusal(request, refused)
