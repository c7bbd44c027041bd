"""Where a person goes next: an interaction's due step as a path of ours."""

from typing import assert_never

from counterfoil.interactions import Interaction, InteractionPurpose, InteractionState

HOME = "/tokens"


def next_path(interaction: Interaction) -> str:
    done = interaction.state is not InteractionState.OPEN
    match interaction.purpose:
        case InteractionPurpose.SIGN_IN if done:
            return f"/oauth2/continue/{interaction.id}" if interaction.request else HOME
        case InteractionPurpose.SIGN_IN:
            return f"/sign-in/{interaction.id}"
        case InteractionPurpose.STEP_UP if done:
            return interaction.request or HOME
        case InteractionPurpose.STEP_UP:
            return f"/step-up/{interaction.id}"
        case InteractionPurpose.ENROL if done:
            return f"{HOME}?done={'changed' if interaction.has_password else 'added'}"
        case InteractionPurpose.ENROL:
            return f"/enrol/{interaction.id}"
        case InteractionPurpose.FIRST_VISIT:
            return f"/first-visit/{interaction.id}"
        case InteractionPurpose.NEW_PASSWORD:
            return f"/new-password/{interaction.id}"
        case _:
            assert_never(interaction.purpose)
