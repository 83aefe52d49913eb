"""Sealing by a passphrase: what leaves the installation and is opened by whoever knows it.

scrypt (RFC 7914) with 64 MB of memory, a fifth of a second for each guess, makes a key of 256 bits
of the passphrase and a salt; AES-256-GCM (NIST SP 800-38D) seals by it. The parameters are fixed:
no file can ask for more work than that. OWASP's password storage sheet asks for 2**17 on servers
that check many passwords; here one is checked at a time.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

PASSPHRASE_LEAST = 12
"""Characters that a passphrase needs."""
SALT_BYTES, NONCE_BYTES = 16, 12
_KEY_BYTES = 32
_COST, _BLOCK, _PARALLEL = 2**16, 8, 1


def cipher_of(passphrase: str, salt: bytes) -> AESGCM:
    """Give the cipher that a passphrase and a salt make; a nonce must not be used twice with it."""
    made = Scrypt(salt=salt, length=_KEY_BYTES, n=_COST, r=_BLOCK, p=_PARALLEL)
    return AESGCM(made.derive(passphrase.encode()))
