"""A phone's code becomes a token: it says so, and no more than that."""

import pytest

from tests.http.holder import Holder
from tests.oauth.town import Town, answer_of, claims_of, good, waiting


@pytest.fixture
def holder(town: Town) -> Holder:
    return Holder(town.house, town.clock)


def test_a_token_says_that_it_was_a_password_and_a_code(town: Town, holder: Holder) -> None:
    account, entry, codes = holder.settle_in()
    app = town.application()
    for number, way in enumerate(("code", "recovery")):
        town.clock.pass_s(30)
        interaction = waiting(holder.client.get("/oauth2/authorize", params=town.asked(app)))
        assert holder.type_password(interaction, "Ada").status_code == 303
        proven_s = town.clock.at_ms // 1000
        typed = holder.phone.code(entry) if way == "code" else codes[number]
        answer = holder.submit(f"/sign-in/{interaction}/{way}", code=typed)
        back = answer_of(holder.get(answer.headers["location"]))
        claims = claims_of(good(town.redeem(app, back["code"]))["access_token"])
        assert claims["sub"] == account.id
        assert claims["amr"] == ["pwd", "otp", "mfa"]
        assert claims["acr"] == "urn:counterfoil:acr:otp"
        assert claims["auth_time"] == proven_s
        holder.post("/sign-out")


@pytest.mark.parametrize(("acr", "offered"), [("phr", False), ("urn:counterfoil:acr:otp", True)])
def test_an_application_that_asks_for_more_is_not_offered_a_code(
    town: Town, holder: Holder, acr: str, offered: bool
) -> None:
    _, base = holder.first_visit()
    holder.set_up_phone(base)
    begun = holder.begin(base.rpartition("/")[2], "enrol", alone=False)
    assert holder.prove(begun, holder.create(begun)).status_code == 200
    asked = town.asked(town.application(), acr_values=acr)
    interaction = waiting(holder.client.get("/oauth2/authorize", params=asked))
    assert holder.type_password(interaction, "Ada").status_code == 303
    page = holder.get(f"/sign-in/{interaction}")
    assert ("way=code" in page.text) is offered


def test_a_code_that_was_typed_all_the_same_does_not_reach_the_level(
    town: Town, holder: Holder
) -> None:
    _, entry, _ = holder.settle_in()
    asked = town.asked(town.application(), acr_values="phr")
    interaction = waiting(holder.client.get("/oauth2/authorize", params=asked))
    assert holder.type_password(interaction, "Ada").status_code == 303
    answer = holder.type_code(interaction, holder.phone.code(entry))
    back = answer_of(holder.get(answer.headers["location"]))
    assert back["error"] == "unmet_authentication_requirements"
