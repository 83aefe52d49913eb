"""The digest of an organisation: the same wherever it stands, as long as nothing of it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.orm import Session

from kernel.ids import sha256_of
from runtime.moving.rows import lines_of, moved_tables, place_of
from tenancy.scope import system


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of an organisation: how many rows, how many bytes as lines, their SHA-256."""

    rows: int
    size_bytes: int
    sha256: str


def digest_of_parts(parts: Mapping[str, Part]) -> str:
    """Give the one digest over all parts.

    SHA-256 of a line for each part that has rows, in the order of their names: name, number of
    rows and digest, with a space between. A table without rows counts for nothing.
    """
    lines = [
        f"{name} {part.rows} {part.sha256}\n" for name, part in sorted(parts.items()) if part.rows
    ]
    return sha256_of("".join(lines))


def parts_of(
    session: Session, tenant_id: UUID, *, take: Callable[[Table, bytes], None] = lambda *_: None
) -> dict[str, Part]:
    """Read all that moves of an organisation and give its parts; `take` is given each line.

    Read it from one snapshot: a session that wrote nothing else, on PostgreSQL at REPEATABLE READ.
    """
    found = {}
    with system(session):
        place = place_of(session.connection(), tenant_id)
        for table in moved_tables():
            hashed, rows, size = hashlib.sha256(), 0, 0
            for line in lines_of(place, table):
                hashed.update(line)
                rows, size = rows + 1, size + len(line)
                take(table, line)
            found[table.name] = Part(rows=rows, size_bytes=size, sha256=hashed.hexdigest())
    return found


def digest_of_tenant(session: Session, tenant_id: UUID) -> str:
    """Give the digest of an organisation as it stands."""
    return digest_of_parts(parts_of(session, tenant_id))
