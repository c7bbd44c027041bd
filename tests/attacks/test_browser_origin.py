"""Requests that another site makes a browser send: recognised by where they come from."""

from typing import Any
from urllib.parse import urlencode

import pytest
from httpx2 import Response

from counterfoil.errors import Reason
from counterfoil.http.house import House
from counterfoil.store import Transaction
from tests.ceremonies.desk import PASSWORD, add_account
from tests.http.visitor import FORM, Visitor, invite, reason_of

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:8081"},  # ports are one site, and cookies ignore them
    {"Origin": "https://localhost:8080"},
    {"Origin": "http://sub.localhost:8080"},
    {"Origin": "http://localhost:8080.evil.example"},
    {"Origin": "http://localhost:8080/"},
    {"Origin": "HTTP://LOCALHOST:8080"},
    {"Origin": "null"},
    {"Origin": ""},
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Referer": "http://localhost:8080/sign-in"},
]
OURS = [
    {"Origin": "http://localhost:8080"},
    {"Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-origin"},
]


@pytest.fixture
def visitor(house: House) -> Visitor:
    visitor = Visitor(house)
    visitor.enrol(password=PASSWORD)
    return visitor


def forge(visitor: Visitor, path: str, headers: dict[str, str], **more: Any) -> Response:
    return visitor.client.post(path, headers=headers, **more)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_forged_request_begins_and_proves_nothing(
    visitor: Visitor, headers: dict[str, str]
) -> None:
    interaction = visitor.start()
    body = {"interaction": interaction, "kind": "webauthn", "purpose": "sign_in", "alone": True}
    answer = forge(visitor, "/ceremonies", headers, json=body)
    assert reason_of(answer) == Reason.FOREIGN_REQUEST
    begun = visitor.begin(interaction)
    shown = visitor.touch(begun)
    for action in ("proof", "cancel"):
        path = f"/ceremonies/{begun['ceremony']}/{action}"
        answer = forge(visitor, path, headers, json={"kind": "webauthn", "credential": shown})
        assert reason_of(answer) == Reason.FOREIGN_REQUEST
    # Nothing was spent by them.
    assert visitor.prove(begun, shown).status_code == 200


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_request_of_our_own_page_is_taken(visitor: Visitor, headers: dict[str, str]) -> None:
    answer = forge(visitor, "/sign-in", headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_forged_form_changes_anything(visitor: Visitor, headers: dict[str, str]) -> None:
    visitor.touch_in()
    house = visitor.house
    bob = add_account(house, "Bob")
    token = invite(house, bob)
    before = visitor.cookie()
    interaction = visitor.start()
    key = house.store.read_now(lambda tx: _key(house, tx))
    forms = {
        "/sign-in": {},
        f"/sign-in/{interaction}/password": {"name": "ada", "password": PASSWORD},
        f"/invitation/{token}": {},
        "/tokens/add": {},
        f"/tokens/{key}/rename": {"label": "theirs"},
        f"/tokens/{key}/remove": {},
        f"/tokens/{key}/suspend": {},
        f"/tokens/{key}/resume": {},
        "/account/news/seen": {"up_to": "1"},
        "/account/sessions/end-others": {},
        "/account/sessions/ses_x/end": {},
        "/account/applications/cli_x/unlink": {},
        "/account/profile/display_name": {"display_name": "theirs"},
        "/email/cf_mail_x": {},
        "/sign-out": {},
        f"/oauth2/consent/{interaction}": {"decision": "allow"},
    }
    headers = {"Content-Type": FORM} | headers
    for path, form in forms.items():
        answer = forge(visitor, path, headers, content=urlencode(form))
        assert answer.status_code == 403, path
        assert "set-cookie" not in answer.headers
    assert visitor.cookie() == before
    assert visitor.signed_in()
    assert visitor.post(f"/invitation/{token}").status_code == 303


def _key(house: House, tx: Transaction) -> str:
    account = house.accounts.find_by_name(tx, "ada")
    assert account is not None
    return next(a.id for a in house.accounts.authenticators(tx, account.id) if a.kind == "webauthn")


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded",
     "multipart/form-data; boundary=x", "application/octet-stream", None],
)  # fmt: skip
def test_json_comes_as_json_since_any_site_can_send_text(
    visitor: Visitor, media_type: str | None
) -> None:
    interaction = visitor.start()
    body = f'{{"interaction":"{interaction}","kind":"webauthn","purpose":"sign_in","alone":true}}'
    headers = {"Origin": visitor.issuer} | ({"Content-Type": media_type} if media_type else {})
    answer = forge(visitor, "/ceremonies", headers, content=body)
    assert reason_of(answer) == Reason.UNSUPPORTED_MEDIA_TYPE
    begun = visitor.begin(interaction)
    answer = forge(visitor, f"/ceremonies/{begun['ceremony']}/proof", headers, content=body)
    assert reason_of(answer) == Reason.UNSUPPORTED_MEDIA_TYPE


def test_no_answer_lets_another_origin_read_it(visitor: Visitor) -> None:
    for method, path in [("GET", "/"), ("OPTIONS", "/ceremonies"), ("POST", "/ceremonies")]:
        answer = visitor.client.request(
            method,
            path,
            headers={
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_the_host_header_decides_nothing(visitor: Visitor) -> None:
    answer = visitor.client.post(
        "/sign-in", headers={"Origin": visitor.issuer, "Host": "evil.example"}
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in/")
    answer = visitor.client.post(
        "/sign-in", headers={"Origin": "http://evil.example", "Host": "evil.example"}
    )
    assert answer.status_code == 403
    for name in ("X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"):
        answer = visitor.get("/.well-known/openid-configuration", headers={name: "evil.example"})
        assert "evil" not in answer.text
