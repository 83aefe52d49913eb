"""Key files: a private key that only its owner may read, and the public one beside it.

PKCS#8 in PEM, so that other tools read them too; a passphrase is optional.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from blocks.packages.trust import decode_key, encode_key
from kernel.errors import GarlandError

_KEY_FILE_MAX_BYTES = 16_384


class KeyFileError(GarlandError):
    """A key file cannot be used; the code says in which way."""

    status = 422

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = f"key.{code}"


def make_key_file(path: Path, *, passphrase: str = "") -> Ed25519PrivateKey:
    """Make a key, write it to `path` (0600) and its public part to `path` with `.pub`.

    Raises:
        KeyFileError: `key.exists`: there is a file already, which is never overwritten.
    """
    key = Ed25519PrivateKey.generate()
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    _write_new(path, text, 0o600)
    public = encode_key(key.public_key()) + "\n"
    _write_new(public_file(path), public.encode(), 0o644)
    return key


def read_key_file(path: Path, *, passphrase: str = "") -> Ed25519PrivateKey:
    """Read a private key.

    Raises:
        KeyFileError: `key.missing`, `key.open_to_others` (others may read the file),
            `key.passphrase` (one is needed, or it is another), `key.unreadable`.
    """
    try:
        with path.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(_KEY_FILE_MAX_BYTES)
    except OSError as error:
        raise KeyFileError("missing", f"{path} cannot be read: {error.strerror}") from None
    if mode & 0o077:
        told = f"{path} can be read by others: run `chmod 600 {path}`, or make another key"
        raise KeyFileError("open_to_others", told)
    try:
        key = load_pem_private_key(text, passphrase.encode() or None)
    except TypeError:
        told = f"{path} has {'no passphrase' if passphrase else 'a passphrase: give it'}"
        raise KeyFileError("passphrase", told) from None
    except (ValueError, UnsupportedAlgorithm):
        is_sealed = b"ENCRYPTED" in text
        told = "does not open with this passphrase" if is_sealed else "holds no private key"
        raise KeyFileError("passphrase" if is_sealed else "unreadable", f"{path} {told}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError("unreadable", f"{path} is no Ed25519 key: make one")
    return key


def read_public_file(path: Path) -> Ed25519PublicKey:
    """Read a public key, as it stands in a `.pub` file.

    Raises:
        KeyFileError: `key.missing`.
        NotTrustedError: `key.unreadable`.
    """
    try:
        text = path.read_bytes()[:_KEY_FILE_MAX_BYTES].decode("ascii", "replace")
    except OSError as error:
        raise KeyFileError("missing", f"{path} cannot be read: {error.strerror}") from None
    return decode_key(text)


def public_file(path: Path) -> Path:
    """Say where the public part of a key file lies."""
    return path.with_name(path.name + ".pub")


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        told = f"{path} is there already: a key is never overwritten"
        raise KeyFileError("exists", told) from None
    except OSError as error:
        raise KeyFileError("missing", f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(handle, "wb") as opened:
        opened.write(content)
