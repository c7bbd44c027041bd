"""Append-only events, written in the same transaction as what they tell."""

from counterfoil.audit.event import Event, What, Where
from counterfoil.audit.store import list_events, record

__all__ = ["Event", "What", "Where", "list_events", "record"]
