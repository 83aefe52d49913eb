"""Encryption by the installation's keys: of tenants' keys, which seal what is theirs.

Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`; several keys so that they rotate. What
tenants' keys seal, and how: `tenancy.keys.vault`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kernel.errors import GarlandError


class SecretError(GarlandError):
    """A stored secret cannot be opened with the keys at hand."""

    code = "kernel.secret_unreadable"


class Sealer(Protocol):
    """Seals and opens short texts, by whichever keys."""

    def encrypt(self, text: str) -> str:
        """Seal a text."""

    def decrypt(self, sealed: str) -> str:
        """Open a sealed text; raises SecretError."""


class Vault:
    """Seals and opens short texts; the first key seals, all keys open."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._first = Fernet(keys[0])
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str) -> str:
        """Seal a text; the result is URL-safe ASCII."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, sealed: str) -> str:
        """Open a sealed text.

        Raises:
            SecretError: when no key fits; check GARLAND_ENCRYPTION_KEYS.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretError(
                "a stored secret does not open: is its key still in GARLAND_ENCRYPTION_KEYS?"
            ) from None

    def renew(self, sealed: str) -> str:
        """Seal with the first key what any of them sealed; raises SecretError as `decrypt` does."""
        return self.encrypt(self.decrypt(sealed))

    def is_newest(self, sealed: str) -> bool:
        """Tell whether the first key sealed it."""
        try:
            self._first.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


def new_key() -> str:
    """Make an encryption key for `GARLAND_ENCRYPTION_KEYS`."""
    return Fernet.generate_key().decode()
