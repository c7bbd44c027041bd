"""What somebody should do next, from what they hold; and what they can add."""

import pytest

from counterfoil.accounts import Authenticator, AuthenticatorState
from counterfoil.factors.kind import KindName
from counterfoil.factors.recovery.facts import RecoveryFacts
from counterfoil.http.account.advice import advise, offers
from counterfoil.kit.ids import AccountId, AuthenticatorId

LIVE, SUSPENDED, DISABLED = AuthenticatorState


def one(kind: KindName, facts: str = "{}", state: AuthenticatorState = LIVE) -> Authenticator:
    return Authenticator(
        AuthenticatorId("aut"), AccountId("acc"), kind, "", state, 0, 0, 0, None, None, facts
    )


PASSWORD = one(KindName.PASSWORD)
PHONE = one(KindName.TOTP)
LOST_PHONE = one(KindName.TOTP, state=SUSPENDED)
ALONE = one(KindName.WEBAUTHN, '{"alone":true}')
BESIDE = one(KindName.WEBAUTHN, '{"alone":false}')
OFF = one(KindName.WEBAUTHN, '{"alone":true}', DISABLED)


def codes(left: int) -> Authenticator:
    used = [1] * (10 - left)
    return one(KindName.RECOVERY, RecoveryFacts((*[None] * left, *used)).dump())


@pytest.mark.parametrize(
    ("held", "advice"),
    [
        ([], "none_left"),
        ([PASSWORD], "none_left"),
        ([BESIDE], "none_left"),
        ([PHONE], "none_left"),
        ([PASSWORD, LOST_PHONE], "none_left"),
        ([PASSWORD, LOST_PHONE, codes(10)], "only_codes"),
        ([OFF], "none_left"),
        ([ALONE], "only_one"),
        ([ALONE, OFF], "only_one"),
        ([PASSWORD, PHONE], "only_one"),
        ([PASSWORD, BESIDE, LOST_PHONE], "only_one"),
        ([PASSWORD, PHONE, codes(0)], "only_one"),
        ([PASSWORD, PHONE, codes(1)], "only_one_and_codes"),
        ([ALONE, ALONE], ""),
        ([PASSWORD, PHONE, BESIDE], "no_codes"),
        ([PASSWORD, PHONE, BESIDE, codes(0)], "no_codes"),
        ([PASSWORD, PHONE, BESIDE, codes(3)], "few_codes"),
        ([PASSWORD, PHONE, BESIDE, codes(4)], ""),
    ],
)
def test_the_most_urgent_thing_is_said(held: list[Authenticator], advice: str) -> None:
    assert advise(held) == advice


@pytest.mark.parametrize(
    ("held", "offered"),
    [
        ([ALONE], ("webauthn", "password")),
        ([PASSWORD, PHONE], ("webauthn", "totp", "recovery")),
        ([PASSWORD, PHONE, codes(2)], ("webauthn", "totp")),
    ],
)
def test_codes_are_offered_beside_a_password(
    held: list[Authenticator], offered: tuple[str, ...]
) -> None:
    assert offers(held) == offered
