"""What is wrong about an operator's choices for mail, taken together."""

from ipaddress import ip_address

from counterfoil.kit.email import is_email


def wrong_about_mail(
    *, host: str, security: str, user: str, has_password: bool, sender: str
) -> str:
    """The first thing that is wrong, as a sentence; "" when nothing is."""
    if sender and not is_email(sender):
        return "mail_from must be an address, such as login@example.org"
    if host and not sender:
        return "mail_from is needed with smtp_host: letters come from somebody"
    if security == "none" and host and not _is_this_machine(host):
        return "smtp_security none is for a server on this machine only: letters hold links"
    if bool(user) != has_password:
        return "smtp_user and smtp_password_file go together"
    if not (user.isascii() and user.isprintable()):
        return "smtp_user must be ASCII text"
    return ""


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name: whoever answers for it may be anywhere
        return False
