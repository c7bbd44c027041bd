"""The authorization request, judged: both edges of every rule, and the order of the steps."""

import pytest

from counterfoil.assurance import Level, assess
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.oauth import rules
from counterfoil.oauth.client import Client, ClientKind, ConsentRule
from counterfoil.oauth.parameters import Parameters
from counterfoil.oauth.request import (
    AuthorizationRequest,
    Prompt,
    ReturnAddress,
    dump_request,
    load_request,
)
from counterfoil.tokens import Algorithm
from tests.rules.tokens.factors import AT_MS, key

CLIENT = Client(
    id=ClientId("cli_" + "c" * 22),
    name="Sample",
    kind=ClientKind.CONFIDENTIAL,
    redirect_uris=("https://app.example/cb",),
    scopes=("openid", "profile"),
    audience="https://api.example",
    id_token_alg=Algorithm.ES256,
    consent=ConsentRule.ASK,
    made_ms=0,
)
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
HONEST = {
    "client_id": CLIENT.id,
    "redirect_uri": "https://app.example/cb",
    "response_type": "code",
    "scope": "openid profile",
    "state": "a state",
    "nonce": "a nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def _parameters(*, repeated: tuple[str, ...] = (), **changes: str | None) -> Parameters:
    values = {**HONEST, **changes}
    return Parameters(
        {name: value for name, value in values.items() if value and name not in repeated},
        frozenset(repeated),
    )


def _read(
    *, repeated: tuple[str, ...] = (), **changes: str | None
) -> AuthorizationRequest | Refused:
    parameters = _parameters(repeated=repeated, **changes)
    back = rules.read_return_address(parameters, CLIENT)
    assert isinstance(back, ReturnAddress)
    return rules.read_request(parameters, CLIENT, back)


def _good(**changes: str | None) -> AuthorizationRequest:
    request = _read(repeated=(), **changes)
    assert isinstance(request, AuthorizationRequest), request
    return request


def test_an_honest_request_is_read_whole() -> None:
    assert _good(max_age="60", prompt="login consent", login_hint="ada") == AuthorizationRequest(
        back=ReturnAddress(CLIENT.id, "https://app.example/cb", "a state"),
        scopes=("openid", "profile"),
        nonce="a nonce",
        code_challenge=CHALLENGE,
        prompts=frozenset({Prompt.LOGIN, Prompt.CONSENT}),
        max_age_s=60,
        least=None,
        login_hint="ada",
    )


@pytest.mark.parametrize("client_id", [None, "", "nobody", "cli_short", "cli_" + "c" * 23, "\0"])
def test_without_a_client_nothing_else_is_looked_at(client_id: str | None) -> None:
    refused = rules.read_client(_parameters(client_id=client_id))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.UNKNOWN_CLIENT


def test_a_repeated_client_is_no_client() -> None:
    assert isinstance(rules.read_client(_parameters(repeated=("client_id",))), Refused)


@pytest.mark.parametrize(
    "uri",
    [None, "", "https://app.example/cb/", "https://evil.example/cb", "https://app.example/CB"],
)
def test_without_a_redirect_uri_of_the_clients_nothing_is_redirected(uri: str | None) -> None:
    refused = rules.read_return_address(_parameters(redirect_uri=uri), CLIENT)
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.FOREIGN_REDIRECT_URI


def test_a_repeated_redirect_uri_is_none() -> None:
    parameters = _parameters(repeated=("redirect_uri",))
    assert isinstance(rules.read_return_address(parameters, CLIENT), Refused)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "a\nb"}, Reason.INVALID_REQUEST),
        ({"state": "ä"}, Reason.INVALID_REQUEST),
        ({"state": "s" * 2049}, Reason.INVALID_REQUEST),
        ({"request": "e30.e30."}, Reason.REQUEST_NOT_SUPPORTED),
        ({"request_uri": "https://app.example/r"}, Reason.REQUEST_URI_NOT_SUPPORTED),
        ({"registration": "{}"}, Reason.REGISTRATION_NOT_SUPPORTED),
        ({"response_type": None}, Reason.INVALID_REQUEST),
        ({"response_type": "token"}, Reason.UNSUPPORTED_RESPONSE_TYPE),
        ({"response_type": "code id_token"}, Reason.UNSUPPORTED_RESPONSE_TYPE),
        ({"response_mode": "fragment"}, Reason.INVALID_REQUEST),
        ({"response_mode": "form_post"}, Reason.INVALID_REQUEST),
        ({"code_challenge_method": None}, Reason.INVALID_REQUEST),
        ({"code_challenge_method": "plain"}, Reason.INVALID_REQUEST),
        ({"code_challenge": None}, Reason.INVALID_REQUEST),
        ({"code_challenge": CHALLENGE[:-1]}, Reason.INVALID_REQUEST),
        ({"code_challenge": CHALLENGE + "A"}, Reason.INVALID_REQUEST),
        ({"scope": None}, Reason.INVALID_SCOPE),
        ({"scope": "foreign"}, Reason.INVALID_SCOPE),
        ({"nonce": "n" * 513}, Reason.INVALID_REQUEST),
        ({"nonce": "\0"}, Reason.INVALID_REQUEST),
        ({"prompt": "none login"}, Reason.INVALID_REQUEST),
        ({"prompt": "create"}, Reason.INVALID_REQUEST),
        ({"max_age": "-1"}, Reason.INVALID_REQUEST),
        ({"max_age": "1.5"}, Reason.INVALID_REQUEST),
        ({"max_age": "+1"}, Reason.INVALID_REQUEST),
        ({"max_age": "٣"}, Reason.INVALID_REQUEST),
        ({"max_age": "1000000000"}, Reason.INVALID_REQUEST),
        ({"acr_values": "phrh"}, Reason.UNMET_AUTHENTICATION_REQUIREMENTS),
        ({"acr_values": "gold phrh"}, Reason.UNMET_AUTHENTICATION_REQUIREMENTS),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_to_the_client(
    changes: dict[str, str | None], reason: Reason
) -> None:
    refused = _read(repeated=(), **changes)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


