"""counterfoil: a touch becomes a token.

kit            clock, entropy, ids, base64url, strict JSON, sealing, Argon2
factors        pure token kinds: data in, verdict out
assurance      verified factors -> amr, acr
store          the data model, engines, units of work, migrations
audit          events, in the same transaction as what they tell
limits         how much strangers may ask from one address
notices        what people are told: at the next sign-in, and by letters in the outbox
accounts       people and their authenticators
ceremonies | sessions | tokens     the lifecycle, the browser, the signed token
interactions   where a ceremony's factor meets a session
oauth          the protocol      administration   who may do what to whom
http           the routes        mail   letters leave        cli   the operator's commands
"""
