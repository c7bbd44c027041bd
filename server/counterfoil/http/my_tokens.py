"""My tokens: what one holds, and adding, renaming and removing it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account, Authenticator
from counterfoil.accounts.rules import refuse_last_authenticator
from counterfoil.errors import Refused, voice
from counterfoil.factors.kind import KindName
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.browser import where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, problem_of, see_other
from counterfoil.http.problems import log_refusal
from counterfoil.http.signed_in import prove_first, signed_in
from counterfoil.http.steps import HOME
from counterfoil.http.turns import own_form
from counterfoil.interactions.rules import strongest
from counterfoil.kit.ids import AuthenticatorId
from counterfoil_web import NOTICES, Person, Token


async def my_tokens(request: Request) -> Response:
    asked, notice = await signed_in(request), request.query_params.get("done", "")
    if isinstance(asked, Refused):
        # A removed key ends the sessions that it opened, this browser's perhaps among them.
        return see_other("/signed-out?done=removed" if notice == "removed" else "/")
    return await _tokens_page(request, asked[1], notice=notice if notice in NOTICES else "")


async def rename(request: Request) -> Response:
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again=HOME)
    asked = await signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    (session, account), house, whence = asked, house_of(request), where(request)
    authenticator = AuthenticatorId(request.path_params["authenticator"])
    label = form.get("label", "")
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, session.id)
            or house.accounts.rename(tx, account.id, authenticator, label, whence)
        )
    )
    if refused is not None:
        return error_page(request, refused, start_again=HOME)
    return see_other(f"{HOME}?done=renamed")


async def remove(request: Request) -> Response:
    """Removing needs a fresh touch, and never takes the last way to sign in."""
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again=HOME)
    asked = await signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    (session, account), house, whence = asked, house_of(request), where(request)
    authenticator = AuthenticatorId(request.path_params["authenticator"])
    enrolled = await house.store.read(lambda tx: house.accounts.authenticators(tx, account.id))
    least = strongest(a.kind for a in enrolled if a.id == authenticator)
    if house.interactions.refuse_stale(session, least) is not None:
        return await prove_first(request, session, HOME, "remove", least)
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, session.id)
            or house.accounts.remove(tx, account.id, authenticator, whence)
        )
    )
    if refused is not None:
        return await _tokens_page(request, account, refused=refused)
    return see_other(f"{HOME}?done=removed")


async def _tokens_page(
    request: Request, account: Account, *, notice: str = "", refused: Refused | None = None
) -> Response:
    house = house_of(request)
    enrolled = await house.store.read(lambda tx: house.accounts.authenticators(tx, account.id))
    problem, status = None, 200
    if refused is not None:
        problem = problem_of(house, refused)
        status = voice(refused.reason).status
        log_refusal(request, refused, problem.reference)
    return page(
        request,
        "tokens",
        status,
        person=Person(account.name, account.display_name),
        tokens=[_token(a, enrolled) for a in enrolled],
        now_ms=house.clock.now_ms(),
        notice=notice,
        problem=problem,
    )


def _token(authenticator: Authenticator, enrolled: list[Authenticator]) -> Token:
    transports: tuple[str, ...] = ()
    if authenticator.kind is KindName.WEBAUTHN:
        transports = CredentialFacts.load(authenticator.facts).transports
    return Token(
        id=authenticator.id,
        kind=authenticator.kind.value,
        label=authenticator.label,
        made_ms=authenticator.made_ms,
        used_ms=authenticator.used_ms,
        used_from=authenticator.used_from or "",
        transports=transports,
        removable=refuse_last_authenticator(enrolled, authenticator) is None,
    )


routes = [
    Route("/tokens", my_tokens),
    Route("/tokens/{authenticator}/rename", rename, methods=["POST"]),
    Route("/tokens/{authenticator}/remove", remove, methods=["POST"]),
]
