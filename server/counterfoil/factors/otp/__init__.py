"""Codes of an authenticator app (TOTP, RFC 6238): good for one step, and only once."""
