"""What people are told about their account, and the letters that are no notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """A change of somebody's account, told to them at the next sign-in and by letter."""

    TOKEN_ADDED = "token_added"
    TOKEN_REMOVED = "token_removed"
    TOKEN_SUSPENDED = "token_suspended"
    TOKEN_RESUMED = "token_resumed"
    TOKEN_DISABLED = "token_disabled"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    CODES_GUESSED = "codes_guessed"
    NAME_CHANGED = "name_changed"
    EMAIL_CHANGED = "email_changed"
    INVITED_AGAIN = "invited_again"
    NEW_APPLICATION = "new_application"


class Letter(StrEnum):
    """A letter with a link: its facts are `link` and `minutes`, how long the link is good."""

    PASSWORD_LINK = "password_link"
    EMAIL_LINK = "email_link"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class Notice:
    """`details` carry `address` and `user_agent` of where it was done, and facts of the change:
    `label` and `kind` of a token, `name`, `application`."""

    id: int
    what: Told
    details: Mapping[str, str | int]
    at_ms: int
