"""Events as people read them: proofs are told with their sign-in, refusals by what was tried."""

import pytest

from counterfoil.audit import Event, What
from counterfoil.errors import Reason
from counterfoil.http.account.happenings import SHOWN, SIGN_IN_TAKES_MS, happenings
from counterfoil.kit.ids import AccountId
from counterfoil_web import EVENTS, Happening

ADA = AccountId("acc_ada")
HERE, THERE = "192.0.2.1", "198.51.100.7"
NOON_MS = 1_800_000_000_000


def event(
    what: What,
    at_ms: int = NOON_MS,
    *,
    actor: str = ADA,
    address: str = HERE,
    subject: str | None = None,
    reason: Reason | None = None,
    **details: str | bool,
) -> Event:
    return Event(
        1, at_ms, what.value, ADA, actor, subject, reason and reason.value, address, details
    )


def proof(kind: str, at_ms: int = NOON_MS, address: str = HERE, purpose: str = "sign_in") -> Event:
    return event(What.VERIFIED, at_ms, address=address, kind=kind, purpose=purpose)


def told(*events: Event) -> list[Happening]:
    return happenings(events, ADA, {"aut_1": "My key"}, {"cli_1": "Sample"})


@pytest.mark.parametrize("what", sorted(SHOWN))
def test_whatever_is_shown_has_a_sentence(what: What) -> None:
    for one in told(event(what)):
        assert one.what in EVENTS


def test_the_proofs_of_a_sign_in_are_told_with_it() -> None:
    (one,) = told(event(What.SIGNED_IN), proof("webauthn"), proof("password", NOON_MS - 60_000))
    assert one.ways == ("password", "webauthn")
    (alone,) = told(event(What.SIGNED_IN), proof("webauthn"))
    assert alone.ways == ("webauthn",)


def test_a_wrong_code_in_between_is_told_and_breaks_nothing() -> None:
    refused = event(
        What.REFUSED, actor="nobody", reason=Reason.WRONG, kind="totp", purpose="sign_in"
    )
    found = told(event(What.SIGNED_IN), proof("totp"), refused, proof("password", NOON_MS - 1))
    assert [(one.what, one.ways, one.amiss) for one in found] == [
        ("signed_in", ("password", "totp"), False),
        ("refused_code", (), True),
    ]


@pytest.mark.parametrize(
    ("before_ms", "address", "belongs"),
    [
        (SIGN_IN_TAKES_MS, HERE, True),
        (SIGN_IN_TAKES_MS + 1, HERE, False),
        (1, THERE, False),
    ],
)
def test_a_password_that_nothing_followed_is_told_by_itself(
    before_ms: int, address: str, belongs: bool
) -> None:
    found = told(
        event(What.SIGNED_IN),
        proof("webauthn"),
        proof("password", NOON_MS - before_ms, address),
    )
    expected = ["signed_in"] if belongs else ["signed_in", "password_right"]
    assert [one.what for one in found] == expected
    assert found[-1].amiss is not belongs


def test_two_sign_ins_keep_their_own_proofs() -> None:
    first, second = told(
        event(What.SIGNED_IN),
        proof("totp"),
        proof("password"),
        event(What.SIGNED_IN, NOON_MS - 1),
        proof("webauthn", NOON_MS - 1),
    )
    assert (first.ways, second.ways) == (("password", "totp"), ("webauthn",))


@pytest.mark.parametrize("purpose", ["enrol", "step_up"])
def test_other_proofs_are_told_by_what_they_led_to(purpose: str) -> None:
    assert told(proof("password", purpose=purpose), proof("webauthn", purpose=purpose)) == []


@pytest.mark.parametrize(
    ("reason", "kind", "purpose", "what"),
    [
        (Reason.WRONG, "password", "sign_in", "refused_password"),
        (Reason.WRONG, "totp", "step_up", "refused_code"),
        (Reason.CODE_USED, "recovery", "sign_in", "refused_code"),
        (Reason.SIGNATURE_WRONG, "webauthn", "sign_in", "refused_key"),
        (Reason.USER_UNVERIFIED, "webauthn", "enrol", "refused_enrolment"),
        (Reason.TOO_MANY, "totp", "sign_in", "refused_often"),
        (Reason.TRIES_SPENT, "totp", "enrol", "refused_often"),
        (Reason.WRONG, "of another version", "sign_in", "refused"),
    ],
)
def test_a_refusal_says_what_was_tried(reason: Reason, kind: str, purpose: str, what: str) -> None:
    (one,) = told(event(What.REFUSED, actor="nobody", reason=reason, kind=kind, purpose=purpose))
    assert (one.what, one.amiss, one.by_others) == (what, True, False)


@pytest.mark.parametrize(
    ("actor", "by_others"),
    [(ADA, False), ("nobody", False), ("cli_1", False), ("operator", True), ("acc_bob", True)],
)
def test_what_others_did_is_known_as_theirs(actor: str, by_others: bool) -> None:
    (one,) = told(event(What.REMOVED, actor=actor))
    assert one.by_others is by_others


def test_things_are_called_by_their_names() -> None:
    named, entered, unlinked, elsewhere, codes = told(
        event(What.RENAMED, subject="aut_1", kind="webauthn"),
        event(What.GRANTED, subject="gra_1", client="cli_1"),
        event(What.CONSENT_REVOKED, subject="cli_1"),
        event(What.SIGNED_OUT, elsewhere=True),
        event(What.ENROLLED, kind="recovery"),
    )
    assert (named.label, named.kind) == ("My key", "webauthn")
    assert (entered.what, entered.application) == ("entered", "Sample")
    assert unlinked.application == "Sample"
    assert elsewhere.what == "signed_out_elsewhere"
    assert codes.what == "codes_made"
    (gone,) = told(event(What.CONSENT_GIVEN, subject="cli_gone"))
    assert gone.application == ""
