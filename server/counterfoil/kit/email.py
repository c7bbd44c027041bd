"""Addresses for letters: what one mail server takes from another, in one strict form.

It is that of HTML's e-mail field (HTML Living Standard §4.10.5.1.5): ASCII, and nothing in it ends
a line or an address of a letter.
"""

import re

MAX_EMAIL_CHARACTERS = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets

_HOST_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(
    rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_HOST_LABEL}(?:\.{_HOST_LABEL})*", re.ASCII
)


def is_email(text: str) -> bool:
    return len(text) <= MAX_EMAIL_CHARACTERS and _EMAIL.fullmatch(text) is not None
