"""The data model on one page.

Times are integer milliseconds in columns named `*_ms`; flags are 0 and 1; JSON is text of
ours. Names of secrets: `*_hash` is a keyed hash of a token of ours, `sealed_*` a blob of
`kit.sealing`. A row that a person or client may lose is ended, not deleted, where an event
or a token still names it.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


def big() -> TypeEngine[int]:
    # SQLite STRICT refuses BIGINT; PostgreSQL's INTEGER overflows in 2038 and in counters.
    return BigInteger().with_variant(Integer, "sqlite")


def moment(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, big(), nullable=nullable)


def _table(name: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, sqlite_strict=True)


# --- the installation -----------------------------------------------------------------

installation = _table(
    "installation",
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("made_by", Text, nullable=False),  # init | demonstration | test
    Column("issuer", Text, nullable=False),
    moment("made_ms"),
)
data_keys = _table(
    "data_keys",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("purpose", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    moment("made_ms"),
)
signing_keys = _table(
    "signing_keys",
    Column("kid", Text, primary_key=True),
    Column("alg", Text, nullable=False),
    Column("public_jwk", Text, nullable=False),
    Column("sealed_private", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),  # signing | retired
    moment("made_ms"),
)

# --- people -----------------------------------------------------------------------------

accounts = _table(
    "accounts",
    Column("id", Text, primary_key=True),  # = sub
    Column("name", Text, nullable=False),  # as it was given
    Column("name_key", Text, nullable=False, unique=True),  # as it is compared
    Column("name_rule", Text, nullable=False),  # which version of the rule made name_key
    Column("display_name", Text, nullable=False),
    Column("user_handle", LargeBinary, nullable=False, unique=True),
    Column("email", Text),
    Column("email_verified", Integer, nullable=False, server_default="0"),  # 0 | 1
    Column("language", Text),  # of letters: what the person's browser chose last
    Column("role", Text, nullable=False),  # person | helpdesk | administrator
    Column("state", Text, nullable=False),  # active | disabled
    moment("made_ms"),
)
authenticators = _table(
    "authenticators",
    Column("id", Text, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("state", Text, nullable=False),  # live | suspended | disabled
    Column("credential_id", LargeBinary, unique=True),
    Column("facts", Text, nullable=False),  # the kind's own JSON
    Column("sealed_secret", LargeBinary),
    Column("statement", LargeBinary),  # raw attestationObject
    Column("client_data", LargeBinary),  # raw clientDataJSON of the enrolment
    Column("version", big(), nullable=False),  # rises with each write: compare-and-swap
    Column("failures", Integer, nullable=False),  # since the last success
    moment("blocked_until_ms"),
    moment("made_ms"),
    moment("used_ms", nullable=True),
    Column("used_from", Text),
)
invitations = _table(
    "invitations",
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    # first_visit | password | email: what its link may do
    Column("purpose", Text, nullable=False, server_default="first_visit"),
    Column("details", Text, nullable=False, server_default=""),  # email: the address to confirm
    moment("made_ms"),
    moment("expires_ms"),
    moment("used_ms", nullable=True),
)

# --- what people are told, and how often strangers may ask ---------------------------------

notices = _table(
    "notices",
    Column("id", big(), primary_key=True, autoincrement=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
    moment("at_ms"),
    moment("seen_ms", nullable=True),
)
outbox = _table(
    "outbox",
    Column("id", Text, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed_letter", LargeBinary, nullable=False),  # to whom and what: it may hold a link
    Column("state", Text, nullable=False),  # waiting | sent | given_up
    Column("tries", Integer, nullable=False),
    Column("trouble", Text),  # the last failure, in the server's class of words
    moment("made_ms"),
    Column("due_ms", big(), nullable=False, index=True),
    moment("sent_ms", nullable=True),
)
limits = _table(
    "limits",
    Column("key", Text, primary_key=True),  # what for, and whose: an address, IPv6 by its /64
    moment("until_ms"),  # GCRA: when the bucket is empty again
)

# --- what happens in a browser ------------------------------------------------------------

sessions = _table(
    "sessions",
    Column("id", Text, primary_key=True),  # the stable key
    Column("cookie_hash", LargeBinary, nullable=False, unique=True),  # rotates at every factor
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("factors", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    moment("made_ms"),
    moment("seen_ms"),
    moment("expires_ms"),
    moment("ended_ms", nullable=True),
)
interactions = _table(
    "interactions",
    Column("id", Text, primary_key=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    # sign_in | step_up | first_visit | enrol | new_password
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | done | cancelled
    Column("request", Text),  # the validated authorization request
    Column("least", Text),  # step_up: the acr that the proof must reach
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("factors", Text, nullable=False),  # shown so far in this interaction
    moment("made_ms"),
    moment("expires_ms"),
)
ceremonies = _table(
    "ceremonies",
    Column("id", Text, primary_key=True),
    Column(
        "interaction_id",
        ForeignKey("interactions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("kind", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),  # open | claimed | verified | refused | cancelled
    Column("reason", Text),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("challenge", LargeBinary, nullable=False),
    Column("terms", Text, nullable=False),
    Column("sealed_secret", LargeBinary),  # enrolment: what the authenticator's secret will be
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("made_ms"),
    moment("expires_ms"),
)

# --- applications and tokens --------------------------------------------------------------

clients = _table(
    "clients",
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # confidential | public | service
    Column("secret_hash", LargeBinary),
    Column("redirect_uris", Text, nullable=False),  # JSON list, compared exactly
    Column("scopes", Text, nullable=False),  # JSON list: what it may ask for
    Column("audience", Text, nullable=False),  # aud of its access tokens (RFC 9068 §3)
    Column("id_token_alg", Text, nullable=False),  # ES256 | RS256
    Column("consent", Text, nullable=False),  # ask | given
    moment("made_ms"),
)
consents = _table(
    "consents",
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("scopes", Text, nullable=False),  # JSON list
    moment("given_ms"),
)
grants = _table(
    "grants",
    Column("id", Text, primary_key=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="SET NULL"), index=True),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("factors", Text, nullable=False),  # empty list for a service
    moment("made_ms"),
    moment("revoked_ms", nullable=True),
)
codes = _table(
    "codes",
    Column("code_hash", LargeBinary, primary_key=True),
    Column("grant_id", ForeignKey("grants.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("client_id", ForeignKey("clients.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),  # S256
    Column("nonce", Text),
    Column("failures", Integer, nullable=False),  # wrong redirects and verifiers
    moment("expires_ms"),
    moment("used_ms", nullable=True),
)

# --- what happened --------------------------------------------------------------------------

events = _table(
    "events",
    Column("id", big(), primary_key=True, autoincrement=True),
    Column("at_ms", big(), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("account_id", Text, index=True),  # no foreign key: an event outlives its account
    Column("actor", Text, nullable=False),  # account id, client id, `operator` or `nobody`
    Column("subject", Text),  # the authenticator, session, client or grant
    Column("reason", Text),
    Column("address", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON object
)
