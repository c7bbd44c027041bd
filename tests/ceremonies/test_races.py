"""Two hundred hands at four doors: what may happen once happens once.

The workers are processes of their own, on SQLite and on PostgreSQL.
"""

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from counterfoil.accounts import Account
from counterfoil.app import close_house, make_app, make_house
from counterfoil.audit import What
from counterfoil.factors.kind import KindName, Purpose
from counterfoil.factors.recovery.facts import left
from counterfoil.http.house import House
from counterfoil.kit.clock import SystemClock
from counterfoil.kit.sealing import RootKey
from counterfoil.oauth import ClientKind
from tests.ceremonies.codes import Typist
from tests.ceremonies.desk import PASSWORD, Desk, add_account, authenticators, must, whats
from tests.ceremonies.fleet import Fleet, Knock, fleet_on
from tests.databases import PostgreSQL
from tests.house import ISSUER, ROOT_KEY_MATERIAL, HandClock, settings_for
from tests.oauth.town import CALLBACK, VERIFIER, Town

CROWD = 200
FORM = "application/x-www-form-urlencoded"
# A browser whose secret was changed by the one success is signed out for its other tabs.
TOO_LATE = {"replayed", "signed_out"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def fleet(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """Four workers on one installed database, for all races of this file."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("races") / "installed.db"
        shutil.copyfile(request.getfixturevalue("installed_sqlite_file"), file)
        with fleet_on(f"sqlite:///{file}") as workers:
            yield workers
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    url = server.create(template=request.getfixturevalue("installed_postgresql_template"))
    with fleet_on(url) as workers:
        yield workers
    server.drop(url)


@pytest.fixture
def house(fleet: Fleet) -> Iterator[House]:
    """The same database from here: a fifth hand, for preparing and for looking."""
    settings = settings_for(fleet.url)
    opened = make_house(settings, RootKey(ROOT_KEY_MATERIAL), clock=SystemClock())
    yield opened
    close_house(opened)


def cookie_of(desk: Desk) -> str:
    return f"counterfoil_session={desk.cookie.reveal()}"


def proof_of(desk: Desk, ceremony: str, credential: object) -> Knock:
    body = json.dumps({"kind": "webauthn", "credential": credential}).encode()
    return Knock(f"/ceremonies/{ceremony}/proof", body, cookie=cookie_of(desk))


def test_a_challenge_is_good_for_one_of_two_hundred(fleet: Fleet, house: House) -> None:
    account = add_account(house, "challenge")
    desk = Desk(house)
    desk.enrol(account)
    begun = desk.begin(desk.sign_in())
    knock = proof_of(desk, begun.ceremony, desk.touch(begun).body["credential"])
    answers = fleet.all_at_once([knock] * CROWD)
    assert Counter(answer.status for answer in answers)[200] == 1
    refusals = Counter(answer.reason for answer in answers if answer.status != 200)
    assert refusals.total() == CROWD - 1
    assert set(refusals) <= TOO_LATE
    assert refusals["replayed"] > 0
    happened = Counter(whats(house, account))
    assert (happened[What.VERIFIED], happened[What.SIGNED_IN]) == (2, 1)  # enrolled, signed in
    assert happened[What.REFUSED] == 0


def test_one_counter_is_good_for_one_of_many_copies(fleet: Fleet, house: House) -> None:
    """A copied key answers many challenges with the same counter, at the same moment."""
    account = add_account(house, "counter")
    owner = Desk(house, seed=b"owner")
    owner.enrol(account)
    counter = owner.key.counter
    knocks = []
    for number in range(20):
        desk = Desk(house, seed=b"%d" % number)
        desk.browser, desk.key = owner.browser, owner.key
        begun = desk.begin(desk.sign_in())
        owner.key.signer.counter = counter
        knocks.append(proof_of(desk, begun.ceremony, desk.touch(begun).body["credential"]))
    answers = fleet.all_at_once(knocks)
    assert Counter(answer.status for answer in answers)[200] == 1
    refusals = {answer.reason for answer in answers if answer.status != 200}
    assert refusals <= {"counter_not_greater", "lost_race"}
    assert Counter(whats(house, account))[What.SIGNED_IN] == 1


def test_an_invitation_is_taken_up_by_one_of_two_hundred(fleet: Fleet, house: House) -> None:
    account = add_account(house, "invitation")
    invitation = must(
        house.store.write_now(lambda tx: house.accounts.invite(tx, account.id, "operator"))
    )
    knock = Knock(f"/invitation/{invitation.token.reveal()}", b"x=1", FORM)
    answers = fleet.all_at_once([knock] * CROWD)
    assert Counter(answer.status for answer in answers) == {303: 1, 410: CROWD - 1}
    assert whats(house, account).count(What.INVITATION_USED) == 1


def test_a_code_is_redeemed_by_one_of_two_hundred(fleet: Fleet, house: House) -> None:
    browser = TestClient(make_app(house), base_url=ISSUER, follow_redirects=False)
    town = Town(house, HandClock(house.clock.now_ms()), browser)
    app = town.application(ClientKind.PUBLIC)
    person = town.person("code")
    town.sign_in(person)
    form = {
        "grant_type": "authorization_code",
        "client_id": app.id,
        "code": town.code(app),
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
    }
    answers = fleet.all_at_once([Knock("/oauth2/token", urlencode(form).encode(), FORM)] * CROWD)
    assert Counter(answer.status for answer in answers) == {200: 1, 400: CROWD - 1}
    (tokens,) = [json.loads(answer.body) for answer in answers if answer.status == 200]
    assert {json.loads(a.body)["error"] for a in answers if a.status == 400} == {"invalid_grant"}
    happened = Counter(whats(house, person))
    assert (happened[What.TOKEN_ISSUED], happened[What.TOKEN_REFUSED]) == (1, CROWD - 1)
    # Whoever redeemed it twice may have stolen it: what the first use gave is revoked.
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert browser.get("/oauth2/userinfo", headers=bearer).status_code == 401


def test_wrong_passwords_are_counted_one_by_one(fleet: Fleet, house: House) -> None:
    """A burst gets no more tries than a patient guesser: ten, and then the delay."""
    account = add_account(house, "guesser", password="correct horse battery")
    knocks = []
    for _ in range(24):
        desk = Desk(house)
        begun = desk.begin(desk.sign_in(), kind=KindName.PASSWORD)
        guess = {"kind": "password", "name": "guesser", "password": "not the password"}
        path = f"/ceremonies/{begun.ceremony}/proof"
        knocks.append(Knock(path, json.dumps(guess).encode(), cookie=cookie_of(desk)))
    answers = fleet.all_at_once(knocks)
    assert {(answer.status, answer.reason) for answer in answers} == {(403, "wrong")}
    (password,) = authenticators(house, account)
    assert password.failures == 10
    told = [e for e in whats(house, account) if e == What.REFUSED]
    assert len(told) == 24


def test_one_first_visit_enrols_two_of_many_keys(fleet: Fleet, house: House) -> None:
    account = add_account(house, "keys")
    desk = Desk(house)
    interaction = desk.first_visit(account)
    knocks = []
    for number in range(12):
        other = Desk(house, seed=b"key %d" % number)
        begun = desk.begin(interaction, Purpose.ENROL)
        knocks.append(proof_of(desk, begun.ceremony, other.create(begun).body["credential"]))
    answers = fleet.all_at_once(knocks)
    assert Counter(answer.status for answer in answers)[200] == 2
    assert {a.reason for a in answers if a.status != 200} <= TOO_LATE | {"lost_race"}
    assert len(authenticators(house, account)) == 2


def crowd_with_a_code(
    house: House, account: Account, kind: KindName, code: Callable[[], str]
) -> list[Knock]:
    """Twenty browsers past the password, each with ten hands, and all with the same code."""
    doors = []
    for _ in range(20):
        desk = Desk(house)
        interaction = desk.sign_in()
        must(desk.try_password(interaction, account.name))
        begun = desk.begin(interaction, kind=kind, alone=False)
        doors.append((f"/ceremonies/{begun.ceremony}/proof", cookie_of(desk)))
    body = json.dumps({"kind": kind.value, "code": code()}).encode()
    return [Knock(path, body, cookie=cookie) for path, cookie in doors] * (CROWD // len(doors))


def test_a_phone_code_is_good_for_one_of_two_hundred(fleet: Fleet, house: House) -> None:
    account = add_account(house, "phone", password=PASSWORD)
    typist = Typist(Desk(house), account, Desk(house).sign_in().id)
    secret = typist.enrol_phone()
    crowd = crowd_with_a_code(house, account, KindName.TOTP, lambda: typist.next_code(secret))
    before = whats(house, account).count(What.SIGNED_IN)
    answers = fleet.all_at_once(crowd)
    assert Counter(answer.status for answer in answers)[200] == 1
    refusals = {answer.reason for answer in answers if answer.status != 200}
    assert refusals <= TOO_LATE | {"code_used", "lost_race", "too_many", "tries_spent"}
    assert whats(house, account).count(What.SIGNED_IN) == before + 1


def test_a_recovery_code_is_good_for_one_of_two_hundred(fleet: Fleet, house: House) -> None:
    account = add_account(house, "paper", password=PASSWORD)
    typist = Typist(Desk(house), account, Desk(house).sign_in().id)
    code = typist.enrol_paper()[7]
    answers = fleet.all_at_once(crowd_with_a_code(house, account, KindName.RECOVERY, lambda: code))
    assert Counter(answer.status for answer in answers)[200] == 1
    refusals = {answer.reason for answer in answers if answer.status != 200}
    assert refusals <= TOO_LATE | {"code_used", "lost_race", "too_many", "busy"}
    (paper,) = typist.enrolled(KindName.RECOVERY)
    assert left(paper.facts) == 9
    assert whats(house, account).count(What.SIGNED_IN) == 1
