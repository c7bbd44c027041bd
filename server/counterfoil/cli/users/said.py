"""What commands say of people: the same facts as JSON and for a person at a terminal."""

from counterfoil.accounts import Account, Authenticator, Invitation
from counterfoil.administration import PersonDetails, PersonRow
from counterfoil.cli.opened import Opened
from counterfoil.cli.output import moment, pairs, say, show, table
from counterfoil.kit.strict_json import Json
from counterfoil.sessions import Session


def account_facts(account: Account) -> dict[str, Json]:
    """An account as JSON."""
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.display_name,
        "email": account.email,
        "email_verified": account.email_verified,
        "role": account.role.value,
        "state": account.state.value,
        "made_ms": account.made_ms,
    }


def row_facts(row: PersonRow) -> dict[str, Json]:
    """One line of the list as JSON."""
    return account_facts(row.account) | {"tokens": row.tokens, "last_used_ms": row.last_used_ms}


def details_facts(person: PersonDetails) -> dict[str, Json]:
    """One person whole as JSON."""
    return account_facts(person.account) | {
        "invited_until_ms": person.invited_until_ms,
        "authenticators": [_authenticator_facts(held) for held in person.authenticators],
        "sessions": [_session_facts(session) for session in person.sessions],
    }


def rows_text(rows: list[PersonRow]) -> str:
    """The list as a table."""
    headers = ("NAME", "DISPLAY NAME", "EMAIL", "ROLE", "STATE", "TOKENS", "LAST USED", "MADE")
    lines = [
        (
            row.account.name,
            row.account.display_name,
            row.account.email or "-",
            row.account.role,
            row.account.state,
            str(row.tokens),
            moment(row.last_used_ms),
            moment(row.account.made_ms),
        )
        for row in rows
    ]
    return table(headers, lines)


def details_text(person: PersonDetails) -> str:
    """One person whole, as a page of text."""
    account = person.account
    text = pairs(
        [
            ("name", account.name),
            ("display name", account.display_name),
            ("email", _email(account)),
            ("id", account.id),
            ("role", account.role),
            ("state", account.state),
            ("made", moment(account.made_ms)),
            ("invited until", moment(person.invited_until_ms)),
        ]
    )
    if not person.authenticators:
        return f"{text}\n\nNothing is enrolled yet: counterfoil users invite {account.name}"
    return f"{text}\n\n{_tokens(person)}{_sessions(person)}"


def show_account(account: Account, *, as_json: bool) -> None:
    """The account after a change: facts for a program; a person has read a sentence."""
    show(account_facts(account), "", as_json=as_json)


def show_invitation(
    house: Opened, account: Account, invitation: Invitation, *, as_json: bool
) -> None:
    """The link, which alone is data."""
    facts = account_facts(account)
    facts["invitation"] = invitation_facts(house.settings.issuer, invitation)
    say(f"This link is good once, until {moment(invitation.expires_ms)} UTC:")
    show(facts, invitation_link(house.settings.issuer, invitation), as_json=as_json)


def invitation_facts(issuer: str, invitation: Invitation) -> dict[str, Json]:
    """An invitation as JSON."""
    return {"link": invitation_link(issuer, invitation), "expires_ms": invitation.expires_ms}


def invitation_link(issuer: str, invitation: Invitation) -> str:
    """The address that the person opens."""
    return f"{issuer}/invitation/{invitation.token.reveal()}"


def password_link(issuer: str, link: Invitation) -> str:
    """The address where the person chooses a new password."""
    return f"{issuer}/reset/{link.token.reveal()}"


def _email(account: Account) -> str:
    if account.email is None:
        return "-"
    return account.email if account.email_verified else f"{account.email} (not confirmed)"


def _tokens(person: PersonDetails) -> str:
    headers = ("TOKEN ID", "KIND", "NAME", "STATE", "FAILURES", "MADE", "LAST USED")
    lines = [
        (a.id, a.kind, a.label, a.state, str(a.failures), moment(a.made_ms), moment(a.used_ms))
        for a in person.authenticators
    ]
    return table(headers, lines)


def _sessions(person: PersonDetails) -> str:
    if not person.sessions:
        return ""
    headers = ("SESSION ID", "ADDRESS", "BEGAN", "LAST SEEN", "BROWSER")
    lines = [
        (s.id, s.address, moment(s.made_ms), moment(s.seen_ms), s.user_agent)
        for s in person.sessions
    ]
    return f"\n\n{table(headers, lines)}"


def _authenticator_facts(held: Authenticator) -> dict[str, Json]:
    return {
        "id": held.id,
        "kind": held.kind.value,
        "label": held.label,
        "state": held.state.value,
        "failures": held.failures,
        "blocked_until_ms": held.blocked_until_ms,
        "made_ms": held.made_ms,
        "used_ms": held.used_ms,
        "used_from": held.used_from,
    }


def _session_facts(session: Session) -> dict[str, Json]:
    return {
        "id": session.id,
        "address": session.address,
        "user_agent": session.user_agent,
        "made_ms": session.made_ms,
        "seen_ms": session.seen_ms,
        "expires_ms": session.expires_ms,
    }
