"""Enrolling: by invitation or after a touch, one key once, with whatever account."""

import pytest

from counterfoil.accounts import Account, AccountState
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.factors.kind import KindName, Proof, Purpose
from counterfoil.factors.webauthn.facts import CredentialFacts
from counterfoil.http.house import House
from counterfoil.interactions import Interaction, Shown, Step
from counterfoil.interactions.rules import due
from counterfoil.kit import base64url
from counterfoil.kit.strict_json import Json
from counterfoil_devices.emulated import Lies, Misbehave
from tests.ceremonies.desk import (
    PASSWORD,
    Desk,
    add_account,
    authenticators,
    must,
    options_of,
    reason,
    the_authenticator,
    told,
    whats,
)
from tests.house import ISSUER, HandClock


@pytest.fixture
def account(house: House) -> Account:
    return add_account(house)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


def choose_password(desk: Desk, interaction: Interaction, password: str) -> Shown | Refused:
    begun = desk.begin(interaction, Purpose.ENROL, KindName.PASSWORD)
    return desk.prove(begun, Proof(KindName.PASSWORD, {"name": "", "password": password}))


def test_a_key_by_invitation(desk: Desk, account: Account) -> None:
    interaction = desk.first_visit(account)
    assert due(interaction) is Step.CHOOSE_FIRST
    begun = desk.begin(interaction, Purpose.ENROL)
    shown = must(desk.prove(begun, desk.create(begun), "  My\0 key "))
    assert due(shown.interaction) is Step.OFFER_SECOND
    key = the_authenticator(desk.house, account, KindName.WEBAUTHN)
    assert (key.label, key.failures, key.used_ms) == ("My key", 0, None)
    facts = CredentialFacts.load(key.facts)
    assert facts.alone
    assert facts.user_verified
    assert facts.transports == ("usb",)
    assert whats(desk.house, account)[-2:] == [What.ENROLLED, What.VERIFIED]


def test_a_password_and_then_a_key_by_invitation(desk: Desk, account: Account) -> None:
    interaction = desk.first_visit(account)
    must(choose_password(desk, interaction, PASSWORD))
    assert due(must(desk.find(interaction))) is Step.ENROL_TOKEN
    begun = desk.begin(interaction, Purpose.ENROL, alone=False)
    must(desk.prove(begun, desk.create(begun)))
    assert {a.kind for a in authenticators(desk.house, account)} == {
        KindName.PASSWORD,
        KindName.WEBAUTHN,
    }
    desk.password_in("ada")


def test_without_a_password_a_key_must_work_alone(desk: Desk, account: Account) -> None:
    interaction = desk.first_visit(account)
    outcome = desk.try_begin(interaction, Purpose.ENROL, alone=False)
    assert reason(outcome) is Reason.LEVEL_TOO_LOW


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", Reason.PASSWORD_TOO_SHORT),
        ("x" * 257, Reason.PASSWORD_TOO_LONG),
        ("password1234", Reason.PASSWORD_COMMON),
        ("aaaaaaaaaaaa", Reason.PASSWORD_COMMON),
        ("counterfoil2026!", Reason.PASSWORD_COMMON),
        ("adaadaadaada", Reason.PASSWORD_COMMON),
    ],
)
def test_a_bad_password_is_refused_and_the_next_try_is_open(
    desk: Desk, account: Account, password: str, why: Reason
) -> None:
    interaction = desk.first_visit(account)
    assert reason(choose_password(desk, interaction, password)) is why
    assert authenticators(desk.house, account) == []
    must(choose_password(desk, interaction, PASSWORD))


def test_a_new_password_replaces_the_old_one(desk: Desk, account: Account) -> None:
    desk.enrol(account)
    for password in (PASSWORD, "another good password"):
        must(choose_password(desk, desk.first_visit(account), password))
    passwords = [a for a in authenticators(desk.house, account) if a.kind is KindName.PASSWORD]
    assert len(passwords) == 1
    interaction = desk.sign_in()
    assert reason(desk.try_password(interaction, "ada", PASSWORD)) is Reason.WRONG
    must(desk.try_password(interaction, "ada", "another good password"))


def test_a_key_is_enrolled_once_with_one_account(desk: Desk, account: Account) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    made = desk.create(begun)
    again = {**_credential(made)}
    must(desk.prove(begun, made))
    # The same key's answer to another challenge, forged from the first one by its holder.
    other = desk.begin(desk.first_visit(account), Purpose.ENROL)
    outcome = desk.prove(other, _answering(again, str(options_of(other)["challenge"])))
    assert reason(outcome) is Reason.ALREADY_ENROLLED
    assert len(authenticators(desk.house, account)) == 1


