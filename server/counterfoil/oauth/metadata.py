"""What we say of ourselves: OpenID Connect Discovery §3 and RFC 8414 §2, only what exists."""

from counterfoil.kit.strict_json import Json
from counterfoil.oauth import pkce
from counterfoil.oauth.request import Prompt
from counterfoil.oauth.rules import HIGHEST_LEVEL
from counterfoil.oauth.scopes import EMAIL, OPENID, PROFILE
from counterfoil.tokens import Algorithm

AUTHORIZE = "/oauth2/authorize"
CONTINUE = "/oauth2/continue"
CONSENT = "/oauth2/consent"
TOKEN = "/oauth2/token"
USERINFO = "/oauth2/userinfo"
JWKS = "/oauth2/jwks"
OPENID_CONFIGURATION = "/.well-known/openid-configuration"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"


def authorization_server(issuer: str) -> dict[str, Json]:
    """RFC 8414; `issuer` is an origin without a trailing slash."""
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + AUTHORIZE,
        "token_endpoint": issuer + TOKEN,
        "jwks_uri": issuer + JWKS,
        "scopes_supported": [OPENID, PROFILE, EMAIL],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        "code_challenge_methods_supported": [pkce.METHOD],
        "authorization_response_iss_parameter_supported": True,
    }


def openid_configuration(issuer: str) -> dict[str, Json]:
    """OpenID Connect Discovery §3; what it would assume otherwise is said to be false."""
    return {
        **authorization_server(issuer),
        "userinfo_endpoint": issuer + USERINFO,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [algorithm.value for algorithm in Algorithm],
        "acr_values_supported": [HIGHEST_LEVEL.acr],
        "prompt_values_supported": [prompt.value for prompt in Prompt],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "iss",
            "sub",
            "aud",
            "iat",
            "exp",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "at_hash",
            "name",
            "preferred_username",
            "email",
            "email_verified",
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
