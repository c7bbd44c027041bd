"""Who is asking: the browser's session by its cookie, whence it came, and whether from us."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.audit import Where
from counterfoil.errors import Reason, Refused
from counterfoil.http.house import House, house_of
from counterfoil.kit.secret import Secret
from counterfoil.limits import Limited
from counterfoil.sessions import Session
from counterfoil.store import Transaction

MAX_USER_AGENT = 200
T = TypeVar("T")


def cookie_name(house: House) -> str:
    """`__Host-` wherever there is TLS; plain http is for localhost, where it would be refused."""
    return "__Host-counterfoil" if is_secure(house) else "counterfoil_session"


async def current_session(request: Request) -> Session | None:
    """The living session of the browser, anonymous or signed in; None without one."""
    house = house_of(request)
    text = request.cookies.get(cookie_name(house))
    if not text:
        return None
    cookie = Secret(text)
    session = await house.store.read(lambda tx: house.sessions.find(tx, cookie))
    if session is not None and house.sessions.wants_seen(session):
        seen = session.id
        await house.store.write(lambda tx: house.sessions.see(tx, seen))
    return session


async def in_session(
    request: Request, unit: Callable[[Transaction, Session], T], what: Limited = Limited.OPENING
) -> tuple[T, Secret | None] | Refused:
    """Does `unit` in the browser's session, a new anonymous one when it has none; one transaction.

    The secret is for the new session's cookie. FLOODED, before anything is written, when too
    much comes from the address of a browser that nobody is signed in with.
    """
    house, whence, session = house_of(request), where(request), await current_session(request)

    def within(tx: Transaction) -> tuple[T, Secret | None] | Refused:
        flooded = house.interactions.refuse_flood(tx, session, whence, what)
        if flooded is not None:
            return flooded
        if session is not None:
            return unit(tx, session), None
        opened, cookie = house.sessions.open(tx, whence)
        return unit(tx, opened), cookie

    return await house.store.write(within)


def set_session_cookie(response: Response, house: House, secret: Secret | None) -> Response:
    """Gives the browser its new secret; no secret, no cookie."""
    if secret is not None:
        response.set_cookie(
            cookie_name(house),
            secret.reveal(),
            path="/",
            secure=is_secure(house),
            httponly=True,
            # Lax: an application's link to the authorization endpoint is a cross-site GET.
            samesite="lax",
        )
    return response


def drop_session_cookie(response: Response, house: House) -> Response:
    response.delete_cookie(
        cookie_name(house), path="/", secure=is_secure(house), httponly=True, samesite="lax"
    )
    return response


def refuse_foreign_origin(request: Request) -> Refused | None:
    """A request that changes something comes from a page of the same origin.

    Ports are one site, so SameSite cookies do not keep a neighbour out; the Origin header
    does. Browsers send it with every POST.
    """
    origin = request.headers.get("origin")
    if origin is not None:
        fits = origin == house_of(request).settings.issuer
    else:
        fits = request.headers.get("sec-fetch-site") == "same-origin"
    return None if fits else Refused(Reason.FOREIGN_REQUEST)


def where(request: Request) -> Where:
    """The peer's address and how its browser calls itself; for people to recognise."""
    agent = request.headers.get("user-agent", "")[:MAX_USER_AGENT]
    return Where(_address(request), "".join(c for c in agent if c.isprintable()))


def is_secure(house: House) -> bool:
    """Whether browsers reach us by TLS."""
    return house.settings.issuer.startswith("https:")


def _address(request: Request) -> str:
    peer = request.client.host if request.client else ""
    trusted = [ip_network(n, strict=False) for n in house_of(request).settings.trusted_proxies]
    if not trusted:
        return peer
    # The nearest address that is not one of our own proxies: further ones are hearsay.
    # Several lines are one list (RFC 9110 §5.3): a proxy may add its own behind the client's.
    lines = ",".join(request.headers.getlist("x-forwarded-for"))
    chain = [part.strip() for part in lines.split(",")]
    for hop in [peer, *reversed([part for part in chain if part])]:
        try:
            address = ip_address(hop)
        except ValueError:
            return peer
        if not any(address in network for network in trusted):
            return str(address)
    return peer
