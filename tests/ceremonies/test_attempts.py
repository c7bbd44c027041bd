"""An attempt is counted before it is judged, per authenticator, in the database."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pytest
from sqlalchemy import func, select, update

from counterfoil.accounts import Account, AccountState, Authenticator, AuthenticatorState
from counterfoil.accounts.rules import FIRST_DELAY_MS, FREE_FAILURES, MAX_FAILURES
from counterfoil.audit import What
from counterfoil.ceremonies import Claimed
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import (
    Challenge,
    Expectation,
    Kind,
    KindName,
    Known,
    Pointer,
    Proof,
    Purpose,
    Verified,
    Wish,
)
from counterfoil.http.house import House
from counterfoil.interactions import Interactions, Shown, store
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import CeremonyId, InteractionId
from counterfoil.store import Transaction
from counterfoil.store.schema import authenticators, events
from counterfoil_devices.emulated import Lies, Misbehave
from tests.ceremonies.desk import (
    ELSEWHERE,
    PASSWORD,
    Desk,
    add_account,
    must,
    password_proof,
    reason,
    the_authenticator,
    told,
)
from tests.ceremonies.desk import authenticators as enrolled
from tests.house import HandClock


@pytest.fixture
def account(house: House) -> Account:
    """Somebody with a password and a key beside it."""
    account = add_account(house, password=PASSWORD)
    Desk(house, seed=b"ada").enrol(account, alone=True)
    return account


@pytest.fixture
def desk(house: House, account: Account) -> Desk:
    return Desk(house)


def claim(desk: Desk, name: str = "ada") -> Claimed | Refused:
    """Begins and claims an attempt with a password, in the place of a worker that then dies."""
    begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD)
    interaction = interaction_of(desk, begun.ceremony)
    return desk.write(
        lambda tx: desk.interactions.ceremonies.claim(
            tx, begun.ceremony, interaction, password_proof(name, "wrong"), desk.where
        )
    )


def interaction_of(desk: Desk, ceremony: CeremonyId) -> InteractionId:
    found = desk.write(lambda tx: store.find_of_ceremony(tx, ceremony))
    assert found is not None
    return found.id


def attempt(desk: Desk) -> Reason:
    """A wrong password, without the time that judging it takes."""
    claimed = must(claim(desk))
    verdict = claimed.refused or Refused(Reason.WRONG)
    return reason(
        desk.write(
            lambda tx: desk.interactions.ceremonies.settle(tx, claimed, verdict, "", desk.where)
        )
    )


def fail(desk: Desk, times: int = 1) -> None:
    for _ in range(times):
        assert attempt(desk) is Reason.WRONG


def password_of(house: House, account: Account) -> Authenticator:
    return the_authenticator(house, account, KindName.PASSWORD)


def key_of(house: House, account: Account) -> Authenticator:
    return the_authenticator(house, account, KindName.WEBAUTHN)


# --- counted before it is judged ---------------------------------------------------------------


def test_an_attempt_is_counted_when_it_is_claimed(
    house: House, account: Account, desk: Desk
) -> None:
    must(claim(desk))  # and the worker dies
    assert password_of(house, account).failures == 1


def test_a_claim_that_was_never_settled_is_no_second_chance(desk: Desk) -> None:
    begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD)
    interaction = interaction_of(desk, begun.ceremony)
    must(
        desk.write(
            lambda tx: desk.interactions.ceremonies.claim(
                tx, begun.ceremony, interaction, password_proof("ada", "wrong"), desk.where
            )
        )
    )
    assert reason(desk.prove(begun, password_proof("ada"))) is Reason.REPLAYED


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A kind like another one; something happens before each of its judgements."""

    kind: Kind
    before: Callable[[], object]

    @property
    def name(self) -> KindName:
        return self.kind.name

    @property
    def guessable(self) -> bool:
        return self.kind.guessable

    @property
    def slow(self) -> bool:
        return self.kind.slow

    @property
    def tries(self) -> int:
        return self.kind.tries

    def begin(
        self, wish: Wish, known: Sequence[Known], entropy: Entropy
    ) -> tuple[Challenge, Expectation] | Refused:
        return self.kind.begin(wish, known, entropy)

    def pointer(self, proof: Proof) -> Pointer:
        return self.kind.pointer(proof)

    def judge(
        self, expectation: Expectation, proof: Proof, known: Sequence[Known], at_ms: int
    ) -> Verified | Refused:
        self.before()
        return self.kind.judge(expectation, proof, known, at_ms)


def interrupted(house: House, before: Callable[[], object]) -> Interactions:
    ceremonies = house.interactions.ceremonies
    kinds = {name: Interrupted(kind, before) for name, kind in ceremonies.kinds.items()}
    bent = replace(ceremonies, kinds=MappingProxyType(kinds))
    return replace(house.interactions, ceremonies=bent)


