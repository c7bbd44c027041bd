"""One conversation with the mail server (RFC 5321), and what came of each letter.

It blocks, and is for a thread of its own. `trouble` never tells an address, so that it may be
kept and logged; `said` is the server's own words, for the operator who asked.
"""

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

from counterfoil.mail.server import Server

# For each step. RFC 5321 §4.5.3.2 would wait for minutes; the outbox tries again.
TIMEOUT_S = 20
_UNAVAILABLE = 421


class End(StrEnum):
    """How it ended: `later` and `never` are about this letter, `away` about the server."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Outcome:
    end: End
    trouble: str
    said: str


class Line:
    """Connects when the first letter is sent, and again after it broke."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, mail: EmailMessage, sender: str, to: str) -> Outcome:
        """Hands one letter over; never raises for what a server or the network does."""
        try:
            smtp = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _away("not connected", error)
        try:
            # Not `send_message`: that one writes `>From` where a line begins with that word.
            smtp.sendmail(sender, [to], mail.as_bytes())
        except smtplib.SMTPRecipientsRefused as error:
            return self._judged("recipient refused", *next(iter(error.recipients.values())))
        except smtplib.SMTPDataError as error:
            return self._judged("letter refused", error.smtp_code, error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return _away("not taken", error)
        return Outcome(End.SENT, "", getattr(smtp, "last_reply", ""))

    def try_(self) -> Outcome:
        """Connects and signs in as for a letter, and sends none."""
        try:
            self._connected()
        except (smtplib.SMTPException, OSError) as error:
            return _away("not connected", error)
        finally:
            self.close()
        return Outcome(End.SENT, "", "")

    def close(self) -> None:
        """Says goodbye where somebody still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def abort(self) -> None:
        """From another thread: whatever waits for the server ends at once."""
        smtp = self._smtp
        sock: socket.socket | None = getattr(smtp, "sock", None)
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        server = self._server
        if server.security == "tls":
            smtp: smtplib.SMTP = _TlsConversation(
                server.host,
                server.port,
                local_hostname=server.we_are,
                timeout=TIMEOUT_S,
                context=server.tls(),
            )
        else:
            smtp = _Conversation(
                server.host, server.port, local_hostname=server.we_are, timeout=TIMEOUT_S
            )
        self._smtp = smtp
        if server.security == "starttls":
            # Raises when the server does not offer it: nothing goes in clear then.
            smtp.starttls(context=server.tls())
        if server.password is not None:
            smtp.login(server.user, server.password.reveal())
        else:
            smtp.ehlo_or_helo_if_needed()
        return smtp

    def _judged(self, stage: str, code: int, text: bytes | str) -> Outcome:
        """A reply to this letter: 5yz is for good, 4yz for now (RFC 5321 §4.2.1)."""
        if code == _UNAVAILABLE:
            self.close()
            return Outcome(End.AWAY, _trouble("not taken", code, text), _reply(code, text))
        end = End.NEVER if code >= 500 else End.LATER
        return Outcome(end, _trouble(stage, code, text), _reply(code, text))


class _Remembers(smtplib.SMTP):
    """Keeps the server's last reply: the library drops what it says to a letter it takes."""

    last_reply = ""

    def getreply(self) -> tuple[int, bytes]:
        code, text = super().getreply()
        self.last_reply = _reply(code, text)
        return code, text


class _Conversation(_Remembers):
    pass


class _TlsConversation(_Remembers, smtplib.SMTP_SSL):
    pass


def _away(stage: str, error: Exception) -> Outcome:
    """The server takes no letter now: it is not there, or takes nothing from us."""
    match error:
        case smtplib.SMTPSenderRefused():
            return _answered("sender refused", error)
        case smtplib.SMTPAuthenticationError():
            return _answered("not signed in", error)
        case smtplib.SMTPResponseException():
            return _answered(stage, error)
        case ssl.SSLCertVerificationError():
            said = f"its certificate is not good: {error.verify_message}"
            return Outcome(End.AWAY, f"not connected: {said}", said)
        case _:
            said = getattr(error, "strerror", None) or str(error) or type(error).__name__
            return Outcome(End.AWAY, f"{stage}: {type(error).__name__}", said)


def _answered(stage: str, error: smtplib.SMTPResponseException) -> Outcome:
    code, text = error.smtp_code, error.smtp_error
    return Outcome(End.AWAY, _trouble(stage, code, text), _reply(code, text))


def _trouble(stage: str, code: int, text: bytes | str) -> str:
    """The stage and the codes alone: what a server says names the person whom it is about."""
    status = _text(text).split(maxsplit=1)[:1]
    is_status = bool(status) and status[0].replace(".", "").isdecimal() and "." in status[0]
    # RFC 3463: an enhanced status code comes first in the text.
    return f"{stage}: {code}{' ' + status[0] if is_status else ''}"


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {_text(text)}".strip()


def _text(text: bytes | str) -> str:
    told = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(told.split())
