"""Text that must never be printed: its `repr` and `str` show nothing."""

import hmac


class Secret:
    """Holds a secret text; `reveal()` is the one way to it, so that uses can be searched for."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    def __hash__(self) -> int:
        raise TypeError("a secret is no key of a table")
