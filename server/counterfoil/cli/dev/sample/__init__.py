"""The sample application and its protected API: what somebody builds on top of counterfoil.

Nothing in here imports the service. It knows the issuer's address and what is published there.

tokens.py        a token is checked against the published keys
api.py           a protected API (RFC 9068, RFC 6750)
application.py   an application that people sign in to (OpenID Connect, code and PKCE)
pages.py         its pages
"""
