"""What is sent to the administration's API, strictly.

A name that is not here is refused, and so is a number for a text. Times are milliseconds since
1970, in names that end in `_ms`.
"""

from typing import Annotated, TypeAlias

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from counterfoil.accounts import AccountState, Role
from counterfoil.administration import MOST_PEOPLE
from counterfoil.audit import What
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName
from counterfoil.oauth import ClientKind, ConsentRule
from counterfoil.tokens import Algorithm

MOST_TEXT = 500
MOST_MS = 2**53  # what JSON's readers still tell apart


def _id(prefix: str) -> StringConstraints:
    return StringConstraints(pattern=rf"^{prefix}_[A-Za-z0-9_-]{{22}}$")


PersonId: TypeAlias = Annotated[str, _id("acc"), Path(description="The account's id: `sub`.")]
TokenId: TypeAlias = Annotated[str, _id("aut"), Path(description="The token's id.")]
SessionId: TypeAlias = Annotated[str, _id("ses"), Path(description="The session's id.")]
ClientIdText: TypeAlias = Annotated[str, _id("cli"), Path(description="The client's id.")]
# PostgreSQL takes no NUL in a text.
Text: TypeAlias = Annotated[str, StringConstraints(max_length=MOST_TEXT, pattern=r"^[^\x00]*$")]
# From JSON an enumeration is its text.
Strict: TypeAlias = Annotated[str, StringConstraints(strict=True, max_length=MOST_TEXT)]


# Closed sets which grow with the service: the description says that they are texts.
Happening: TypeAlias = Annotated[What, WithJsonSchema({"type": "string"})]
Why: TypeAlias = Annotated[Reason, WithJsonSchema({"type": "string"})]


class Asked(BaseModel):
    """A body or query: nothing in it but what is documented."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PeopleQuery(Asked):
    search: Text = Field("", description="Part of a name, a display name or an email address.")
    role: Role | None = None
    state: AccountState | None = None
    without_token: bool = Field(
        False, description="Only people who have no live token beside a password."
    )
    after: Text = Field("", description="Begin behind this name: `next` of the page before.")
    limit: int = Field(50, ge=1, le=MOST_PEOPLE)


class EventQuery(Asked):
    what: list[Happening] = Field(
        default_factory=list, max_length=len(What), description="As in an event: `signed_in`."
    )
    person: Annotated[str, _id("acc")] | None = Field(None, description="Whose account it is.")
    actor: Text | None = Field(None, description="Who did it: an id, `operator` or `nobody`.")
    reason: Why | None = Field(None, description="As in a problem or an event: `wrong`.")
    address: Text | None = None
    kind: KindName | None = Field(None, description="The kind of token that was proved.")
    since_ms: int | None = Field(None, ge=0, le=MOST_MS)
    until_ms: int | None = Field(None, ge=0, le=MOST_MS)
    before: int | None = Field(
        None, ge=1, le=MOST_MS, description="Only older ones: `next` of the page before."
    )
    limit: int = Field(50, ge=1, le=200)


class NewPerson(Asked):
    name: Strict = Field(description="What the person types to sign in.")
    display_name: Strict = ""
    email: Strict = Field("", description="Counts as verified: it is your word.")
    role: Role = Role.PERSON


class ProfileChange(Asked):
    """What is absent stays. An empty email removes it, an empty display name makes it the name."""

    # Factories: a default in the description would be sent by clients that are made of it.
    name: Strict = Field(default_factory=str)
    display_name: Strict = Field(default_factory=str)
    email: Strict = Field(default_factory=str, description="Counts as verified: it is your word.")


class RoleChange(Asked):
    role: Role


class StateChange(Asked):
    state: AccountState


class Inviting(Asked):
    again: bool = Field(
        False,
        strict=True,
        description="For somebody who has tokens: end all of them, every session and grant.",
    )


class NewClient(Asked):
    name: Strict
    kind: ClientKind = ClientKind.CONFIDENTIAL
    audience: Strict = Field(description="`aud` of its access tokens.")
    redirect_uris: list[Strict] = Field(default_factory=list, max_length=50)
    scopes: list[Strict] = Field(default_factory=list, max_length=50)
    id_token_alg: Algorithm = Algorithm.ES256
    consent: ConsentRule = ConsentRule.ASK


class ClientChange(Asked):
    """What is absent stays; a list replaces the whole of the old one."""

    name: Strict = Field(default_factory=str)
    redirect_uris: list[Strict] = Field(default_factory=list, max_length=50)
    scopes: list[Strict] = Field(default_factory=list, max_length=50)