def test_a_key_of_one_account_is_refused_for_another(
    house: House, desk: Desk, account: Account
) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    made = desk.create(begun)
    must(desk.prove(begun, made))
    bob = add_account(house, "Bob")
    other = desk.begin(desk.first_visit(bob), Purpose.ENROL)
    outcome = desk.prove(other, _answering(_credential(made), str(options_of(other)["challenge"])))
    assert reason(outcome) is Reason.ALREADY_ENROLLED
    assert authenticators(house, bob) == []
    last = told(house, bob)[-1]
    assert (last.what, last.reason) == (What.REFUSED, Reason.ALREADY_ENROLLED)
    # Nothing of the first enrolment was touched.
    desk.touch_in()


def test_an_honest_key_is_told_by_exclude_credentials(desk: Desk, account: Account) -> None:
    desk.enrol(account)
    (key,) = authenticators(desk.house, account)
    options = options_of(desk.begin(desk.first_visit(account), Purpose.ENROL))
    (excluded,) = options["excludeCredentials"]
    assert excluded["transports"] == ["usb"]
    assert key.facts


def test_an_enrolment_for_somebody_disabled_meanwhile_is_refused(
    desk: Desk, account: Account
) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    made = desk.create(begun)
    desk.write(
        lambda tx: desk.accounts.set_state(tx, account.id, AccountState.DISABLED, "operator")
    )
    # Disabling ends every interaction, for good.
    assert reason(desk.prove(begun, made)) is Reason.REPLAYED
    desk.write(lambda tx: desk.accounts.set_state(tx, account.id, AccountState.ACTIVE, "operator"))
    assert reason(desk.prove(begun, made)) is Reason.REPLAYED
    assert authenticators(desk.house, account) == []


def test_an_enrolment_ends_with_its_interaction(
    desk: Desk, account: Account, clock: HandClock
) -> None:
    interaction = desk.first_visit(account)
    clock.pass_s(899.999)
    begun = desk.begin(interaction, Purpose.ENROL)
    made = desk.create(begun)
    clock.pass_s(0.001)
    assert reason(desk.prove(begun, made)) is Reason.EXPIRED


def test_one_invitation_enrols_two_keys_and_no_third(desk: Desk, account: Account) -> None:
    interaction = desk.first_visit(account)
    begun = [desk.begin(interaction, Purpose.ENROL) for _ in range(3)]
    must(desk.prove(begun[0], desk.create(begun[0])))
    for number, late in ((1, False), (2, True)):
        other = Desk(desk.house, seed=b"another key %d" % number)
        made = other.browser.create(options_of(begun[number]), ISSUER)
        outcome = desk.prove(begun[number], Proof(KindName.WEBAUTHN, {"credential": made}))
        if late:
            assert reason(outcome) is Reason.REPLAYED
    assert reason(desk.try_begin(interaction, Purpose.ENROL)) is Reason.REPLAYED
    assert len(authenticators(desk.house, account)) == 2


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Misbehave.UV_MISSING, Reason.USER_UNVERIFIED),
        (Misbehave.NO_USER_PRESENCE, Reason.USER_ABSENT),
        (Misbehave.FOREIGN_RP_ID_HASH, Reason.FOREIGN_RP_ID),
        (Misbehave.BACKED_UP_NOT_ELIGIBLE, Reason.BACKUP_STATE),
        (Misbehave.TRAILING_AUTHENTICATOR_DATA, Reason.MALFORMED),
        (Misbehave.NON_CANONICAL_PUBLIC_KEY, Reason.MALFORMED),
    ],
)
def test_a_broken_key_is_not_enrolled(
    desk: Desk, account: Account, fault: Misbehave, why: Reason
) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    with desk.key.misbehaving(fault):
        made = desk.create(begun)
    assert reason(desk.prove(begun, made)) is why
    assert authenticators(desk.house, account) == []
    last = told(desk.house, account)[-1]
    assert (last.what, last.reason) == (What.REFUSED, why)


def test_a_key_that_says_it_is_not_discoverable_does_not_work_alone(
    desk: Desk, account: Account
) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    made = _credential(desk.create(begun))
    made["clientExtensionResults"] = {"credProps": {"rk": False}}
    assert reason(desk.prove(begun, Proof(KindName.WEBAUTHN, {"credential": made}))) is Reason.WRONG


def test_a_phishing_page_enrols_nothing(desk: Desk, account: Account) -> None:
    begun = desk.begin(desk.first_visit(account), Purpose.ENROL)
    lie = desk.create(begun, Lies(origin="http://localhost:8081"))
    assert reason(desk.prove(begun, lie)) is Reason.FOREIGN_ORIGIN


def _credential(proof: Proof) -> dict[str, Json]:
    credential = proof.body["credential"]
    assert isinstance(credential, dict)
    return dict(credential)


def _answering(credential: dict[str, Json], challenge: str) -> Proof:
    """The same unattested credential under another challenge: nothing signs a `none` statement."""
    response = credential["response"]
    assert isinstance(response, dict)
    client_data = (
        f'{{"type":"webauthn.create","challenge":"{challenge}",'
        f'"origin":"{ISSUER}","crossOrigin":false}}'
    )
    response = {**response, "clientDataJSON": base64url.encode(client_data.encode())}
    return Proof(KindName.WEBAUTHN, {"credential": {**credential, "response": response}})
