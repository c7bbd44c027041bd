"""What ends with a session: what it was granted, and what it was about to take."""

from dataclasses import dataclass

import pytest
from sqlalchemy import delete

from counterfoil.accounts import Account
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.http.house import House
from counterfoil.interactions import InteractionState
from counterfoil.kit.ids import GrantId, SessionId, new_grant_id
from counterfoil.oauth import ClientKind, ConsentRule
from counterfoil.store.schema import sessions
from counterfoil.tokens import Algorithm, PersonGrant, as_factors
from tests.ceremonies.desk import ELSEWHERE, HERE, Desk, add_account, must, reason, told
from tests.house import HandClock


@dataclass(frozen=True, slots=True)
class Two:
    """Ada at two browsers, each signed in with its own key and granted one application."""

    house: House
    account: Account
    here: Desk
    there: Desk
    granted_here: GrantId
    granted_there: GrantId

    def stands(self, grant: GrantId) -> bool:
        found = self.house.store.read_now(lambda tx: self.house.tokens.standing(tx, grant))
        return found is not None and found.live

    def end_one(self, session: SessionId) -> None | Refused:
        return self.house.store.write_now(
            lambda tx: self.house.sessions.end_one(
                tx, self.account.id, session, actor=self.account.id, where=HERE
            )
        )

    def end_others(self, keep: SessionId | None) -> int:
        return self.house.store.write_now(
            lambda tx: self.house.sessions.end_others(
                tx, self.account.id, keep, actor=self.account.id, where=HERE
            )
        )

    def signed_out(self) -> list[str | None]:
        return [e.subject for e in told(self.house, self.account) if e.what == What.SIGNED_OUT]


@pytest.fixture
def two(house: House) -> Two:
    account = add_account(house)
    here, there = Desk(house), Desk(house, seed=b"there", where=ELSEWHERE)
    for desk in (here, there):
        desk.enrol(account)
        desk.touch_in()
    return Two(house, account, here, there, grant(house, here), grant(house, there))


def grant(house: House, desk: Desk) -> GrantId:
    """An application that this browser has let in."""
    client, _ = must(
        house.store.write_now(
            lambda tx: house.clients.add(
                tx,
                "Sample",
                kind=ClientKind.PUBLIC,
                redirect_uris=("https://app.example/cb",),
                scopes=("openid",),
                audience="https://api.example",
                id_token_alg=Algorithm.ES256,
                consent=ConsentRule.ASK,
            )
        )
    )
    factors = as_factors(desk.session.factors)
    assert factors is not None
    assert desk.session.account is not None
    made = PersonGrant(
        new_grant_id(house.entropy),
        client.id,
        desk.session.account,
        desk.session.id,
        ("openid",),
        factors,
    )
    house.store.write_now(lambda tx: house.tokens.open_grant(tx, made, "192.0.2.1"))
    return made.id


def test_a_session_elsewhere_ends_with_what_it_was_granted(two: Two) -> None:
    assert two.end_one(two.there.session.id) is None
    assert two.there.found(two.there.cookie) is None
    assert two.here.found(two.here.cookie) is not None
    assert (two.stands(two.granted_here), two.stands(two.granted_there)) == (True, False)
    assert two.signed_out() == [two.there.session.id]
    assert reason(two.end_one(two.there.session.id)) is Reason.NOT_FOUND


def test_nobody_ends_somebody_else_s_session(two: Two, house: House) -> None:
    eve = add_account(house, "eve")
    refused = house.store.write_now(
        lambda tx: house.sessions.end_one(
            tx, eve.id, two.there.session.id, actor=eve.id, where=HERE
        )
    )
    assert reason(refused) is Reason.NOT_FOUND
    assert two.there.found(two.there.cookie) is not None


def test_all_others_end_and_this_one_stays(two: Two) -> None:
    assert two.end_others(two.here.session.id) == 1
    assert two.there.found(two.there.cookie) is None
    assert two.here.found(two.here.cookie) is not None
    assert (two.stands(two.granted_here), two.stands(two.granted_there)) == (True, False)
    assert two.end_others(two.here.session.id) == 0
    assert two.signed_out() == [two.there.session.id]


def test_signing_out_everywhere_keeps_none(two: Two) -> None:
    assert two.end_others(None) == 2
    assert two.here.found(two.here.cookie) is two.there.found(two.there.cookie) is None
    assert not two.stands(two.granted_here)
    assert not two.stands(two.granted_there)


def test_a_session_that_ran_out_leaves_its_grant_until_everything_else_is_signed_out(
    two: Two, clock: HandClock
) -> None:
    clock.pass_s(two.house.settings.session_absolute_s + 1)
    assert two.there.found(two.there.cookie) is None
    assert two.stands(two.granted_there)
    two.end_others(two.here.session.id)
    assert not two.stands(two.granted_there)


def test_a_grant_whose_session_is_gone_ends_with_everything_else(two: Two) -> None:
    gone = delete(sessions).where(sessions.c.id == two.there.session.id)
    two.house.store.write_now(lambda tx: tx.execute(gone))
    assert two.stands(two.granted_there)
    assert two.end_others(two.here.session.id) == 0
    assert (two.stands(two.granted_here), two.stands(two.granted_there)) == (True, False)


def test_signing_out_oneself_ends_what_was_granted_here_alone(two: Two) -> None:
    two.here.write(
        lambda tx: two.house.sessions.end(tx, two.here.session, actor=two.account.id, where=HERE)
    )
    assert (two.stands(two.granted_here), two.stands(two.granted_there)) == (False, True)


def test_a_sign_in_that_is_done_gives_nothing_after_its_session_has_ended(two: Two) -> None:
    interactions = two.house.interactions
    done = two.there.write(lambda tx: interactions.open_done(tx, two.there.session, "a request"))
    assert done.state is InteractionState.DONE
    two.end_one(two.there.session.id)
    taken = two.there.write(lambda tx: interactions.finish(tx, done.id, two.there.session.id))
    assert reason(taken) is Reason.REPLAYED
