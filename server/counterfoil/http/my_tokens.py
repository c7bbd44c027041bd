"""My tokens: what one holds, and adding, renaming and removing it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.accounts import Account, Authenticator
from counterfoil.accounts.rules import refuse_last_authenticator
from counterfoil.assurance import Level
from counterfoil.errors import Reason, Refused, voice
from counterfoil.factors.kind import KindName
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.browser import current_session, refuse_foreign_origin, where
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page, page, problem_of, see_other
from counterfoil.http.problems import log_refusal
from counterfoil.http.sign_in import find_interaction, own_form
from counterfoil.http.steps import HOME, next_path
from counterfoil.interactions import InteractionPurpose, Step
from counterfoil.interactions.rules import due, strongest
from counterfoil.kit.ids import AccountId, AuthenticatorId
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import NOTICES, Person, Token


async def my_tokens(request: Request) -> Response:
    asked, notice = await _signed_in(request), request.query_params.get("done", "")
    if isinstance(asked, Refused):
        # A removed key ends the sessions that it opened, this browser's perhaps among them.
        return see_other("/signed-out?done=removed" if notice == "removed" else "/")
    return await _tokens_page(request, asked[1], notice=notice if notice in NOTICES else "")


async def add(request: Request) -> Response:
    """To the enrolment, by way of one touch when the last one was too long ago."""
    foreign = refuse_foreign_origin(request)
    if foreign is not None:
        return error_page(request, foreign)
    asked = await _signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    house, (session, account) = house_of(request), asked
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, account.id))
    if house.interactions.refuse_stale(session, least) is not None:
        return await _touch_first(request, session, "/tokens/add", "add", least)
    return await _open_enrolment(request, session)


async def add_after_touch(request: Request) -> Response:
    """Where a step-up goes on to: a fresh touch may begin an enrolment, a stale one asks again."""
    asked = await _signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    house, (session, account) = house_of(request), asked
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, account.id))
    if house.interactions.refuse_stale(session, least) is not None:
        return see_other(HOME)
    return await _open_enrolment(request, session)


async def enrol(request: Request) -> Response:
    found = await find_interaction(request, InteractionPurpose.ENROL)
    if isinstance(found, Refused):
        return error_page(request, found, start_again=HOME)
    session, interaction = found
    account_id = session.account
    if account_id is None:
        return see_other("/")
    if due(interaction) is Step.NOTHING:
        return see_other(next_path(interaction))
    house = house_of(request)
    least = await house.store.read(lambda tx: house.interactions.least_to_add(tx, account_id))
    if house.interactions.refuse_stale(session, least) is not None:
        # The page may have waited; the key is asked for only while the last touch is fresh.
        return await _touch_first(request, session, "/tokens/add", "add", least)

    def facts(tx: Transaction) -> tuple[bool, int]:
        enrolled = house.accounts.authenticators(tx, account_id)
        keys = [a for a in enrolled if a.kind is KindName.WEBAUTHN]
        return not house.interactions.can_use_second_key(tx, account_id), len(keys)

    alone, held = await house.store.read(facts)
    return page(request, "enrol_key", interaction=interaction.id, alone=alone, held=held, back=HOME)


async def rename(request: Request) -> Response:
    form = await own_form(request)
    if isinstance(form, Refused):
        return error_page(request, form, start_again=HOME)
    asked = await _signed_in(request)
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
    asked = await _signed_in(request)
    if isinstance(asked, Refused):
        return see_other("/")
    (session, account), house, whence = asked, house_of(request), where(request)
    authenticator = AuthenticatorId(request.path_params["authenticator"])
    enrolled = await house.store.read(lambda tx: house.accounts.authenticators(tx, account.id))
    least = strongest(a.kind for a in enrolled if a.id == authenticator)
    if house.interactions.refuse_stale(session, least) is not None:
        return await _touch_first(request, session, HOME, "remove", least)
    refused = await house.store.write(
        lambda tx: (
            house.sessions.hold(tx, session.id)
            or house.accounts.remove(tx, account.id, authenticator, whence)
        )
    )
    if refused is not None:
        return await _tokens_page(request, account, refused=refused)
    return see_other(f"{HOME}?done=removed")


async def _signed_in(request: Request) -> tuple[Session, Account] | Refused:
    house, session = house_of(request), await current_session(request)
    if session is None or session.account is None:
        return Refused(Reason.SIGNED_OUT)
    account_id: AccountId = session.account
    account = await house.store.read(lambda tx: house.accounts.find(tx, account_id))
    return Refused(Reason.SIGNED_OUT) if account is None else (session, account)


async def _touch_first(
    request: Request, session: Session, way_back: str, why: str, least: Level
) -> Response:
    house = house_of(request)
    interaction = await house.store.write(
        lambda tx: house.interactions.open_step_up(tx, session, way_back, least)
    )
    if isinstance(interaction, Refused):
        return error_page(request, interaction)
    return see_other(f"{next_path(interaction)}?why={why}")


async def _open_enrolment(request: Request, session: Session) -> Response:
    house = house_of(request)
    interaction = await house.store.write(lambda tx: house.interactions.open_enrolment(tx, session))
    if isinstance(interaction, Refused):
        return error_page(request, interaction, start_again=HOME)
    return see_other(next_path(interaction))


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
    Route("/tokens/add", add, methods=["POST"]),
    Route("/tokens/add", add_after_touch),
    Route("/enrol/{interaction}", enrol),
    Route("/tokens/{authenticator}/rename", rename, methods=["POST"]),
    Route("/tokens/{authenticator}/remove", remove, methods=["POST"]),
]
