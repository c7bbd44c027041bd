"""What is due in an interaction, what may begin in it, and when it is done."""

import itertools
from dataclasses import replace
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.assurance import Level, assess
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Purpose, VerifiedFactor
from counterfoil.interactions import Interaction, InteractionPurpose, InteractionState, Step
from counterfoil.interactions.rules import (
    PASSWORD_WAITS_MS,
    after,
    declining,
    due,
    forget_stale,
    refuse_late,
    refuse_out_of_turn,
    refuse_unusable,
    strongest,
)
from counterfoil.kit.ids import AccountId, AuthenticatorId, InteractionId, SessionId
from counterfoil.sessions.session import with_newer

NOON = 1_800_000_000_000
ADA, BOB = AccountId("acc_ada"), AccountId("acc_bob")
MINE, FOREIGN = SessionId("ses_mine"), SessionId("ses_foreign")
KEY = AuthenticatorId("aut_key")
PASSWORD = VerifiedFactor(KindName.PASSWORD, AuthenticatorId("aut_password"), NOON)
TOUCHED = VerifiedFactor(KindName.WEBAUTHN, KEY, NOON, user_present=True, phishing_resistant=True)
VERIFIED = replace(TOUCHED, user_verified=True)
CODE = VerifiedFactor(KindName.TOTP, AuthenticatorId("aut_phone"), NOON)
SHEET = VerifiedFactor(KindName.RECOVERY, AuthenticatorId("aut_sheet"), NOON)

SIGN_IN = Interaction(
    InteractionId("int_1"),
    MINE,
    InteractionPurpose.SIGN_IN,
    InteractionState.OPEN,
    None,
    None,
    (),
    NOON,
    NOON + 3_600_000,
)
HALF = replace(SIGN_IN, account=ADA, factors=(PASSWORD,))
STEP_UP = replace(SIGN_IN, purpose=InteractionPurpose.STEP_UP, account=ADA)
FIRST_VISIT = replace(SIGN_IN, purpose=InteractionPurpose.FIRST_VISIT, account=ADA)
CHOSEN = replace(FIRST_VISIT, factors=(PASSWORD,))
HAS_KEY = replace(FIRST_VISIT, factors=(VERIFIED,))
HAS_PHONE = replace(CHOSEN, factors=(PASSWORD, CODE))
WANTS_NO_SECOND = replace(HAS_PHONE, request="OFFER_SECOND")
HAS_BOTH = replace(CHOSEN, factors=(PASSWORD, CODE, TOUCHED))
ENROL = replace(SIGN_IN, purpose=InteractionPurpose.ENROL, account=ADA)
NEW_PASSWORD = replace(ENROL, purpose=InteractionPurpose.NEW_PASSWORD)
STEP_UP_BY_KEY = replace(STEP_UP, least=Level.PHISHING_RESISTANT)
ENDED = [
    replace(i, state=state)
    for i in (SIGN_IN, HALF, STEP_UP, FIRST_VISIT, CHOSEN, HAS_KEY, HAS_BOTH, ENROL, NEW_PASSWORD)
    for state in InteractionState
    if state is not InteractionState.OPEN
]


@pytest.mark.parametrize(
    ("interaction", "step"),
    [
        (SIGN_IN, Step.FIRST_FACTOR),
        (HALF, Step.SECOND_FACTOR),
        (STEP_UP, Step.CONFIRM),
        (FIRST_VISIT, Step.CHOOSE_FIRST),
        (CHOSEN, Step.ENROL_TOKEN),
        (HAS_KEY, Step.OFFER_SECOND),
        (HAS_PHONE, Step.OFFER_SECOND),
        (WANTS_NO_SECOND, Step.OFFER_RECOVERY),
        (HAS_BOTH, Step.OFFER_RECOVERY),
        (replace(HAS_BOTH, factors=(*HAS_BOTH.factors, SHEET)), Step.NOTHING),
        (replace(HAS_KEY, request="OFFER_SECOND"), Step.NOTHING),
        (ENROL, Step.ADD),
        (NEW_PASSWORD, Step.NEW_PASSWORD),
        *((ended, Step.NOTHING) for ended in ENDED),
    ],
)
def test_each_interaction_has_one_step_due(interaction: Interaction, step: Step) -> None:
    assert due(interaction) is step


