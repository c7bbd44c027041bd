"""The authorization request once it was found valid, and as the text that waits for a person."""

from dataclasses import dataclass
from enum import StrEnum

from counterfoil.assurance import Level
from counterfoil.kit import strict_json
from counterfoil.kit.ids import ClientId
from counterfoil.kit.strict_json import Json


class Prompt(StrEnum):
    """OpenID Connect Core §3.1.2.1."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


@dataclass(frozen=True, slots=True)
class ReturnAddress:
    """Where answers go: a client of ours, and a redirect URI that is the client's."""

    client: ClientId
    redirect_uri: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid request. `least` is the lowest level that satisfies `acr_values`."""

    back: ReturnAddress
    scopes: tuple[str, ...]
    nonce: str | None
    code_challenge: str
    prompts: frozenset[Prompt]
    max_age_s: int | None
    least: Level | None
    login_hint: str | None


def dump_request(request: AuthorizationRequest) -> str:
    return strict_json.dump(
        {
            "client": request.back.client,
            "redirect_uri": request.back.redirect_uri,
            "state": request.back.state,
            "scopes": list(request.scopes),
            "nonce": request.nonce,
            "code_challenge": request.code_challenge,
            "prompts": sorted(prompt.value for prompt in request.prompts),
            "max_age_s": request.max_age_s,
            "least": None if request.least is None else request.least.acr,
            "login_hint": request.login_hint,
        }
    )


def load_request(text: str) -> AuthorizationRequest:
    """The inverse of `dump_request`; the text is ours, so an odd one is a broken promise."""
    row = strict_json.parse_object(text)
    least = _optional(row["least"])
    max_age_s = row["max_age_s"]
    assert max_age_s is None or isinstance(max_age_s, int)
    return AuthorizationRequest(
        back=ReturnAddress(
            ClientId(_text(row["client"])), _text(row["redirect_uri"]), _optional(row["state"])
        ),
        scopes=tuple(_texts(row["scopes"])),
        nonce=_optional(row["nonce"]),
        code_challenge=_text(row["code_challenge"]),
        prompts=frozenset(Prompt(prompt) for prompt in _texts(row["prompts"])),
        max_age_s=max_age_s,
        least=None if least is None else Level.from_acr(least),
        login_hint=_optional(row["login_hint"]),
    )


def _text(value: Json) -> str:
    assert isinstance(value, str)
    return value


def _optional(value: Json) -> str | None:
    return None if value is None else _text(value)


def _texts(value: Json) -> list[str]:
    assert isinstance(value, list)
    return [_text(one) for one in value]
