"""Exports that an organisation's admins asked for: asked, followed, taken, let go.

One at a time. Only the latest file is kept, for a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from kernel.acting import Acting
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from kernel.secrets import Sealer
from runtime.archives._tables import Archive, ArchivePiece, Stage
from runtime.moving.sealing import checked_passphrase
from tenancy._tables import Organisation
from tenancy.audit.chain import Fact
from tenancy.audit.trail import About, note
from tenancy.keys.vault import tenant_vault
from tenancy.rows import get_owned

KEPT = timedelta(hours=24)
SHOWN = 10
PIECES_AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveView:
    """One export as its page shows it."""

    id: UUID
    stage: Stage
    asked_at: datetime
    asked_by: str
    has_secrets: bool
    rows_done: int
    rows_total: int
    error: str
    size_bytes: int
    digest: str
    ready_at: datetime | None
    expires_at: datetime | None
    taken_at: datetime | None

    @property
    def percent(self) -> int:
        """Say how much of it is written."""
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else 0


def ask_archive(
    session: Session, who: Acting, *, passphrase: str, vault: Sealer, now: datetime
) -> UUID:
    """Ask that all of who acts' organisation be written to a file; "" leaves secrets out.

    An earlier file is let go.

    Raises:
        ConflictError: one is being written.
        InvalidError: the passphrase is too short.
    """
    mine = select(Organisation.id).where(Organisation.id == who.tenant_id)
    session.execute(mine.with_for_update(key_share=True))  # two at once would both find none
    rows = session.scalars(_open_of(who.tenant_id).with_for_update()).all()
    if any(row.stage.is_under_way for row in rows):
        raise ConflictError("an export is being written: wait for it, or stop it first")
    sealed = None
    if passphrase:
        sealed = tenant_vault(session, who.tenant_id, vault).encrypt(checked_passphrase(passphrase))
    for row in rows:
        row.stage = Stage.GONE
    made = Archive(
        id=new_id(),
        tenant_id=who.tenant_id,
        stage=Stage.WAITING,
        asked_at=now,
        asked_by=who.person_name,
        asked_by_id=who.vouched_by,
        passphrase_sealed=sealed,
        has_secrets=bool(passphrase),
    )
    session.add(made)
    session.flush()
    facts = {"with_secrets": bool(passphrase)}
    note(
        session,
        who.tenant_id,
        "organisation.export_asked",
        now=now,
        about=_about(who),
        facts=facts,
    )
    return made.id


def list_archives(session: Session, tenant_id: UUID) -> list[ArchiveView]:
    """List the latest exports, the newest first."""
    wanted = select(Archive).where(Archive.tenant_id == tenant_id)
    rows = session.scalars(wanted.order_by(Archive.asked_at.desc(), Archive.id.desc()).limit(SHOWN))
    return [_view(row) for row in rows]


def let_go(session: Session, who: Acting, archive_id: UUID, *, now: datetime) -> None:
    """Stop an export, or let its file go before its time; raises NotFoundError."""
    row = get_owned(session, Archive, who.tenant_id, archive_id, name="export", lock=True)
    if row.stage is Stage.GONE:
        return
    row.stage, row.passphrase_sealed = Stage.GONE, None
    session.flush()
    note(session, who.tenant_id, "organisation.export_removed", now=now, about=_about(who))


def take_archive(session: Session, who: Acting, archive_id: UUID, *, now: datetime) -> ArchiveView:
    """Note that somebody takes the file; raises NotFoundError where there is none any more."""
    row = get_owned(session, Archive, who.tenant_id, archive_id, name="export", lock=True)
    if row.stage is not Stage.READY or row.expires_at is None or row.expires_at <= now:
        raise NotFoundError("no such export: its time is over, or it was removed")
    row.taken_at = now
    facts: dict[str, Fact] = {"digest": row.digest, "with_secrets": row.has_secrets}
    note(
        session,
        who.tenant_id,
        "organisation.export_taken",
        now=now,
        about=_about(who),
        facts=facts,
    )
    return _view(row)


def pieces_of(session: Session, tenant_id: UUID, archive_id: UUID) -> Iterator[bytes]:
    """Give the file in its pieces, one in memory at a time."""
    mine = (ArchivePiece.tenant_id == tenant_id, ArchivePiece.archive_id == archive_id)
    numbers = session.scalars(
        select(ArchivePiece.number).where(*mine).order_by(ArchivePiece.number)
    ).all()
    for number in numbers:
        wanted = select(ArchivePiece.content).where(*mine, ArchivePiece.number == number)
        yield session.scalars(wanted).one()


def remove_expired(session: Session, *, now: datetime, most: int = PIECES_AT_ONCE) -> int:
    """Let go of files whose time is over, some pieces at a time; in system scope.

    Gives how many pieces went; there may be more where it is `most`.
    """
    over = (Archive.stage == Stage.READY) & (Archive.expires_at <= now)
    for row in session.scalars(select(Archive).where(over).with_for_update(skip_locked=True)):
        row.stage = Stage.GONE
    session.flush()
    gone = session.execute(
        select(ArchivePiece.archive_id, ArchivePiece.number)
        .join(Archive, Archive.id == ArchivePiece.archive_id)
        .where(or_(Archive.stage == Stage.GONE, Archive.stage == Stage.FAILED))
        .limit(most)
    ).all()
    for archive_id, number in gone:
        which = (ArchivePiece.archive_id == archive_id, ArchivePiece.number == number)
        session.execute(
            delete(ArchivePiece).where(*which).execution_options(synchronize_session=False)
        )
    return len(gone)


def _open_of(tenant_id: UUID) -> Select[Archive]:
    stages = (Stage.WAITING, Stage.WRITING, Stage.READY)
    return select(Archive).where(Archive.tenant_id == tenant_id, Archive.stage.in_(stages))


def _about(who: Acting) -> About:
    return About(kind="organisation", id=who.tenant_id, name=who.tenant_name)


def _view(row: Archive) -> ArchiveView:
    facts = {name: getattr(row, name) for name in ArchiveView.__slots__}
    return ArchiveView(**facts)
