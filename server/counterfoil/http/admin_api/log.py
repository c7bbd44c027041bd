"""What happened, and how things stand."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from counterfoil.administration import Action
from counterfoil.audit import EventFilter
from counterfoil.errors import Refused
from counterfoil.http.admin_api.answers import EventFacts, Events, OverviewFacts
from counterfoil.http.admin_api.asked import EventQuery
from counterfoil.http.admin_api.described import looks
from counterfoil.http.admin_api.guard import GuardedRoute, refusal, see
from counterfoil.http.house import house_of

router = APIRouter(route_class=GuardedRoute)


@router.get("/api/admin/events", response_model=Events, **looks("findEvents", Action.SEE_EVENTS))
async def find_events(request: Request, asked: Annotated[EventQuery, Query()]) -> object:
    """The newest first, page after page; all that is asked for must fit."""
    wanted = EventFilter(
        what=frozenset(asked.what) or None,
        account=asked.person,
        actor=asked.actor,
        reason=asked.reason,
        address=asked.address,
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
        kind=asked.kind,
    )
    flows = house_of(request).administration
    found = await see(request, flows.events, wanted, asked.before, asked.limit)
    if isinstance(found, Refused):
        return refusal(request, found)
    return Events(
        events=[EventFacts.model_validate(event) for event in found],
        next=found[-1].id if len(found) == asked.limit else None,
    )


@router.get(
    "/api/admin/overview",
    response_model=OverviewFacts,
    **looks("readOverview", Action.SEE_OVERVIEW),
)
async def read_overview(request: Request) -> object:
    """Counts of now, and what was proved and refused in the last two weeks, by day and kind."""
    found = await see(request, house_of(request).administration.overview)
    if isinstance(found, Refused):
        return refusal(request, found)
    return OverviewFacts.model_validate(found)
