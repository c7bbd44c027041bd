"""What happened, newest first, by what one looks for."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.audit import Event, EventFilter, What
from counterfoil.errors import Reason, Refused
from counterfoil.http.admin.door import Desk, office_page, seeing
from counterfoil.http.admin.shown import events_of
from counterfoil.http.house import House, house_of
from counterfoil.http.pages import error_page
from counterfoil.kit.ids import is_id
from counterfoil.store import Transaction
from counterfoil_web.admin_facts import EventQuery, EventRow

PAGE = 50
MOST_CHARACTERS = 128
# The largest id that both databases keep.
LARGEST_ID = 2**63 - 1


async def events(request: Request, desk: Desk) -> Response:
    house, query, before = house_of(request), query_of(request), _before(request)

    def find(tx: Transaction) -> tuple[list[Event], tuple[EventRow, ...]] | Refused:
        wanted = filter_of(house, tx, query)
        found: list[Event] | Refused = []
        if wanted is not None:
            found = house.administration.events(tx, desk.account, wanted, before, PAGE + 1)
        if isinstance(found, Refused):
            return found
        return found, events_of(house, tx, found[:PAGE])

    found = await house.store.read(find)
    if isinstance(found, Refused):
        return error_page(request, found, start_again="/admin")
    events, rows = found
    return office_page(
        request,
        desk,
        "admin/events",
        "events",
        query=query,
        rows=rows,
        whats=tuple(what.value for what in What),
        reasons=tuple(sorted(reason.value for reason in Reason)),
        next=query.path(before=str(events[PAGE - 1].id)) if len(events) > PAGE else "",
        again=query.path() if before is not None else "",
    )


def query_of(request: Request) -> EventQuery:
    """The filters in the address; what is none of them filters nothing."""
    told = {
        name: request.query_params.get(name, "").strip()[:MOST_CHARACTERS]
        for name in ("what", "person", "reason", "address", "since")
    }
    return EventQuery(
        what=told["what"] if told["what"] in list(What) else "",
        person=told["person"],
        reason=told["reason"] if told["reason"] in list(Reason) else "",
        address=told["address"],
        since=told["since"] if _day(told["since"]) is not None else "",
    )


def filter_of(house: House, tx: Transaction, query: EventQuery) -> EventFilter | None:
    """None when it is about somebody whom there is not; whoever is gone is found by their id."""
    account = query.person if is_id(query.person) else None
    if query.person and account is None:
        found = house.accounts.find_by_name(tx, query.person)
        if found is None:
            return None
        account = found.id
    return EventFilter(
        what=frozenset({What(query.what)}) if query.what else None,
        account=account,
        reason=Reason(query.reason) if query.reason else None,
        address=query.address or None,
        since_ms=_day(query.since),
    )


def _day(text: str) -> int | None:
    """Midnight (UTC) of a date as browsers write it."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp() * 1000)


def _before(request: Request) -> int | None:
    text = request.query_params.get("before", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return None if number is None else min(number, LARGEST_ID)


routes = [Route("/admin/events", seeing(events))]
