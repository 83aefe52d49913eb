"""Sealing secrets for the way, by a key that is made of a passphrase.

Each row is sealed as `kernel.passphrases` says, under a nonce of its own, bound to its archive, its
table and its key.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from secrets import token_bytes
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from kernel.errors import InvalidError, Problem
from kernel.passphrases import NONCE_BYTES, PASSPHRASE_LEAST, SALT_BYTES, cipher_of
from runtime.moving.manifest import ArchiveError

_MOST = 1_000


class Passphrase:
    """Seals and opens what is secret of one archive."""

    def __init__(self, text: str, archive_id: UUID, salt: bytes = b"") -> None:
        self.salt = salt or token_bytes(SALT_BYTES)
        self._cipher = cipher_of(text, self.salt)
        self._about = archive_id.bytes

    def seal(self, table: str, key: str, values: dict[str, Any]) -> str:
        """Seal what is secret of one row."""
        nonce = token_bytes(NONCE_BYTES)
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
                raw[:NONCE_BYTES], raw[NONCE_BYTES:], self._bound(table, key)
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
    if len(text) < PASSPHRASE_LEAST:
        message = f"passphrase: take {PASSPHRASE_LEAST} characters at least, such as five words"
    elif len(text) > _MOST:
        message = f"passphrase: take {_MOST:,} characters at most"
    if message:
        raise InvalidError(message, problems=[Problem("/passphrase", message)])
    return text
