"""Pure rules about people: names, labels, limits, and which authenticator may go."""

import unicodedata
from collections.abc import Sequence

from precis_i18n import get_profile

from counterfoil.accounts.people import Authenticator, LinkPurpose
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName
from counterfoil.kit import strict_json
from counterfoil.kit.email import is_email
from counterfoil.notices.notice import Told

# RFC 8265 §3.3. The rule's version is stored with each name, so that a newer Unicode can be
# told from a changed name.
NAME_RULE = "UsernameCaseMapped/1"
MAX_NAME_BYTES = 128
MAX_LABEL_CHARACTERS = 64

INVITATION_MS = 15 * 60 * 1000
LINK_MS = {
    LinkPurpose.FIRST_VISIT: INVITATION_MS,
    # Mail may take its time.
    LinkPurpose.PASSWORD: 30 * 60 * 1000,
    LinkPurpose.EMAIL: 60 * 60 * 1000,
}
HOUR_MS = 60 * 60 * 1000
PASSWORD_LINKS_AN_HOUR = 3
# Of these an account has one at a time: a new one takes the place of the old.
ONE_AT_A_TIME = frozenset({KindName.PASSWORD, KindName.RECOVERY})
FREE_FAILURES = 10
MAX_FAILURES = 100
FIRST_DELAY_MS = 30_000
LONGEST_DELAY_MS = 60 * 60 * 1000


def name_key(name: str) -> str | Refused:
    """The form in which names are compared: PRECIS UsernameCaseMapped."""
    # Normalizing takes time with the square of the length, and anybody may send a name.
    if len(name) > MAX_NAME_BYTES:
        return Refused(Reason.NAME_REFUSED)
    try:
        key = get_profile("UsernameCaseMapped").enforce(name)
    except UnicodeError:
        return Refused(Reason.NAME_REFUSED)
    if not key or len(key.encode()) > MAX_NAME_BYTES:
        return Refused(Reason.NAME_REFUSED)
    return str(key)


def clean_email(text: str) -> str | Refused:
    """An address for letters, trimmed; EMAIL_REFUSED for what mail cannot reach.

    The form is that of `kit.email`: nothing in it ends a line or an address of a letter.
    """
    email = text.strip(" ")
    return email if is_email(email) else Refused(Reason.EMAIL_REFUSED)


def clean_label(label: str, otherwise: str) -> str:
    """A label as it is kept: printable, trimmed, bounded; `otherwise` for an empty one."""
    label = label[: 4 * MAX_LABEL_CHARACTERS]  # what is behind would be cut in any case
    printable = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in label)
    return " ".join(printable.split())[:MAX_LABEL_CHARACTERS].rstrip() or otherwise


def delay_after(failures: int) -> int:
    """Milliseconds to wait after `failures` in a row: none for 10, then doubling to an hour."""
    if failures < FREE_FAILURES:
        return 0
    doublings = min(failures - FREE_FAILURES, 16)
    return min(int(FIRST_DELAY_MS * 2**doublings), LONGEST_DELAY_MS)


def can_sign_in_with(
    authenticators: Sequence[Authenticator], *, recovery_counts: bool = False
) -> bool:
    """Whether these are enough: a key that works alone, or a key or a phone beside a password.

    Recovery codes are no lasting way in: they count only for who must shut a lost token.
    """
    live = [a for a in authenticators if a.live]
    beside = {KindName.WEBAUTHN, KindName.TOTP}
    if recovery_counts:
        beside.add(KindName.RECOVERY)
    if any(a.kind is KindName.PASSWORD for a in live) and any(a.kind in beside for a in live):
        return True
    return any(works_alone(a) for a in live if a.kind is KindName.WEBAUTHN)


def works_alone(key: Authenticator) -> bool:
    """Whether the key was enrolled as two factors in one (discoverable, user verified)."""
    facts = strict_json.parse_object(key.facts)
    return facts.get("alone") is True


def refuse_last_authenticator(
    authenticators: Sequence[Authenticator],
    removed: Authenticator,
    *,
    recovery_counts: bool = False,
) -> Refused | None:
    left = [a for a in authenticators if a.id != removed.id]
    could = can_sign_in_with(authenticators, recovery_counts=recovery_counts)
    if could and not can_sign_in_with(left, recovery_counts=recovery_counts):
        return Refused(Reason.LAST_AUTHENTICATOR)
    return None


def told_of_new(kind: KindName, *, replaced: bool, forgotten: bool) -> Told:
    """What a person is told of something new to sign in with.

    `replaced`: it took the place of an old one; `forgotten`: not by who knew the old one.
    """
    if kind is KindName.RECOVERY:
        return Told.RECOVERY_CODES_MADE
    if kind is KindName.PASSWORD and replaced:
        return Told.PASSWORD_RESET if forgotten else Told.PASSWORD_CHANGED
    return Told.TOKEN_ADDED
