"""The authorization request, judged: RFC 6749 §4.1.1, RFC 7636, OpenID Connect Core §3.1.2.

First who asks and where answers go: what is wrong there is shown to the person and never
redirected (RFC 6749 §4.1.2.1). Everything after that is told to the client.
"""

import re
from collections.abc import Iterable

from counterfoil.assurance import Assurance, Level, meets
from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId
from counterfoil.oauth import pkce, redirect_uris, scopes
from counterfoil.oauth.client import Client, ConsentRule, read_client_id
from counterfoil.oauth.parameters import Parameters
from counterfoil.oauth.request import AuthorizationRequest, Prompt, ReturnAddress

# Hardware protection needs a verified attestation, which no enrolment asks for yet.
HIGHEST_LEVEL = Level.PHISHING_RESISTANT

CONSENT_S = 300
MAX_STATE_CHARACTERS = 2048
MAX_NONCE_CHARACTERS = 512
MAX_HINT_CHARACTERS = 256
_VISIBLE = re.compile(r"[\x20-\x7e]*")  # VSCHAR, RFC 6749 Appendix A
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)

_NOT_SUPPORTED = {
    "request": Reason.REQUEST_NOT_SUPPORTED,
    "request_uri": Reason.REQUEST_URI_NOT_SUPPORTED,
    "registration": Reason.REGISTRATION_NOT_SUPPORTED,
}


def read_client(parameters: Parameters) -> ClientId | Refused:
    """Whom to look up; UNKNOWN_CLIENT for what cannot be an id of ours."""
    client_id = read_client_id(parameters.get("client_id") or "")
    return client_id or Refused(Reason.UNKNOWN_CLIENT, "client_id: missing, repeated or foreign")


def read_return_address(parameters: Parameters, client: Client) -> ReturnAddress | Refused:
    """Where answers may go; FOREIGN_REDIRECT_URI otherwise. A client must always say which."""
    uri = parameters.get("redirect_uri")
    if uri is None:
        return Refused(Reason.FOREIGN_REDIRECT_URI, "redirect_uri: missing or repeated")
    if not redirect_uris.is_registered(uri, client.redirect_uris, client.kind):
        return Refused(Reason.FOREIGN_REDIRECT_URI, "redirect_uri: not registered")
    state = parameters.get("state")
    return ReturnAddress(client.id, uri, state if _is_state(state) else None)


def read_request(
    parameters: Parameters, client: Client, back: ReturnAddress
) -> AuthorizationRequest | Refused:
    """Everything else, in this order; the first thing that is wrong is told to the client.

    1. nothing repeated, a `state` that can be sent back
    2. no request objects, no registration
    3. response_type, response_mode
    4. PKCE
    5. scope
    6. nonce, prompt, max_age, acr_values
    """
    refused = (
        _refuse_repeated(parameters)
        or _refuse_state(parameters)
        or _refuse_objects(parameters)
        or _refuse_response(parameters)
        or _refuse_challenge(parameters)
    )
    if refused is not None:
        return refused
    granted = scopes.grantable(parameters.get("scope"), client.scopes)
    if isinstance(granted, Refused):
        return granted
    nonce = parameters.get("nonce")
    if nonce is not None and not _is_visible(nonce, MAX_NONCE_CHARACTERS):
        return _invalid("nonce: too long or not printable ASCII")
    prompts = _read_prompts(parameters.get("prompt"))
    if isinstance(prompts, Refused):
        return prompts
    max_age_s = _read_max_age(parameters.get("max_age"))
    if isinstance(max_age_s, Refused):
        return max_age_s
    least = _read_least(parameters.get("acr_values"))
    if isinstance(least, Refused):
        return least
    return AuthorizationRequest(
        back=back,
        scopes=granted,
        nonce=nonce,
        code_challenge=parameters.values["code_challenge"],
        prompts=prompts,
        max_age_s=max_age_s,
        least=least,
        login_hint=_read_hint(parameters.get("login_hint")),
    )


