"""The API's description (OpenAPI 3.1), made from the routes themselves."""

from typing import Any

from fastapi.openapi.utils import get_openapi

from counterfoil.http.admin_api import routes
from counterfoil.oauth import metadata
from counterfoil.oauth.scopes import ADMINISTRATION

_ABOUT = """\
The administration for programs. Whoever asks is a person with a role: at least `helpdesk`, and by
a proof that no phishing page could relay (`acr` `phr` or `phrh`). `x-counterfoil-roles` says for
each operation which role may do it, and to whom by their role.

A browser comes by the session of our own pages, and changes something only from the same origin.
A program comes by an access token with the scope `counterfoil:admin`, of a client whose audience
is the issuer. A change needs a touch within `step_up_s`: else `level_too_low` says, in the words
of RFC 9470, which proof to ask for.

A refusal is a problem (RFC 9457) whose `reason` is stable. No answer may be kept by a cache."""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457, with the reason of the refusal.",
    "required": ["type", "title", "status", "detail", "reason"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": {"type": "string"},
        "by_s": {"type": "integer", "description": "Seconds to wait."},
    },
}


def describe() -> dict[str, Any]:
    """The document; paths are relative to the issuer."""
    document = get_openapi(
        title="counterfoil administration",
        version="1",
        description=_ABOUT,
        routes=routes,
    )
    components = document["components"]
    schemas = components["schemas"]
    for made_up in ("HTTPValidationError", "ValidationError"):
        schemas.pop(made_up, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-counterfoil",
            "description": "A browser that is signed in at our own pages.",
        },
        "token": {
            "type": "oauth2",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": metadata.AUTHORIZE,
                    "tokenUrl": metadata.TOKEN,
                    "scopes": {ADMINISTRATION: "What your role may do, in your name."},
                }
            },
        },
    }
    document["security"] = [{"session": []}, {"token": [ADMINISTRATION]}]
    for path in document["paths"].values():
        for operation in path.values():
            # A body that does not fit is a problem like others: 400, and no echo.
            operation["responses"].pop("422", None)
    return document
