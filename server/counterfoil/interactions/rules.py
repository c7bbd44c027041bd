"""Pure: what is due in an interaction, what may begin in it, and when it is done."""

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from counterfoil.assurance import Level, assess
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Purpose, VerifiedFactor
from counterfoil.interactions.interaction import (
    Interaction,
    InteractionPurpose,
    InteractionState,
    Step,
)
from counterfoil.kit.ids import AccountId, SessionId

# As long as a challenge: a password alone is half a sign-in that nobody may find on a screen.
PASSWORD_WAITS_MS = 300_000

# What a person holds in the hand; a password is known, and recovery codes lie in a drawer.
TOKENS = frozenset({KindName.WEBAUTHN, KindName.TOTP})
MAY_BE_ENROLLED = {
    Step.CHOOSE_FIRST: {*TOKENS, KindName.PASSWORD},
    Step.ENROL_TOKEN: {*TOKENS, KindName.PASSWORD},
    Step.OFFER_SECOND: TOKENS,
    Step.OFFER_RECOVERY: {KindName.RECOVERY},
    Step.ADD: {*TOKENS, KindName.PASSWORD, KindName.RECOVERY},
    Step.NEW_PASSWORD: {KindName.PASSWORD},
}


def refuse_unusable(
    interaction: Interaction | None, session: SessionId, now_ms: int
) -> Refused | None:
    """Unknown, or of another browser: the same answer. Then ended, then over."""
    if interaction is None or interaction.session != session:
        return Refused(Reason.FOREIGN_CEREMONY)
    if interaction.expires_ms <= now_ms:
        return Refused(Reason.EXPIRED)
    if interaction.state in (InteractionState.FINISHED, InteractionState.CANCELLED):
        return Refused(Reason.REPLAYED)
    return None


def forget_stale(interaction: Interaction, now_ms: int) -> Interaction:
    """Without a password that has waited too long for its key: whoever typed it may be gone."""
    waits = interaction.state is InteractionState.OPEN and interaction.has_password
    if interaction.purpose is not InteractionPurpose.SIGN_IN or not waits:
        return interaction
    if now_ms - max(f.at_ms for f in interaction.factors) < PASSWORD_WAITS_MS:
        return interaction
    return forgotten(interaction)


def due(interaction: Interaction) -> Step:
    if interaction.state is not InteractionState.OPEN:
        return Step.NOTHING
    match interaction.purpose:
        case InteractionPurpose.SIGN_IN:
            return Step.SECOND_FACTOR if interaction.has_password else Step.FIRST_FACTOR
        case InteractionPurpose.STEP_UP:
            return Step.CONFIRM
        case InteractionPurpose.FIRST_VISIT:
            return _due_in_first_visit(interaction)
        case InteractionPurpose.ENROL:
            return Step.ADD
        case InteractionPurpose.NEW_PASSWORD:
            return Step.NEW_PASSWORD
        case _:
            assert_never(interaction.purpose)


def _due_in_first_visit(interaction: Interaction) -> Step:
    held = sum(factor.kind in TOKENS for factor in interaction.factors)
    declined = declined_offers(interaction)
    if held == 0:
        return Step.ENROL_TOKEN if interaction.has_password else Step.CHOOSE_FIRST
    if held == 1 and Step.OFFER_SECOND not in declined:
        return Step.OFFER_SECOND
    # Recovery codes work beside a password only.
    wanted = interaction.has_password and not interaction.shows(KindName.RECOVERY)
    return Step.OFFER_RECOVERY if wanted and Step.OFFER_RECOVERY not in declined else Step.NOTHING


def declined_offers(interaction: Interaction) -> frozenset[Step]:
    """What a first visit's person did not want; may be called for a first visit only."""
    return frozenset(Step[name] for name in (interaction.request or "").split())


def declining(interaction: Interaction) -> Interaction | Refused:
    """The first visit without what it offers now; WRONG_KIND when nothing is offered."""
    offer = due(interaction)
    if offer not in (Step.OFFER_SECOND, Step.OFFER_RECOVERY):
        return Refused(Reason.WRONG_KIND, "nothing is offered that could be declined")
    declined = sorted(step.name for step in {*declined_offers(interaction), offer})
    return _done_when_nothing_is_due(replace(interaction, request=" ".join(declined)))


def level_of(kind: KindName) -> Level:
    """What a token of this kind can reach, in the words of the ladder."""
    # Attestation is not judged by default, so that a key is not known to be hardware.
    return Level.PHISHING_RESISTANT if kind is KindName.WEBAUTHN else Level.OTP


