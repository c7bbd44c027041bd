"""From an invitation to tokens, with each key that Chromium can be given."""

import pytest

from counterfoil.factors.kind import KindName
from tests.browser.person import Person
from tests.browser.stage import Stage
from tests.ceremonies.desk import authenticators, the_authenticator


@pytest.mark.parametrize("transport", ["usb", "nfc"])
def test_a_key_alone_is_set_up_and_signs_in(stage: Stage, ada: Person, transport: str) -> None:
    account = stage.add()
    key = ada.enrol(account, transport=transport)
    assert [c["isResidentCredential"] for c in key.credentials()] == [True]
    ada.press("Sign in now")
    ada.reads("Sign in")
    ada.press("Use my security key")
    ada.reads("My keys")
    held = the_authenticator(stage.house, account, KindName.WEBAUTHN)
    assert (held.label, held.used_ms) == ("My security key", stage.clock.at_ms)


@pytest.mark.parametrize(
    ("transport", "protocol"), [("usb", "ctap2"), ("nfc", "ctap2"), ("usb", "u2f"), ("nfc", "u2f")]
)
def test_a_key_beside_a_password_is_the_second_step(
    stage: Stage, ada: Person, transport: str, protocol: str
) -> None:
    account = stage.add()
    key = ada.enrol(account, password=True, transport=transport, protocol=protocol)
    assert [c["isResidentCredential"] for c in key.credentials()] == [False]
    ada.start()
    ada.type_password()
    ada.reads("Now touch your key")
    ada.press("Use my security key")
    ada.reads("My keys")
    kinds = sorted(a.kind for a in authenticators(stage.house, account))
    assert kinds == [KindName.PASSWORD, KindName.WEBAUTHN]
