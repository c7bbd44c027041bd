"""Phones and recovery codes over HTTP: setting up, signing in, and what goes wrong on the way."""

import pytest

from counterfoil.accounts.rules import FREE_FAILURES
from counterfoil.factors.kind import KindName
from counterfoil.factors.recovery.facts import left
from counterfoil.http.house import House
from counterfoil.notices import Told
from tests.house import HandClock
from tests.http.holder import Holder, hidden, link, secret_of, told
from tests.http.visitor import reason_of


@pytest.fixture
def holder(house: House, clock: HandClock) -> Holder:
    return Holder(house, clock)


def test_a_person_sets_up_password_phone_and_codes_and_signs_in(holder: Holder) -> None:
    _, entry, codes = holder.settle_in()
    assert len(set(codes)) == 10
    assert not holder.signed_in()
    holder.sign_in_with_phone(entry)
    assert holder.signed_in()


def test_a_phone_is_live_only_after_a_right_code(holder: Holder) -> None:
    account, base = holder.first_visit()
    ceremony, address = holder.show_code_to_scan(base)
    entry = holder.phone.scan(address)
    assert holder.held(account, KindName.TOTP) == []
    wrong = holder.confirm_phone(base, ceremony, holder.wrong_code(entry), label="Ada's phone")
    assert wrong.status_code == 403
    assert told(wrong).startswith("That code does not fit.")
    assert holder.held(account, KindName.TOTP) == []
    right = holder.confirm_phone(base, ceremony, holder.phone.code(entry), label="Ada's phone")
    assert right.status_code == 303
    assert [phone.label for phone in holder.held(account, KindName.TOTP)] == ["Ada's phone"]


def test_the_secret_is_shown_once_and_never_again(holder: Holder) -> None:
    _, base = holder.first_visit()
    ceremony, address = holder.show_code_to_scan(base)
    secret = secret_of(address)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    for page in (
        holder.confirm_phone(base, ceremony, "000000"),
        holder.get(base),
        holder.get(f"{base}?way=phone"),
    ):
        assert secret not in page.text
        assert grouped not in page.text
    other = link(holder.submit(f"{base}/phone"))
    assert secret_of(other) != secret


def test_a_new_code_to_scan_leaves_nothing_of_the_old_one_behind(holder: Holder) -> None:
    account, base = holder.first_visit()
    holder.show_code_to_scan(base)
    holder.set_up_phone(base)
    assert len(holder.held(account, KindName.TOTP)) == 1


def test_five_wrong_codes_end_a_setting_up_and_a_new_one_may_begin(holder: Holder) -> None:
    account, base = holder.first_visit()
    ceremony, address = holder.show_code_to_scan(base)
    entry = holder.phone.scan(address)
    wrong = holder.wrong_code(entry)
    for _ in range(4):
        assert hidden(holder.confirm_phone(base, ceremony, wrong), "ceremony") == ceremony
    fifth = holder.confirm_phone(base, ceremony, wrong)
    assert "Too many of these codes were wrong." in told(fifth)
    late = holder.confirm_phone(base, ceremony, holder.phone.code(entry))
    assert late.status_code == 409
    assert holder.held(account, KindName.TOTP) == []
    holder.set_up_phone(base)


def test_the_code_that_confirmed_the_setting_up_is_spent(holder: Holder) -> None:
    _, base = holder.first_visit()
    entry = holder.set_up_phone(base)
    again = holder.type_code(holder.half_way(), holder.phone.code(entry))
    assert told(again).startswith("This code was used already.")
    assert not holder.signed_in()


def test_a_code_signs_in_once(holder: Holder, house: House, clock: HandClock) -> None:
    _, entry, _ = holder.settle_in()
    code = holder.phone.code(entry)
    other = Holder(house, clock)
    first, second = holder.half_way(), other.half_way()
    assert holder.type_code(first, code).status_code == 303
    refused = other.type_code(second, code)
    assert refused.status_code == 403
    assert told(refused).startswith("This code was used already.")


