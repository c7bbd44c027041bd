"""Which mail server takes our letters."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from counterfoil.kit.secret import Secret
from counterfoil.settings import BadSettings, Settings, read_mail_password

_USUAL_PORT = {"tls": 465, "starttls": 587, "none": 587}


@dataclass(frozen=True, slots=True)
class Server:
    """`we_are` is the name by which we greet it; `password` is None when it asks for nobody."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    we_are: str
    user: str = ""
    password: Secret | None = None
    ca_file: Path | None = None

    def tls(self) -> ssl.SSLContext:
        """Certificate and name are always checked; an authority of one's own comes on top."""
        context = ssl.create_default_context()
        if self.ca_file is not None:
            context.load_verify_locations(self.ca_file)
        return context


def server_of(settings: Settings) -> Server | None:
    """The server of the settings; None when no letters are sent. Raises BadSettings."""
    if not settings.smtp_host:
        return None
    password_file = settings.smtp_password_file
    server = Server(
        host=settings.smtp_host,
        port=settings.smtp_port or _USUAL_PORT[settings.smtp_security],
        security=settings.smtp_security,
        we_are=settings.issuer_host,
        user=settings.smtp_user,
        password=read_mail_password(password_file) if password_file else None,
        ca_file=settings.smtp_ca_file,
    )
    try:
        server.tls()
    except OSError as error:  # an unreadable file, or one that is no PEM
        raise BadSettings(
            f"The authority at {settings.smtp_ca_file} cannot be read.",
            f"openssl x509 -in {settings.smtp_ca_file} -noout -subject",
        ) from error
    return server
