"""What an emulated key signs: authenticator data (WebAuthn Level 3 §6.1), attested and asserted.

Every lie of a misbehaving key about itself is told here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from counterfoil_devices.emulated import misbehave
from counterfoil_devices.emulated.algorithms import load
from counterfoil_devices.emulated.credentials import Credential
from counterfoil_devices.emulated.flags import Flag
from counterfoil_devices.emulated.misbehave import HONEST, Faults
from counterfoil_devices.emulated.model import Model
from counterfoil_devices.emulated.requests import GetAssertion, MakeCredential
from counterfoil_devices.emulated.wire import Cbor, CborKey, encode

Answer = Mapping[CborKey, Cbor]


@dataclass(slots=True)
class Signer:
    """The signing half of a key: its model, its one signature counter, and its faults."""

    model: Model
    counter: int = 0
    faults: Faults = HONEST

    def attest(self, request: MakeCredential, credential: Credential, flags: Flag) -> Answer:
        """The answer to a creation: the new key in the authenticator data, and a statement."""
        key = load(credential.algorithm, credential.private)
        cose = misbehave.bend_public_key(encode(key.cose), self.faults)
        length = len(credential.id).to_bytes(2, "big")
        attested = self.model.aaguid + length + credential.id + cose
        if request.protection is not None:
            flags |= Flag.ED
            attested += encode({"credProtect": request.protection})
        data = self._authenticator_data(request.rp_id, flags, attested)
        if not self.model.attests:
            return {0x01: "none", 0x02: data, 0x03: {}}
        signed = misbehave.bend_signed(data + request.client_data_hash, self.faults)
        statement: Answer = {"alg": int(credential.algorithm), "sig": key.sign(signed)}
        return {0x01: "packed", 0x02: data, 0x03: statement}

    def assertion(
        self, request: GetAssertion, credential: Credential, flags: Flag, *, several: bool = False
    ) -> Answer:
        """The answer to a request; `several` when the person is to choose among accounts."""
        data = self._authenticator_data(request.rp_id, flags, b"")
        key = load(credential.algorithm, credential.private)
        signed = misbehave.bend_signed(data + request.client_data_hash, self.faults)
        answer: dict[CborKey, Cbor] = {
            0x01: {"id": credential.id, "type": "public-key"},
            0x02: data,
            0x03: key.sign(signed),
        }
        if credential.user is not None:
            # §6.2.2 step 13: names only to choose by, and only for a verified user.
            answer[0x04] = credential.user.cbor(names=several and Flag.UV in flags)
        return answer

    def _authenticator_data(self, rp_id: str, flags: Flag, attested: bytes) -> bytes:
        if self.model.backup_eligible:
            flags |= Flag.BE
        if self.model.backed_up:
            flags |= Flag.BS
        counter = misbehave.bend_counter(
            self.counter, self.counter + self.model.counts, self.faults
        )
        self.counter = max(self.counter, counter)
        flags = misbehave.bend_flags(flags, self.faults)
        rp_id_hash = misbehave.bend_rp_id_hash(rp_id, self.faults)
        data = rp_id_hash + bytes([flags]) + counter.to_bytes(4, "big") + attested
        return misbehave.bend_authenticator_data(data, self.faults)
