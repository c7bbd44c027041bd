"""Pure: what is due in an interaction, what may begin in it, and when it is done."""

from dataclasses import replace
from typing import assert_never

from counterfoil.assurance import assess
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
    return replace(interaction, account=None, factors=())


def due(interaction: Interaction) -> Step:
    if interaction.state is not InteractionState.OPEN:
        return Step.NOTHING
    match interaction.purpose:
        case InteractionPurpose.SIGN_IN:
            return Step.SECOND_FACTOR if interaction.has_password else Step.FIRST_FACTOR
        case InteractionPurpose.STEP_UP:
            return Step.TOUCH
        case InteractionPurpose.FIRST_VISIT:
            return Step.ENROL_KEY if interaction.has_password else Step.CHOOSE_FIRST
        case InteractionPurpose.ENROL:
            return Step.ENROL_KEY
        case _:
            assert_never(interaction.purpose)


def refuse_out_of_turn(
    interaction: Interaction, kind: KindName, purpose: Purpose, *, alone: bool, has_password: bool
) -> Refused | None:
    """Only what is due may begin. `has_password`: whether the account has one already."""
    allowed: tuple[tuple[KindName, Purpose], ...]
    match due(interaction):
        case Step.FIRST_FACTOR:
            allowed = ((KindName.PASSWORD, Purpose.SIGN_IN), (KindName.WEBAUTHN, Purpose.SIGN_IN))
            needs_alone = kind is KindName.WEBAUTHN
        case Step.SECOND_FACTOR:
            # A person who went back may begin anew, with another name.
            allowed = ((KindName.PASSWORD, Purpose.SIGN_IN), (KindName.WEBAUTHN, Purpose.SIGN_IN))
            needs_alone = False
        case Step.TOUCH:
            # One touch: the session has shown the other factor, or the key verifies again.
            allowed = ((KindName.WEBAUTHN, Purpose.STEP_UP),)
            needs_alone = False
        case Step.CHOOSE_FIRST | Step.ENROL_KEY:
            allowed = ((KindName.WEBAUTHN, Purpose.ENROL),)
            if interaction.purpose is InteractionPurpose.FIRST_VISIT:
                allowed = (*allowed, (KindName.PASSWORD, Purpose.ENROL))
            needs_alone = kind is KindName.WEBAUTHN and not has_password
        case Step.NOTHING:
            return Refused(Reason.REPLAYED)
        case step:
            assert_never(step)
    if (kind, purpose) not in allowed:
        return Refused(Reason.WRONG_KIND)
    if needs_alone and not alone and purpose is Purpose.SIGN_IN:
        return Refused(Reason.EXPIRED, "nobody is recognised, or not any more")
    if needs_alone and not alone:
        return Refused(Reason.LEVEL_TOO_LOW, "without a password the key must verify the person")
    return None


def after(
    interaction: Interaction, account: AccountId, purpose: Purpose, factor: VerifiedFactor
) -> Interaction:
    """The interaction with one more proof: whose it is, its factors, and whether it is done.

    Factors of two accounts are never added up: another account, or a new password, begins
    anew.
    """
    begins_anew = account != interaction.account or factor.kind is KindName.PASSWORD
    kept = () if begins_anew else tuple(f for f in interaction.factors if f.kind != factor.kind)
    factors = (*kept, factor)
    match interaction.purpose:
        case InteractionPurpose.SIGN_IN:
            done = assess(factors) is not None
        case InteractionPurpose.STEP_UP:
            done = True
        case InteractionPurpose.FIRST_VISIT | InteractionPurpose.ENROL:
            done = factor.kind is KindName.WEBAUTHN
        case _:
            assert_never(interaction.purpose)
    state = InteractionState.DONE if done else InteractionState.OPEN
    return replace(interaction, account=account, factors=factors, state=state)
