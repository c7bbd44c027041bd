"""What happened, and how things stand."""

from datetime import UTC, datetime, timedelta

from counterfoil.accounts import Role
from counterfoil.administration import store
from counterfoil.administration.actor import Actor
from counterfoil.administration.facts import OVERVIEW_DAYS, Overview
from counterfoil.administration.flows.desk import Desk
from counterfoil.administration.rules import Action
from counterfoil.audit import Event, EventFilter, count_by_day, find_events
from counterfoil.errors import Refused
from counterfoil.store import Transaction

MOST_EVENTS = 200


class Looking(Desk):
    __slots__ = ()

    def events(
        self,
        tx: Transaction,
        actor: Actor,
        wanted: EventFilter,
        before: int | None = None,
        limit: int = 50,
    ) -> list[Event] | Refused:
        """The newest first, from the one in front of the event `before`."""
        refused = self._refuse(tx, Action.SEE_EVENTS, actor)
        if refused is not None:
            return refused
        return find_events(tx, wanted, before=before, limit=min(limit, MOST_EVENTS))

    def overview(self, tx: Transaction, actor: Actor) -> Overview | Refused:
        """Counts of today, and the sign-ins and refusals of the last days (UTC) by kind."""
        refused = self._refuse(tx, Action.SEE_OVERVIEW, actor)
        if refused is not None:
            return refused
        now_ms = self.clock.now_ms()
        since_ms, roles = first_day_ms(now_ms), store.count_roles(tx)
        people = sum(roles.values())
        return Overview(
            people=people,
            disabled_people=store.count_disabled_people(tx),
            helpdesk=roles[Role.HELPDESK],
            administrators=roles[Role.ADMINISTRATOR],
            disabled_tokens=store.count_disabled_tokens(tx),
            open_invitations=store.count_open_invitations(tx, now_ms),
            undelivered_letters=store.count_undelivered_letters(tx),
            clients=store.count_clients(tx),
            enrolment=store.count_enrolment(tx, people),
            since_ms=since_ms,
            days=tuple(count_by_day(tx, since_ms)),
        )


def first_day_ms(now_ms: int) -> int:
    """Midnight (UTC) of the first of the days that the overview shows, today the last of them."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return int((today - timedelta(days=OVERVIEW_DAYS - 1)).timestamp() * 1000)
