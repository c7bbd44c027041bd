"""Who may come in: a role, and a session that was opened with a key; changes need a fresh touch.

A page that looks is `seeing`, one that asks before a change is `asking`, and one that changes is
`changing`. The last two lie at one address, so that whoever must touch the key in between comes
back to the question, with everything that was typed.
"""

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from counterfoil.accounts import Account
from counterfoil.administration import Action, allowed, refuse_weak
from counterfoil.administration.rules import LEAST
from counterfoil.assurance import assess
from counterfoil.errors import Reason, Refused, voice
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.problems import log_refusal
from counterfoil.http.signed_in import prove_first, signed_in
from counterfoil.http.turns import own_form
from counterfoil.kit import base64url, strict_json
from counterfoil.kit.malformed import Malformed
from counterfoil.kit.sealing import DataKeyPurpose, SealBroken
from counterfoil.sessions import Session
from counterfoil_web.admin_facts import Office, with_query

# An address may be some kilobytes long; a form that is longer is typed again.
MAX_KEPT_BYTES = 4000

Typed: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody with a role, at a browser where a key was used."""

    session: Session
    account: Account

    @property
    def can(self) -> frozenset[Action]:
        """Everything that this role may do to anybody or anything at all."""
        return allowed(self.account)


Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Seeing: TypeAlias = Callable[[Request, Desk], Awaitable[Response]]
Changing: TypeAlias = Callable[[Request, Desk, Typed], Awaitable[Response]]


def seeing(show: Seeing) -> Endpoint:
    """A page that only shows."""

    @functools.wraps(show)
    async def endpoint(request: Request) -> Response:
        desk = await come_in(request)
        return desk if isinstance(desk, Response) else await show(request, desk)

    return endpoint


def asking(ask: Changing) -> Endpoint:
    """A page that asks: the touch comes first, so that the answer is not held up by it."""

    @functools.wraps(ask)
    async def endpoint(request: Request) -> Response:
        desk = await come_in(request)
        if isinstance(desk, Response):
            return desk
        if _is_stale(house_of(request), desk):
            way_back = with_query(request.url.path, request.query_params)
            return await touch_first(request, desk, way_back)
        return await ask(request, desk, _kept(request, desk))

    return endpoint


def changing(change: Changing) -> Endpoint:
    """What a form of ours asks for; after a long pause it is asked again, by way of a touch."""

    @functools.wraps(change)
    async def endpoint(request: Request) -> Response:
        form = await own_form(request)
        if isinstance(form, Refused):
            return error_page(request, form, start_again="/admin")
        desk = await come_in(request)
        if isinstance(desk, Response):
            return desk
        if _is_stale(house_of(request), desk):
            query = {**request.query_params, "kept": _keep(house_of(request), desk, form)}
            return await touch_first(request, desk, with_query(request.url.path, query))
        return await change(request, desk, form)

    return endpoint


async def come_in(request: Request) -> Desk | Response:
    """Whoever has no role finds the address as empty as any other that there is not."""
    asked = await signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    refused = _refuse(*asked)
    if refused is None:
        return Desk(*asked)
    log_refusal(request, refused)
    return page(request, "admin/door", voice(refused.reason).status)


async def step_up(request: Request) -> Response:
    """From the door: one touch, and in."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again="/admin")
    asked = await signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    _refuse(*asked)
    return await prove_first(request, asked[0], "/admin", "admin", LEAST)


async def touch_first(request: Request, desk: Desk, way_back: str) -> Response:
    return await prove_first(request, desk.session, way_back, "admin", LEAST)


def office_page(
    request: Request,
    desk: Desk,
    template: str,
    area: str,
    *,
    refused: Refused | None = None,
    **facts: object,
) -> Response:
    """A page with the administration around it, and what was refused at its top."""
    status, problem = said(request, refused)
    office = Office(
        desk.account.display_name or desk.account.name,
        frozenset(action.value for action in desk.can),
        area,
    )
    return page(request, template, status, form_action=(), office=office, problem=problem, **facts)


def _refuse(session: Session, account: Account) -> Refused | None:
    """LEVEL_TOO_LOW for a weak session; without a role there is nothing here (404)."""
    refused = refuse_weak(account, assess(session.factors))
    if refused is not None and refused.reason is not Reason.LEVEL_TOO_LOW:
        raise HTTPException(404)
    return refused


def _is_stale(house: House, desk: Desk) -> bool:
    return house.interactions.refuse_stale(desk.session, LEAST) is not None


def _keep(house: House, desk: Desk, form: Typed) -> str:
    """The form, for an address: sealed, so that no link can fill in a form of ours."""
    text = strict_json.dump(dict(form)).encode()
    if not form or len(text) > MAX_KEPT_BYTES:
        return ""
    sealed = house.keyring.seal(DataKeyPurpose.OUTBOX, _row(desk), text, house.entropy)
    return base64url.encode(sealed)


def _kept(request: Request, desk: Desk) -> Typed:
    """What was typed before the touch in between; nothing for what this session did not keep."""
    text = request.query_params.get("kept", "")
    try:
        sealed = base64url.decode(text)
        opened = house_of(request).keyring.open(DataKeyPurpose.OUTBOX, _row(desk), sealed)
        return {name: str(value) for name, value in strict_json.parse_object(opened).items()}
    except (Malformed, SealBroken):
        return {}


def _row(desk: Desk) -> str:
    return f"sessions/kept_form/{desk.session.id}"
