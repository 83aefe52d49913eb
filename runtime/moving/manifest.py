"""What an archive says of itself: what it is of, what made it, what is in it. Pure.

The first thing that is read, and nothing in it is believed: what it says of each part is compared
with the part itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.clock import format_instant, parse_instant
from kernel.errors import InvalidError
from kernel.json_text import read_json
from kernel.schema import Schema
from runtime.moving.digest import Part, digest_of_parts
from runtime.moving.handling import COUNTERS, LEFT_OUT, MOVED
from runtime.moving.numbers import Span

FORMAT = 1
NAME = "manifest.json"
SECRETS = "secrets"
SIZE_MAX = 8 * 2**20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ArchiveError(InvalidError):
    """The archive is none, was changed, or is not for this release; nothing was brought in."""

    code = "moving.archive_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What made an archive: the release of Garland, and how far its database was migrated."""

    release: str
    schema: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anew:
    """A secret that did not move: to be entered anew, or to be handed out anew.

    Attributes:
        kind: A connection, a source or a webhook.
        name: What people call it.
        what: What of it, such as the names of a connection's secrets.
    """

    kind: str
    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is in an archive.

    Attributes:
        id: The archive's own; what is sealed in it is bound to it.
        tenant: Id, short name, name and kind of the organisation, as they were.
        audit_last: The number and digest its audit ended with.
        spans: The numbers of each counter that it had.
        parts: By table, and `secrets` where they came along.
        packages: The packages its installed blocks come from: block, version and digest.
        anew: What did not come along.
    """

    id: UUID
    made_at: datetime
    made: Made
    tenant: Mapping[str, str]
    audit_last: tuple[int, str]
    spans: Mapping[str, Span]
    parts: Mapping[str, Part]
    packages: tuple[tuple[str, str, str], ...]
    anew: tuple[Anew, ...]

    @property
    def digest(self) -> str:
        """The one digest over all that moves; secrets are not in it."""
        return digest_of_parts(self.rows)

    @property
    def rows(self) -> dict[str, Part]:
        """The parts that are tables."""
        return {name: part for name, part in self.parts.items() if name != SECRETS}

    @property
    def has_secrets(self) -> bool:
        """Tell whether secrets came along, sealed by a passphrase."""
        return SECRETS in self.parts


def write_manifest(manifest: Manifest) -> bytes:
    """Write it as JSON that people read, too."""
    document = {
        "format": FORMAT,
        "id": str(manifest.id),
        "made_at": format_instant(manifest.made_at),
        "made_by": asdict(manifest.made),
        "tenant": dict(manifest.tenant),
        "audit_last": {"number": manifest.audit_last[0], "digest": manifest.audit_last[1]},
        "numbers": {name: asdict(span) for name, span in sorted(manifest.spans.items())},
        "digest": manifest.digest,
        "parts": {name: asdict(part) for name, part in sorted(manifest.parts.items())},
        "packages": [
            {"block": block, "version": version, "digest": digest}
            for block, version, digest in manifest.packages
        ],
        "to_be_entered_anew": [asdict(one) for one in manifest.anew],
        "left_out": dict(LEFT_OUT),
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def read_manifest(text: bytes) -> Manifest:
    """Read what an archive says of itself.

    Raises:
        ArchiveError: it is newer than this release knows, or says what cannot be.
    """
    said = read_json(text, what=NAME)
    if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > FORMAT:
        raise ArchiveError(
            f"The archive is of format {said['format']}, and this Garland reads {FORMAT}: it was "
            "made by a newer one. Upgrade this installation first."
        )
    problems = _SCHEMA.problems(said)
    if problems:
        first = problems[0]
        raise ArchiveError(f"{NAME}{first.pointer}: {first.message}")
    try:
        manifest = _read(said)
    except (ValueError, KeyError) as error:
        raise ArchiveError(f"{NAME}: {error}") from None
    if manifest.digest != said["digest"]:
        raise ArchiveError(
            f"{NAME}: the digest over all parts is not that of the parts: it was changed. "
            "Take the export anew."
        )
    return manifest


def _read(said: Mapping[str, Any]) -> Manifest:
    return Manifest(
        id=UUID(said["id"]),
        made_at=parse_instant(said["made_at"]),
        made=Made(**said["made_by"]),
        tenant=said["tenant"],
        audit_last=(said["audit_last"]["number"], said["audit_last"]["digest"]),
        spans={name: _span(name, one) for name, one in said["numbers"].items()},
        parts={name: Part(**one) for name, one in said["parts"].items()},
        packages=tuple((one["block"], one["version"], one["digest"]) for one in said["packages"]),
        anew=tuple(Anew(**one) for one in said["to_be_entered_anew"]),
    )


def _span(name: str, said: Mapping[str, int]) -> Span:
    if said["last"] < said["first"]:
        raise ValueError(f"the numbers of {name} end before they begin")
    return Span(**said)


def _closed(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT = {"type": "string", "maxLength": 300}
_DIGEST = {"type": "string", "pattern": f"^{_SHA256.pattern}$"}
_COUNT = {"type": "integer", "minimum": 0, "maximum": 2**53}
_NUMBER = {"type": "integer", "minimum": 0, "maximum": 2**62}
_PART = _closed(rows=_COUNT, size_bytes=_COUNT, sha256=_DIGEST)
_SCHEMA = Schema(
    _closed(
        format={"const": FORMAT},
        id={"type": "string", "format": "uuid"},
        made_at={"type": "string", "maxLength": 40},
        made_by=_closed(release=_TEXT, schema=_TEXT),
        tenant=_closed(id=_TEXT, slug=_TEXT, name=_TEXT, kind=_TEXT),
        audit_last=_closed(number=_COUNT, digest=_TEXT),
        numbers={
            "type": "object",
            "properties": dict.fromkeys(COUNTERS, _closed(first=_NUMBER, last=_NUMBER)),
            "additionalProperties": False,
        },
        digest=_DIGEST,
        parts={
            "type": "object",
            "properties": dict.fromkeys((*MOVED, SECRETS), _PART),
            "required": sorted(MOVED),
            "additionalProperties": False,
        },
        packages={
            "type": "array",
            "maxItems": 10_000,
            "items": _closed(block=_TEXT, version=_TEXT, digest=_TEXT),
        },
        to_be_entered_anew={
            "type": "array",
            "items": _closed(kind=_TEXT, name=_TEXT, what={"type": "string", "maxLength": 4_000}),
        },
        left_out={"type": "object"},
    )
)
