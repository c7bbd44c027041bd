"""Where somebody is signed in: here and elsewhere, and how each of it ends."""

from starlette.responses import Response
from starlette.routing import Route

from counterfoil.errors import Refused
from counterfoil.http.account.asked import Asked, by_the_person, for_the_person
from counterfoil.http.browser import drop_session_cookie
from counterfoil.http.pages import see_other
from counterfoil.kit.ids import SessionId
from counterfoil.sessions import Session
from counterfoil_web import Visit, browser_and_system

PATH = "/account/sessions"
DONE = frozenset({"ended", "others"})


async def sessions(asked: Asked) -> Response:
    return await _page(asked)


async def end(asked: Asked) -> Response:
    """Needs no fresh proof: whoever ends too much signs in again."""
    session = SessionId(asked.path["session"])
    refused = await asked.house.store.write(
        lambda tx: (
            asked.house.sessions.hold(tx, asked.session.id)
            or asked.house.sessions.end_one(
                tx, asked.account.id, session, actor=asked.account.id, where=asked.where
            )
        )
    )
    if refused is not None:
        return await _page(asked, refused)
    if session == asked.session.id:
        return drop_session_cookie(see_other("/signed-out"), asked.house)
    return see_other(f"{PATH}?done=ended")


async def end_others(asked: Asked) -> Response:
    refused = await asked.house.store.write(
        lambda tx: (
            asked.house.sessions.hold(tx, asked.session.id)
            or asked.house.sessions.end_others(
                tx,
                asked.account.id,
                asked.session.id,
                actor=asked.account.id,
                where=asked.where,
            )
        )
    )
    if isinstance(refused, Refused):
        return await _page(asked, refused)
    return see_other(f"{PATH}?done=others")


async def _page(asked: Asked, refused: Refused | None = None) -> Response:
    house, account = asked.house, asked.account
    living = await house.store.read(lambda tx: house.sessions.list_for(tx, account.id))
    here = sorted(living, key=lambda session: session.id != asked.session.id)
    return asked.page(
        "account/sessions",
        refused=refused,
        visits=[_visit(session, asked.session) for session in here],
        done=asked.done(DONE),
    )


def _visit(session: Session, this: Session) -> Visit:
    browser, system = browser_and_system(session.user_agent)
    return Visit(
        id=session.id,
        browser=browser,
        system=system,
        user_agent=session.user_agent,
        address=session.address,
        since_ms=session.made_ms,
        seen_ms=session.seen_ms,
        here=session.id == this.id,
    )


routes = [
    Route(PATH, for_the_person(sessions)),
    Route(f"{PATH}/end-others", by_the_person(end_others), methods=["POST"]),
    Route(f"{PATH}/{{session}}/end", by_the_person(end), methods=["POST"]),
]