# Kind, purpose, alone, has_password: everything that may begin; all else is refused.
Turn: TypeAlias = tuple[KindName, Purpose, bool, bool]
KEY_ALONE = (KindName.WEBAUTHN, Purpose.SIGN_IN, True)
KEY_BESIDE = (KindName.WEBAUTHN, Purpose.SIGN_IN, False)
BOTH = (True, False)
BY_PASSWORD = {(KindName.PASSWORD, Purpose.SIGN_IN, alone, p) for alone in BOTH for p in BOTH}


def every(*kinds: KindName, purpose: Purpose, has: tuple[bool, ...] = BOTH) -> set[Turn]:
    return {(kind, purpose, alone, p) for kind in kinds for alone in BOTH for p in has}


KEYS = {(KindName.WEBAUTHN, Purpose.ENROL, True, p) for p in BOTH} | {
    (KindName.WEBAUTHN, Purpose.ENROL, False, True)
}
PHONES = every(KindName.TOTP, purpose=Purpose.ENROL, has=(True,))
SHEETS = every(KindName.RECOVERY, purpose=Purpose.ENROL, has=(True,))
PASSWORDS = every(KindName.PASSWORD, purpose=Purpose.ENROL)
CODES = (KindName.TOTP, KindName.RECOVERY)
MAY_BEGIN = {
    "first factor": (SIGN_IN, BY_PASSWORD | {(*KEY_ALONE, p) for p in BOTH}),
    "second factor": (
        HALF,
        BY_PASSWORD
        | {(*key, p) for key in (KEY_ALONE, KEY_BESIDE) for p in BOTH}
        | every(*CODES, purpose=Purpose.SIGN_IN),
    ),
    "confirm": (STEP_UP, every(KindName.WEBAUTHN, *CODES, purpose=Purpose.STEP_UP)),
    "confirm with a key": (STEP_UP_BY_KEY, every(KindName.WEBAUTHN, purpose=Purpose.STEP_UP)),
    "choose first": (FIRST_VISIT, PASSWORDS | KEYS | PHONES),
    "enrol a token by invitation": (CHOSEN, PASSWORDS | KEYS | PHONES),
    "a second token": (HAS_PHONE, KEYS | PHONES),
    "recovery codes": (HAS_BOTH, SHEETS),
    "add": (ENROL, KEYS | PHONES | SHEETS | PASSWORDS),
    "new password": (NEW_PASSWORD, PASSWORDS),
}


@pytest.mark.parametrize("step", MAY_BEGIN)
def test_only_what_is_due_may_begin(step: str) -> None:
    interaction, allowed = MAY_BEGIN[step]
    begun = {
        (kind, purpose, alone, has_password)
        for kind, purpose, alone, has_password in itertools.product(KindName, Purpose, BOTH, BOTH)
        if refuse_out_of_turn(interaction, kind, purpose, alone=alone, has_password=has_password)
        is None
    }
    assert begun == allowed


@pytest.mark.parametrize("ended", ENDED)
def test_nothing_begins_in_what_has_ended(ended: Interaction) -> None:
    for kind, purpose, alone, has_password in itertools.product(KindName, Purpose, BOTH, BOTH):
        refused = refuse_out_of_turn(ended, kind, purpose, alone=alone, has_password=has_password)
        assert refused == Refused(Reason.REPLAYED)


def test_what_is_not_due_and_what_is_too_weak_have_different_reasons() -> None:
    def why(interaction: Interaction, kind: KindName, purpose: Purpose) -> Reason | None:
        refused = refuse_out_of_turn(interaction, kind, purpose, alone=False, has_password=False)
        return None if refused is None else refused.reason

    assert why(SIGN_IN, KindName.WEBAUTHN, Purpose.ENROL) is Reason.WRONG_KIND
    assert why(SIGN_IN, KindName.WEBAUTHN, Purpose.SIGN_IN) is Reason.EXPIRED
    assert why(ENROL, KindName.WEBAUTHN, Purpose.ENROL) is Reason.LEVEL_TOO_LOW
    assert why(ENROL, KindName.TOTP, Purpose.ENROL) is Reason.NEEDS_PASSWORD
    assert why(ENROL, KindName.PASSWORD, Purpose.SIGN_IN) is Reason.WRONG_KIND
    assert why(STEP_UP_BY_KEY, KindName.TOTP, Purpose.STEP_UP) is Reason.LEVEL_TOO_LOW
    assert why(STEP_UP, KindName.PASSWORD, Purpose.STEP_UP) is Reason.WRONG_KIND