def break_a_promise() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("kind", [KindName.PASSWORD, KindName.WEBAUTHN])
def test_a_judge_that_breaks_leaves_a_spent_challenge_and_a_counted_attempt(
    house: House, account: Account, kind: KindName
) -> None:
    desk = Desk(house, seed=b"another key")
    desk.enrol(account)
    begun = desk.begin(desk.sign_in(), kind=kind)
    proof = password_proof("ada") if kind is KindName.PASSWORD else desk.touch(begun)
    broken = interrupted(house, break_a_promise)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(broken.prove(begun.ceremony, desk.session, proof, "", desk.where))
    assert reason(desk.prove(begun, proof)) is Reason.REPLAYED
    assert sum(a.failures for a in enrolled(house, account)) == 1


def test_a_password_that_was_judged_while_the_sign_in_ended_comes_too_late(
    house: House, account: Account
) -> None:
    desk = Desk(house, seed=b"another key")
    desk.enrol(account)
    interaction = desk.sign_in()
    begun = desk.begin(interaction, kind=KindName.PASSWORD)
    before = desk.session
    in_the_meantime = interrupted(house, lambda: desk.touch_in(interaction))
    late = asyncio.run(
        in_the_meantime.prove(begun.ceremony, before, password_proof("ada"), "", desk.where)
    )
    assert reason(late) is Reason.LOST_RACE
    assert desk.found(desk.cookie) == desk.session
    assert [f.kind for f in desk.session.factors] == [KindName.WEBAUTHN]
    assert password_of(house, account).used_ms is None


def test_success_takes_the_count_back(house: House, account: Account, desk: Desk) -> None:
    fail(desk, 3)
    assert password_of(house, account).failures == 3
    must(desk.try_password(desk.sign_in(), "ada"))
    assert password_of(house, account).failures == 0


# --- wherever they come from -------------------------------------------------------------------


def test_a_new_browser_and_another_address_gain_nothing(house: House, account: Account) -> None:
    for _ in range(FREE_FAILURES):
        fail(Desk(house))
    assert password_of(house, account).failures == FREE_FAILURES
    elsewhere = Desk(house, where=ELSEWHERE)
    assert attempt(elsewhere) is Reason.BLOCKED


def test_attempts_are_counted_for_each_authenticator_by_itself(
    house: House, account: Account, desk: Desk
) -> None:
    add_account(house, "Bob", password=PASSWORD)
    fail(desk, 2)
    assert key_of(house, account).failures == 0
    must(claim(desk, "bob"))
    assert password_of(house, account).failures == 2


# --- delays ------------------------------------------------------------------------------------


def test_the_tenth_failure_begins_the_delays_with_both_edges(
    house: House, account: Account, desk: Desk, clock: HandClock
) -> None:
    fail(desk, FREE_FAILURES - 1)
    assert password_of(house, account).blocked_until_ms <= clock.now_ms()
    fail(desk)
    assert password_of(house, account).blocked_until_ms == clock.now_ms() + FIRST_DELAY_MS
    clock.pass_s(FIRST_DELAY_MS / 1000 - 0.001)
    assert attempt(desk) is Reason.BLOCKED
    clock.pass_s(0.001)
    assert attempt(desk) is Reason.WRONG


def test_a_blocked_attempt_is_not_counted_and_does_not_prolong_the_delay(
    house: House, account: Account, desk: Desk
) -> None:
    fail(desk, FREE_FAILURES)
    before = password_of(house, account)
    for _ in range(5):
        assert attempt(desk) is Reason.BLOCKED
    assert password_of(house, account) == before


def test_delays_grow_with_each_failure(
    house: House, account: Account, desk: Desk, clock: HandClock
) -> None:
    fail(desk, FREE_FAILURES)
    waits = []
    for _ in range(3):
        clock.at_ms = password_of(house, account).blocked_until_ms
        fail(desk)
        waits.append(password_of(house, account).blocked_until_ms - clock.now_ms())
    assert waits == [2 * FIRST_DELAY_MS, 4 * FIRST_DELAY_MS, 8 * FIRST_DELAY_MS]


def test_the_right_password_is_refused_during_the_delay_and_accepted_after_it(
    house: House, account: Account, desk: Desk, clock: HandClock
) -> None:
    fail(desk, FREE_FAILURES)
    assert reason(desk.try_password(desk.sign_in(), "ada")) is Reason.BLOCKED
    clock.pass_s(FIRST_DELAY_MS / 1000)
    assert isinstance(desk.try_password(desk.sign_in(), "ada"), Shown)
    assert password_of(house, account).failures == 0
    assert password_of(house, account).blocked_until_ms == 0


