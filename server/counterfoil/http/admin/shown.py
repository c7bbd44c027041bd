"""What pages show of people, tokens, sessions and events: the service's facts as the pages'."""

from collections.abc import Iterable, Sequence

from counterfoil.accounts import Account, Authenticator, AuthenticatorState
from counterfoil.administration import Action, PersonDetails, PersonRow, allowed
from counterfoil.audit import Event
from counterfoil.errors import Reason, Refused, told, voice
from counterfoil.factors.kind import KindName
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.house import House
from counterfoil.kit.ids import AccountId
from counterfoil.oauth import Client, read_client_id
from counterfoil.sessions import Session
from counterfoil.store import Transaction
from counterfoil_web import Problem, admin_facts


def row_of(found: PersonRow, actor: Account) -> admin_facts.PersonRow:
    row = plain_row(found.account, actor)
    return admin_facts.PersonRow(
        row.id,
        row.name,
        row.display_name,
        row.role,
        row.state,
        found.tokens,
        found.last_used_ms,
        row.open,
    )


def plain_row(account: Account, actor: Account) -> admin_facts.PersonRow:
    """Without numbers; `open` when the actor may look at the person."""
    return admin_facts.PersonRow(
        id=account.id,
        name=account.name,
        display_name=account.display_name,
        role=account.role.value,
        state=account.state.value,
        tokens=0,
        open=Action.SEE_PERSON in allowed(actor, account),
    )


def details_of(
    house: House, tx: Transaction, found: PersonDetails, actor: Account
) -> admin_facts.PersonDetails:
    can = allowed(actor, found.account)
    keys = any(a.kind is not KindName.PASSWORD for a in found.authenticators)
    return admin_facts.PersonDetails(
        row=plain_row(found.account, actor),
        email=found.account.email or "",
        email_verified=found.account.email_verified,
        made_ms=found.account.made_ms,
        invited_until_ms=found.invited_until_ms,
        begun=keys,
        has_password=any(a.kind is KindName.PASSWORD for a in found.authenticators),
        tokens=tuple(_token(a, can) for a in found.authenticators),
        sessions=tuple(_session(s) for s in found.sessions),
        events=events_of(house, tx, found.events),
        can=frozenset(action.value for action in can),
    )


def endings_of(
    authenticators: Iterable[Authenticator], sessions: Iterable[Session]
) -> tuple[admin_facts.Ending, ...]:
    """What ends, one by one."""
    tokens = (admin_facts.Ending("token", a.label, a.kind.value) for a in authenticators)
    visits = (admin_facts.Ending("session", s.user_agent) for s in sessions)
    return (*tokens, *visits)


def client_of(client: Client) -> admin_facts.ApplicationRow:
    return admin_facts.ApplicationRow(
        client.id,
        client.name,
        client.kind.value,
        client.redirect_uris,
        client.scopes,
        client.audience,
        client.made_ms,
    )


def events_of(
    house: House, tx: Transaction, events: Sequence[Event]
) -> tuple[admin_facts.EventRow, ...]:
    """With the names that people and applications have today; what is gone keeps its id."""
    ids = {one for e in events for one in (e.account, e.actor, e.subject) if one is not None}
    names = dict(_names(house, tx, ids))
    return tuple(_event(event, names) for event in events)


def problem_for(refused: Refused) -> Problem:
    """What is said of it at a field or in a table, without a reference."""
    return Problem(told(refused.reason).value, voice(refused.reason).public)


def _token(authenticator: Authenticator, can: frozenset[Action]) -> admin_facts.PersonToken:
    transports: tuple[str, ...] = ()
    if authenticator.kind is KindName.WEBAUTHN:
        transports = CredentialFacts.load(authenticator.facts).transports
    return admin_facts.PersonToken(
        id=authenticator.id,
        kind=authenticator.kind.value,
        label=authenticator.label,
        state=authenticator.state.value,
        made_ms=authenticator.made_ms,
        used_ms=authenticator.used_ms,
        used_from=authenticator.used_from or "",
        transports=transports,
        can=frozenset(_can(authenticator, can)),
    )


def _can(authenticator: Authenticator, can: frozenset[Action]) -> Iterable[str]:
    is_password = authenticator.kind is KindName.PASSWORD
    if authenticator.live and Action.SUSPEND_TOKEN in can and not is_password:
        yield "suspend"
    if authenticator.state is AuthenticatorState.SUSPENDED and Action.RESUME_TOKEN in can:
        yield "resume"
    if Action.REMOVE_TOKEN in can:
        yield "remove"


def _session(session: Session) -> admin_facts.PersonSession:
    return admin_facts.PersonSession(
        session.id, session.user_agent, session.address, session.made_ms, session.seen_ms
    )


def _event(event: Event, names: dict[str, str]) -> admin_facts.EventRow:
    kind, label = event.details.get("kind"), event.details.get("label")
    is_person = event.account is not None and event.account in names
    by_another = event.actor not in (event.account, "nobody")
    return admin_facts.EventRow(
        at_ms=event.at_ms,
        what=event.what,
        person=names.get(event.account or "", event.account or ""),
        person_id=(event.account or "") if is_person else "",
        actor=names.get(event.actor, event.actor) if by_another else "",
        subject=names.get(event.subject or "", str(label or event.details.get("name") or "")),
        kind=str(kind or ""),
        reason=event.reason or "",
        reason_words=_operators_words(event.reason),
        address=event.address,
    )


def _operators_words(reason: str | None) -> str:
    """In the operator's voice; a reason of another version has none."""
    known = {r.value: r for r in Reason}
    return voice(known[reason]).operator if reason in known else ""


def _names(house: House, tx: Transaction, ids: set[str]) -> Iterable[tuple[str, str]]:
    for one in ids:
        if one.startswith("acc_"):
            account = house.accounts.find(tx, AccountId(one))
            if account is not None:
                yield one, account.name
        client_id = read_client_id(one)
        client = None if client_id is None else house.clients.find(tx, client_id)
        if client is not None:
            yield one, client.name
