"""Writes the export that waits for longest: by the exporter of `runtime.moving`, into pieces.

A process of its own does it, by a lease that each note of progress renews: should it die, the next
begins it again, three times at most. Each beginning has a number, `tries`: who was only slow, and
finds that another has begun since, writes nothing more.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session, sessionmaker

from kernel.clock import utc_now
from kernel.errors import ConflictError, GarlandError
from kernel.secrets import SecretError, Vault
from runtime.archives._tables import ERROR_MAX, Archive, ArchivePiece, Stage
from runtime.archives.store import KEPT
from runtime.moving import exporting
from runtime.moving.manifest import Made, Manifest
from runtime.moving.receiving import snapshot
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, Actor, note
from tenancy.keys.vault import tenant_vault
from tenancy.organisations import get_organisation
from tenancy.scope import as_tenant, system

log = structlog.get_logger(__name__)

LEASE_S = 60
TRIES_MAX = 3
NOTE_EVERY_S = 1.0
PIECE_BYTES = 2**20
SIZE_MAX = 2 * 2**30
"""A larger one is taken by whoever runs the installation, on the command line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An export that this process is to write; `tries` says which beginning of it is its own."""

    id: UUID
    tenant_id: UUID
    passphrase: str
    tries: int


class _LeftError(Exception):
    """It is not wanted any more, or this process is to end."""


@dataclass(kw_only=True)
class Writer:
    """Writes exports; `goes_on` tells whether this process should."""

    sessions: sessionmaker[Session]
    reading: sessionmaker[Session]
    vault: Vault
    made: Made
    goes_on: Callable[[], bool] = lambda: True
    size_max: int = SIZE_MAX
    clock: Callable[[], datetime] = utc_now

    def write_next(self) -> bool:
        """Write the one that waits for longest; False when none does."""
        with self.sessions.begin() as session, system(session):
            claim = claim_archive(session, vault=self.vault, now=self.clock())
        if claim is None:
            return False
        error = ""
        try:
            self._write(claim)
        except _LeftError:
            return True
        except GarlandError as failure:
            error = failure.message
        except Exception as failure:
            log.exception("archive_failed", archive_id=str(claim.id))
            error = f"it broke: {type(failure).__name__}"
        if error:
            self._end(claim, stage=Stage.FAILED, error=error[:ERROR_MAX])
        return True

    def _write(self, claim: Claim) -> None:
        with tempfile.TemporaryFile() as file:
            wish = exporting.Wish(
                made=self.made,
                vault=self.vault,
                passphrase=claim.passphrase,
                progress=_Notes(self, claim, file),
            )
            with snapshot(self.reading) as session:
                now = self.clock()
                manifest = exporting.export_tenant(session, claim.tenant_id, file, wish, now=now)
            size = file.tell()
            self._keep(claim, file, size)
        self._end(claim, stage=Stage.READY, size=size, manifest=manifest)

    def _keep(self, claim: Claim, file: IO[bytes], size: int) -> None:
        _refuse_large(size, self.size_max)
        file.seek(0)
        number = 0
        while content := file.read(PIECE_BYTES):
            with self.sessions.begin() as session, as_tenant(session, claim.tenant_id):
                self.renew(session, claim)
                if number == 0:  # what a process that died had kept
                    _remove_pieces(session, claim)
                session.add(
                    ArchivePiece(
                        tenant_id=claim.tenant_id,
                        archive_id=claim.id,
                        number=number,
                        content=content,
                    )
                )
            number += 1

    def renew(self, session: Session, claim: Claim, **facts: Any) -> None:
        """Renew the lease; raises _LeftError where it is not wanted, or is another's by now."""
        row = _locked(session, claim)
        if row is None or not self.goes_on():
            raise _LeftError
        row.lease_until = self.clock() + timedelta(seconds=LEASE_S)
        for name, value in facts.items():
            setattr(row, name, value)

    def _end(
        self,
        claim: Claim,
        *,
        stage: Stage,
        error: str = "",
        size: int = 0,
        manifest: Manifest | None = None,
    ) -> None:
        now = self.clock()
        with self.sessions.begin() as session, as_tenant(session, claim.tenant_id):
            row = _locked(session, claim)
            if row is None:
                return
            row.stage, row.error, row.passphrase_sealed = stage, error, None
            row.lease_until, row.size_bytes = None, size
            if manifest is None:
                return
            row.digest, row.ready_at, row.expires_at = manifest.digest, now, now + KEPT
            row.rows_done = row.rows_total = sum(one.rows for one in manifest.rows.values())
            _note(session, row, manifest, now=now)