def test_an_unknown_name_is_as_much_work_as_a_wrong_password(house: House, desk: Desk) -> None:
    kind = house.interactions.ceremonies.kinds[KindName.PASSWORD]
    claimed = [must(claim(desk, name)) for name in ("ada", "nobody")]
    took = []
    for one in claimed:
        began = time.thread_time()
        verdict = kind.judge(one.ceremony.expectation, one.proof, one.known, 0)
        took.append(time.thread_time() - began)
        assert reason(verdict) is Reason.WRONG
    # Hashing is thousands of times the rest, so that a wide margin still tells.
    assert min(took) > max(took) / 5


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_blocked_name_is_judged_like_an_unknown_one_so_that_time_tells_nothing(
    house: House, account: Account, desk: Desk, name: str
) -> None:
    fail(desk, FREE_FAILURES)
    begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD)
    broken = interrupted(house, break_a_promise)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(
            broken.prove(begun.ceremony, desk.session, password_proof(name), "", desk.where)
        )


def test_a_hundred_failures_disable_and_waiting_does_not_help(
    house: House, account: Account, desk: Desk, clock: HandClock
) -> None:
    for _ in range(MAX_FAILURES):
        clock.at_ms = max(clock.at_ms, password_of(house, account).blocked_until_ms)
        # The person's browser would have to be renewed: days go by.
        fail(Desk(house))
    disabled = password_of(house, account)
    assert (disabled.failures, disabled.state) == (MAX_FAILURES, AuthenticatorState.DISABLED)
    assert [e.what for e in told(house, account)].count(What.AUTHENTICATOR_DISABLED) == 1
    clock.pass_s(10**7)
    late = Desk(house)
    assert reason(late.try_password(late.sign_in(), "ada")) is Reason.WRONG
    assert password_of(house, account).failures == MAX_FAILURES


def test_the_hundredth_attempt_of_a_worker_that_died_counts_as_well(
    house: House, account: Account, clock: HandClock
) -> None:
    for _ in range(MAX_FAILURES):
        clock.at_ms = max(clock.at_ms, password_of(house, account).blocked_until_ms)
        must(claim(Desk(house)))  # never settled
    clock.pass_s(10**7)
    assert attempt(Desk(house)) is Reason.BLOCKED
    assert password_of(house, account).state is AuthenticatorState.DISABLED


# --- a key is not locked by failing ------------------------------------------------------------


def test_a_key_is_never_blocked_by_failures(house: House) -> None:
    account = add_account(house)
    desk = Desk(house, seed=b"key")
    desk.enrol(account)
    for _ in range(FREE_FAILURES + 2):
        begun = desk.begin(desk.sign_in())
        with desk.key.misbehaving(Misbehave.WRONG_SIGNATURE):
            assert reason(desk.prove(begun, desk.touch(begun))) is Reason.SIGNATURE_WRONG
    key = key_of(house, account)
    assert (key.failures, key.blocked_until_ms) == (FREE_FAILURES + 2, 0)
    desk.touch_in()
    assert key_of(house, account).failures == 0


def test_a_key_that_failed_a_thousand_times_still_opens(house: House) -> None:
    account = add_account(house)
    desk = Desk(house, seed=b"key")
    desk.enrol(account)
    desk.write(lambda tx: tx.execute(update(authenticators).values(failures=1000)))
    begun = desk.begin(desk.sign_in())
    with desk.key.misbehaving(Misbehave.WRONG_SIGNATURE):
        assert reason(desk.prove(begun, desk.touch(begun))) is Reason.SIGNATURE_WRONG
    assert key_of(house, account).failures == 1001
    desk.touch_in()


def test_a_blocked_password_does_not_block_a_key_that_works_alone(house: House) -> None:
    account = add_account(house, password=PASSWORD)
    desk = Desk(house, seed=b"key")
    desk.enrol(account, alone=True)
    fail(desk, FREE_FAILURES)
    assert reason(desk.try_password(desk.sign_in(), "ada")) is Reason.BLOCKED
    assert desk.touch_in().interaction.account == account.id
    assert password_of(house, account).failures == FREE_FAILURES


# --- nobody ------------------------------------------------------------------------------------


def rows(house: House) -> tuple[int, int]:
    def count(tx: Transaction) -> tuple[int, int]:
        return (
            tx.execute(select(func.count()).select_from(events)).scalar_one(),
            tx.execute(select(func.count()).select_from(authenticators)).scalar_one(),
        )

    return house.store.read_now(count)


