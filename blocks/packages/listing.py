"""What a signature vouches for: the names, sizes and digests of a package's files."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from blocks.packages.signing import NotTrustedError, canonical
from kernel.json_text import read_json

LISTING = "application/vnd.garland.listing+json"
SIGNATURES = "signatures.json"
"""The one file that is not listed: it holds the signatures."""


def write_listing(files: Mapping[str, bytes]) -> bytes:
    """List a package's files, as they are signed."""
    return canonical(
        {
            "listing": 1,
            "files": {
                name: {"sha256": sha256(content).hexdigest(), "size": len(content)}
                for name, content in files.items()
                if name != SIGNATURES
            },
        }
    )


def digest_of(listing: bytes) -> str:
    """Name a package for good: SHA-256 over its listing, as `sha256:` and hexadecimal."""
    return f"sha256:{sha256(listing).hexdigest()}"


def check_listing(listing: bytes, files: Mapping[str, bytes]) -> None:
    """See that the files are those that were listed.

    Raises:
        NotTrustedError: `package.changed`, naming the files that are others.
    """
    if write_listing(files) == listing:
        return
    told, found = _files_of(listing), _files_of(write_listing(files))
    others = sorted(name for name in told | found if told.get(name) != found.get(name))
    named = ", ".join(others[:5]) or "the listing itself"
    message = f"The package is not the one that was signed: {named}."
    raise NotTrustedError("package.changed", message, files=others)


def _files_of(listing: bytes) -> dict[str, Any]:
    files: dict[str, Any] = read_json(listing, what="the listing").get("files", {})
    return files
