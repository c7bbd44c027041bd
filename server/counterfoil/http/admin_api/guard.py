"""What every route of the administration goes through, before FastAPI reads a byte.

The door first, so that a stranger learns nothing from how a body is judged; then the body,
bounded and strict; and no answer is ever kept by a cache.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from counterfoil.accounts import Account
from counterfoil.administration.rules import LEAST
from counterfoil.audit import Where
from counterfoil.errors import Reason, Refused, voice
from counterfoil.http.admin_api.door import Asked, come_in
from counterfoil.http.bearer import REALM, challenge
from counterfoil.http.bodies import read_json_bytes
from counterfoil.http.browser import where
from counterfoil.http.house import house_of
from counterfoil.http.problems import log_refusal, problem
from counterfoil.oauth.scopes import ADMINISTRATION
from counterfoil.store import Transaction

P = ParamSpec("P")
T = TypeVar("T")
SAFE = frozenset({"GET", "HEAD"})


class GuardedRoute(APIRoute):
    """A route that only somebody with a role reaches."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's own way to put something around a route."""
        handle = super().get_route_handler()
        has_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            asked = await come_in(request, changes=request.method not in SAFE)
            if isinstance(asked, Refused):
                return refusal(request, asked)
            body = await read_json_bytes(request) if has_body else b""
            if isinstance(body, Refused):
                return refusal(request, body)
            request.state.asked = asked
            answer = await handle(Request(request.scope, _replay(body)))
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return guarded


async def see(
    request: Request,
    flow: Callable[Concatenate[Transaction, Account, P], T | Refused],
    *facts: P.args,
    **named: P.kwargs,
) -> T | Refused:
    """A flow that only looks, by whoever asks."""
    asked, store = _asked(request), house_of(request).store
    return await store.read(lambda tx: flow(tx, asked.account, *facts, **named))


async def change(
    request: Request,
    flow: Callable[Concatenate[Transaction, Account, P], T | Refused],
    *facts: P.args,
    **named: P.kwargs,
) -> T | Refused:
    """A flow that changes something, by whoever asks, while what they came by still stands."""
    asked, house = _asked(request), house_of(request)
    return await house.store.write(
        lambda tx: asked.hold(house, tx) or flow(tx, asked.account, *facts, **named)
    )


def whence(request: Request) -> Where:
    """Where a change came from, for its event."""
    return where(request)


def refusal(request: Request, refused: Refused) -> Response:
    """A problem; where another proof or token would do, the header that says which one.

    RFC 9110 §15.5.2 for 401, RFC 6750 §3.1 for a scope, RFC 9470 §3 for a stronger proof.
    """
    log_refusal(request, refused)
    headers: dict[str, str] = {}
    if refused.reason is Reason.LEVEL_TOO_LOW:
        max_age_s = house_of(request).settings.step_up_s
        headers["WWW-Authenticate"] = (
            f'Bearer {REALM}, error="insufficient_user_authentication",'
            f' acr_values="{LEAST.acr}", max_age="{max_age_s}"'
        )
    elif refused.reason in (Reason.INVALID_TOKEN, Reason.INSUFFICIENT_SCOPE):
        headers["WWW-Authenticate"] = challenge(refused, scope=ADMINISTRATION)
    elif voice(refused.reason).status == 401:
        headers["WWW-Authenticate"] = f'Bearer {REALM}, scope="{ADMINISTRATION}"'
    return problem(refused, headers)


def _asked(request: Request) -> Asked:
    asked = request.state.asked
    assert isinstance(asked, Asked)
    return asked


def _replay(body: bytes) -> Callable[[], Coroutine[Any, Any, Message]]:
    """The body that was read, once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
