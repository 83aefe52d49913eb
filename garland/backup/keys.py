"""The keys of an installation in its backup: sealed by a passphrase, or not there at all.

Without them a copy of the database opens no stored secret, so whoever finds a backup has no
customer's passwords; and whoever has lost the keys has them no more either.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from garland.backup.manifest import BackupError

PASSPHRASE_LEAST = 12
SECRET_KEY, ENCRYPTION_KEYS = "secret-key", "encryption-keys"
TRUST = "trust"
OTHERS = ("demo.json",)

_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**16, 8, 1
"""64 MB and a fifth of a second for each guess (RFC 7914; OWASP's password storage sheet asks
for 2**17 on servers that check many: here one is checked at a time)."""
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_PRINT_LENGTH = 16


def print_of(key: str) -> str:
    """Name an encryption key without telling it: keys are random, 256 bits."""
    return hashlib.sha256(key.encode()).hexdigest()[:_PRINT_LENGTH]


def secret_files(data_dir: Path) -> Iterable[tuple[str, Path]]:
    """Give the files of secrets in a data folder beside its two keys, by their names in it."""
    for name in OTHERS:
        if (data_dir / name).is_file():
            yield name, data_dir / name
    for file in sorted((data_dir / TRUST).rglob("*")):
        if file.is_file():
            yield file.relative_to(data_dir).as_posix(), file


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is soon guessed.

    Raises:
        BackupError: if it is shorter than twelve characters.
    """
    if len(passphrase) < PASSPHRASE_LEAST:
        raise BackupError(f"The passphrase needs {PASSPHRASE_LEAST} characters at least.")


def seal(files: Mapping[str, bytes], *, passphrase: str, backup_id: str) -> bytes:
    """Seal files for one backup: they open with the passphrase, as part of that backup alone."""
    check_passphrase(passphrase)
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    plain = json.dumps({name: _text(content) for name, content in files.items()}).encode()
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, backup_id.encode())
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({name: _text(content) for name, content in parts.items()}).encode()


def unseal(content: bytes, *, passphrase: str, backup_id: str) -> dict[str, bytes]:
    """Open what `seal` sealed.

    Raises:
        BackupError: if the passphrase is another, or the content is not of this backup.
    """
    try:
        said = {name: base64.b64decode(text) for name, text in json.loads(content).items()}
        key = _key(passphrase, said["salt"])
        plain = AESGCM(key).decrypt(said["nonce"], said["sealed"], backup_id.encode())
    except (InvalidTag, ValueError, KeyError, AttributeError, TypeError):
        raise BackupError("The passphrase does not open the keys of this backup.") from None
    return {name: base64.b64decode(text) for name, text in json.loads(plain).items()}


def _key(passphrase: str, salt: bytes) -> bytes:
    kdf = Scrypt(salt=salt, length=_KEY_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)
    return kdf.derive(passphrase.encode())


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
