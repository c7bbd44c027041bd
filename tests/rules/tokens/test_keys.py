"""Signing keys: one algorithm pinned to each, public parts only in the set."""

import json
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, RSAKey, import_key

from counterfoil.tokens.keys import (
    Algorithm,
    NoSigningKey,
    SigningKey,
    SigningKeys,
    export_private,
    import_private,
    make_key,
)

ES256, RS256 = make_key(Algorithm.ES256), make_key(Algorithm.RS256)
KEYS = SigningKeys.of([ES256, RS256])


def test_the_set_says_use_algorithm_and_thumbprint_of_each_key() -> None:
    for jwk in json.loads(KEYS.jwks)["keys"]:
        assert jwk["use"] == "sig"
        assert jwk["alg"] in {"ES256", "RS256"}
        assert jwk["kid"] == import_key(jwk).thumbprint()


def test_the_set_has_no_private_part() -> None:
    for jwk in json.loads(KEYS.jwks)["keys"]:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & jwk.keys()
    assert "PRIVATE" not in repr(KEYS)


def test_keys_are_of_the_promised_size() -> None:
    keys = [import_key(jwk) for jwk in json.loads(KEYS.jwks)["keys"]]
    sizes = {
        key.curve_name if isinstance(key, ECKey) else key.raw_value.key_size
        for key in keys
        if isinstance(key, ECKey | RSAKey)
    }
    assert sizes == {"P-256", 2048}


@pytest.mark.parametrize("key", [ES256, RS256], ids=["ES256", "RS256"])
def test_a_key_survives_being_put_away(key: SigningKey) -> None:
    again = import_private(export_private(key), key.algorithm, signs=True)
    assert again.kid == key.kid
    assert again.verifies(key.sign("JWT", "{}"))
    assert key.verifies(again.sign("JWT", "{}"))


def test_a_key_verifies_only_its_own_signatures() -> None:
    other = make_key(Algorithm.ES256)
    token = ES256.sign("JWT", "{}")
    assert ES256.verifies(token)
    assert not other.verifies(token)
    assert not RS256.verifies(token)


@pytest.mark.parametrize("missing", [ES256, RS256], ids=["ES256", "RS256"])
def test_without_a_key_that_signs_for_each_algorithm_nothing_starts(missing: SigningKey) -> None:
    others = [key for key in (ES256, RS256) if key is not missing]
    with pytest.raises(NoSigningKey, match=missing.algorithm):
        SigningKeys.of([*others, replace(missing, signs=False)])


def test_the_newest_key_signs() -> None:
    newer = make_key(Algorithm.ES256)
    keys = SigningKeys.of([ES256, RS256, newer])
    assert keys.signing[Algorithm.ES256] is newer
    assert set(keys.by_kid) == {ES256.kid, RS256.kid, newer.kid}


def test_the_etag_changes_with_the_set() -> None:
    assert KEYS.etag == SigningKeys.of([ES256, RS256]).etag
    assert KEYS.etag != SigningKeys.of([ES256, RS256, make_key(Algorithm.ES256)]).etag
