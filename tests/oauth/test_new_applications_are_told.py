"""Letting an application in is told once; saying no, and saying more to it later, is not."""

from counterfoil.accounts import Account
from counterfoil.notices import Notice, Told
from counterfoil.oauth import ConsentRule
from tests.oauth.town import Town, answer_of, waiting


def news(town: Town, person: Account) -> list[Notice]:
    unseen = town.house.store.read_now(lambda tx: town.house.notices.unseen(tx, person.id))
    return [notice for notice in unseen if notice.what is Told.NEW_APPLICATION]


def test_an_application_that_is_let_in_is_told_once(town: Town) -> None:
    app, ada = town.application(consent=ConsentRule.ASK), town.person()
    town.sign_in(ada)
    answer_of(town.decide(waiting(town.authorize(app, scope="openid")), "deny"))
    assert news(town, ada) == []
    for scope in ("openid", "openid read"):
        answer_of(town.decide(waiting(town.authorize(app, scope=scope))))
        (notice,) = news(town, ada)
        assert notice.details["application"] == "Sample"


def test_an_application_that_asks_nobody_is_no_news(town: Town) -> None:
    app, ada = town.application(), town.person()
    town.sign_in(ada)
    town.tokens(app)
    assert news(town, ada) == []
