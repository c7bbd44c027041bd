"""Choosing a language: a form below every page, which comes back to it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Reason, Refused
from counterfoil.http.bodies import read_form
from counterfoil.http.browser import current_session, is_secure, refuse_foreign_origin
from counterfoil.http.house import house_of
from counterfoil.http.negotiation import LANGUAGE_COOKIE, own_path
from counterfoil.http.pages import error_page, see_other

YEAR_S = 365 * 24 * 3600


async def choose(request: Request) -> Response:
    """The browser keeps the choice; of who is signed in, we keep it for letters."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    form = await read_form(request)
    if isinstance(form, Refused):
        return error_page(request, form)
    house, language = house_of(request), form.get("language", "")
    if language not in house.pages.languages:
        return error_page(request, Refused(Reason.MALFORMED, "language: none of ours"))
    session = await current_session(request)
    account = None if session is None else session.account
    if account is not None:
        await house.store.write(lambda tx: house.accounts.speak(tx, account, language))
    response = see_other(own_path(form.get("back", "/")))
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR_S,
        path="/",
        secure=is_secure(house),
        httponly=True,
        samesite="lax",
    )
    return response


routes = [Route("/language", choose, methods=["POST"])]
