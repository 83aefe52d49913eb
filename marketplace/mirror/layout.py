"""How the folder is laid out, and what its manifest and documents may say. Pure.

`mirror.json` names every other file with its size and SHA-256 and is signed by the root; what it
does not name is not read. Paths are of the few shapes below, so none leads out of the folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

from blocks.packages.archive import ARCHIVE_MAX_BYTES
from blocks.packages.signing import canonical
from kernel.errors import GarlandError, MalformedError
from kernel.json_text import read_json
from kernel.schema import Schema

MANIFEST = "mirror.json"
ROOT = "root.json"
INDEX = "index.json"
RECALLS = "recalls.json"
KIND = "application/vnd.garland.mirror+json"
FOLDERS = ("publishers", "listings", "packages", "advisories")
DOCUMENT_MAX_BYTES = 4 * 2**20
LONG_MAX_BYTES = 64 * 2**20
"""Of what grows with what is listed: manifest, root and index, recalls, a listing's releases."""
FILES_MAX = 250_000
_ID = r"[a-z][a-z0-9-]{0,39}"
_PATHS = (
    re.compile(r"(?:root|index|recalls)\.json"),
    re.compile(rf"publishers/{_ID}\.json"),
    re.compile(rf"listings/{_ID}\.{_ID}\.json"),
    re.compile(r"advisories/[a-z][a-z0-9-]{0,59}\.json"),
    re.compile(r"packages/[0-9a-f]{64}\.gblk"),
)


class MirrorError(GarlandError):
    """A folder cannot be taken, or not written; the code says in which way."""

    status = 422

    def __init__(self, code: str, message: str, **detail: Any) -> None:
        super().__init__(message, **detail)
        self.code = f"mirror.{code}"


