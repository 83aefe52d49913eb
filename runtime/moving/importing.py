"""Bringing an organisation in from an archive, whole or not at all.

It is brought into an organisation that has nothing yet and is suspended, so that nothing of it
runs before somebody has looked; all rows come in one transaction. Before that ends, the digest is
made anew of what stands in the database: where it is not the archive's, nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from kernel.db import Base, is_taken
from kernel.errors import ConflictError, MalformedError
from kernel.secrets import Vault
from runtime.moving.arriving import advance_counters, starts_of
from runtime.moving.digest import digest_of_tenant
from runtime.moving.handling import FORGOTTEN, MOVED, NUMBERED
from runtime.moving.incoming import Incoming, open_incoming
from runtime.moving.lines import OWNER, read_line
from runtime.moving.manifest import ArchiveError, Manifest
from runtime.moving.numbers import Spans, moved
from runtime.moving.reading import Archive
from runtime.moving.rows import AT_ONCE, moved_tables
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.keys.vault import tenant_vault
from tenancy.organisations import get_organisation
from tenancy.scope import system

AFTERWARDS = {"alarm": "previous_id"}
"""Columns that name a row of the same table, which may come later: filled in when all are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How an archive is to be brought in.

    Attributes:
        schema: How far the database here is migrated.
        knows: The schemas that this release knows.
        passphrase: What opens the secrets; "" brings them not in, though they came along.
        progress: Told now and then how many rows are written, and of how many.
    """

    schema: str
    knows: frozenset[str]
    vault: Vault
    passphrase: str = ""
    progress: Callable[[int, int], None] = lambda *_: None


def require_fitting(session: Session, manifest: Manifest, wish: Wish) -> None:
    """Refuse an archive of another schema, or one whose packages are not here.

    Raises:
        ArchiveError: saying which side to upgrade, or what to take in first.
    """
    there = manifest.made.schema
    if there != wish.schema:
        is_older = there in wish.knows
        told = "older than" if is_older else "not known to"
        cure = (
            f"Upgrade the installation it comes from (Garland {manifest.made.release}) and take "
            "the export anew."
            if is_older
            else f"Upgrade this installation first: it was made by Garland {manifest.made.release}."
        )
        raise ArchiveError(f"The archive's schema {there} is {told} this installation. {cure}")
    package = Base.metadata.tables["block_package"]
    with system(session):
        here = set(session.connection().execute(select(package.c.digest)).scalars())
    missing = [f"{block} {version}" for block, version, one in manifest.packages if one not in here]
    if missing:
        raise ArchiveError(
            "Packages of blocks that it uses are not here: take them in first, in any "
            f"organisation ({', '.join(missing[:20])})."
        )


def require_empty(session: Session, tenant_id: UUID) -> None:
    """Refuse an organisation that has something; raises ConflictError naming what."""
    with system(session):
        connection = session.connection()
        for table in moved_tables():
            mine = select(table.c[OWNER]).where(table.c[OWNER] == tenant_id).limit(1)
            if connection.execute(mine).first() is not None:
                name = get_organisation(session, tenant_id).name
                raise ConflictError(
                    f"{name} is not empty (there is something in {table.name}): bring the archive "
                    "into an organisation that has nothing yet."
                )


def import_tenant(
    session: Session, tenant_id: UUID, archive: Archive, wish: Wish, *, now: datetime
) -> None:
    """Bring an archive into an empty, suspended organisation; the caller commits.

    Raises:
        ArchiveError: it does not fit, or does not come out as its digest says.
        ConflictError: the organisation is not empty, or something has one of its ids.
    """
    manifest = archive.manifest
    require_fitting(session, manifest, wish)
    require_empty(session, tenant_id)
    with system(session), _told_plainly():
        connection = session.connection()
        vault = tenant_vault(session, tenant_id, wish.vault)
        starts = starts_of(connection, manifest.spans)
        incoming = open_incoming(archive, vault, wish.passphrase, now=now)
        put = _Putting(connection, tenant_id, manifest.spans, starts, incoming)
        total = sum(part.rows for part in manifest.rows.values())
        for table in moved_tables():
            for _ in put.table(table, archive.lines_of(table.name)):
                wish.progress(put.rows, total)
        for name, column in AFTERWARDS.items():
            put.afterwards(Base.metadata.tables[name], column, archive.lines_of(name))
        advance_counters(connection, manifest.spans, starts)
        _refuse_foreign(connection, tenant_id)
        _let_blocks_be_seen(connection)
    found = digest_of_tenant(session, tenant_id)
    if found != manifest.digest:
        raise ArchiveError(
            "What was brought in is not what the archive says: its digest differs, so nothing "
            f"was kept ({found[:12]}… instead of {manifest.digest[:12]}…)."
        )
    _note(session, tenant_id, manifest, now=now)


class _Putting:
    """Puts rows into an organisation's tables."""

    def __init__(
        self,
        connection: Connection,
        tenant_id: UUID,
        spans: Spans,
        starts: dict[str, int],
        incoming: Incoming,
    ) -> None:
        self._connection, self._tenant_id = connection, tenant_id
        self._spans, self._starts, self._incoming = spans, starts, incoming
        self.rows = 0

    def table(self, table: Table, lines: Iterator[bytes]) -> Iterator[None]:
        """Put all rows of a table, many at a time."""
        while rows := [self._row(table, line) for line in islice(lines, AT_ONCE)]:
            self._connection.execute(insert(table), rows)
            self.rows += len(rows)
            yield

    def afterwards(self, table: Table, column: str, lines: Iterable[bytes]) -> None:
        """Fill in a column that names rows of its own table."""
        (key,) = table.primary_key.columns
        filled = (
            update(table)
            .where(key == bindparam("key__"), table.c[OWNER] == self._tenant_id)
            .values({column: bindparam("value__")})
        )
        naming = (one for line in lines if (one := read(table, line))[column] is not None)
        while rows := list(islice(naming, AT_ONCE)):
            values = [{"key__": row[key.name], "value__": row[column]} for row in rows]
            self._connection.execute(filled, values)

    def _row(self, table: Table, line: bytes) -> dict[str, Any]:
        row = read(table, line)
        self._refuse_numbers(table, row)
        row = moved(table.name, row, self._starts)
        row |= FORGOTTEN.get(table.name, {})
        row = self._incoming.with_secrets(table, row)
        if table.name in AFTERWARDS:
            row[AFTERWARDS[table.name]] = None
        return {OWNER: self._tenant_id, **row}

    def _refuse_numbers(self, table: Table, row: dict[str, Any]) -> None:
        """Refuse a number outside of what the archive says it has: it may be somebody else's."""
        for column, counter in NUMBERED.get(table.name, {}).items():
            number, span = row[column], self._spans.get(counter)
            if number is None:
                continue
            if span is None or not 0 <= number < span.length:
                raise ArchiveError(f"{table.name}.{column}: {number} is none of its numbers")