def strongest(kinds: Iterable[KindName]) -> Level:
    """The level that adding to these needs: nobody may add with less than they hold.

    Recovery codes and a password are no more than OTP, so that a person who holds nothing else
    is asked for what they have.
    """
    return max((level_of(kind) for kind in kinds), default=Level.OTP)


def refuse_out_of_turn(
    interaction: Interaction, kind: KindName, purpose: Purpose, *, alone: bool, has_password: bool
) -> Refused | None:
    """Only what is due may begin. `has_password`: whether the account has one already."""
    step = due(interaction)
    if step is Step.NOTHING:
        return Refused(Reason.REPLAYED)
    if step is Step.CONFIRM:
        return _refuse_step_up(interaction, kind, purpose)
    if step in (Step.FIRST_FACTOR, Step.SECOND_FACTOR):
        return _refuse_sign_in(kind, purpose, alone=alone, second=step is Step.SECOND_FACTOR)
    if kind not in MAY_BE_ENROLLED[step] or purpose is not Purpose.ENROL:
        return Refused(Reason.WRONG_KIND)
    if has_password or kind is KindName.PASSWORD:
        return None
    if kind is not KindName.WEBAUTHN:
        return Refused(Reason.NEEDS_PASSWORD, "a code is one factor: there is no password")
    if not alone:
        return Refused(Reason.LEVEL_TOO_LOW, "without a password the key must verify the person")
    return None


def refuse_late(interaction: Interaction, kind: KindName) -> Refused | None:
    """An enrolment that was begun before another one took its place: an invitation is good for
    two tokens, and not for as many as were begun at once.
    """
    if interaction.purpose is not InteractionPurpose.FIRST_VISIT:
        return None
    in_turn = kind in MAY_BE_ENROLLED.get(due(interaction), frozenset())
    return None if in_turn else Refused(Reason.LOST_RACE)


def _refuse_sign_in(
    kind: KindName, purpose: Purpose, *, alone: bool, second: bool
) -> Refused | None:
    """A person who went back may begin anew, with another name."""
    if purpose is not Purpose.SIGN_IN:
        return Refused(Reason.WRONG_KIND)
    first = kind is KindName.PASSWORD or (kind is KindName.WEBAUTHN and alone)
    if not (first or second):
        return Refused(Reason.EXPIRED, "nobody is recognised, or not any more")
    return None


def _refuse_step_up(interaction: Interaction, kind: KindName, purpose: Purpose) -> Refused | None:
    """One proof: the session has shown the other factor, or the key verifies again."""
    if purpose is not Purpose.STEP_UP or kind is KindName.PASSWORD:
        return Refused(Reason.WRONG_KIND)
    if level_of(kind) < (interaction.least or Level.OTP):
        return Refused(Reason.LEVEL_TOO_LOW, "what comes next needs a stronger token")
    return None


def after(
    interaction: Interaction, account: AccountId, purpose: Purpose, factor: VerifiedFactor
) -> Interaction:
    """The interaction with one more proof: whose it is, its factors, and whether it is done.

    Factors of two accounts are never added up: another account, or a new password, begins
    anew. A first visit adds up what was enrolled in it.
    """
    first_visit = interaction.purpose is InteractionPurpose.FIRST_VISIT
    begins_anew = account != interaction.account or factor.kind is KindName.PASSWORD
    kept = () if begins_anew else interaction.factors
    if not first_visit:
        kept = tuple(f for f in kept if f.kind != factor.kind)
    proven = replace(interaction, account=account, factors=(*kept, factor))
    match interaction.purpose:
        case InteractionPurpose.SIGN_IN:
            done = assess(proven.factors) is not None
        case InteractionPurpose.STEP_UP | InteractionPurpose.ENROL:
            done = True
        case InteractionPurpose.NEW_PASSWORD:
            done = factor.kind is KindName.PASSWORD
        case InteractionPurpose.FIRST_VISIT:
            return _done_when_nothing_is_due(proven)
        case _:
            assert_never(interaction.purpose)
    return replace(proven, state=InteractionState.DONE if done else InteractionState.OPEN)


def _done_when_nothing_is_due(interaction: Interaction) -> Interaction:
    if due(interaction) is Step.NOTHING:
        return replace(interaction, state=InteractionState.DONE)
    return interaction


def forgotten(interaction: Interaction) -> Interaction:
    """A sign-in whose tries are spent begins anew: the password is asked for again."""
    return replace(interaction, account=None, factors=())
