"""Recovery codes as a kind: shown once, each good once, all of them equally slow."""

import time

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import Expectation, KindName, Pointer, Purpose, Verified, Wish
from counterfoil.factors.recovery.facts import RecoveryFacts, left
from counterfoil.factors.recovery.rules import KeptCode, load_kept, normalized
from counterfoil.kit.malformed import Malformed
from tests.rules.recovery.paper import (
    ADA,
    KIND,
    LIST,
    NOON_MS,
    PERSON,
    USE,
    Paper,
    begun,
    enrolled,
    kept,
    seeded,
    typed,
)


@pytest.fixture(scope="module")
def paper() -> Paper:
    return enrolled()


def outcome(paper: Paper, code: object, facts: str | None = None) -> Verified | Reason:
    verdict = KIND.judge(USE, typed(code), (paper.known(facts),), NOON_MS)
    return verdict.reason if isinstance(verdict, Refused) else verdict


def test_an_enrolment_shows_ten_codes_and_keeps_them_out_of_its_terms() -> None:
    codes, expectation = begun()
    assert len(codes) == 10
    assert (expectation.purpose, expectation.account) == (Purpose.ENROL, ADA)
    for code in codes:
        assert code.replace("-", "") not in expectation.terms
        assert code.replace("-", "") not in repr(expectation)


def test_a_list_that_was_just_made_has_ten_codes_left(paper: Paper) -> None:
    assert left(paper.facts) == 10
    assert len(load_kept(paper.secret)) == 10


@pytest.mark.parametrize("said", [None, False, 1, "true", "on", []])
def test_a_list_is_enrolled_only_when_it_is_said_to_be_kept(said: object) -> None:
    with pytest.raises(Malformed):
        KIND.judge(begun()[1], kept(said), (), NOON_MS)


def test_each_code_is_good_once_in_any_order(paper: Paper) -> None:
    facts = paper.facts
    for count, code in enumerate(reversed(paper.codes), start=1):
        shown = outcome(paper, code, facts)
        assert isinstance(shown, Verified)
        assert (shown.used, shown.record.credential_id) == (LIST, None)
        facts = shown.record.facts
        assert left(facts) == 10 - count
        assert outcome(paper, code, facts) is Reason.CODE_USED
    assert RecoveryFacts.load(facts).used_ms == (NOON_MS,) * 10


def test_only_the_used_code_is_crossed_off_with_its_time(paper: Paper) -> None:
    shown = outcome(paper, paper.codes[3])
    assert isinstance(shown, Verified)
    used_ms = RecoveryFacts.load(shown.record.facts).used_ms
    assert used_ms == (None, None, None, NOON_MS, *(None,) * 6)


def test_a_code_is_read_as_people_type_it(paper: Paper) -> None:
    code = paper.codes[0]
    for written in (code.lower(), code.replace("-", ""), f" {code} ".replace("0", "O")):
        assert isinstance(outcome(paper, written), Verified)


def test_a_code_that_is_wrong_anywhere_is_wrong(paper: Paper) -> None:
    code = paper.codes[0].replace("-", "")
    for at in (0, 3, 4, 9, 15):
        other = "0" if code[at] != "0" else "1"
        assert outcome(paper, code[:at] + other + code[at + 1 :]) is Reason.WRONG


def test_the_end_of_one_code_is_not_the_end_of_another(paper: Paper) -> None:
    first, second = paper.codes[:2]
    assert outcome(paper, first[:4] + second[4:]) is Reason.WRONG


def test_that_a_code_was_used_is_told_to_who_has_all_of_it(paper: Paper) -> None:
    facts = RecoveryFacts().crossed_off(0, NOON_MS).dump()
    code = paper.codes[0]
    assert outcome(paper, code, facts) is Reason.CODE_USED
    assert outcome(paper, code[:4] + "0" * 12, facts) is Reason.WRONG


def test_a_code_of_another_list_or_of_nobody_is_wrong(paper: Paper) -> None:
    assert outcome(paper, enrolled("another").codes[0]) is Reason.WRONG
    nobody = KIND.judge(USE, typed(paper.codes[0]), (), NOON_MS)
    assert nobody == Refused(Reason.WRONG)


@pytest.mark.parametrize("text", ["", "hello", "123456", "U" * 16])
def test_what_is_no_code_is_wrong(paper: Paper, text: str) -> None:
    assert outcome(paper, text) is Reason.WRONG


@pytest.mark.parametrize("code", [None, 1, ["7K2M"], {}, True])
def test_a_proof_without_a_text_is_malformed(paper: Paper, code: object) -> None:
    with pytest.raises(Malformed):
        outcome(paper, code)


def test_a_good_code_says_nothing_but_that_the_paper_was_there(paper: Paper) -> None:
    shown = outcome(paper, paper.codes[0])
    assert isinstance(shown, Verified)
    assert not any(
        (
            shown.user_present,
            shown.user_verified,
            shown.phishing_resistant,
            shown.hardware_attested,
            shown.backed_up,
        )
    )


def test_every_outcome_takes_as_long_as_every_other(paper: Paper) -> None:
    """One Argon2 computation each: a list of ten must not show in the time, nor nobody's list."""
    used = RecoveryFacts().crossed_off(0, NOON_MS).dump()
    code = paper.codes[0]
    cases = {
        "good": (code, (paper.known(),)),
        "used": (code, (paper.known(used),)),
        "wrong end": (code[:4] + "0" * 12, (paper.known(),)),
        "unknown selector": ("0000" + code[4:], (paper.known(),)),
        "no code": ("hello", (paper.known(),)),
        "nobody": (code, ()),
    }
    spent: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(7):
        for name, (text, known) in cases.items():
            before = time.thread_time()
            KIND.judge(USE, typed(text), known, NOON_MS)
            spent[name].append(time.thread_time() - before)
    # The quickest of each, because noise only adds; none or two computations would be 0 or 2.
    quickest = {name: min(times) for name, times in spent.items()}
    assert max(quickest.values()) < 1.6 * min(quickest.values()), quickest


@pytest.mark.parametrize("purpose", [Purpose.SIGN_IN, Purpose.STEP_UP])
@pytest.mark.parametrize("person", [PERSON, None])
def test_a_code_needs_no_challenge(purpose: Purpose, person: object) -> None:
    whose = PERSON if person else None
    opened = KIND.begin(Wish(purpose, whose, alone=False), (), seeded())
    assert not isinstance(opened, Refused)
    assert opened[0].public == {}
    assert opened[1] == Expectation(purpose, ADA if whose else None, b"", "{}")


def test_the_kind_says_how_it_is_treated() -> None:
    assert (KIND.name, KIND.guessable, KIND.slow, KIND.tries) == (KindName.RECOVERY, True, True, 1)
    assert KIND.pointer(typed("7K2M-0123-ABCD-WXYZ")) == Pointer()


def test_two_lists_have_nothing_in_common() -> None:
    first, second = enrolled("one"), enrolled("two")
    assert not set(first.codes) & set(second.codes)
    assert not {k.phc for k in load_kept(first.secret)} & {k.phc for k in load_kept(second.secret)}


def test_facts_and_lists_survive_their_text() -> None:
    facts = RecoveryFacts().crossed_off(2, 5).crossed_off(9, NOON_MS)
    assert RecoveryFacts.load(facts.dump()) == facts
    assert facts.left == 8
    code = normalized("7K2M-0123-ABCD-WXYZ")
    assert code is not None
    assert isinstance(load_kept(enrolled().secret)[0], KeptCode)