# --- whose, and until when ----------------------------------------------------------------------


def test_an_unknown_interaction_and_a_foreign_one_are_answered_alike() -> None:
    foreign = Refused(Reason.FOREIGN_CEREMONY)
    assert refuse_unusable(None, MINE, NOON) == foreign
    assert refuse_unusable(SIGN_IN, FOREIGN, NOON) == foreign
    for ended in ENDED:
        assert refuse_unusable(ended, FOREIGN, NOON + 10**9) == foreign


def test_an_interactions_time_has_both_its_edges() -> None:
    assert refuse_unusable(SIGN_IN, MINE, SIGN_IN.expires_ms - 1) is None
    assert refuse_unusable(SIGN_IN, MINE, SIGN_IN.expires_ms) == Refused(Reason.EXPIRED)


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (InteractionState.OPEN, None),
        (InteractionState.DONE, None),
        (InteractionState.FINISHED, Refused(Reason.REPLAYED)),
        (InteractionState.CANCELLED, Refused(Reason.REPLAYED)),
    ],
)
def test_what_was_finished_or_cancelled_is_over(
    state: InteractionState, refused: Refused | None
) -> None:
    assert refuse_unusable(replace(SIGN_IN, state=state), MINE, NOON) == refused


@pytest.mark.parametrize(
    ("interaction", "forgets"),
    [
        (HALF, True),
        (SIGN_IN, False),
        (CHOSEN, False),
        (replace(HALF, state=InteractionState.DONE), False),
    ],
)
def test_a_password_waits_five_minutes_for_its_key(interaction: Interaction, forgets: bool) -> None:
    assert forget_stale(interaction, NOON + PASSWORD_WAITS_MS - 1) == interaction
    late = forget_stale(interaction, NOON + PASSWORD_WAITS_MS)
    assert late == (replace(interaction, account=None, factors=()) if forgets else interaction)


# --- adding up ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "account", "factor", "factors", "state"),
    [
        (SIGN_IN, ADA, PASSWORD, (PASSWORD,), InteractionState.OPEN),
        (SIGN_IN, ADA, VERIFIED, (VERIFIED,), InteractionState.DONE),
        (SIGN_IN, ADA, TOUCHED, (TOUCHED,), InteractionState.OPEN),
        (HALF, ADA, TOUCHED, (PASSWORD, TOUCHED), InteractionState.DONE),
        (HALF, ADA, VERIFIED, (PASSWORD, VERIFIED), InteractionState.DONE),
        (HALF, BOB, TOUCHED, (TOUCHED,), InteractionState.OPEN),
        (HALF, BOB, VERIFIED, (VERIFIED,), InteractionState.DONE),
        (HALF, BOB, PASSWORD, (PASSWORD,), InteractionState.OPEN),
        (HALF, ADA, PASSWORD, (PASSWORD,), InteractionState.OPEN),
        (STEP_UP, ADA, TOUCHED, (TOUCHED,), InteractionState.DONE),
        (FIRST_VISIT, ADA, PASSWORD, (PASSWORD,), InteractionState.OPEN),
        (HALF, ADA, CODE, (PASSWORD, CODE), InteractionState.DONE),
        (HALF, ADA, SHEET, (PASSWORD, SHEET), InteractionState.DONE),
        (STEP_UP, ADA, CODE, (CODE,), InteractionState.DONE),
        (FIRST_VISIT, ADA, VERIFIED, (VERIFIED,), InteractionState.OPEN),
        (HAS_KEY, ADA, VERIFIED, (VERIFIED, VERIFIED), InteractionState.DONE),
        (CHOSEN, ADA, TOUCHED, (PASSWORD, TOUCHED), InteractionState.OPEN),
        (HAS_PHONE, ADA, TOUCHED, (PASSWORD, CODE, TOUCHED), InteractionState.OPEN),
        (HAS_BOTH, ADA, SHEET, (PASSWORD, CODE, TOUCHED, SHEET), InteractionState.DONE),
        (NEW_PASSWORD, ADA, PASSWORD, (PASSWORD,), InteractionState.DONE),
        (ENROL, ADA, TOUCHED, (TOUCHED,), InteractionState.DONE),
    ],
)
def test_a_proof_moves_its_interaction_on(
    before: Interaction,
    account: AccountId,
    factor: VerifiedFactor,
    factors: tuple[VerifiedFactor, ...],
    state: InteractionState,
) -> None:
    purpose = Purpose.ENROL if before.purpose is InteractionPurpose.ENROL else Purpose.SIGN_IN
    expected = replace(before, account=account, factors=factors, state=state)
    assert after(before, account, purpose, factor) == expected


