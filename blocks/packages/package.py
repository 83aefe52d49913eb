"""A package: the files of one block or pack, what names them for good, and who signed them.

Packing a folder and reading what came; whether its signatures are to be believed is another
question (`blocks.packages.trust`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from blocks.manifest import manifest_problems
from blocks.packages.archive import (
    ARCHIVE_MAX_BYTES,
    FILES_MAX,
    ArchiveError,
    read_archive,
    write_archive,
)
from blocks.packages.listing import LISTING, SIGNATURES, check_listing, digest_of, write_listing
from blocks.packages.signing import Envelope, add_signature, read_envelope, sign, write_envelope
from blocks.packages.wheels import Wheel, read_wheels
from blocks.packs import PACK_FILE, pack_problems
from kernel.errors import InvalidError, MalformedError, Problem
from kernel.json_text import read_json

BLOCK_FILE = "block.json"
_LEFT_OUT = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package that was read.

    Attributes:
        kind: Whether it is one block, or a pack.
        manifest: What `block.json` or `pack.json` says; its shape was checked.
        files: What is in it, by name; the signatures are not among them.
        digest: `sha256:…` of the listing: which package it is, whoever signed it.
        envelope: Its signatures over the listing; None when nobody signed.
        wheels: The libraries it brings along, read and checked.
    """

    kind: Literal["block", "pack"]
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    digest: str
    envelope: Envelope | None
    wheels: tuple[Wheel, ...] = ()


def pack_folder(folder: Path) -> bytes:
    """Pack a block's or pack's folder: the same files give the same bytes, on every machine.

    What begins with a dot and what Python leaves behind stays out.

    Raises:
        InvalidError: something in it may not be packed, or it is no block and no pack.
    """
    data = write_archive(dict(_files_in(folder)))
    read_package(data)  # what is packed can be read, or the author is told now
    return data


def read_package(data: bytes) -> Package:
    """Read a package to memory; nothing is run, nothing is written.

    Raises:
        ArchiveError: the archive is not to be taken; see `read_archive`.
        NotTrustedError: `package.changed`: a signature is over other files.
        InvalidError: a wheel, the manifest or the signature cannot be used.
    """
    files = read_archive(data)
    signatures = files.pop(SIGNATURES, None)
    listing = write_listing(files)
    kind, manifest = _manifest_of(files)
    envelope = None if signatures is None else _envelope_of(signatures, files)
    return Package(
        kind=kind,
        manifest=manifest,
        files=MappingProxyType(files),
        digest=digest_of(listing),
        envelope=envelope,
        wheels=read_wheels(files),
    )


def sign_package(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """Give a package with a signature more; what it is named for good stays the same.

    Raises:
        InvalidError: as `read_package`.
    """
    package = read_package(data)
    if package.envelope is None:
        envelope = sign(LISTING, write_listing(package.files), [key])
    else:
        envelope = add_signature(package.envelope, key)
    return write_archive({**package.files, SIGNATURES: write_envelope(envelope)})


def _files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Read what is packed of a folder; links are refused, not followed."""
    count = total = 0
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if one[0] != "." and one not in _LEFT_OUT)
        links = [one for one in folders if Path(where, one).is_symlink()]
        for name in (*links, *sorted(names)):
            file = Path(where, name)
            inside = file.relative_to(folder).as_posix()
            if name[0] == "." or name.endswith(".pyc") or inside == SIGNATURES:
                continue
            if file.is_symlink() or not file.is_file():
                raise ArchiveError("special", "it is a link or no plain file", name=inside)
            count, total = count + 1, total + file.stat().st_size
            if count > FILES_MAX:
                raise ArchiveError("too_many", f"there may be {FILES_MAX:,} files: move some out")
            if total > ARCHIVE_MAX_BYTES:
                told = f"they have over {ARCHIVE_MAX_BYTES:,} bytes (32 MB): move some out"
                raise ArchiveError("too_large", told)
            yield inside, file.read_bytes()


def _manifest_of(files: Mapping[str, bytes]) -> tuple[Literal["block", "pack"], dict[str, Any]]:
    """Read what the package says it is: a block has `block.json`, a pack `pack.json`."""
    is_block, is_pack = BLOCK_FILE in files, PACK_FILE in files
    if is_block == is_pack:
        told = f"it needs {BLOCK_FILE} (a block) or {PACK_FILE} (a pack), and not both"
        raise InvalidError("this is no package", problems=[Problem("", told)])
    name = BLOCK_FILE if is_block else PACK_FILE
    document = read_json(files[name], what=name)
    problems = manifest_problems(document) if is_block else pack_problems(document)
    if problems:
        found = [Problem(f"/{name}{one.pointer}", f"{name}: {one.message}") for one in problems]
        raise InvalidError("the package's manifest cannot be used", problems=found)
    return ("block" if is_block else "pack"), document


def _envelope_of(text: bytes, files: Mapping[str, bytes]) -> Envelope:
    try:
        envelope = read_envelope(text)
    except MalformedError as error:
        problems = [Problem(f"/{SIGNATURES}", error.message)]
        raise InvalidError("the package's signature cannot be read", problems=problems) from None
    check_listing(envelope.payload, files)
    return envelope
