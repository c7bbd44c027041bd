"""Events as people read them: purely, from rows to one sentence each.

What belongs to the protocol's course alone is left out, and the proofs of a sign-in are told
with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from counterfoil.audit import Event, What
from counterfoil.errors import Reason
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.kit.ids import AccountId
from counterfoil_web import Happening

# As long as a password waits for its key, and some time to find that.
SIGN_IN_TAKES_MS = 10 * 60 * 1000

SHOWN = frozenset(
    {
        What.ACCOUNT_ADDED,
        What.ACCOUNT_DISABLED,
        What.ACCOUNT_ENABLED,
        What.ROLE_CHANGED,
        What.INVITED,
        What.INVITATION_USED,
        What.ENROLLED,
        What.RENAMED,
        What.REMOVED,
        What.SUSPENDED,
        What.RESUMED,
        What.AUTHENTICATOR_DISABLED,
        What.STARTED_OVER,
        What.PASSWORD_LINK_SENT,
        What.PASSWORD_LINK_USED,
        What.PASSWORD_SET,
        What.VERIFIED,
        What.REFUSED,
        What.SIGNED_IN,
        What.STEPPED_UP,
        What.SIGNED_OUT,
        What.NAME_CHANGED,
        What.DISPLAY_NAME_CHANGED,
        What.EMAIL_PROPOSED,
        What.EMAIL_CHANGED,
        What.CONSENT_GIVEN,
        What.CONSENT_DENIED,
        What.CONSENT_REVOKED,
        What.GRANTED,
        What.GRANT_REVOKED,
    }
)
_OFTEN = frozenset({Reason.BLOCKED, Reason.TOO_MANY, Reason.TRIES_SPENT, Reason.FLOODED})
_REFUSED = {
    KindName.PASSWORD: "refused_password",
    KindName.TOTP: "refused_code",
    KindName.RECOVERY: "refused_code",
    KindName.WEBAUTHN: "refused_key",
}


def happenings(
    events: Sequence[Event],
    account: AccountId,
    labels: Mapping[str, str],
    applications: Mapping[str, str],
) -> list[Happening]:
    """What is told of `events`, which come with the newest first.

    `labels` are the names of tokens by their ids, `applications` those of clients.
    """
    told: list[Happening] = []
    sign_in: int | None = None  # where in `told` the sign-in is whose proofs may follow
    for event in events:
        if event.what == What.VERIFIED:
            sign_in = _tell_proof(told, sign_in, event)
            continue
        if event.what == What.SIGNED_IN:
            sign_in = len(told)
        told.append(_happening(event, account, labels, applications))
    return told


def application_of(event: Event) -> str | None:
    """The client that an event names; None when it is about none."""
    if event.what == What.GRANTED:
        return str(event.details.get("client", ""))
    if event.what in (What.CONSENT_GIVEN, What.CONSENT_DENIED, What.CONSENT_REVOKED):
        return event.subject
    return None


def _tell_proof(told: list[Happening], sign_in: int | None, proof: Event) -> int | None:
    """Adds the proof to its sign-in; a password that nothing followed is told by itself."""
    if proof.details.get("purpose") != Purpose.SIGN_IN.value:
        return sign_in
    kind = str(proof.details.get("kind", ""))
    if sign_in is not None:
        known = told[sign_in]
        in_time = known.at_ms - proof.at_ms <= SIGN_IN_TAKES_MS
        if in_time and known.address == proof.address and kind not in known.ways:
            told[sign_in] = replace(known, ways=(kind, *known.ways))
            return None if kind == KindName.PASSWORD.value else sign_in
    if kind == KindName.PASSWORD.value:
        told.append(Happening(proof.id, "password_right", proof.at_ms, proof.address, amiss=True))
    return sign_in


def _happening(
    event: Event,
    account: AccountId,
    labels: Mapping[str, str],
    applications: Mapping[str, str],
) -> Happening:
    client = application_of(event)
    by_others = event.actor not in (account, "nobody") and not event.actor.startswith("cli_")
    return Happening(
        id=event.id,
        what=_what(event),
        at_ms=event.at_ms,
        address="" if by_others else event.address,
        kind=str(event.details.get("kind", "")),
        label=labels.get(event.subject or "", ""),
        application=applications.get(client, "") if client else "",
        by_others=by_others,
        amiss=event.what in (What.REFUSED, What.AUTHENTICATOR_DISABLED, What.GRANT_REVOKED),
    )


def _what(event: Event) -> str:
    if event.what == What.GRANTED:
        return "entered"
    if event.what == What.ENROLLED and event.details.get("kind") == KindName.RECOVERY.value:
        return "codes_made"
    if event.what == What.SIGNED_OUT and event.details.get("elsewhere") is True:
        return "signed_out_elsewhere"
    return _refusal(event) if event.what == What.REFUSED else event.what


def _refusal(event: Event) -> str:
    if event.reason in _OFTEN:
        return "refused_often"
    if event.details.get("purpose") == Purpose.ENROL.value:
        return "refused_enrolment"
    kind = event.details.get("kind")
    return _REFUSED.get(KindName(kind), "refused") if kind in list(KindName) else "refused"
