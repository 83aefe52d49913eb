"""A publisher's signing key in a file that nobody else can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from blocks.authoring.folders import FolderError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_key(file: Path) -> Ed25519PrivateKey:
    """Make a key and write it to a file of its owner's alone; an existing file stays.

    Raises:
        FolderError: the file is there already, or cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = f"{file} is there already and is kept: name another file for the new key."
        raise FolderError(message) from None
    except OSError as error:
        raise FolderError(f"{file} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(pem)
    return key


def read_key(file: Path) -> Ed25519PrivateKey:
    """Read a key.

    Raises:
        FolderError: it is none, or others of this machine can read it too.
    """
    try:
        mode, content = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        message = f"The key {file} cannot be read: {error.strerror}."
        raise FolderError(f"{message} Make one with `garland block key new {file}`.") from None
    if mode & _OTHERS:
        message = (
            f"Others can read the key {file}: run `chmod 600 {file}`, and see who has read it."
        )
        raise FolderError(message)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{file} is no Ed25519 key: make one with `garland block key new`."
        raise FolderError(message)
    return key