class _Notes:
    """Told by the exporter how far it is: written down each second, and held to the size."""

    def __init__(self, writer: Writer, claim: Claim, file: IO[bytes]) -> None:
        self._writer, self._claim, self._file = writer, claim, file
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + NOTE_EVERY_S
        _refuse_large(self._file.tell(), self._writer.size_max)
        with (
            self._writer.sessions.begin() as session,
            as_tenant(session, self._claim.tenant_id),
        ):
            self._writer.renew(session, self._claim, rows_done=done, rows_total=total)


def has_archive_to_write(session: Session, *, now: datetime) -> bool:
    """Tell whether an export waits, or its process died; in system scope."""
    return session.scalar(select(Archive.id).where(_to_do(now)).limit(1)) is not None


def claim_archive(session: Session, *, vault: Vault, now: datetime) -> Claim | None:
    """Take on the export that waits for longest; in system scope."""
    oldest = select(Archive).where(_to_do(now)).order_by(Archive.asked_at, Archive.id).limit(1)
    row = session.scalar(oldest.with_for_update(skip_locked=True))
    if row is None:
        return None
    if row.tries >= TRIES_MAX:
        _fail(row, f"the process that wrote it died {TRIES_MAX} times: ask for it again later")
        return None
    try:
        passphrase = _opened(session, row, vault)
    except (SecretError, ValueError):
        log.exception("archive_not_opened", archive_id=str(row.id), tenant_id=str(row.tenant_id))
        _fail(row, "its passphrase does not open any more, since its key is gone: ask for it again")
        return None
    row.stage, row.tries = Stage.WRITING, row.tries + 1
    row.lease_until = now + timedelta(seconds=LEASE_S)
    return Claim(id=row.id, tenant_id=row.tenant_id, passphrase=passphrase, tries=row.tries)


def _opened(session: Session, row: Archive, vault: Vault) -> str:
    if not row.passphrase_sealed:
        return ""
    return tenant_vault(session, row.tenant_id, vault).decrypt(row.passphrase_sealed)


def _fail(row: Archive, error: str) -> None:
    row.stage, row.passphrase_sealed, row.lease_until = Stage.FAILED, None, None
    row.error = error


def _to_do(now: datetime) -> ColumnElement[bool]:
    abandoned = and_(Archive.stage == Stage.WRITING, Archive.lease_until <= now)
    return or_(Archive.stage == Stage.WAITING, abandoned)


def _locked(session: Session, claim: Claim) -> Archive | None:
    """Give the claim's row, locked, where it is being written, and by this claim."""
    wanted = select(Archive).where(
        Archive.tenant_id == claim.tenant_id,
        Archive.id == claim.id,
        Archive.stage == Stage.WRITING,
        Archive.tries == claim.tries,
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def _remove_pieces(session: Session, claim: Claim) -> None:
    session.execute(
        delete(ArchivePiece).where(
            ArchivePiece.tenant_id == claim.tenant_id, ArchivePiece.archive_id == claim.id
        )
    )


def _refuse_large(size: int, size_max: int) -> None:
    if size > size_max:
        raise ConflictError(
            f"it is larger than {size_max // 2**20:,} MB: ask whoever runs this installation for "
            "an export on the command line"
        )


def _note(session: Session, row: Archive, manifest: Manifest, *, now: datetime) -> None:
    one = get_organisation(session, row.tenant_id)
    facts: dict[str, Fact] = {
        "archive": str(manifest.id),
        "digest": manifest.digest,
        "with_secrets": manifest.has_secrets,
    }
    note(
        session,
        one.id,
        "organisation.exported",
        now=now,
        about=About(kind="organisation", id=one.id, name=one.name),
        facts=facts,
        by=Actor(name=row.asked_by, id=row.asked_by_id),
    )
