"""The credential record (WebAuthn §4) as the JSON that an authenticator's row keeps."""

from dataclasses import dataclass, replace

from counterfoil.factors.webauthn.expectations import Asserted, Registered, StoredCredential
from counterfoil.kit import base64url, strict_json


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """`alone`: enrolled as two factors in one. `attestation`: what its statement proved."""

    public_key: bytes  # COSE_Key
    algorithm: int
    sign_count: int
    aaguid: bytes
    alone: bool
    discoverable: bool | None
    user_verified: bool  # whether it ever verified its user
    backup_eligible: bool
    backup_state: bool
    transports: tuple[str, ...]
    attestation_format: str
    attestation: str

    @classmethod
    def of_registration(cls, made: Registered, *, alone: bool) -> "CredentialFacts":
        return cls(
            public_key=made.public_key,
            algorithm=made.algorithm,
            sign_count=made.sign_count,
            aaguid=made.aaguid,
            alone=alone,
            discoverable=made.discoverable,
            user_verified=made.user_verified,
            backup_eligible=made.backup_eligible,
            backup_state=made.backup_state,
            transports=made.transports,
            attestation_format=made.attestation_format,
            attestation=made.attestation_trust.value,
        )

    def as_stored(self, credential_id: bytes, user_handle: bytes) -> StoredCredential:
        return StoredCredential(
            credential_id=credential_id,
            public_key=self.public_key,
            sign_count=self.sign_count,
            backup_eligible=self.backup_eligible,
            backup_state=self.backup_state,
            user_handle=user_handle,
        )

    def after(self, shown: Asserted) -> "CredentialFacts":
        """WebAuthn §7.2 step 24: counter, backup state, and verification once it happened."""
        return replace(
            self,
            sign_count=shown.sign_count,
            backup_state=shown.backup_state,
            user_verified=self.user_verified or shown.user_verified,
        )

    def dump(self) -> str:
        return strict_json.dump(
            {
                "public_key": base64url.encode(self.public_key),
                "algorithm": self.algorithm,
                "sign_count": self.sign_count,
                "aaguid": self.aaguid.hex(),
                "alone": self.alone,
                "discoverable": self.discoverable,
                "user_verified": self.user_verified,
                "backup_eligible": self.backup_eligible,
                "backup_state": self.backup_state,
                "transports": list(self.transports),
                "attestation_format": self.attestation_format,
                "attestation": self.attestation,
            }
        )

    @classmethod
    def load(cls, text: str) -> "CredentialFacts":
        """The text is ours, so an odd one is a broken promise, not bad input."""
        row = strict_json.parse_object(text)
        algorithm, sign_count, transports = row["algorithm"], row["sign_count"], row["transports"]
        assert isinstance(algorithm, int)
        assert isinstance(sign_count, int)
        assert isinstance(transports, list)
        discoverable = row["discoverable"]
        return cls(
            public_key=base64url.decode(str(row["public_key"])),
            algorithm=algorithm,
            sign_count=sign_count,
            aaguid=bytes.fromhex(str(row["aaguid"])),
            alone=row["alone"] is True,
            discoverable=discoverable if isinstance(discoverable, bool) else None,
            user_verified=row["user_verified"] is True,
            backup_eligible=row["backup_eligible"] is True,
            backup_state=row["backup_state"] is True,
            transports=tuple(str(transport) for transport in transports),
            attestation_format=str(row["attestation_format"]),
            attestation=str(row["attestation"]),
        )