def test_offers_are_declined_one_after_the_other() -> None:
    assert declining(CHOSEN) == Refused(
        Reason.WRONG_KIND, "nothing is offered that could be declined"
    )
    without_second = declining(HAS_PHONE)
    assert without_second == WANTS_NO_SECOND
    assert isinstance(without_second, Interaction)
    done = declining(without_second)
    assert isinstance(done, Interaction)
    assert done.state is InteractionState.DONE
    alone = declining(HAS_KEY)
    assert isinstance(alone, Interaction)
    assert alone.state is InteractionState.DONE


def test_an_enrolment_that_was_begun_before_another_took_its_place_comes_late() -> None:
    assert refuse_late(HAS_PHONE, KindName.WEBAUTHN) is None
    assert refuse_late(HAS_BOTH, KindName.WEBAUTHN) == Refused(Reason.LOST_RACE)
    assert refuse_late(HAS_PHONE, KindName.PASSWORD) == Refused(Reason.LOST_RACE)
    assert refuse_late(ENROL, KindName.WEBAUTHN) is None


def test_nobody_may_add_with_less_than_they_hold() -> None:
    assert strongest([]) is Level.OTP
    assert strongest([KindName.PASSWORD, KindName.RECOVERY, KindName.TOTP]) is Level.OTP
    assert strongest([KindName.TOTP, KindName.WEBAUTHN]) is Level.PHISHING_RESISTANT


factor_values = st.builds(
    VerifiedFactor,
    kind=st.sampled_from(KindName),
    authenticator=st.sampled_from([KEY, PASSWORD.authenticator]),
    at_ms=st.integers(NOON, NOON + 1000),
    user_present=st.booleans(),
    user_verified=st.booleans(),
    phishing_resistant=st.booleans(),
    hardware_attested=st.booleans(),
)


@given(st.lists(st.tuples(st.sampled_from([ADA, BOB]), factor_values), max_size=6))
def test_factors_of_two_accounts_never_add_up(
    proofs: list[tuple[AccountId, VerifiedFactor]],
) -> None:
    interaction = SIGN_IN
    owners: dict[int, AccountId] = {}
    for account, proof in proofs:
        # One object for each proof, so that its owner can be told whatever it says.
        shown = replace(proof)
        owners[id(shown)] = account
        interaction = after(interaction, account, Purpose.SIGN_IN, shown)
        assert interaction.account == account
        assert {owners[id(f)] for f in interaction.factors} == {account}
        assert shown in interaction.factors
        enough = assess(interaction.factors) is not None
        assert (interaction.state is InteractionState.DONE) == enough


@given(st.lists(factor_values, max_size=4), factor_values)
def test_a_sessions_level_is_not_lowered_by_one_more_proof(
    held: list[VerifiedFactor], more: VerifiedFactor
) -> None:
    before = assess(held)
    later = replace(more, at_ms=NOON + 2000)
    afterwards = with_newer(tuple(held), (later,))
    assert later in afterwards
    if before is None:
        return
    reached = assess(afterwards)
    assert reached is not None
    assert reached.level >= before.level


def test_a_session_keeps_the_newest_of_each_kind_that_says_as_much() -> None:
    newer = replace(VERIFIED, at_ms=NOON + 1)
    assert with_newer((PASSWORD, TOUCHED), (newer,)) == (PASSWORD, newer)
    assert with_newer((PASSWORD, VERIFIED), (newer,)) == (PASSWORD, newer)
    touched = replace(TOUCHED, at_ms=NOON + 1)
    assert with_newer((PASSWORD, VERIFIED), (touched,)) == (PASSWORD, VERIFIED, touched)
