"""Whence a request came: for people to recognise, never to decide by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """Both are empty for what the service or its operator did."""

    address: str
    user_agent: str
