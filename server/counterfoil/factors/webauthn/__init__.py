"""Security keys and passkeys: WebAuthn Level 3, §7.1 and §7.2, as pure functions."""
