"""What a good password is; it is kept by `kit.argon2`, as NIST SP 800-63B-4 §3.1.1.2 asks."""

import functools

from precis_i18n import get_profile

from counterfoil.errors import Reason, Refused

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256


def normalized(password: str) -> str | Refused:
    """The password as it is hashed: PRECIS OpaqueString (RFC 8265 §4.2), bounded."""
    if len(password) > MAX_CHARACTERS:
        return Refused(Reason.PASSWORD_TOO_LONG)
    try:
        return str(get_profile("OpaqueString").enforce(password))
    except UnicodeError:
        return Refused(Reason.MALFORMED, "the password has a character that no keyboard types")


def refuse_weak(password: str, *, names: tuple[str, ...]) -> Refused | None:
    """`password` is normalized; `names` are words that an attacker tries first."""
    if len(password) < MIN_CHARACTERS:
        return Refused(Reason.PASSWORD_TOO_SHORT)
    folded = password.casefold()
    core = folded.strip("0123456789!?.*_- ")
    for candidate in {folded, core, _repeated_unit(folded)}:
        if candidate in common_passwords() or len(set(candidate)) <= 2:
            return Refused(Reason.PASSWORD_COMMON)
    if any(core == name.casefold() for name in names if name):
        return Refused(Reason.PASSWORD_COMMON)
    return None


@functools.cache
def common_passwords() -> frozenset[str]:
    """Passwords that many people use, from the published lists of the zxcvbn project."""
    # 30,000 words are loaded when the first password is chosen, not at every start.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    return frozenset(FREQUENCY_LISTS["passwords"])


def _repeated_unit(text: str) -> str:
    """The shortest text whose repetition is `text`: `abcabcabcabc` is `abc`."""
    at = (text + text).find(text, 1)
    return text[:at]
