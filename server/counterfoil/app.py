"""The one place where everything is put together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from counterfoil.accounts import Accounts, Profiles
from counterfoil.administration import Administration
from counterfoil.ceremonies import Ceremonies
from counterfoil.ceremonies.judges import Judges
from counterfoil.errors import Reason, Refused
from counterfoil.factors.otp.rules import Algorithm, Parameters
from counterfoil.factors.registry import RelyingParty, all_kinds
from counterfoil.http import (
    account,
    adding,
    admin,
    admin_api,
    ceremonies,
    first_visit,
    language,
    oauth,
    passwords,
    second_step,
    sign_in,
    static,
)
from counterfoil.http.headers import HeadersMiddleware
from counterfoil.http.house import House
from counterfoil.http.look import read_look, refuse_unspoken
from counterfoil.http.pages import error_page
from counterfoil.http.problems import problem, reason_of_status
from counterfoil.interactions import Interactions
from counterfoil.kit.clock import Clock, SystemClock
from counterfoil.kit.entropy import Entropy, system_entropy
from counterfoil.kit.sealing import RootKey
from counterfoil.limits import Limits
from counterfoil.mail import make_mail_worker
from counterfoil.notices import Notices
from counterfoil.oauth import Clients, OAuth
from counterfoil.sessions import Sessions
from counterfoil.settings import Settings
from counterfoil.store import Store, StoreBusy, open_store
from counterfoil.store.installation import find_installation, open_keyring
from counterfoil.tokens import Tokens, load_signing_keys
from counterfoil_web import Pages

log = logging.getLogger("counterfoil")

ENROLMENT_S = 15 * 60
PAGES = (
    oauth,
    ceremonies,
    sign_in,
    second_step,
    first_visit,
    adding,
    passwords,
    account,
    admin,
    language,
    admin_api,
    static,
)


def make_house(
    settings: Settings,
    root_key: RootKey,
    *,
    store: Store | None = None,
    clock: Clock | None = None,
    entropy: Entropy = system_entropy,
    pages: Pages | None = None,
) -> House:
    """Opens the database and puts the slices together.

    Raises SealBroken for a wrong root key, NoSigningKey and LookupError for a database that
    nobody has set up. `store`, `clock` and `entropy` are the world, plugged in by tests, and
    `pages` are compiled once for all of their houses.
    """
    opened = store or open_store(settings.database_url)
    try:
        return _put_together(settings, root_key, opened, clock or SystemClock(), entropy, pages)
    except BaseException:
        if store is None:
            opened.close()
        raise


def _put_together(
    settings: Settings,
    root_key: RootKey,
    store: Store,
    clock: Clock,
    entropy: Entropy,
    pages: Pages | None,
) -> House:
    installation = store.read_now(find_installation)
    if installation is None:
        raise LookupError("the database was not set up")
    keyring = open_keyring(store, root_key, entropy, clock.now_ms())
    keys = store.read_now(lambda tx: load_signing_keys(tx, keyring))
    notices = Notices(clock, entropy, keyring)
    accounts = Accounts(clock, entropy, keyring, notices)
    limits = Limits(clock, settings.anonymous_per_minute, settings.anonymous_burst)
    sessions = Sessions(
        clock, entropy, keyring, settings.session_idle_s, settings.session_absolute_s
    )
    kinds = all_kinds(
        RelyingParty(settings.rp_id, settings.service_name, settings.origins),
        unsafe_accept_emulated=installation.trusts_emulated_tokens,
        phone_codes=Parameters(
            Algorithm(settings.totp_algorithm), settings.totp_digits, settings.totp_period_s
        ),
    )
    interactions = Interactions(
        clock=clock,
        entropy=entropy,
        store=store,
        accounts=accounts,
        ceremonies=Ceremonies(clock, entropy, keyring, kinds, accounts, settings.ceremony_s),
        sessions=sessions,
        judges=Judges(),
        limits=limits,
        interaction_s=settings.interaction_s,
        enrolment_s=ENROLMENT_S,
        step_up_s=settings.step_up_s,
    )
    tokens = Tokens(
        clock, entropy, keys, settings.issuer, settings.access_token_s, settings.id_token_s
    )
    clients = Clients(clock, entropy, keyring, limits)
    return House(
        settings=settings,
        store=store,
        clock=clock,
        entropy=entropy,
        keyring=keyring,
        accounts=accounts,
        notices=notices,
        limits=limits,
        profiles=Profiles(clock, accounts, notices, settings.issuer),
        sessions=sessions,
        interactions=interactions,
        clients=clients,
        tokens=tokens,
        oauth=OAuth(
            clock=clock,
            entropy=entropy,
            keyring=keyring,
            accounts=accounts,
            sessions=sessions,
            interactions=interactions,
            clients=clients,
            tokens=tokens,
            issuer=settings.issuer,
            code_s=settings.code_s,
        ),
        administration=Administration(clock, accounts, sessions, clients),
        pages=pages or make_pages(settings),
    )


def make_pages(settings: Settings) -> Pages:
    """The pages with the operator's look. Raises BadSettings."""
    refuse_unspoken(settings)
    return Pages(settings.service_name, settings.demonstration, look=read_look(settings))


class _App(FastAPI):
    def build_middleware_stack(self) -> ASGIApp:
        """Headers are put on outermost: the answer to a broken promise needs them, too."""
        settings: Settings = self.state.house.settings
        return HeadersMiddleware(
            super().build_middleware_stack(),
            https=settings.issuer.startswith("https:"),
            only_hosts=_only_hosts(settings),
        )


def make_app(house: House) -> FastAPI:
    """The ASGI application of a house. Documents and telemetry are off; routes are plain."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker = make_mail_worker(
            house.settings,
            house.store,
            house.clock,
            house.entropy,
            house.keyring,
            house.notices.bell,
        )
        if worker is not None:
            worker.start()
        yield
        if worker is not None:
            await worker.stop()
        await asyncio.to_thread(close_house, house)

    app = _App(
        title=house.settings.service_name,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.house = house
    app.router.redirect_slashes = False
    for module in PAGES:
        app.router.routes.extend(module.routes)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(StoreBusy, _on_store_busy)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(Exception, _on_broken_promise)
    return app


def close_house(house: House) -> None:
    """Finishes what was begun: judgements, then writes."""
    house.interactions.judges.close()
    house.store.close()


def _only_hosts(settings: Settings) -> list[str] | None:
    """The demonstration answers to its own name only, so that no page can rebind to it."""
    return [settings.issuer.partition("://")[2]] if settings.demonstration else None


async def _on_http_exception(request: Request, error: Exception) -> Response:
    """A person who followed a stale link reads a page, a program reads a problem."""
    assert isinstance(error, HTTPException)
    wants_page = "text/html" in request.headers.get("accept", "")
    if wants_page and request.method == "GET" and error.status_code == 404:
        return error_page(request, Refused(Reason.NOT_FOUND))
    return problem(reason_of_status(error.status_code), dict(error.headers or {}))


async def _on_store_busy(_request: Request, error: Exception) -> Response:
    log.warning("the database did not take a write in time", exc_info=error)
    return problem(Reason.BUSY)


async def _on_validation_error(_request: Request, _error: Exception) -> Response:
    # FastAPI's own answer echoes the input, secrets included.
    return problem(Reason.MALFORMED)


async def _on_broken_promise(_request: Request, _error: Exception) -> Response:
    """Ours to mend; the server logs the traceback, the person reads no detail."""
    return problem(Reason.BROKEN)
