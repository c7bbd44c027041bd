"""Append-only events, written in the same transaction as what they tell."""

from counterfoil.audit.event import DayCount, Event, EventFilter, What
from counterfoil.audit.store import (
    count_by_day,
    events_of_account,
    find_events,
    list_events,
    record,
)
from counterfoil.kit.where import Where

__all__ = [
    "DayCount",
    "Event",
    "EventFilter",
    "What",
    "Where",
    "count_by_day",
    "events_of_account",
    "find_events",
    "list_events",
    "record",
]