def test_five_wrong_codes_ask_for_the_password_again_and_the_person_hears_of_it(
    holder: Holder,
) -> None:
    account, entry, _ = holder.settle_in()
    notices, read = holder.house.notices, holder.house.store.read_now
    before = len(read(lambda tx: notices.unseen(tx, account.id)))
    interaction = holder.half_way()
    wrong = holder.wrong_code(entry)
    for _ in range(4):
        assert told(holder.type_code(interaction, wrong)).startswith("That code does not fit.")
    fifth = holder.type_code(interaction, wrong)
    assert told(fifth).startswith("Too many of these codes were wrong.")
    assert 'name="password"' in fifth.text
    unseen = read(lambda tx: notices.unseen(tx, account.id))
    assert [notice.what for notice in unseen[before:]] == [Told.CODES_GUESSED]
    # The right code is of no use without the password.
    refused = holder.type_code(interaction, holder.phone.code(entry))
    assert refused.status_code != 303
    assert holder.type_password(interaction, "Ada").status_code == 303
    assert holder.type_code(interaction, holder.phone.code(entry)).status_code == 303


def test_whoever_typed_too_many_wrong_codes_is_told_how_long_to_wait(
    holder: Holder, clock: HandClock
) -> None:
    account, entry, _ = holder.settle_in()
    wrong, typed = holder.wrong_code(entry), 0
    while typed < FREE_FAILURES:
        interaction = holder.half_way()
        for _ in range(5):
            holder.type_code(interaction, wrong)
            typed += 1
    interaction = holder.half_way()
    blocked = holder.type_code(interaction, holder.phone.code(entry))
    assert blocked.status_code == 429
    assert told(blocked) == "Too many wrong codes. Wait 30 seconds, or use another way."
    assert blocked.headers["retry-after"] == "30"
    # Another way is not blocked, and neither is the phone after the wait.
    clock.pass_s(30)
    assert holder.type_code(interaction, holder.phone.code(entry)).status_code == 303
    (phone,) = holder.held(account, KindName.TOTP)
    assert phone.failures == 0


def test_wrong_codes_never_lock_a_key(holder: Holder, clock: HandClock) -> None:
    account, base = holder.first_visit()
    entry = holder.set_up_phone(base)
    interaction = last_part_of(base)
    begun = holder.begin(interaction, "enrol", alone=False)
    assert holder.prove(begun, holder.create(begun)).status_code == 200
    wrong = holder.wrong_code(entry)
    for _ in range(3):
        half = holder.half_way()
        for _ in range(5):
            holder.type_code(half, wrong)
    half = holder.half_way()
    begun = holder.begin(half, alone=False)
    assert holder.prove(begun, holder.touch(begun)).status_code == 200
    assert holder.held(account, KindName.WEBAUTHN)[0].failures == 0


def test_a_phone_whose_clock_is_behind_is_told_by_how_much(
    holder: Holder, clock: HandClock
) -> None:
    _, entry, _ = holder.settle_in()
    clock.pass_s(600)
    holder.phone.skew_s = -120
    refused = holder.type_code(holder.half_way(), holder.phone.code(entry))
    assert refused.status_code == 403
    assert told(refused).startswith("This code was right 2 minutes ago.")


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "٣", "0" * 65, "１２３４５６"])
def test_what_is_no_right_code_is_refused_in_words(holder: Holder, typed: str) -> None:
    holder.settle_in()
    refused = holder.type_code(holder.half_way(), typed)
    assert refused.status_code in (400, 403)
    assert told(refused)
    assert not holder.signed_in()


def test_a_code_may_be_typed_with_spaces_and_other_digits(holder: Holder) -> None:
    _, entry, _ = holder.settle_in()
    code = holder.phone.code(entry)
    arabic = code.translate({ord(str(n)): 0x660 + n for n in range(10)})
    answer = holder.type_code(holder.half_way(), f" {arabic[:3]} {arabic[3:]} ")
    assert answer.status_code == 303


def test_recovery_codes_are_each_good_once(holder: Holder) -> None:
    account, _, codes = holder.settle_in()
    answer = holder.type_recovery(holder.half_way(), codes[0].lower().replace("-", " "))
    assert answer.status_code == 303
    assert holder.signed_in()
    again = holder.type_recovery(holder.half_way(), codes[0])
    assert told(again).startswith("This code was used already.")
    assert left(holder.held(account, KindName.RECOVERY)[0].facts) == 9
    assert holder.type_recovery(holder.half_way(), codes[1]).status_code == 303