class Purpose(Enum):
    """What a folder is for: all that is listed, or releases handed in from elsewhere."""

    WHOLE = "whole"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that a manifest names."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a folder holds.

    Attributes:
        source: What the installation that wrote it calls itself.
        serial: Grows with each export that differs; 0 for releases that are handed in.
        files: By path, from the folder.
    """

    purpose: Purpose
    source: str
    serial: int
    files: Mapping[str, Entry]

    @property
    def content(self) -> str:
        """Name what is in it: SHA-256 over purpose, source and files, in hexadecimal."""
        return content_of(self.purpose, self.source, self.files)


def entry_of(data: bytes) -> Entry:
    """Say of a file what a manifest does."""
    return Entry(sha256(data).hexdigest(), len(data))


def content_of(purpose: Purpose, source: str, files: Mapping[str, Entry]) -> str:
    """Name what a folder holds, whatever its serial."""
    named = [[path, one.sha256, one.size] for path, one in sorted(files.items())]
    return sha256(canonical([purpose.value, source, named])).hexdigest()


def write_manifest(manifest: Manifest) -> bytes:
    """Write what is signed."""
    files = {path: {"sha256": one.sha256, "size": one.size} for path, one in manifest.files.items()}
    return canonical(
        {
            "mirror": 1,
            "purpose": manifest.purpose.value,
            "source": manifest.source,
            "serial": manifest.serial,
            "files": files,
        }
    )


def read_manifest(payload: bytes) -> Manifest:
    """Read a manifest whose signature was checked.

    Raises:
        MirrorError: `mirror.manifest`, `mirror.path`, `mirror.too_large`.
    """
    document = read_document(MANIFEST, payload)
    files = {path: Entry(one["sha256"], one["size"]) for path, one in document["files"].items()}
    for path, one in files.items():
        if not is_path(path):
            message = f"The manifest names {path[:100]!r}, which no export holds: it is not taken."
            raise MirrorError("path", message, path=path[:100])
        if one.size > most_bytes(path):
            message = f"{path} has {one.size:,} bytes; {most_bytes(path):,} are taken at most."
            raise MirrorError("too_large", message, path=path)
    purpose = Purpose(document["purpose"])
    return Manifest(
        purpose=purpose, source=document["source"], serial=document["serial"], files=files
    )


def is_path(path: str) -> bool:
    """Tell whether a path is one that a folder can hold.

    >>> is_path("listings/acme.lamp.json"), is_path("listings/../../etc/passwd")
    (True, False)
    """
    return any(one.fullmatch(path) for one in _PATHS)


def most_bytes(path: str) -> int:
    """Say how large a file may be."""
    if path.startswith("packages/"):
        return ARCHIVE_MAX_BYTES
    is_long = path in (MANIFEST, ROOT, INDEX, RECALLS) or path.startswith("listings/")
    return LONG_MAX_BYTES if is_long else DOCUMENT_MAX_BYTES


def require_readable(path: str, data: bytes) -> None:
    """Refuse to write what no import would take.

    Raises:
        MirrorError: `mirror.too_large`; as `read_document`.
    """
    if len(data) > most_bytes(path):
        message = (
            f"{path} would have {len(data):,} bytes; an import takes {most_bytes(path):,} at most."
        )
        raise MirrorError("too_large", message, path=path)
    if path.partition("/")[0] in _SCHEMAS:
        read_document(path, data)


def package_path(digest: str) -> str:
    """Say where the package of a digest lies."""
    return f"packages/{digest.removeprefix('sha256:')}.gblk"


def write_document(document: Any) -> bytes:
    """Write a document for people to read, always the same way."""
    return (json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def read_document(path: str, data: bytes) -> Any:
    """Read one of the documents by where it lies, and see that it has its form.

    Raises:
        MirrorError: `mirror.manifest` or `mirror.document`, naming the field.
    """
    code = "manifest" if path == MANIFEST else "document"
    try:
        document = read_json(data, what=path)
    except MalformedError as error:
        raise MirrorError(code, f"{error.message}.", path=path) from None
    problems = _SCHEMAS[path.partition("/")[0]].problems(document)
    if problems:
        where = problems[0].pointer or "the document"
        message = f"{path} cannot be read: at {where}, {problems[0].message}"
        raise MirrorError(code, message, path=path)
    return document


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }


def _text(most: int, least: int = 0) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most, "pattern": r"^[^\x00]*$"}


def _matching(pattern: str, most: int) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{pattern}$", "maxLength": most}


def _maybe(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_INSTANT = {"type": "string", "format": "date-time", "maxLength": 40}
_DAY = {"type": "string", "format": "date"}
_DIGEST = _matching("sha256:[0-9a-f]{64}", 71)
_LISTING = _matching(rf"{_ID}\.{_ID}", 81)
_VERSION = _text(64, 5)
_RELEASE = _closed(
    version=_VERSION,
    digest=_DIGEST,
    state={"enum": ["listed", "deprecated", "recalled"]},
    channel={"enum": ["beta", "stable"]},
    quality=_text(20),
    changelog=_text(4_000),
    listed_at=_INSTANT,
    successor=_text(81),
    ends_on=_maybe(_DAY),
    reason=_text(4_000),
)
_RECALL = _closed(
    digest=_DIGEST,
    listing=_LISTING,
    version=_VERSION,
    reason=_text(200, 1),
    lets_finish={"type": "boolean"},
)
_KEYS = {"type": "array", "maxItems": 20, "items": _matching("[A-Za-z0-9+/]{43}=", 44)}
_SCHEMAS: Mapping[str, Schema] = {
    MANIFEST: Schema(
        _closed(
            mirror={"const": 1},
            purpose={"enum": [one.value for one in Purpose]},
            source=_text(200, 1),
            serial={"type": "integer", "minimum": 0},
            files={
                "type": "object",
                "maxProperties": FILES_MAX,
                "additionalProperties": _closed(
                    sha256=_matching("[0-9a-f]{64}", 64), size={"type": "integer", "minimum": 0}
                ),
            },
        )
    ),
    "publishers": Schema(
        _closed(
            publisher={"const": 1},
            namespace=_matching(_ID, 40),
            title=_text(80, 1),
            support=_text(300),
            keys=_KEYS,
            revoked={
                "type": "object",
                "maxProperties": 20,
                "additionalProperties": _INSTANT,
            },
        )
    ),
    "listings": Schema(
        _closed(
            listing=_LISTING,
            kind={"enum": ["block", "pack"]},
            title=_text(80, 1),
            summary=_text(300),
            support=_text(300),
            releases={"type": "array", "maxItems": 10_000, "items": _RELEASE},
        )
    ),
    "advisories": Schema(
        _closed(
            advisory=_matching("[a-z][a-z0-9-]{0,59}", 60),
            listing=_LISTING,
            severity={"enum": ["low", "moderate", "high", "critical"]},
            title=_text(120, 1),
            text=_text(4_000, 1),
            affected=_text(300, 1),
            fixed_in=_text(64),
            references={"type": "array", "maxItems": 20, "items": _text(500, 1)},
            published_at=_INSTANT,
            changed_at=_INSTANT,
            withdrawn_at=_maybe(_INSTANT),
            reason=_text(4_000),
        )
    ),
    RECALLS: Schema({"type": "array", "maxItems": 100_000, "items": _RECALL}),
}
