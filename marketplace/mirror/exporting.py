"""Writing the marketplace into a folder: what is missing, and nothing twice.

The same state gives the same bytes. Until the manifest is there, which comes last, the folder is
none that anybody takes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session, sessionmaker

from blocks.packages.signing import key_id, sign, write_envelope
from blocks.packages.trusted import known_root, own_index, stored_documents
from marketplace.mirror import folder as files
from marketplace.mirror._tables import THE_ONLY, MarketMirrorExport
from marketplace.mirror.layout import (
    INDEX,
    KIND,
    MANIFEST,
    ROOT,
    Entry,
    Manifest,
    MirrorError,
    Purpose,
    content_of,
    entry_of,
    require_readable,
    write_manifest,
)
from marketplace.mirror.telling import Told, archive_of, tell

Progress = Callable[[int, int], None]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is exported, and how it is told.

    Attributes:
        source: What the installation calls itself, for those who mirror it.
        key: One of the root's, which signs the manifest.
        check: Only say what would be written.
        progress: Called with files done and files there are.
    """

    source: str
    key: Ed25519PrivateKey
    check: bool = False
    progress: Progress = lambda _done, _total: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an export did, or would do.

    Attributes:
        serial: Of the export; 0 where it was only looked at.
        written: Files that were missing or are others now.
        gone: Files of exports before.
    """

    serial: int
    files: int
    size_bytes: int
    written: int
    gone: int


def export_whole(
    sessions: sessionmaker[Session], session: Session, vendor_id: UUID, folder: Path, wish: Wish,
    *, now: datetime,
) -> Written:  # fmt: skip
    """Write all that is listed here.

    Args:
        sessions: For the serial, which is kept once all other files are there.
        session: Sees the database as it is at one moment, in system scope.
        vendor_id: Whose recalls hold for everybody.
        folder: Empty, not there yet, or one of an export before.
        wish: See there.
        now: The instant.

    Raises:
        MirrorError: `mirror.key`, `mirror.foreign`, `mirror.unwritable`, `mirror.too_large`.
        NotTrustedError: there is no index, or it ended.
    """
    require_root_key(session, wish.key)
    told = tell(session, vendor_id, own_index(session, now=now))
    signed = stored_documents(session)
    documents = {**told.documents, ROOT: signed["root"], INDEX: signed["index"]}
    whole = Told(documents=documents, packages=told.packages)
    return write_folder(
        session, folder, whole, wish, Purpose.WHOLE,
        serial_of=lambda content: _serial(sessions, content, now=now),
    )  # fmt: skip


def write_folder(
    session: Session, folder: Path, told: Told, wish: Wish, purpose: Purpose,
    *, serial_of: Callable[[str], int],
) -> Written:  # fmt: skip
    """Write documents and packages, remove what is of exports before, and the manifest last.

    Raises:
        MirrorError: as `require_readable` and `files.write_file`.
    """
    if not wish.check:
        files.begin(folder)
    entries: dict[str, Entry] = {}
    written = 0
    total = len(told.documents) + len(told.packages)
    for done, path in enumerate(sorted([*told.documents, *told.packages]), start=1):
        data = _bytes_of(session, path, told)
        entries[path] = entry_of(data)
        if not files.is_there(folder, path, entries[path]):
            written += 1
            require_readable(path, data)
            if not wish.check:
                files.write_file(folder, path, data)
        wish.progress(done, total)
    gone, serial = 0, 0
    if not wish.check:
        gone = files.clear_others(folder, {*entries, MANIFEST})
        serial = serial_of(content_of(purpose, wish.source, entries))
        _write_manifest(folder, wish, purpose, serial, entries)
        log.info("marketplace_exported", serial=serial, files=total, written=written)
    size = sum(one.size for one in entries.values())
    return Written(serial=serial, files=total, size_bytes=size, written=written, gone=gone)


def require_root_key(session: Session, key: Ed25519PrivateKey) -> None:
    """Refuse a key that is none of the root's: nobody would take what it signs.

    Raises:
        MirrorError: `mirror.key`.
    """
    root = known_root(session)
    if root is None or key_id(key.public_key()) not in root.keys or root.threshold > 1:
        message = (
            "This key cannot sign for the root of this installation: give the root's with --key. "
            "An installation that follows another's root exports nothing: copy the other's folder."
        )
        raise MirrorError("key", message)


def _write_manifest(
    folder: Path, wish: Wish, purpose: Purpose, serial: int, entries: Mapping[str, Entry]
) -> None:
    manifest = Manifest(purpose=purpose, source=wish.source, serial=serial, files=entries)
    envelope = sign(KIND, write_manifest(manifest), [wish.key])
    files.write_file(folder, MANIFEST, write_envelope(envelope))


def _bytes_of(session: Session, path: str, told: Told) -> bytes:
    found = told.documents.get(path)
    return archive_of(session, told.packages[path]) if found is None else found


def _serial(sessions: sessionmaker[Session], content: str, *, now: datetime) -> int:
    """Give the serial of what is exported: the last one's where it is the same."""
    with sessions() as session, session.begin():
        row = session.get(MarketMirrorExport, THE_ONLY, with_for_update=True)
        if row is None:
            row = MarketMirrorExport(id=THE_ONLY, serial=0, content="", exported_at=now)
            session.add(row)
        if row.content != content:
            row.serial, row.content = row.serial + 1, content
        row.exported_at = now
        return row.serial
