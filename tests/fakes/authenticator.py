"""A device that keeps passkeys, as WebAuthn (level 2, 6) says: ES256, attestation none."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class FakeAuthenticator:
    """One passkey; what it is asked for another site it answers all the same.

    Attributes:
        origin: The site that the browser says it is at.
        verifies: Whether it asks its person for a PIN or a finger.
    """

    origin: str = "http://localhost"
    verifies: bool = True
    uses: int = 0
    credential: bytes = b"a passkey of tests"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def create(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create` as the browser's JSON."""
        key_data = struct.pack(">16sH", bytes(16), len(self.credential)) + self.credential
        data = self._data(options["rp"]["id"], ATTESTED) + key_data + self._public_key()
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._client_data("webauthn.create", options)
        return self._answer({"attestationObject": attestation, "clientDataJSON": said})

    def get(self, options: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get` as the browser's JSON."""
        self.uses += 1
        data = self._data(options["rpId"])
        said = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(said).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": data, "clientDataJSON": said, "signature": signature}
        return self._answer(parts)

    def _data(self, host: str, more: int = 0) -> bytes:
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(host.encode()).digest() + struct.pack(">BI", flags, self.uses)

    def _public_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, parts: dict[str, bytes]) -> str:
        name = bytes_to_base64url(self.credential)
        written = {key: bytes_to_base64url(value) for key, value in parts.items()}
        answer = {"id": name, "rawId": name, "type": "public-key", "response": written}
        return json.dumps({**answer, "clientExtensionResults": {}})
