"""The first page: how signing in goes, how people are equipped, and what needs somebody."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from counterfoil.administration import OVERVIEW_DAYS, Action, Overview
from counterfoil.audit import What
from counterfoil.errors import Refused
from counterfoil.factors.kind import KindName
from counterfoil.http.admin.door import Desk, office_page, seeing
from counterfoil.http.house import house_of
from counterfoil.http.pages import error_page
from counterfoil_web.admin_facts import (
    Attention,
    Count,
    Day,
    Enrolment,
    EventQuery,
    PeopleQuery,
    Trend,
)


async def overview(request: Request, desk: Desk) -> Response:
    house = house_of(request)
    found = await house.store.read(lambda tx: house.administration.overview(tx, desk.account))
    if isinstance(found, Refused):
        return error_page(request, found)
    return office_page(
        request,
        desk,
        "admin/overview",
        "overview",
        trends=trends_of(found),
        enrolment=Enrolment(
            found.enrolment.none,
            found.enrolment.one,
            found.enrolment.more,
            found.enrolment.recovery,
        ),
        counts=tuple(_counts(found, desk)),
        attention=tuple(_attention(found, desk)),
    )


def trends_of(found: Overview) -> tuple[Trend, ...]:
    """Every kind that was used at all, in our order, with each of the days."""
    first = datetime.fromtimestamp(found.since_ms / 1000, UTC).date()
    days = [first + timedelta(days=n) for n in range(OVERVIEW_DAYS)]
    told = {(count.kind, count.day): count for count in found.days}
    ours = [kind.value for kind in (KindName.WEBAUTHN, KindName.TOTP, KindName.RECOVERY)]
    used = {count.kind for count in found.days}
    kinds = [kind for kind in ours if kind in used] + sorted(used - {*ours})
    return tuple(
        Trend(
            kind,
            tuple(
                Day(
                    int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000),
                    count.verified if count else 0,
                    count.refused if count else 0,
                )
                for day in days
                for count in [told.get((kind, day))]
            ),
        )
        for kind in kinds
    )


def _counts(found: Overview, desk: Desk) -> Iterator[Count]:
    may_open = Action.SEE_CLIENTS in desk.can
    yield Count("people", found.people, PeopleQuery(state="active").address())
    yield Count("administrators", found.administrators, PeopleQuery(role="administrator").address())
    yield Count("helpdesk", found.helpdesk, PeopleQuery(role="helpdesk").address())
    yield Count("disabled", found.disabled_people, PeopleQuery(state="disabled").address())
    yield Count("invitations", found.open_invitations, "")
    yield Count("applications", found.clients, "/admin/applications" if may_open else "")


def _attention(found: Overview, desk: Desk) -> Iterator[Attention]:
    if found.enrolment.none:
        without = PeopleQuery(state="active", tokens="none").address()
        yield Attention("no_way_in", found.enrolment.none, without)
    if found.disabled_tokens:
        told = EventQuery(what=What.AUTHENTICATOR_DISABLED.value).path()
        may_look = Action.SEE_EVENTS in desk.can
        yield Attention("disabled_ways", found.disabled_tokens, told if may_look else "")
    if found.undelivered_letters:
        yield Attention("letters", found.undelivered_letters)
    if found.administrators == 1:
        yield Attention("one_administrator", 1, PeopleQuery(role="administrator").address())


routes = [Route("/admin", seeing(overview))]
