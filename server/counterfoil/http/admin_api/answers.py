"""What the administration's API answers; `of` makes it of the facts that a flow returns.

Times are milliseconds since 1970, in names that end in `_ms`.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from counterfoil.accounts import AccountState, AuthenticatorState, Invitation, Role
from counterfoil.administration import PersonDetails, PersonRow
from counterfoil.factors.kind import KindName
from counterfoil.oauth import Client, ClientKind, ConsentRule
from counterfoil.tokens import Algorithm


class Answer(BaseModel):
    """Made of facts of the same names."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class PersonFacts(Answer):
    id: str
    name: str
    display_name: str
    email: str | None
    email_verified: bool
    role: Role
    state: AccountState
    made_ms: int


class PersonInList(PersonFacts):
    tokens: int = Field(description="Live ones, neither a password nor recovery codes.")
    last_used_ms: int | None

    @classmethod
    def of(cls, row: PersonRow) -> "PersonInList":
        person = PersonFacts.model_validate(row.account)
        return cls(**dict(person), tokens=row.tokens, last_used_ms=row.last_used_ms)


class People(Answer):
    people: list[PersonInList]
    next: str | None = Field(description="Ask with it as `after` for the next page.")


class TokenFacts(Answer):
    id: str
    kind: KindName
    label: str
    state: AuthenticatorState
    failures: int
    blocked_until_ms: int
    made_ms: int
    used_ms: int | None
    used_from: str | None


class SessionFacts(Answer):
    id: str
    user_agent: str
    address: str
    made_ms: int
    seen_ms: int
    expires_ms: int


class EventFacts(Answer):
    id: int
    at_ms: int
    what: str
    account: str | None
    actor: str
    subject: str | None
    reason: str | None
    address: str
    details: dict[str, str | int | bool | None]


class Events(Answer):
    events: list[EventFacts]
    next: int | None = Field(description="Ask with it as `before` for the next page.")


class PersonWhole(PersonFacts):
    invited_until_ms: int | None
    tokens: list[TokenFacts]
    sessions: list[SessionFacts]
    events: list[EventFacts] = Field(description="The newest of this person.")

    @classmethod
    def of(cls, person: PersonDetails) -> "PersonWhole":
        facts = PersonFacts.model_validate(person.account)
        return cls(
            **dict(facts),
            invited_until_ms=person.invited_until_ms,
            tokens=[TokenFacts.model_validate(held) for held in person.authenticators],
            sessions=[SessionFacts.model_validate(session) for session in person.sessions],
            events=[EventFacts.model_validate(event) for event in person.events],
        )


class LinkFacts(Answer):
    link: str = Field(description="Good once; shown here and nowhere else.")
    expires_ms: int

    @classmethod
    def to_first_visit(cls, issuer: str, invitation: Invitation) -> "LinkFacts":
        link = f"{issuer}/invitation/{invitation.token.reveal()}"
        return cls(link=link, expires_ms=invitation.expires_ms)

    @classmethod
    def to_new_password(cls, issuer: str, invitation: Invitation) -> "LinkFacts":
        link = f"{issuer}/reset/{invitation.token.reveal()}"
        return cls(link=link, expires_ms=invitation.expires_ms)


class AddedPerson(Answer):
    person: PersonFacts
    invitation: LinkFacts


class EndedSessions(Answer):
    ended: int


class ClientFacts(Answer):
    client_id: str
    name: str
    kind: ClientKind
    redirect_uris: list[str]
    scopes: list[str]
    audience: str
    id_token_alg: Algorithm
    consent: ConsentRule
    made_ms: int

    @classmethod
    def of(cls, client: Client) -> "ClientFacts":
        return cls(
            client_id=client.id,
            name=client.name,
            kind=client.kind,
            redirect_uris=list(client.redirect_uris),
            scopes=list(client.scopes),
            audience=client.audience,
            id_token_alg=client.id_token_alg,
            consent=client.consent,
            made_ms=client.made_ms,
        )


class ClientWithSecret(ClientFacts):
    client_secret: str | None = Field(description="Shown here and nowhere else.")

    @classmethod
    def with_secret(cls, client: Client, secret: str | None) -> "ClientWithSecret":
        return cls(**dict(ClientFacts.of(client)), client_secret=secret)


class ClientList(Answer):
    clients: list[ClientFacts]


class DayFacts(Answer):
    day: date = Field(description="A day of UTC.")
    kind: str
    verified: int
    refused: int


class EnrolmentFacts(Answer):
    none: int
    one: int
    more: int
    recovery: int


class OverviewFacts(Answer):
    people: int
    disabled_people: int
    helpdesk: int
    administrators: int
    disabled_tokens: int
    open_invitations: int
    undelivered_letters: int
    clients: int
    enrolment: EnrolmentFacts = Field(description="Active people by how many tokens they have.")
    since_ms: int = Field(description="When the first of the days began.")
    days: list[DayFacts] = Field(description="Days without a proof of a kind are left out.")