def read(table: Table, line: bytes) -> dict[str, Any]:
    """Read a line of an archive; raises ArchiveError where it is no row of the table."""
    try:
        return read_line(table, line)
    except (ValueError, MalformedError) as error:
        raise ArchiveError(f"The archive holds what no Garland writes: {error}") from None


@contextmanager
def _told_plainly() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if is_taken(error):
            raise ConflictError(
                "Something here has an id of this archive already: it was brought in before. "
                "Delete that organisation first, or go on with it."
            ) from None
        raise ArchiveError("The archive refers to rows that it does not hold") from None
    except DataError:
        raise ArchiveError("The archive holds a value that this database cannot keep") from None


def _refuse_foreign(connection: Connection, tenant_id: UUID) -> None:
    """Refuse rows that lean on rows of another organisation."""
    for table in moved_tables():
        for key in table.foreign_keys:
            other = key.column.table
            if other.name not in MOVED:
                continue
            there = other.alias("there")
            foreign = (
                select(table.c[OWNER])
                .join(there, key.parent == there.c[key.column.name])
                .where(table.c[OWNER] == tenant_id, there.c[OWNER] != tenant_id)
            )
            if connection.execute(foreign.limit(1)).first() is not None:
                raise ArchiveError(
                    f"{table.name}.{key.parent.name} names what another organisation has"
                )


def _let_blocks_be_seen(connection: Connection) -> None:
    """Let every process read anew which blocks are installed."""
    change = Base.metadata.tables["block_installs_change"]
    connection.execute(update(change).values(number=change.c.number + 1))


def _note(session: Session, tenant_id: UUID, manifest: Manifest, *, now: datetime) -> None:
    number, digest = manifest.audit_last
    facts: dict[str, Fact] = {
        "archive": str(manifest.id),
        "digest": manifest.digest,
        "rows": sum(part.rows for part in manifest.rows.values()),
        "was": manifest.tenant["slug"],
        "audit_entries_there": number,
        "audit_ended_with": digest,
    }
    one = get_organisation(session, tenant_id)
    about = About(kind="organisation", id=tenant_id, name=one.name)
    note(session, tenant_id, "organisation.imported", now=now, about=about, facts=facts)
