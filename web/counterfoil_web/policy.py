"""The Content-Security-Policy of our pages: they load nothing but our own files, and no more.

Trusted Types are enforced with no policy at all: no script here can turn a string into code.
"""

from collections.abc import Iterable

_DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


def content_security_policy(form_action: Iterable[str] = ()) -> str:
    """Return the header's value; `form_action` names origins where a form's redirects may end.

    Chromium holds the redirects after a form's submission against form-action as well, so the
    page whose form ends at an application names that application's validated origin.
    """
    targets = " ".join(["'self'", *form_action])
    return "; ".join([*_DIRECTIVES, f"form-action {targets}"])
