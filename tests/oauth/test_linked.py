"""Linked applications: what a person sees of them, and what unlinking takes back."""

import pytest

from counterfoil.accounts import Account
from counterfoil.audit import What
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.oauth import ConsentRule, Linked
from tests.ceremonies.desk import reason
from tests.house import events_of
from tests.oauth.test_statements import counted
from tests.oauth.town import CALLBACK, HERE, App, Town, answer_of, good, refused, waiting


@pytest.fixture
def ada(town: Town) -> Account:
    ada = town.person("ada")
    town.sign_in(ada)
    return ada


def linked(town: Town, person: Account) -> list[Linked]:
    return town.house.store.read_now(lambda tx: town.house.oauth.consents.linked(tx, person.id))


def unlink(town: Town, person: Account, client: ClientId) -> None | Refused:
    return town.house.store.write_now(
        lambda tx: town.house.oauth.consents.unlink(tx, person.id, client, HERE)
    )


def agreed(town: Town, app: App, scope: str = "openid") -> str:
    """A code after the person has said yes."""
    interaction = waiting(town.authorize(app, scope=scope))
    return answer_of(town.decide(interaction))["code"]


def test_nothing_is_linked_at_first(town: Town, ada: Account) -> None:
    town.application()
    assert linked(town, ada) == []


def test_an_application_is_linked_with_all_that_it_may_know(town: Town, ada: Account) -> None:
    app = town.application(consent=ConsentRule.ASK)
    began = town.clock.at_ms
    agreed(town, app)
    town.clock.pass_s(60)
    agreed(town, app, "openid read profile")
    town.clock.pass_s(60)
    town.code(app, scope="openid")
    (one,) = linked(town, ada)
    assert one == Linked(
        client=app.client.id,
        name="Sample",
        address="https://app.example",
        scopes=("openid", "profile", "read"),
        asked=True,
        since_ms=began,
        used_ms=began + 120_000,
    )
    assert CALLBACK.startswith(one.address)


def test_one_that_the_operator_agreed_to_is_linked_by_its_grants(town: Town, ada: Account) -> None:
    app = town.application(consent=ConsentRule.GIVEN)
    town.code(app, scope="openid")
    (one,) = linked(town, ada)
    assert (one.scopes, one.asked) == (("openid",), False)
    assert linked(town, town.person("bob")) == []


def test_unlinking_revokes_every_grant_and_the_consent(town: Town, ada: Account) -> None:
    app = town.application(consent=ConsentRule.ASK)
    tokens = good(town.redeem(app, agreed(town, app)))
    unspent = town.code(app, scope="openid")
    assert unlink(town, ada, app.client.id) is None
    assert town.userinfo(tokens["access_token"]).status_code == 401
    refused(town.redeem(app, unspent), "invalid_grant")
    assert linked(town, ada) == []
    (told,) = [e for e in events_of(town.house) if e.what == What.CONSENT_REVOKED]
    assert (told.account, told.subject, told.address) == (ada.id, app.id, HERE.address)
    assert told.details == {"name": "Sample", "grants": 2}


def test_the_next_sign_in_asks_again(town: Town, ada: Account) -> None:
    app = town.application(consent=ConsentRule.ASK)
    agreed(town, app)
    answer_of(town.authorize(app, scope="openid"))
    unlink(town, ada, app.client.id)
    waiting(town.authorize(app, scope="openid"))


def test_unlinking_touches_nobody_else_and_no_other_application(town: Town, ada: Account) -> None:
    app, other = town.application(), town.application()
    for one in (app, other):
        town.code(one, scope="openid")
    bob = town.person("bob")
    town.sign_in(bob)
    bobs = town.tokens(app, scope="openid")["access_token"]
    assert unlink(town, ada, app.client.id) is None
    good(town.userinfo(bobs))
    assert [one.client for one in linked(town, ada)] == [other.client.id]
    assert [one.client for one in linked(town, bob)] == [app.client.id]


def test_what_is_not_linked_cannot_be_unlinked(town: Town, ada: Account) -> None:
    app = town.application()
    assert reason(unlink(town, ada, app.client.id)) is Reason.NOT_FOUND
    assert reason(unlink(town, ada, ClientId("cli_nobody"))) is Reason.NOT_FOUND
    town.code(app)
    assert unlink(town, ada, app.client.id) is None
    assert reason(unlink(town, ada, app.client.id)) is Reason.NOT_FOUND


def test_the_list_costs_three_statements_however_often_one_signed_in(
    town: Town, ada: Account
) -> None:
    app = town.application()
    for _ in range(5):
        town.code(app)
    with counted() as found:
        linked(town, ada)
    assert found.statements == ["SELECT"] * 3
