"""From verified factors to acr, amr and auth_time: a token says what was proved, and no more."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.assurance import Level, assess, fresh_level, meets
from counterfoil.factors.kind import KindName, VerifiedFactor
from counterfoil.kit.ids import AuthenticatorId

NOON = 1_800_000_000_000
ME = AuthenticatorId("aut_1")
PASSWORD = VerifiedFactor(KindName.PASSWORD, ME, NOON)
TOUCHED = VerifiedFactor(KindName.WEBAUTHN, ME, NOON, user_present=True, phishing_resistant=True)
VERIFIED = replace(TOUCHED, user_verified=True)
ATTESTED = replace(VERIFIED, hardware_attested=True)
ABSENT = replace(VERIFIED, user_present=False)
PHONE = VerifiedFactor(KindName.TOTP, ME, NOON)
PAPER = VerifiedFactor(KindName.RECOVERY, ME, NOON)

OTP = Level.OTP
PHR, PHRH = Level.PHISHING_RESISTANT, Level.PHISHING_RESISTANT_HARDWARE


@pytest.mark.parametrize(
    ("factors", "level", "amr"),
    [
        ((VERIFIED,), PHR, ("pop", "user", "mfa")),
        ((PASSWORD, TOUCHED), PHR, ("pwd", "pop", "user", "mfa")),
        ((TOUCHED, PASSWORD), PHR, ("pwd", "pop", "user", "mfa")),
        ((PASSWORD, VERIFIED), PHR, ("pwd", "pop", "user", "mfa")),
        ((ATTESTED,), PHRH, ("pop", "hwk", "user", "mfa")),
        ((PASSWORD, replace(TOUCHED, hardware_attested=True)), PHRH,
         ("pwd", "pop", "hwk", "user", "mfa")),
        ((ABSENT,), PHR, ("pop", "mfa")),
        ((replace(VERIFIED, backed_up=True),), PHR, ("pop", "user", "mfa")),
        ((PASSWORD, PHONE), OTP, ("pwd", "otp", "mfa")),
        ((PHONE, PASSWORD), OTP, ("pwd", "otp", "mfa")),
        ((PASSWORD, PAPER), OTP, ("pwd", "otp", "mfa")),
        ((PASSWORD, PHONE, PAPER), OTP, ("pwd", "otp", "mfa")),
        ((PASSWORD, PHONE, TOUCHED), PHR, ("pwd", "pop", "user", "mfa")),
        ((PHONE, VERIFIED), PHR, ("pop", "user", "mfa")),
    ],
)  # fmt: skip
def test_what_two_factors_say(
    factors: tuple[VerifiedFactor, ...], level: Level, amr: tuple[str, ...]
) -> None:
    reached = assess(factors)
    assert reached is not None
    assert (reached.level, reached.amr, reached.auth_time_ms) == (level, amr, NOON)


@pytest.mark.parametrize(
    "factors",
    [(), (PASSWORD,), (PASSWORD, PASSWORD), (TOUCHED,), (TOUCHED, TOUCHED),
     (replace(TOUCHED, hardware_attested=True),),
     (PHONE,), (PAPER,), (PHONE, PHONE), (PHONE, PAPER), (PHONE, TOUCHED), (PAPER, TOUCHED)],
)  # fmt: skip
def test_one_factor_is_no_level(factors: tuple[VerifiedFactor, ...]) -> None:
    assert assess(factors) is None


@pytest.mark.parametrize("code", [PHONE, PAPER])
def test_a_code_is_one_factor_at_the_lowest_level_whatever_its_record_says(
    code: VerifiedFactor,
) -> None:
    bold = replace(
        code,
        user_present=True,
        user_verified=True,
        phishing_resistant=True,
        hardware_attested=True,
    )
    assert assess((bold,)) is None
    reached = assess((PASSWORD, bold))
    assert reached is not None
    assert (reached.level, reached.amr) == (OTP, ("pwd", "otp", "mfa"))


def test_the_older_of_password_and_code_tells_the_time() -> None:
    reached = assess((replace(PASSWORD, at_ms=NOON - 9_000), PHONE))
    assert reached is not None
    assert reached.auth_time_ms == NOON - 9_000
    reached = assess((PASSWORD, replace(PHONE, at_ms=NOON - 7_000)))
    assert reached is not None
    assert reached.auth_time_ms == NOON - 7_000


def test_the_acr_values_are_fixed_and_ordered() -> None:
    assert [level.acr for level in sorted(Level)] == ["urn:counterfoil:acr:otp", "phr", "phrh"]
    assert [Level.from_acr(level.acr) for level in Level] == list(Level)
    assert Level.from_acr("") is None
    assert Level.from_acr("PHR") is None


def test_auth_time_is_the_oldest_factor_that_counts() -> None:
    old_password = replace(PASSWORD, at_ms=NOON - 9_000)
    reached = assess((old_password, TOUCHED))
    assert reached is not None
    assert reached.auth_time_ms == NOON - 9_000


def test_a_factor_that_is_not_needed_does_not_make_auth_time_older() -> None:
    reached = assess((replace(PASSWORD, at_ms=NOON - 9_000), VERIFIED))
    assert reached is not None
    assert reached.auth_time_ms == NOON


def test_of_two_ways_to_one_level_the_fresher_one_tells_the_time() -> None:
    reached = assess((replace(VERIFIED, at_ms=NOON - 9_000), PASSWORD, TOUCHED))
    assert reached is not None
    assert reached.auth_time_ms == NOON


def test_a_higher_level_wins_over_a_fresher_time() -> None:
    reached = assess((replace(ATTESTED, at_ms=NOON - 9_000), VERIFIED))
    assert reached is not None
    assert (reached.level, reached.auth_time_ms) == (PHRH, NOON - 9_000)


def test_amr_names_only_what_counts() -> None:
    reached = assess((replace(PASSWORD, at_ms=NOON - 9_000), VERIFIED))
    assert reached is not None
    assert "pwd" not in reached.amr


def test_max_age_has_both_its_edges() -> None:
    reached = assess((VERIFIED,))
    for age_ms, enough in ((0, True), (59_999, True), (60_000, True), (60_001, False)):
        now_ms = NOON + age_ms
        assert meets(reached, least=None, max_age_s=60, now_ms=now_ms) is enough
    assert meets(reached, least=None, max_age_s=0, now_ms=NOON)
    assert not meets(reached, least=None, max_age_s=0, now_ms=NOON + 1)
    assert meets(reached, least=None, max_age_s=None, now_ms=NOON + 10**12)


@pytest.mark.parametrize(
    ("factors", "least", "enough"),
    [
        ((), None, False),
        ((PASSWORD,), None, False),
        ((PASSWORD,), Level.OTP, False),
        ((PASSWORD, PHONE), Level.OTP, True),
        ((PASSWORD, PHONE), PHR, False),
        ((VERIFIED,), None, True),
        ((VERIFIED,), Level.OTP, True),
        ((VERIFIED,), PHR, True),
        ((VERIFIED,), PHRH, False),
        ((ATTESTED,), PHRH, True),
    ],
)
def test_a_level_is_met_by_itself_and_by_higher_ones(
    factors: tuple[VerifiedFactor, ...], least: Level | None, enough: bool
) -> None:
    assert meets(assess(factors), least=least, max_age_s=None, now_ms=NOON) is enough


def test_a_proof_is_fresh_up_to_its_edge_and_a_password_is_none() -> None:
    for age_ms, level in ((0, PHR), (300_000, PHR), (300_001, None)):
        assert fresh_level((TOUCHED,), 300, NOON + age_ms) is level
    assert fresh_level((PASSWORD,), 300, NOON) is None
    assert fresh_level((), 300, NOON) is None
    assert fresh_level((replace(TOUCHED, phishing_resistant=False),), 300, NOON) is Level.OTP
    assert fresh_level((replace(TOUCHED, at_ms=NOON - 10**9), TOUCHED), 300, NOON) is PHR


factors = st.builds(
    VerifiedFactor,
    kind=st.sampled_from(KindName),
    authenticator=st.just(ME),
    at_ms=st.integers(NOON - 10**6, NOON),
    user_present=st.booleans(),
    user_verified=st.booleans(),
    phishing_resistant=st.booleans(),
    hardware_attested=st.booleans(),
    backed_up=st.booleans(),
)


@given(st.lists(factors, max_size=4), factors)
def test_one_more_factor_never_lowers_the_level(
    held: list[VerifiedFactor], more: VerifiedFactor
) -> None:
    before, after = assess(held), assess([*held, more])
    if before is None:
        return
    assert after is not None
    assert after.level >= before.level
    if after.level == before.level:
        assert after.auth_time_ms >= before.auth_time_ms


@given(st.lists(factors, max_size=4))
def test_the_order_of_proofs_says_nothing(held: list[VerifiedFactor]) -> None:
    assert len({assess(order) for order in itertools.permutations(held)}) == 1
