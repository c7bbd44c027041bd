"""What all pages of this area begin with: whose page it is, and a form of ours."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.accounts import Account, Role
from counterfoil.audit import Where
from counterfoil.errors import Refused
from counterfoil.http.browser import where
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page, page, said, see_other
from counterfoil.http.signed_in import signed_in
from counterfoil.http.steps import HOME
from counterfoil.http.turns import own_form
from counterfoil.sessions import Session
from counterfoil_web import Person


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of somebody who is signed in; `form` is empty where there is none."""

    request: Request
    house: House
    session: Session
    account: Account
    where: Where
    form: dict[str, str]

    @property
    def path(self) -> dict[str, str]:
        """The parameters in the address."""
        return dict(self.request.path_params)

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def done(self, known: Collection[str]) -> str:
        """What the address says was just done; "" for what this page does not know."""
        done = self.query("done")
        return done if done in known else ""

    def page(self, template: str, *, refused: Refused | None = None, **facts: object) -> Response:
        """A page of this person, with what went wrong on it, if anything did."""
        status, problem = said(self.request, refused)
        administers = self.account.role.rank >= Role.HELPDESK.rank
        person = Person(self.account.name, self.account.display_name, administers)
        more = {"person": person, "problem": problem, **facts}
        return page(self.request, template, status, form_action=(), **more)


Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
Answer: TypeAlias = Callable[[Asked], Awaitable[Response]]


def for_the_person(answer: Answer) -> Handler:
    """A page: whoever is not signed in goes to the front door."""

    async def handler(request: Request) -> Response:
        return await _answer(request, answer, {})

    handler.__qualname__ = answer.__qualname__  # the log says which route refused
    return handler


def by_the_person(answer: Answer) -> Handler:
    """A change: a form of a page of ours, from whoever is signed in."""

    async def handler(request: Request) -> Response:
        form = await own_form(request)
        if isinstance(form, Refused):
            return error_page(request, form, start_again=HOME)
        return await _answer(request, answer, form)

    handler.__qualname__ = answer.__qualname__
    return handler


async def _answer(request: Request, answer: Answer, form: dict[str, str]) -> Response:
    found = await signed_in(request)
    if isinstance(found, Refused):
        return see_other("/")
    session, account = found
    return await answer(Asked(request, house_of(request), session, account, where(request), form))
