"""Authorization codes: good once, for a minute, for one client, redirect URI and verifier.

    issued --proven--> used --proven again--> the grant is revoked
      '--its time, or ten wrong verifiers--> of no use

What is wrong does not spend a code and revokes nothing: a stranger who saw one cannot log
anybody out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil.errors import Reason, Refused
from counterfoil.kit.ids import ClientId, GrantId
from counterfoil.kit.opaque import TokenHash
from counterfoil.kit.secret import Secret
from counterfoil.oauth import pkce

# A verifier has at least 256 bits when its client is honest; ten guesses help nobody else.
MAX_FAILURES = 10


@dataclass(frozen=True, slots=True)
class Code:
    """A code as the database has it: never the code itself."""

    hash: TokenHash
    grant: GrantId
    client: ClientId
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    failures: int
    expires_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True)
class Redemption:
    """What a client presents for its tokens (RFC 6749 §4.1.3, RFC 7636 §4.5)."""

    code: Secret
    redirect_uri: str
    verifier: Secret


def read_redemption(form: Mapping[str, str]) -> Redemption | Refused:
    """INVALID_REQUEST says which parameter is missing or cannot be one."""
    for name in ("code", "redirect_uri", "code_verifier"):
        if not form.get(name):
            return Refused(Reason.INVALID_REQUEST, f"{name}: missing")
    if not pkce.is_verifier(form["code_verifier"]):
        return Refused(
            Reason.INVALID_REQUEST, "code_verifier: must be 43 to 128 unreserved characters"
        )
    return Redemption(Secret(form["code"]), form["redirect_uri"], Secret(form["code_verifier"]))


def judge(code: Code, client: ClientId, presented: Redemption, now_ms: int) -> Refused | None:
    """Why the code is not good for this client; use comes after proof, and time comes last.

    1. the client and the redirect URI are those it was issued for
    2. the verifier fits, and was not guessed at too often
    3. it was not used before: only now, since CODE_REUSED revokes
    4. its time is not over
    """
    if code.client != client:
        return Refused(Reason.CODE_FOREIGN, "another client's")
    if code.redirect_uri != presented.redirect_uri:
        return Refused(Reason.CODE_FOREIGN, "another redirect URI")
    if code.failures >= MAX_FAILURES:
        return Refused(Reason.CODE_WORN_OUT)
    if not pkce.verifies(presented.verifier.reveal(), code.code_challenge):
        return Refused(Reason.VERIFIER_WRONG)
    if code.used_ms is not None:
        return Refused(Reason.CODE_REUSED)
    if code.expires_ms <= now_ms:
        return Refused(Reason.CODE_EXPIRED)
    return None
