"""The pages that a person comes back to: each code has its sentence, each state its words."""

from dataclasses import replace

import pytest

from counterfoil_web import (
    ADVICE,
    DONE,
    EVENTS,
    FIELDS,
    OFFERS,
    TABS,
    Happening,
    News,
    Pages,
    Person,
    Profile,
    Token,
    Wording,
)
from tests.rules.web.samples import facts

PAGES = Pages("Counterfoil", demonstration=False)
ADA = Person("ada", "Ada")
say = Wording("en").say


def tokens_page(**more: object) -> str:
    return PAGES.render("tokens", **{**facts()["tokens"], **more})


def activity_page(*happenings: Happening) -> str:
    return PAGES.render("account/activity", person=ADA, happenings=happenings)


@pytest.mark.parametrize("advice", sorted(ADVICE))
def test_every_advice_has_words(advice: str) -> None:
    assert 'class="warning"' in tokens_page(advice=advice)
    assert 'class="warning"' not in tokens_page(advice="")


def test_few_codes_are_counted() -> None:
    assert "Only one recovery code is left." in tokens_page(advice="few_codes", codes_left=1)
    assert "Only 3 recovery codes are left." in tokens_page(advice="few_codes", codes_left=3)


@pytest.mark.parametrize("offer", sorted(OFFERS))
def test_every_offer_has_a_button(offer: str) -> None:
    assert f'name="kind" value="{offer}"' in tokens_page(tokens=(), offers=(offer,))


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_is_a_sentence(event: str) -> None:
    told = activity_page(Happening(1, event, 1))
    assert "{" not in told.split("<ol")[1]
    named = activity_page(Happening(1, event, 1, application="Sample", label="My key"))
    assert "{" not in named.split("<ol")[1]


def test_a_sign_in_says_with_what() -> None:
    told = activity_page(Happening(1, "signed_in", 1, ways=("password", "totp")))
    assert "You signed in with your password and a phone code." in told
    assert "You signed in." in activity_page(Happening(1, "signed_in", 1))


def test_what_others_did_is_said_to_be_theirs() -> None:
    others = say("account.activity.by_others", service="Counterfoil")
    assert others in activity_page(Happening(1, "removed", 1, by_others=True))
    assert others not in activity_page(Happening(1, "removed", 1))


@pytest.mark.parametrize("change", sorted(DONE))
def test_every_change_has_words(change: str) -> None:
    profile = Profile("ada", "Ada", waiting="ada@example.org")
    told = PAGES.render(
        "account/profile", person=ADA, profile=profile, has_password=False, done=change
    )
    assert 'class="notice"' in told


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_leads_to_its_page_and_marks_it(tab: str) -> None:
    name = "tokens" if tab == "tokens" else f"account/{tab}"
    told = PAGES.render(name, **facts()[name])
    assert told.count('aria-current="page"') == 1
    assert f'<a href="{TABS[tab]}" aria-current="page">' in told


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_is_changed_only_where_the_operator_says_so(field: str) -> None:
    profile = Profile("ada", "Ada", "ada@example.org", True, "", (field,))
    told = PAGES.render("account/profile", person=ADA, profile=profile, has_password=False)
    assert f'action="/account/profile/{field}"' in told
    assert told.count("<input") == 1
    assert told.count(say("account.profile.fixed", service="Counterfoil")) == 2
    fixed = replace(profile, editable=())
    told = PAGES.render("account/profile", person=ADA, profile=fixed, has_password=False)
    assert "<input" not in told


def test_what_was_typed_is_offered_again() -> None:
    profile = Profile("ada", "Ada", editable=FIELDS, typed={"name": "lovelace"})
    told = PAGES.render("account/profile", person=ADA, profile=profile, has_password=False)
    assert told.count("<details open>") == 1
    assert 'value="lovelace"' in told


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("live", {"rename", "suspend", "remove"}),
        ("suspended", {"rename", "resume", "remove"}),
        ("disabled", {"rename", "remove"}),
    ],
)
def test_a_token_offers_what_its_state_allows(state: str, offered: set[str]) -> None:
    told = tokens_page(tokens=(Token("aut_1", "totp", "", 1, state=state),), opened="")
    found = {
        what
        for what in ("rename", "suspend", "resume", "remove")
        if f'action="/tokens/aut_1/{what}"' in told
    }
    assert found == offered
    assert "<details open>" not in told


def test_the_last_way_in_offers_neither_and_says_why() -> None:
    last = Token("aut_1", "webauthn", "", 1, removable=False, suspendable=False)
    told = tokens_page(tokens=(last,))
    assert say("tokens.lost_last") in told
    assert say("tokens.remove_last") in told
    assert 'action="/tokens/aut_1/suspend"' not in told
    assert 'action="/tokens/aut_1/remove"' not in told


def test_one_thing_is_open_again_after_a_touch() -> None:
    token = Token("aut_1", "webauthn", "My key", 1)
    told = tokens_page(tokens=(token,), opened="remove:aut_1")
    assert told.count("<details open>") == 1


def test_news_is_understood_up_to_the_last_that_was_shown() -> None:
    news = (News(7, "token_added", 1, {"label": "My key"}), News(9, "password_changed", 1))
    told = tokens_page(news=news)
    assert 'name="up_to" value="9"' in told
    assert "“My key”" in told
    assert 'action="/account/news/seen"' not in tokens_page(news=())
