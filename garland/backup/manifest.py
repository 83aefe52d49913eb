"""What a backup says of itself: the first member of its archive. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kernel.errors import GarlandError

FORMAT = 1
"""Grows when an older release could not restore what is written from then on."""

MANIFEST = "garland-backup.json"
SQLITE_PART = "database.sqlite"
POSTGRESQL_PART = "database.pgdump"
KEYS_PART = "keys.sealed"
PACKS = "packs/"

Kind = Literal["sqlite", "postgresql"]
DATABASE_PARTS: dict[Kind, str] = {"sqlite": SQLITE_PART, "postgresql": POSTGRESQL_PART}
_STEP = re.compile(r"[^/\\\0]+")


class BackupError(GarlandError):
    """A backup cannot be made, read or restored; the message says what to do."""

    code = "garland.backup_refused"
    status = 422


class Part(BaseModel):
    """One file of a backup, and what it must be."""

    model_config = ConfigDict(frozen=True)

    name: str
    size_bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What is in a backup.

    Attributes:
        made_at: The instant it was asked for; what was committed before is in it.
        version: Garland's, that made it.
        head: The migration that the database was at.
        key_prints: Of each encryption key that may be needed, the beginning of its SHA-256.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    made_at: datetime
    version: str
    database: Kind
    head: str
    key_prints: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def has_keys(self) -> bool:
        """Tell whether the keys are in it, sealed by a passphrase."""
        return any(part.name == KEYS_PART for part in self.parts)

    @property
    def database_part(self) -> str:
        """Name the part that holds the database."""
        return DATABASE_PARTS[self.database]

    def to_bytes(self) -> bytes:
        """Write it as JSON."""
        return self.model_dump_json(indent=2).encode()


def read_manifest(text: bytes) -> Manifest:
    """Read what a backup says of itself.

    Raises:
        BackupError: if it is none, of a newer format, or names a file that no backup has.
    """
    try:
        said = _Format.model_validate_json(text)
        if said.format > FORMAT:
            raise BackupError(
                f"The backup has format {said.format}, and this release reads {FORMAT} at most: "
                "restore it with the release that made it, or a newer one."
            )
        found = Manifest.model_validate_json(text)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors()[0]["loc"]) or "the whole"
        raise BackupError(f"The backup's list of contents cannot be read ({where}).") from None
    names = [part.name for part in found.parts]
    wrong = [name for name in names if not _is_known(name)]
    if wrong or len(set(names)) < len(names) or found.database_part not in names:
        raise BackupError(f"The backup's list of contents is wrong: {', '.join(wrong) or names}.")
    return found


def _is_known(name: str) -> bool:
    """Tell whether a part may be there; what is under packs/ stays under it."""
    if name in (*DATABASE_PARTS.values(), KEYS_PART):
        return True
    steps = name.removeprefix(PACKS).split("/")
    return name.startswith(PACKS) and all(
        _STEP.fullmatch(step) and step not in (".", "..") for step in steps
    )


class _Format(BaseModel):
    format: int = Field(ge=1)
