"""What a client is: an application that people sign in to, or a service of its own."""

import re
from dataclasses import dataclass
from enum import StrEnum

from counterfoil.kit.ids import ClientId
from counterfoil.tokens import Algorithm

_CLIENT_ID = re.compile(r"cli_[A-Za-z0-9_-]{22}", re.ASCII)


class ClientKind(StrEnum):
    """`confidential` keeps a secret, `public` cannot, `service` acts for itself alone."""

    CONFIDENTIAL = "confidential"
    PUBLIC = "public"
    SERVICE = "service"

    @property
    def has_secret(self) -> bool:
        return self is not ClientKind.PUBLIC

    @property
    def has_people(self) -> bool:
        return self is not ClientKind.SERVICE


class ConsentRule(StrEnum):
    """Whether the person is asked, or the operator has agreed for everybody."""

    ASK = "ask"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Client:
    """`audience` is the `aud` of its access tokens (RFC 9068 §3)."""

    id: ClientId
    name: str
    kind: ClientKind
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    audience: str
    id_token_alg: Algorithm
    consent: ConsentRule
    made_ms: int


def read_client_id(text: str) -> ClientId | None:
    """None for what cannot be an id of ours: the database is not asked."""
    return ClientId(text) if _CLIENT_ID.fullmatch(text) else None
