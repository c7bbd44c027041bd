"""PIN/UV auth protocols one and two, the authenticator's half: CTAP 2.1 §6.5.6 and §6.5.7.

They differ in how the shared secret becomes keys, in the initialisation vector, and in how much of
the message's authentication code is sent.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from counterfoil_devices.emulated.algorithms import Algorithm, CoseKey, generate
from counterfoil_devices.emulated.requests import Request, need
from counterfoil_devices.emulated.wire import Status, StatusError
from counterfoil_devices.emulated.world import Entropy

_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class Shared:
    """The keys that client and authenticator agreed on."""

    hmac_key: bytes = field(repr=False)
    aes_key: bytes = field(repr=False)


class PinProtocol:
    """One protocol (`number` is 1 or 2) with its own key agreement key."""

    def __init__(self, number: int, entropy: Entropy) -> None:
        self.number = number
        self._entropy = entropy
        self.regenerate()

    def regenerate(self) -> None:
        """A new key agreement key: at power-up, and after every wrong PIN."""
        scalar = int.from_bytes(generate(Algorithm.ES256, self._entropy), "big")
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())

    def public_key(self) -> CoseKey:
        """The public half; -25 stands there by the standard's word, not by its meaning."""
        point = self._key.public_key().public_numbers()
        return {
            1: 2,
            3: -25,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }

    def agree(self, peer: Request) -> Shared:
        """The shared keys, from the client's COSE key; a key that is not on P-256 is refused."""
        x, y = need(peer, -2, bytes), need(peer, -3, bytes)
        if need(peer, 1, int) != 2 or need(peer, -1, int) != 1 or len(x) != 32 or len(y) != 32:
            raise StatusError(Status.INVALID_PARAMETER)
        numbers = ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1()
        )
        try:
            secret = self._key.exchange(ec.ECDH(), numbers.public_key())
        except ValueError as error:
            raise StatusError(Status.INVALID_PARAMETER) from error
        if self.number == 1:
            digest = sha256(secret).digest()
            return Shared(digest, digest)
        return Shared(_derive(secret, b"CTAP2 HMAC key"), _derive(secret, b"CTAP2 AES key"))

    def encrypt(self, shared: Shared, plain: bytes) -> bytes:
        """AES-256-CBC; protocol two sends a random initialisation vector first."""
        iv = bytes(_BLOCK) if self.number == 1 else self._entropy(_BLOCK)
        cipher = Cipher(algorithms.AES(shared.aes_key), modes.CBC(iv)).encryptor()
        sealed = cipher.update(plain) + cipher.finalize()
        return sealed if self.number == 1 else iv + sealed

    def decrypt(self, shared: Shared, sealed: bytes) -> bytes:
        """The reverse; bytes that are not whole blocks are refused."""
        iv = bytes(_BLOCK)
        if self.number == 2:
            iv, sealed = sealed[:_BLOCK], sealed[_BLOCK:]
        if len(iv) != _BLOCK or len(sealed) % _BLOCK:
            raise StatusError(Status.INVALID_PARAMETER)
        cipher = Cipher(algorithms.AES(shared.aes_key), modes.CBC(iv)).decryptor()
        return cipher.update(sealed) + cipher.finalize()

    def authenticate(self, key: bytes, message: bytes) -> bytes:
        """HMAC-SHA-256, of which protocol one sends the first half."""
        code = hmac.digest(key, message, "sha256")
        return code[:16] if self.number == 1 else code

    def verify(self, shared: Shared, message: bytes, param: bytes) -> bool:
        """Whether `param` authenticates `message` under the shared key."""
        return hmac.compare_digest(self.authenticate(shared.hmac_key, message), param)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=bytes(32), info=purpose).derive(secret)
