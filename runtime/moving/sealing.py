"""Sealing secrets for the way, by a key that is made of a passphrase.

scrypt (RFC 7914) with 64 MB of memory makes a key of 256 bits of the passphrase and of a salt of
16 bytes; each row is sealed by AES-256-GCM (NIST SP 800-38D) under a nonce of its own, bound to its
archive, its table and its key. The parameters are fixed with the format: an archive cannot ask for
more work than that.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from secrets import token_bytes
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from kernel.errors import InvalidError, Problem
from runtime.moving.manifest import ArchiveError

LEAST = 12
_MOST = 1_000
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1


class Passphrase:
    """Seals and opens what is secret of one archive."""

    def __init__(self, text: str, archive_id: UUID, salt: bytes = b"") -> None:
        self.salt = salt or token_bytes(_SALT_BYTES)
        made = Scrypt(salt=self.salt, length=_KEY_BYTES, n=_COST, r=_BLOCK, p=_PARALLEL)
        self._cipher = AESGCM(made.derive(text.encode()))
        self._about = archive_id.bytes

    def seal(self, table: str, key: str, values: dict[str, Any]) -> str:
        """Seal what is secret of one row."""
        nonce = token_bytes(_NONCE_BYTES)
        text = json.dumps(values, sort_keys=True).encode()
        return b64encode(
            nonce + self._cipher.encrypt(nonce, text, self._bound(table, key))
        ).decode()

    def open(self, table: str, key: str, sealed: str) -> dict[str, Any]:
        """Open what is secret of one row.

        Raises:
            ArchiveError: the passphrase is another, or what is sealed was changed.
        """
        try:
            raw = b64decode(sealed, validate=True)
            text = self._cipher.decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], self._bound(table, key)
            )
            values: dict[str, Any] = json.loads(text)
        except (InvalidTag, ValueError, BinasciiError):
            raise ArchiveError(
                "The secrets do not open: is the passphrase the one that the export was made with?"
            ) from None
        return values

    def _bound(self, table: str, key: str) -> bytes:
        return self._about + f"\n{table}\n{key}".encode()


def checked_passphrase(text: str) -> str:
    """Give a passphrase that may be used; raises InvalidError where it is too short."""
    message = ""
    if len(text) < LEAST:
        message = f"passphrase: take {LEAST} characters at least, such as five words"
    elif len(text) > _MOST:
        message = f"passphrase: take {_MOST:,} characters at most"
    if message:
        raise InvalidError(message, problems=[Problem("/passphrase", message)])
    return text
