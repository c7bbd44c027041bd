"""Rung in this process when a letter was committed, so that nobody waits for the next look."""

from collections.abc import Callable


class Bell:
    """Those who listen are called in whatever thread rings: they must be quick and not fail."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Callable[[], None], ...] = ()

    def ring(self) -> None:
        for listener in self._listeners:
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners = (*self._listeners, listener)

    def forget(self, listener: Callable[[], None]) -> None:
        self._listeners = tuple(one for one in self._listeners if one != listener)
