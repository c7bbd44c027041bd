"""The one table: reason -> public words, operator's words, protocol code."""

from dataclasses import dataclass

from counterfoil.errors.reasons import Reason


@dataclass(frozen=True, slots=True)
class Voice:
    """What is said of a reason: to the person, to the operator, and on the wire.

    `oauth` is the error code that an OAuth endpoint answers with, where one can. `told_as` is
    told in place of a reason that would give away that a name exists; the log has the true one.
    """

    public: str
    operator: str
    status: int = 400
    oauth: str = "invalid_request"
    told_as: Reason | None = None


_WRONG = "That did not work. Please try again."
_CODE = "The authorization code is not valid."

VOICES: dict[Reason, Voice] = {
    Reason.MALFORMED: Voice(
        "We could not read that request.", "The body does not have the documented form."
    ),
    Reason.TOO_LARGE: Voice(
        "That was more than we read at once.", "The body is over the limit.", 413
    ),
    Reason.NOT_FOUND: Voice("There is nothing here.", "No such address or object.", 404),
    Reason.METHOD_NOT_ALLOWED: Voice(
        "That cannot be done here.", "The route does not know this method.", 405
    ),
    Reason.UNSUPPORTED_MEDIA_TYPE: Voice(
        "We could not read that request.", "Send the documented Content-Type.", 415
    ),
    Reason.FOREIGN_REQUEST: Voice(
        "This request did not come from our page. Please open the page again.",
        "Origin or Sec-Fetch-Site is not ours, or the form's token does not fit the session.",
        403,
    ),
    Reason.WRONG: Voice(_WRONG, "The proof does not match.", 403),
    Reason.REPLAYED: Voice(
        "This was used already. Please start again.",
        "The ceremony is not open: a challenge is good once, and a wrong proof spends it.",
        409,
    ),
    Reason.EXPIRED: Voice(
        "This took too long. Please start again.", "The ceremony's time is over.", 410
    ),
    Reason.CANCELLED: Voice("This was cancelled.", "The person cancelled the ceremony.", 409),
    Reason.FOREIGN_CEREMONY: Voice(
        "Please start again from the sign-in page.",
        "The ceremony belongs to another interaction, session or account.",
        403,
    ),
    Reason.WRONG_KIND: Voice(
        "We could not read that request.", "The proof is of another kind than the ceremony.", 400
    ),
    Reason.BLOCKED: Voice(
        _WRONG,
        "Too many failures with this authenticator: wait, or reset it.",
        403,
        told_as=Reason.WRONG,
    ),
    Reason.LOST_RACE: Voice(
        "This was used at the same moment elsewhere. Please start again.",
        "Another request changed the authenticator between judgement and writing.",
        409,
    ),
    Reason.TRIES_SPENT: Voice(
        "That were too many wrong codes. Please start again.",
        "All tries of this ceremony were wrong.",
        403,
    ),
    Reason.CODE_USED: Voice(
        "This code was used already. Please wait for the next one.",
        "The code's time step, or the recovery code, was accepted before (RFC 6238 §5.2).",
        403,
    ),
    Reason.CODE_LATE: Voice(
        "This code was right before. Please set your phone's clock to network time.",
        "Right for an earlier time step: the phone's clock is behind, or the code was typed late.",
        403,
    ),
    Reason.TOO_MANY: Voice(
        "That were too many wrong codes. Please wait before you try again.",
        "Delayed after failures in a row: wait, use another way, or let it be bound anew.",
        429,
    ),
    Reason.NEEDS_PASSWORD: Voice(
        "Codes work beside a password. Please choose a password first.",
        "A code alone is one factor: the account has no password.",
        409,
    ),
    Reason.NAME_REFUSED: Voice(
        "This name cannot be used.", "Not a PRECIS UsernameCaseMapped name of 1 to 128 bytes."
    ),
    Reason.NAME_TAKEN: Voice("This name is taken.", "Another account has this name.", 409),
    Reason.ACCOUNT_DISABLED: Voice(
        _WRONG, "The account is disabled: `counterfoil users enable`.", 403
    ),
    Reason.INVITATION_REFUSED: Voice(
        "This invitation is no longer good. Ask for a new one.",
        "Unknown, used, expired or of another browser: `counterfoil users invite`.",
        410,
    ),
    Reason.LINK_REFUSED: Voice(
        "This link is no longer good. Ask for a new one.",
        "Unknown, used, expired or of another browser.",
        410,
    ),
    Reason.EMAIL_REFUSED: Voice(
        "This does not look like an email address.", "Not local-part@domain within its bounds."
    ),
    Reason.FORBIDDEN: Voice(
        "You may not do that.", "The role does not allow it: see the role matrix.", 403
    ),
    Reason.HAS_TOKENS: Voice(
        "This person can sign in already. Inviting them again ends everything they have.",
        "Somebody with tokens is invited again only by saying so (`again`, `--again`), which ends"
        " their tokens, sessions and grants.",
        409,
    ),
    Reason.NO_PASSWORD: Voice(
        "This person signs in without a password.",
        "There is no password to be replaced: `counterfoil users invite`.",
        409,
    ),
    Reason.ONESELF: Voice(
        "You cannot do this to yourself. Ask another administrator.",
        "Nobody changes their own role or state, or deletes themselves, as an administrator.",
        403,
    ),
    Reason.FLOODED: Voice(
        "That were too many tries from your network. Please wait a little.",
        "The limit for one address (anonymous_per_minute, anonymous_burst).",
        429,
        "temporarily_unavailable",
    ),
    Reason.SIGNED_OUT: Voice("Please sign in.", "No session, or its time is over.", 401),
    Reason.LEVEL_TOO_LOW: Voice(
        "Please confirm with your security key first.",
        "The change needs a stronger or fresher proof than the session has.",
        403,
    ),
    Reason.LAST_AUTHENTICATOR: Voice(
        "This is the only way left to sign in. Add another one before you remove it.",
        "The account would have no way to sign in.",
        409,
    ),
    Reason.ALREADY_ENROLLED: Voice(
        "This key is registered already. Use another one.",
        "The credential id is enrolled, with this account or another (WebAuthn §7.1).",
        409,
    ),
    Reason.NOTHING_ENROLLED: Voice(
        "No security key goes with this password yet. Ask for an invitation to register one.",
        "The account has no live key: `counterfoil users invite`.",
        409,
    ),
    Reason.PASSWORD_TOO_SHORT: Voice("Please use at least 12 characters.", "Under the minimum."),
    Reason.PASSWORD_TOO_LONG: Voice("Please use at most 256 characters.", "Over the maximum."),
    Reason.PASSWORD_COMMON: Voice(
        "Many people use this password, so it is easy to guess. Please choose another.",
        "On the list of common passwords.",
    ),
    Reason.BROKEN: Voice(
        "Something broke on our side. Please try again in a moment.",
        "A promise of the code was broken: the log has the traceback.",
        500,
    ),
    Reason.BUSY: Voice(
        "We are busy right now. Please try again in a moment.",
        "All places for slow judgements are taken: more cores or workers would help.",
        503,
    ),
    # WebAuthn
    Reason.FOREIGN_TYPE: Voice(
        _WRONG, "The client data is of the other operation (webauthn.create, webauthn.get).", 403
    ),
    Reason.FOREIGN_CHALLENGE: Voice(
        "This page was too old. Please try again.", "Signed for another ceremony's challenge.", 403
    ),
    Reason.FOREIGN_ORIGIN: Voice(
        "You are at an address that is not ours. Check it before you go on.",
        "The signed origin is not in the settings: a phishing page, or an origin to be added.",
        403,
    ),
    Reason.CROSS_ORIGIN: Voice(
        "Please open our page by itself.", "Our page was in a frame of another origin.", 403
    ),
    Reason.FOREIGN_TOP_ORIGIN: Voice(
        "Please open our page by itself.", "The framing page's origin is not an expected one.", 403
    ),
    Reason.TOKEN_BINDING: Voice(
        "Please try again with a current browser.",
        "The client claims a TLS token binding, which something between it and us would hold.",
        403,
    ),
    Reason.FOREIGN_RP_ID: Voice(
        _WRONG, "Signed for another RP ID: has it changed in the settings?", 403
    ),
    Reason.USER_ABSENT: Voice(
        "Please touch your security key.", "UP is not set: signed without a touch.", 403
    ),
    Reason.USER_UNVERIFIED: Voice(
        "Your security key has to ask for its PIN or your fingerprint. Please try again.",
        "UV is required and not set: the key may have no PIN yet.",
        403,
    ),
    Reason.BACKUP_STATE: Voice(_WRONG, "BS without BE: the authenticator contradicts itself.", 403),
    Reason.BACKUP_ELIGIBILITY_CHANGED: Voice(
        _WRONG, "BE is not what was registered: not the same credential, or a broken update.", 403
    ),
    Reason.ALGORITHM_NOT_OFFERED: Voice(
        "This security key cannot be used here.", "Its algorithm was not offered.", 403
    ),
    Reason.KEY_REFUSED: Voice(
        "This security key cannot be used here.",
        "The public key is malformed, weak or not of its algorithm; the detail says how.",
        403,
    ),
    Reason.ATTESTATION_FORMAT: Voice(
        "This security key cannot be used here.",
        "The policy asks for an attestation in a format that is judged here.",
        403,
    ),
    Reason.ATTESTATION_WRONG: Voice(
        "This security key cannot be used here.",
        "The attestation statement is not a correct one; the detail says how.",
        403,
    ),
    Reason.ATTESTATION_UNTRUSTED: Voice(
        "This security key is not of a kind that is accepted here.",
        "No path to a trust anchor of the attestation policy.",
        403,
    ),
    Reason.CREDENTIAL_ID_TOO_LONG: Voice(
        "This security key cannot be used here.", "The credential id is over 1023 bytes.", 403
    ),
    Reason.CREDENTIAL_ID_MISMATCH: Voice(
        _WRONG, "The id sent and the id in the authenticator data differ.", 403
    ),
    Reason.FOREIGN_CREDENTIAL: Voice(
        _WRONG, "The credential is not one of those that may answer here.", 403
    ),
    Reason.USER_HANDLE_MISSING: Voice(
        "This security key does not know your account. Sign in with your name first.",
        "A sign-in without a name needs a discoverable credential with a user handle.",
        403,
    ),
    Reason.FOREIGN_USER_HANDLE: Voice(
        _WRONG, "The user handle is not that of the credential's account.", 403
    ),
    Reason.SIGNATURE_WRONG: Voice(
        _WRONG, "The signature does not verify with the enrolled key.", 403
    ),
    Reason.COUNTER_NOT_GREATER: Voice(
        _WRONG,
        "The signature counter did not rise: a copy of the key, or answers out of order.",
        403,
    ),
    Reason.CLIENT_REFUSED: Voice(
        "This application cannot be registered so.", "The detail says which settings clash."
    ),
    Reason.REDIRECT_URI_REFUSED: Voice(
        "This address cannot be a redirect URI.",
        "An absolute https URI without fragment, user or wildcard; http on loopback only.",
    ),
    Reason.SCOPE_REFUSED: Voice(
        "This scope cannot be registered.", "Not a scope token of RFC 6749 §3.3, or not for it."
    ),
    Reason.UNKNOWN_CLIENT: Voice(
        "We do not know the application that sent you here. Go back to it and try again.",
        "client_id is missing, repeated or not registered: `counterfoil clients list`.",
    ),
    Reason.FOREIGN_REDIRECT_URI: Voice(
        "The application that sent you here asked for an answer at an address that is not its own.",
        "redirect_uri is missing or not one of the client's: `counterfoil clients show`.",
    ),
    Reason.INVALID_REQUEST: Voice(
        "The request is not a valid one.", "The detail says which parameter is wrong."
    ),
    Reason.UNAUTHORIZED_CLIENT: Voice(
        "This client may not do that.",
        "Its kind decides: a service has no people, an application no client credentials.",
        400,
        "unauthorized_client",
    ),
    Reason.UNSUPPORTED_RESPONSE_TYPE: Voice(
        "Only response_type=code is answered.",
        "The client asks for tokens in the redirect: let it use the code.",
        400,
        "unsupported_response_type",
    ),
    Reason.INVALID_SCOPE: Voice(
        "The client may not ask for these scopes.",
        "None of them, or for a service not all, are registered: `counterfoil clients show`.",
        400,
        "invalid_scope",
    ),
    Reason.REQUEST_NOT_SUPPORTED: Voice(
        "Request objects are not read here.",
        "The client sends `request`: let it send plain parameters.",
        400,
        "request_not_supported",
    ),
    Reason.REQUEST_URI_NOT_SUPPORTED: Voice(
        "Request objects are not fetched here.",
        "The client sends `request_uri`: let it send plain parameters.",
        400,
        "request_uri_not_supported",
    ),
    Reason.REGISTRATION_NOT_SUPPORTED: Voice(
        "Clients are registered by the operator only.",
        "The client sends `registration`: `counterfoil clients add`.",
        400,
        "registration_not_supported",
    ),
    Reason.LOGIN_REQUIRED: Voice(
        "Nobody is signed in as the client demands.",
        "prompt=none, and no session is good or fresh enough.",
        400,
        "login_required",
    ),
    Reason.CONSENT_REQUIRED: Voice(
        "Consent was not given yet.",
        "prompt=none, and consent is missing.",
        400,
        "consent_required",
    ),
    Reason.UNMET_AUTHENTICATION_REQUIREMENTS: Voice(
        "The level that the client demands was not reached.",
        "No acr of acr_values that is known here can be reached, or it was not.",
        400,
        "unmet_authentication_requirements",
    ),
    Reason.ACCESS_DENIED: Voice("The person said no.", "Consent was denied.", 403, "access_denied"),
    Reason.INVALID_CLIENT: Voice(
        "The client could not be authenticated.",
        "Unknown client, wrong secret or wrong method: `counterfoil clients rotate-secret`.",
        401,
        "invalid_client",
    ),
    Reason.UNSUPPORTED_GRANT_TYPE: Voice(
        "Only authorization_code and client_credentials are answered.",
        "The client uses a grant type that does not exist here.",
        400,
        "unsupported_grant_type",
    ),
    Reason.CODE_UNKNOWN: Voice(
        _CODE, "No such code: mistyped, or its grant is gone.", 400, "invalid_grant"
    ),
    Reason.CODE_FOREIGN: Voice(
        _CODE, "Issued to another client or for another redirect URI.", 400, "invalid_grant"
    ),
    Reason.CODE_WORN_OUT: Voice(
        _CODE, "Too many wrong verifiers were tried on this code.", 400, "invalid_grant"
    ),
    Reason.CODE_EXPIRED: Voice(_CODE, "The code's time (code_s) is over.", 400, "invalid_grant"),
    Reason.CODE_REUSED: Voice(
        _CODE,
        "Used before by the same client: what the first use gave is revoked.",
        400,
        "invalid_grant",
    ),
    Reason.VERIFIER_WRONG: Voice(
        _CODE, "code_verifier does not fit the code_challenge.", 400, "invalid_grant"
    ),
    Reason.GRANT_REVOKED: Voice(
        _CODE, "The grant was revoked, or the account disabled.", 400, "invalid_grant"
    ),
    Reason.INVALID_TOKEN: Voice(
        "The access token is not valid.",
        "Expired, revoked, altered or not ours; the detail says which.",
        401,
        "invalid_token",
    ),
    Reason.INSUFFICIENT_SCOPE: Voice(
        "The access token does not reach this far.",
        "userinfo needs the scope openid.",
        403,
        "insufficient_scope",
    ),
}


def told(reason: Reason) -> Reason:
    """The reason as it may leave the house."""
    return VOICES[reason].told_as or reason


def voice(reason: Reason) -> Voice:
    return VOICES[reason]
