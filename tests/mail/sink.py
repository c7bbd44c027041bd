"""A mail server on this machine that keeps what it is given, and answers as a test wants."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
USER, PASSWORD = "counterfoil", "a password: with spaces"
TAKEN = "250 2.0.0 Taken, thank you"
Answers = Callable[[str], str]
Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Received:
    """A letter that the sink said yes to."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        return str(self.mail.get_content()).replace("\r\n", "\n")


@dataclass(slots=True)
class Sink:
    """`of_sender`, `of_recipient` and `of_letter` say how each step is answered; by default all
    is taken. They are given the address, or the recipient's for a letter."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    of_sender: Answers = lambda _: "250 OK"
    of_recipient: Answers = lambda _: "250 OK"
    of_letter: Answers = lambda _: TAKEN
    hangs: bool = False
    encrypted: bool = False
    greeted: list[str] = field(default_factory=list)

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Any, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.greeted.append(name)
        return answers

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.of_sender(address)
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.of_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, session: Any, envelope: Envelope
    ) -> str:
        if self.hangs:
            await asyncio.Event().wait()
        answer = self.of_letter(envelope.rcpt_tos[0])
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            user = session.auth_data.login.decode() if session.authenticated else ""
            self.received.append(
                Received(
                    str(envelope.mail_from),
                    tuple(envelope.rcpt_tos),
                    envelope.content,
                    self.encrypted or session.ssl is not None,
                    user,
                )
            )
        return answer


def _check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    good = LoginPassword(USER.encode(), PASSWORD.encode())
    # Not handled: the library says 535 then.
    return AuthResult(success=data == good, handled=data == good, auth_data=data)


@contextmanager
def running(
    sink: Sink,
    *,
    security: Security = "none",
    tls: ssl.SSLContext | None = None,
    auth: bool = False,
) -> Iterator[Sink]:
    """The sink listens on a port of its own, in a thread of its own, until the end."""
    sink.encrypted = security == "tls"
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sink")
    thread.start()

    def conversation() -> SMTP:
        return SMTP(
            sink,
            hostname="sink",
            loop=loop,
            tls_context=tls if security == "starttls" else None,
            require_starttls=security == "starttls",
            auth_required=auth,
            auth_require_tls=security == "starttls",
            authenticator=_check if auth else None,
        )

    async def listen() -> asyncio.Server:
        return await loop.create_server(
            conversation, HOST, sink.port, ssl=tls if security == "tls" else None
        )

    async def end(server: asyncio.Server) -> None:
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
        sink.port = server.sockets[0].getsockname()[1]
        try:
            yield sink
        finally:
            asyncio.run_coroutine_threadsafe(end(server), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of one's own, and a server's side of TLS with its certificate."""

    file: Path
    context: ssl.SSLContext


def make_authority(folder: Path, *, host: str = HOST) -> Authority:
    """The server's certificate is for the address `host`."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority of a test")])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)

    def certificate(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> Any:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(ca_name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + day)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        )

    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    )
    usage |= dict.fromkeys(("encipher_only", "decipher_only", "crl_sign"), False)
    ca = (
        certificate(ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .add_extension(x509.KeyUsage(digital_signature=False, key_cert_sign=True, **usage), True)
        .sign(ca_key, hashes.SHA256())
    )
    leaf = (
        certificate(x509.Name([]), key.public_key())
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), True
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file, own = folder / "authority.pem", folder / "server.pem"
    file.write_bytes(ca.public_bytes(pem))
    own.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(pem)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return Authority(file, context)
