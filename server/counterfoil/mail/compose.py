"""A row of the outbox as a message (RFC 5322): plain text, from a machine and saying so."""

from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from counterfoil.notices import Message
from counterfoil.settings import Settings
from counterfoil_web import Letters
from counterfoil_web.letters import one_line, spoken_letters
from counterfoil_web.moments import utc

# Lines of more than 998 octets break (RFC 5322 §2.1.1): the package encodes those.
_POLICY = policy.SMTP


@dataclass(frozen=True, slots=True)
class Composer:
    """Writes in the reader's language, or else in `language`."""

    sender: str
    service: str
    start: str
    host: str
    language: str
    letters: Mapping[str, Letters]

    @classmethod
    def of(cls, settings: Settings) -> "Composer":
        return cls(
            sender=settings.mail_from,
            service=str(one_line(settings.service_name)),
            start=f"{settings.issuer}/",
            host=settings.issuer_host,
            language=settings.language,
            letters=spoken_letters(),
        )

    def compose(self, name: str, message: Message, made_ms: int) -> EmailMessage:
        """The message of the row `name`. Its Message-ID is the row's, whoever sends it and how
        often, so that a receiver can tell a letter that came twice."""
        letters = self.letters.get(message.language) or self.letters[self.language]
        written = letters.write(message.what, message.facts, service=self.service, start=self.start)
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = Address(self.service, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=message.to)
        mail["Subject"] = written.subject
        mail["Date"] = format_datetime(utc(made_ms))
        mail["Message-ID"] = f"<{name}@{self.host}>"
        # RFC 3834 §5: no holiday notice answers it.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(written.text, charset="utf-8")
        # Behind the content: setting that takes every other Content header away.
        mail["Content-Language"] = letters.language
        return mail
