"""A code, judged: what proves it, and in which order what is wrong is found."""

from dataclasses import replace

import pytest

from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId, GrantId
from counterfoil.kit.opaque import TokenHash
from counterfoil.kit.secret import Secret
from counterfoil.oauth.codes import Code, Redemption, judge, read_redemption

NOW_MS = 1_800_000_000_000
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CLIENT = ClientId("cli_app")
CODE = Code(
    hash=TokenHash(b"hash"),
    grant=GrantId("gra"),
    client=CLIENT,
    redirect_uri="https://app.example/cb",
    code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    nonce=None,
    failures=0,
    expires_ms=NOW_MS + 60_000,
    used_ms=None,
)
HONEST = Redemption(Secret("code"), "https://app.example/cb", Secret(VERIFIER))
WRONG = Secret("x" * 43)


@pytest.mark.parametrize(
    ("code", "client", "presented", "reason"),
    [
        (CODE, CLIENT, HONEST, None),
        (replace(CODE, expires_ms=NOW_MS + 1), CLIENT, HONEST, None),
        (replace(CODE, failures=9), CLIENT, HONEST, None),
        (CODE, ClientId("cli_other"), HONEST, Reason.CODE_FOREIGN),
        (
            CODE,
            CLIENT,
            replace(HONEST, redirect_uri="https://app.example/cb2"),
            Reason.CODE_FOREIGN,
        ),
        (CODE, CLIENT, replace(HONEST, verifier=WRONG), Reason.VERIFIER_WRONG),
        (replace(CODE, failures=10), CLIENT, HONEST, Reason.CODE_WORN_OUT),
        (replace(CODE, expires_ms=NOW_MS), CLIENT, HONEST, Reason.CODE_EXPIRED),
        (replace(CODE, used_ms=NOW_MS), CLIENT, HONEST, Reason.CODE_REUSED),
    ],
    ids=lambda value: str(value) if isinstance(value, Reason) else None,
)
def test_a_code_is_good_for_its_client_redirect_and_verifier(
    code: Code, client: ClientId, presented: Redemption, reason: Reason | None
) -> None:
    refused = judge(code, client, presented, NOW_MS)
    assert (None if refused is None else refused.reason) is reason


USED_AND_OVER = replace(CODE, used_ms=NOW_MS - 1, expires_ms=NOW_MS - 1)


@pytest.mark.parametrize(
    ("client", "presented", "reason"),
    [
        (ClientId("cli_other"), HONEST, Reason.CODE_FOREIGN),
        (CLIENT, replace(HONEST, redirect_uri="https://evil.example"), Reason.CODE_FOREIGN),
        (CLIENT, replace(HONEST, verifier=WRONG), Reason.VERIFIER_WRONG),
        (CLIENT, HONEST, Reason.CODE_REUSED),
    ],
)
def test_a_second_use_is_one_only_when_client_and_verifier_are_proven(
    client: ClientId, presented: Redemption, reason: Reason
) -> None:
    refused = judge(USED_AND_OVER, client, presented, NOW_MS)
    assert refused is not None
    assert refused.reason is reason


FORM = {"code": "c", "redirect_uri": "https://app.example/cb", "code_verifier": VERIFIER}


def test_a_redemption_is_read() -> None:
    read = read_redemption(FORM)
    assert isinstance(read, Redemption)
    assert read.verifier == Secret(VERIFIER)
    assert VERIFIER not in repr(read)


@pytest.mark.parametrize("name", FORM)
def test_a_redemption_lacks_nothing(name: str) -> None:
    for form in ({**FORM, name: ""}, {k: v for k, v in FORM.items() if k != name}):
        refused = read_redemption(form)
        assert isinstance(refused, Refused)
        assert refused.reason is Reason.INVALID_REQUEST
        assert name in refused.detail


def test_a_verifier_that_cannot_be_one_is_an_invalid_request() -> None:
    refused = read_redemption({**FORM, "code_verifier": "ä" * 43})
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.INVALID_REQUEST