@pytest.mark.parametrize("name", ["nobody", "", "a b", "\0", "x" * 10_000, "\u0660\u06f0"])
def test_an_unknown_name_is_answered_like_a_wrong_password_and_leaves_no_trace(
    house: House, account: Account, desk: Desk, name: str
) -> None:
    before = rows(house)
    unknown = desk.try_password(desk.sign_in(), name)
    assert rows(house) == before
    assert unknown == desk.try_password(desk.sign_in(), "ada", "another password")
    assert reason(unknown) is Reason.WRONG


def test_a_disabled_account_is_answered_like_an_unknown_one(house: House, account: Account) -> None:
    desk = Desk(house, seed=b"second key")
    desk.enrol(account)
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.DISABLED, "operator")
    )
    assert desk.try_password(desk.sign_in(), "ada") == desk.try_password(desk.sign_in(), "nobody")
    begun = desk.begin(desk.sign_in())
    assert reason(desk.prove(begun, desk.touch(begun))) is Reason.FOREIGN_CREDENTIAL
    house.store.write_now(
        lambda tx: house.accounts.set_state(tx, account.id, AccountState.ACTIVE, "operator")
    )
    desk.touch_in()


# --- a refusal is kept -------------------------------------------------------------------------


def test_a_refusal_is_told_in_its_own_transaction_and_stays(
    house: House, account: Account, desk: Desk
) -> None:
    key = Desk(house, seed=b"key")
    key.enrol(account)
    begun = key.begin(key.sign_in())
    lie = key.touch(begun, Lies(origin="https://evil.example"))
    assert reason(key.prove(begun, lie)) is Reason.FOREIGN_ORIGIN
    last = told(house, account)[-1]
    assert (last.what, last.reason) == (What.REFUSED, Reason.FOREIGN_ORIGIN)
    assert (last.actor, last.address) == ("nobody", key.where.address)
    assert "evil" not in str(last.details)


def test_what_was_proved_is_told_with_whose_it_is(house: House, account: Account) -> None:
    desk = Desk(house, seed=b"key")
    used = desk.enrol(account)
    desk.touch_in()
    verified, signed_in = told(house, account)[-2:]
    assert (verified.what, verified.subject, verified.actor) == (What.VERIFIED, used, account.id)
    assert (signed_in.what, signed_in.subject) == (What.SIGNED_IN, desk.session.id)


# --- compare and swap --------------------------------------------------------------------------


def test_a_judgement_on_an_authenticator_that_changed_meanwhile_is_lost(
    house: House, account: Account
) -> None:
    desk, rival = Desk(house, seed=b"key"), Desk(house)
    desk.enrol(account)
    begun = desk.begin(desk.sign_in())
    proof = desk.touch(begun)
    ceremonies = desk.interactions.ceremonies
    interaction = interaction_of(desk, begun.ceremony)
    claimed = must(
        desk.write(lambda tx: ceremonies.claim(tx, begun.ceremony, interaction, proof, desk.where))
    )
    verdict = ceremonies.judge(claimed)
    assert isinstance(verdict, Verified)
    rival.browser, rival.key = desk.browser, desk.key
    rival.touch_in()
    settled = desk.write(lambda tx: ceremonies.settle(tx, claimed, verdict, "", desk.where))
    assert reason(settled) is Reason.LOST_RACE
    last = told(house, account)[-1]
    assert (last.what, last.reason) == (What.REFUSED, Reason.LOST_RACE)


def test_a_judgement_on_an_authenticator_that_was_removed_meanwhile_is_lost(
    house: House, account: Account
) -> None:
    desk = Desk(house, seed=b"key")
    key = desk.enrol(account)
    begun = desk.begin(desk.sign_in())
    proof = desk.touch(begun)
    ceremonies = desk.interactions.ceremonies
    interaction = interaction_of(desk, begun.ceremony)
    claimed = must(
        desk.write(lambda tx: ceremonies.claim(tx, begun.ceremony, interaction, proof, desk.where))
    )
    verdict = ceremonies.judge(claimed)
    assert house.store.write_now(
        lambda tx: house.accounts.remove(tx, account.id, key, desk.where)
    ) is None  # fmt: skip
    settled = desk.write(lambda tx: ceremonies.settle(tx, claimed, verdict, "", desk.where))
    assert reason(settled) is Reason.LOST_RACE
    assert not desk.session.signed_in


def test_purposes_of_an_account_are_in_its_events(house: House, account: Account) -> None:
    desk = Desk(house, seed=b"key")
    desk.enrol(account)
    desk.touch_in()
    begun = desk.begin(desk.step_up(), Purpose.STEP_UP)
    must(desk.prove(begun, desk.touch(begun)))
    purposes = [e.details["purpose"] for e in told(house, account) if e.what == What.VERIFIED]
    assert purposes[-3:] == ["enrol", "sign_in", "step_up"]