def needs_sign_in(request: AuthorizationRequest, assurance: Assurance | None, now_ms: int) -> bool:
    """Whether a session with this assurance, None for nobody's, is not fit for the request."""
    if request.prompts & {Prompt.LOGIN, Prompt.SELECT_ACCOUNT}:
        return True
    # Core §3.1.2.1: max_age=0 asks for a new sign-in, however fresh the last one is.
    if request.max_age_s == 0:
        return True
    return not meets(assurance, least=request.least, max_age_s=request.max_age_s, now_ms=now_ms)


def oldest_s(request: AuthorizationRequest) -> int | None:
    """How old a proof may be when its code is issued; None for any age.

    Core §3.1.2.1 asks for a sign-in within `max_age`. A person then reads and agrees, for which
    they have some minutes beyond it, and no more.
    """
    return None if request.max_age_s is None else request.max_age_s + CONSENT_S


def needs_consent(
    request: AuthorizationRequest, client: Client, given: Iterable[str] | None
) -> bool:
    """Whether the person must be asked; `given` is what was agreed to before, None for never."""
    if Prompt.CONSENT in request.prompts:
        return True
    if client.consent is ConsentRule.GIVEN:
        return False
    return given is None or not set(request.scopes) <= set(given)


def _refuse_repeated(parameters: Parameters) -> Refused | None:
    return _invalid("a parameter is repeated") if parameters.repeated else None


def _refuse_state(parameters: Parameters) -> Refused | None:
    state = parameters.get("state")
    if state is None or _is_state(state):
        return None
    return _invalid("state: too long or not printable ASCII")


def _refuse_objects(parameters: Parameters) -> Refused | None:
    for name, reason in _NOT_SUPPORTED.items():
        if parameters.get(name) is not None:
            return Refused(reason)
    return None


def _refuse_response(parameters: Parameters) -> Refused | None:
    response_type = parameters.get("response_type")
    if response_type is None:
        return _invalid("response_type: missing")
    if response_type != "code":
        return Refused(Reason.UNSUPPORTED_RESPONSE_TYPE)
    if parameters.get("response_mode") not in (None, "query"):
        return _invalid("response_mode: only query is answered")
    return None


def _refuse_challenge(parameters: Parameters) -> Refused | None:
    # RFC 7636 §4.3: an absent method would mean `plain`, which protects from nobody.
    if parameters.get("code_challenge_method") != pkce.METHOD:
        return _invalid("code_challenge_method: must be S256")
    if not pkce.is_challenge(parameters.get("code_challenge") or ""):
        return _invalid("code_challenge: must be 43 characters of base64url")
    return None


def _read_prompts(text: str | None) -> frozenset[Prompt] | Refused:
    known = {prompt.value for prompt in Prompt}
    words = (text or "").split()
    if not set(words) <= known:
        return _invalid("prompt: unknown value")
    prompts = frozenset(Prompt(word) for word in words)
    if Prompt.NONE in prompts and len(prompts) > 1:
        return _invalid("prompt: none stands alone")
    return prompts


def _read_max_age(text: str | None) -> int | None | Refused:
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        return _invalid("max_age: must be a number of seconds, not negative")
    return int(text)


def _read_least(text: str | None) -> Level | None | Refused:
    """Unknown values are ignored; of the known ones any satisfies, so the lowest decides."""
    levels = [Level.from_acr(acr) for acr in (text or "").split()]
    known = [level for level in levels if level is not None]
    if not known:
        return None
    least = min(known)
    if least > HIGHEST_LEVEL:
        return Refused(Reason.UNMET_AUTHENTICATION_REQUIREMENTS)
    return least


def _read_hint(text: str | None) -> str | None:
    """A hint that cannot be a name is dropped: it is only a hint."""
    if text is None or len(text) > MAX_HINT_CHARACTERS or not text.isprintable():
        return None
    return text


def _is_state(text: str | None) -> bool:
    return text is None or _is_visible(text, MAX_STATE_CHARACTERS)


def _is_visible(text: str, most: int) -> bool:
    return len(text) <= most and _VISIBLE.fullmatch(text) is not None


def _invalid(detail: str) -> Refused:
    return Refused(Reason.INVALID_REQUEST, detail)
