"""How unusable settings are told."""


class BadSettings(Exception):
    """The settings cannot be used: one sentence, and what can be typed to go on."""

    def __init__(self, message: str, try_: str) -> None:
        super().__init__(message)
        self.message = message
        self.try_ = try_
