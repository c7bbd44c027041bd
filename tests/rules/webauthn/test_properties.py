"""Whatever bytes arrive, the rules answer with a verdict: nothing is raised, nothing slips in."""

import base64
from typing import Any

import pytest
from fido2 import cbor
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import Refused
from counterfoil.factors.webauthn.authenticator_data import (
    parse_assertion_data,
    parse_registration_data,
)
from counterfoil.factors.webauthn.rules import (
    Asserted,
    AttestationPolicy,
    AuthenticationResponse,
    Registered,
    RegistrationResponse,
    parse_assertion,
    parse_registration,
    verify_assertion,
    verify_registration,
)
from counterfoil.kit import base64url
from counterfoil.kit.malformed import Malformed
from tests.rules.webauthn import software_key as soft
from tests.rules.webauthn.test_attestation import HONEST, ROOT

FIXED_SEED = settings(derandomize=True, deadline=None, max_examples=400)

ASSERTED = parse_assertion(soft.assertion())
SELF = parse_registration(soft.registration(fmt="packed", statement=soft.self_statement))
CERTIFIED = parse_registration(soft.registration(fmt="packed", statement=HONEST))
EXPECTED = soft.expected_registration(
    attestation=AttestationPolicy.TRUSTED, trust_anchors=(ROOT.der(),)
)


@st.composite
def bent(draw: st.DrawFn, honest: bytes) -> bytes:
    """Honest bytes with some replaced, dropped, doubled or added."""
    at = draw(st.integers(0, len(honest)))
    until = draw(st.integers(at, min(len(honest), at + 8)))
    return honest[:at] + draw(st.binary(max_size=8)) + honest[until:]


@FIXED_SEED
@given(bent(ASSERTED.client_data_json), bent(ASSERTED.authenticator_data), bent(ASSERTED.signature))
def test_no_bent_assertion_is_accepted(client: bytes, data: bytes, signature: bytes) -> None:
    honest = (ASSERTED.client_data_json, ASSERTED.authenticator_data, ASSERTED.signature)
    for said in (
        (client, *honest[1:]),
        (honest[0], data, honest[2]),
        (*honest[:2], signature),
        (client, data, signature),
    ):
        response = AuthenticationResponse(ASSERTED.id, *said, ASSERTED.user_handle)
        verdict = verify_assertion(soft.expected_assertion(), response, soft.stored())
        assert isinstance(verdict, Asserted if said == honest else Refused)


@FIXED_SEED
@given(st.data(), st.sampled_from([SELF, CERTIFIED]))
def test_no_bent_registration_is_anything_but_a_verdict(
    data: st.DataObject, honest: RegistrationResponse
) -> None:
    response = RegistrationResponse(
        id=honest.id,
        client_data_json=honest.client_data_json,
        attestation_object=data.draw(bent(honest.attestation_object)),
        transports=(),
        discoverable=None,
    )
    for expected in (soft.expected_registration(), EXPECTED):
        verdict = verify_registration(expected, response)
        assert isinstance(verdict, Registered | Refused)


@FIXED_SEED
@given(bent(SELF.client_data_json))
def test_no_registration_survives_other_client_data_where_it_is_signed(client: bytes) -> None:
    response = RegistrationResponse(SELF.id, client, SELF.attestation_object, (), None)
    verdict = verify_registration(soft.expected_registration(), response)
    assert isinstance(verdict, Registered if client == SELF.client_data_json else Refused)


@FIXED_SEED
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_random_bytes_are_refused(first: bytes, second: bytes) -> None:
    registered = verify_registration(
        soft.expected_registration(), RegistrationResponse(b"x", first, second, (), None)
    )
    assert isinstance(registered, Refused)
    asserted = verify_assertion(
        soft.expected_assertion(),
        AuthenticationResponse(soft.CREDENTIAL_ID, first, second, second, soft.USER_HANDLE),
        soft.stored(),
    )
    assert isinstance(asserted, Refused)


EXTENSIONS = st.dictionaries(st.text(max_size=8), st.integers(0, 9) | st.booleans(), max_size=3)


@FIXED_SEED
@given(st.integers(0, 255), st.integers(0, 2**32 - 1), EXTENSIONS, st.binary(max_size=3))
def test_flags_must_say_what_the_authenticator_data_has(
    flags: int, sign_count: int, extensions: dict[str, Any], rest: bytes
) -> None:
    encoded = cbor.encode(extensions)
    has = bool(flags & soft.ED)
    attested = soft.attested_data(cbor.encode(soft.key_for(-7).cose), soft.CREDENTIAL_ID)
    tail = (encoded if has else b"") + rest
    for raw, parse, demanded in (
        (soft.fixed_data(flags, sign_count) + tail, parse_assertion_data, 0),
        (soft.fixed_data(flags, sign_count) + attested + tail, parse_registration_data, soft.AT),
    ):
        if flags & soft.AT == demanded and not rest:
            parsed = parse(raw)
            data = parsed[0] if isinstance(parsed, tuple) else parsed
            assert data.sign_count == sign_count
            assert data.extensions == (extensions if has else None)
        else:
            with pytest.raises(Malformed):
                parse(raw)


@FIXED_SEED
@given(st.binary(max_size=1024))
def test_base64url_in_a_body_has_one_spelling(value: bytes) -> None:
    body = soft.assertion()
    body["response"]["signature"] = base64url.encode(value)
    assert parse_assertion(body).signature == value
    padded = base64.urlsafe_b64encode(value).decode()
    if padded.endswith("="):
        body["response"]["signature"] = padded
        with pytest.raises(Malformed):
            parse_assertion(body)
