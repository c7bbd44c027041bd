"""The one exception that parsers of foreign bytes raise."""


class Malformed(ValueError):
    """Foreign input that does not have the form which its standard demands.

    The message says what is wrong for the operator; it never contains the input.
    """