def test_codes_that_were_shown_and_not_kept_void_nothing(holder: Holder) -> None:
    account, base = holder.first_visit()
    entry = holder.set_up_phone(base)
    holder.submit(f"{base}/decline")
    codes = holder.set_up_paper(base)
    holder.clock.pass_s(30)
    holder.sign_in_with_phone(entry)
    enrolment = holder.submit("/tokens/add", kind="recovery").headers["location"].partition("?")[0]
    shown = holder.submit(f"{enrolment}/recovery")
    assert holder.type_recovery(holder.half_way(), codes[0]).status_code == 303
    # That sign-in is another session's business: the person goes on and keeps the new ones.
    kept = holder.submit(f"{enrolment}/recovery/kept", ceremony=hidden(shown, "ceremony"))
    assert kept.status_code == 303
    assert len(holder.held(account, KindName.RECOVERY)) == 1
    assert holder.type_recovery(holder.half_way(), codes[1]).status_code == 403


def test_codes_that_nobody_saw_are_not_kept(holder: Holder) -> None:
    account, base = holder.first_visit()
    holder.set_up_phone(base)
    holder.submit(f"{base}/decline")
    for ceremony in ("", "cer_" + "A" * 22):
        refused = holder.submit(f"{base}/recovery/kept", ceremony=ceremony)
        assert refused.status_code == 403
    assert holder.held(account, KindName.RECOVERY) == []


def test_a_phone_is_not_set_up_where_there_is_no_password(holder: Holder, house: House) -> None:
    account = holder.enrol()
    holder.touch_in()
    enrolment = holder.submit("/tokens/add", kind="totp").headers["location"]
    page = holder.get(enrolment)
    assert 'autocomplete="new-password"' in page.text
    refused = holder.submit(f"{enrolment.partition('?')[0]}/phone")
    assert refused.status_code == 409
    assert told(refused) == "Codes work beside a password. Choose a password first."
    assert holder.held(account, KindName.TOTP) == []


def test_a_code_of_the_phone_is_a_step_up_for_who_holds_nothing_stronger(
    holder: Holder, clock: HandClock
) -> None:
    _, entry, _ = holder.settle_in()
    holder.sign_in_with_phone(entry)
    clock.pass_s(301)
    asked = holder.submit("/tokens/add", kind="recovery").headers["location"]
    assert asked.startswith("/step-up/")
    assert 'name="code"' in holder.get(asked).text
    path = asked.partition("?")[0]
    wrong = holder.submit(f"{path}/code", code=holder.wrong_code(entry))
    assert told(wrong).startswith("That code does not fit.")
    right = holder.submit(f"{path}/code", code=holder.phone.code(entry))
    assert right.headers["location"] == "/tokens/add?kind=recovery"
    onward = holder.get(right.headers["location"]).headers["location"]
    assert onward.startswith("/enrol/")


def test_a_code_is_no_step_up_for_who_holds_a_key(holder: Holder, clock: HandClock) -> None:
    _, base = holder.first_visit()
    entry = holder.set_up_phone(base)
    begun = holder.begin(last_part_of(base), "enrol", alone=False)
    assert holder.prove(begun, holder.create(begun)).status_code == 200
    clock.pass_s(30)
    holder.sign_in_with_phone(entry)
    asked = holder.submit("/tokens/add", kind="totp").headers["location"]
    page = holder.get(asked)
    assert asked.startswith("/step-up/")
    assert 'name="code"' not in page.text
    clock.pass_s(30)
    refused = holder.submit(f"{asked.partition('?')[0]}/code", code=holder.phone.code(entry))
    assert refused.status_code == 403
    assert holder.submit("/tokens/add", kind="totp").headers["location"].startswith("/step-up/")


def test_the_one_dialect_speaks_codes_as_well(holder: Holder) -> None:
    _, entry, _ = holder.settle_in()
    interaction = holder.half_way()
    begun = holder.begin(interaction, kind="totp")
    assert begun["challenge"] == {}
    wrong = holder.post(
        f"/ceremonies/{begun['ceremony']}/proof",
        json={"kind": "totp", "code": holder.wrong_code(entry)},
    )
    assert reason_of(wrong) == "wrong"
    right = holder.post(
        f"/ceremonies/{begun['ceremony']}/proof",
        json={"kind": "totp", "code": holder.phone.code(entry)},
    )
    assert right.json() == {"next": "/tokens"}


def test_this_browser_leads_with_the_way_that_worked_last(holder: Holder) -> None:
    _, entry, _ = holder.settle_in()
    assert "autofocus>Use my security key" not in holder.get(f"/sign-in/{holder.start()}").text
    holder.sign_in_with_phone(entry)
    holder.post("/sign-out")
    page = holder.get(f"/sign-in/{holder.start()}").text
    assert page.index('name="password"') < page.index("Use my security key")


def last_part_of(base: str) -> str:
    return base.rpartition("/")[2]
