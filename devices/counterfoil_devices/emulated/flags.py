"""The flags of authenticator data, WebAuthn Level 3 §6.1."""

from __future__ import annotations

from enum import IntFlag


class Flag(IntFlag):
    """User present and verified, backup eligible and backed up, attested data, extensions."""

    UP = 0x01
    UV = 0x04
    BE = 0x08
    BS = 0x10
    AT = 0x40
    ED = 0x80
