"""A package as a whole: made of a folder, read with suspicion, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blocks.packages.archive import read_archive, write_archive
from blocks.packages.listing import LISTING, SIGNATURES, digest_of, write_listing
from blocks.packages.signing import Envelope, add_signature, read_envelope, sign, write_envelope
from kernel.errors import InvalidError, Problem
from kernel.json_text import read_json

LEFT_OUT = frozenset({"__pycache__", "tests", "node_modules"})


@dataclass(frozen=True, slots=True)
class Package:
    """What is in a package; nothing of it was believed yet."""

    manifest: dict[str, Any]
    files: Mapping[str, bytes]
    digest: str
    envelope: Envelope | None


def pack_folder(folder: Path) -> bytes:
    """Pack a folder: the same files give the same bytes."""
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not _is_left_out(file.relative_to(folder))
    }
    return write_archive(files)


def read_package(data: bytes) -> Package:
    """Read a package to memory.

    Raises:
        InvalidError: it is none; problems say why.
    """
    files = read_archive(data)
    if "block.json" not in files:
        raise InvalidError(
            "the package cannot be used", problems=[Problem("", "it has no block.json")]
        )
    signed = files.pop(SIGNATURES, None)
    return Package(
        manifest=read_json(files["block.json"], what="block.json"),
        files=files,
        digest=digest_of(write_listing(files)),
        envelope=read_envelope(signed) if signed is not None else None,
    )


def sign_package(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a package, or add one more signature."""
    package = read_package(data)
    listing = write_listing(package.files)
    made = (
        add_signature(package.envelope, key) if package.envelope else sign(LISTING, listing, [key])
    )
    return write_archive({**package.files, SIGNATURES: write_envelope(made)})


def _is_left_out(name: Path) -> bool:
    return any(part in LEFT_OUT or part.startswith(".") for part in name.parts)
