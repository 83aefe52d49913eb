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

from garland.backup.manifest import BackupError
from kernel.passphrases import NONCE_BYTES, PASSPHRASE_LEAST, SALT_BYTES, cipher_of

SECRET_KEY, ENCRYPTION_KEYS = "secret-key", "encryption-keys"
TRUST = "trust"
OTHERS = ("demo.json",)

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
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    plain = json.dumps({name: _text(content) for name, content in files.items()}).encode()
    sealed = cipher_of(passphrase, salt).encrypt(nonce, plain, backup_id.encode())
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return json.dumps({name: _text(content) for name, content in parts.items()}).encode()


def unseal(content: bytes, *, passphrase: str, backup_id: str) -> dict[str, bytes]:
    """Open what `seal` sealed.

    Raises:
        BackupError: if the passphrase is another, or the content is not of this backup.
    """
    try:
        said = {name: base64.b64decode(text) for name, text in json.loads(content).items()}
        cipher = cipher_of(passphrase, said["salt"])
        plain = cipher.decrypt(said["nonce"], said["sealed"], backup_id.encode())
    except (InvalidTag, ValueError, KeyError, AttributeError, TypeError):
        raise BackupError("The passphrase does not open the keys of this backup.") from None
    return {name: base64.b64decode(text) for name, text in json.loads(plain).items()}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