@pytest.mark.parametrize(
    "changes",
    [
        {"state": None},
        {"state": "s" * 2048},
        {"nonce": None},
        {"nonce": "n" * 512},
        {"response_mode": "query"},
        {"scope": "openid foreign"},
        {"scope": "profile"},
        {"prompt": ""},
        {"prompt": "none"},
        {"prompt": "login select_account consent"},
        {"max_age": "0"},
        {"max_age": "999999999"},
        {"acr_values": "gold"},
        {"acr_values": "phrh phr"},
        {"display": "popup", "ui_locales": "de", "claims": "{}"},
    ],
    ids=str,
)
def test_their_neighbours_are_taken(changes: dict[str, str | None]) -> None:
    _good(**changes)


@pytest.mark.parametrize("name", ["scope", "state", "nonce", "prompt", "unknown"])
def test_a_repeated_parameter_is_refused(name: str) -> None:
    refused = _read(repeated=(name,))
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_REQUEST


def test_a_state_that_cannot_be_sent_back_is_not() -> None:
    back = rules.read_return_address(_parameters(state="a\nb"), CLIENT)
    assert isinstance(back, ReturnAddress)
    assert back.state is None


@pytest.mark.parametrize(
    ("acr_values", "least"),
    [
        (None, None),
        ("gold silver", None),
        ("phr", Level.PHISHING_RESISTANT),
        ("gold phr", Level.PHISHING_RESISTANT),
        ("phrh phr", Level.PHISHING_RESISTANT),
        ("phr urn:counterfoil:acr:otp", Level.OTP),
    ],
)
def test_of_the_known_levels_the_lowest_is_enough(
    acr_values: str | None, least: Level | None
) -> None:
    assert _good(acr_values=acr_values).least is least


@pytest.mark.parametrize(("hint", "kept"), [("ada", "ada"), ("a" * 257, None), ("a\0b", None)])
def test_a_hint_that_cannot_be_a_name_is_dropped(hint: str, kept: str | None) -> None:
    assert _good(login_hint=hint).login_hint == kept


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"state": None, "nonce": None},
        {"prompt": "login consent", "max_age": "0", "acr_values": "phr", "login_hint": "Zoë"},
    ],
    ids=str,
)
def test_a_request_survives_waiting(changes: dict[str, str | None]) -> None:
    request = _good(**changes)
    assert load_request(dump_request(request)) == request


FRESH = assess((key(AT_MS),))


@pytest.mark.parametrize(
    ("changes", "later_s", "needed"),
    [
        ({}, 0, False),
        ({}, 40_000, False),
        ({"prompt": "consent"}, 0, False),
        ({"prompt": "login"}, 0, True),
        ({"prompt": "select_account"}, 0, True),
        ({"max_age": "60"}, 60, False),
        ({"max_age": "60"}, 60.001, True),
        ({"max_age": "0"}, 0, True),
        ({"acr_values": "phr"}, 0, False),
    ],
    ids=str,
)
def test_when_a_session_is_not_enough(
    changes: dict[str, str | None], later_s: float, needed: bool
) -> None:
    now_ms = AT_MS + int(later_s * 1000)
    assert rules.needs_sign_in(_good(**changes), FRESH, now_ms) is needed


@pytest.mark.parametrize(("max_age", "oldest_s"), [(None, None), ("0", 300), ("60", 360)])
def test_how_old_a_proof_may_be_when_its_code_is_issued(
    max_age: str | None, oldest_s: int | None
) -> None:
    assert rules.oldest_s(_good(max_age=max_age)) == oldest_s


def test_nobody_is_never_enough() -> None:
    assert rules.needs_sign_in(_good(), None, AT_MS)


@pytest.mark.parametrize(
    ("prompt", "rule", "given", "needed"),
    [
        (None, ConsentRule.ASK, None, True),
        (None, ConsentRule.ASK, (), True),
        (None, ConsentRule.ASK, ("openid",), True),
        (None, ConsentRule.ASK, ("openid", "profile"), False),
        (None, ConsentRule.ASK, ("openid", "profile", "more"), False),
        (None, ConsentRule.GIVEN, None, False),
        ("consent", ConsentRule.GIVEN, None, True),
        ("consent", ConsentRule.ASK, ("openid", "profile"), True),
    ],
)
def test_when_a_person_is_asked(
    prompt: str | None, rule: ConsentRule, given: tuple[str, ...] | None, needed: bool
) -> None:
    client = Client(
        CLIENT.id,
        CLIENT.name,
        CLIENT.kind,
        CLIENT.redirect_uris,
        CLIENT.scopes,
        CLIENT.audience,
        CLIENT.id_token_alg,
        rule,
        CLIENT.made_ms,
    )
    assert rules.needs_consent(_good(prompt=prompt), client, given) is needed
