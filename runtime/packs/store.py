"""What of a pack a tenant has: the version, and what each of its parts became."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.db import or_taken
from kernel.errors import ConflictError, NotFoundError
from kernel.ids import new_id
from runtime.packs._tables import PackInstall, PackPart
from runtime.packs.desk import Desk, Had


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledView:
    """The version of a pack that a tenant has; `goes_back_to` is the one before, if it can."""

    id: UUID
    pack_id: str
    version: str
    digest: str
    title: str
    summary: str
    publisher: str
    installed_at: datetime
    installed_by: str
    goes_back_to: str


def list_installed(session: Session, tenant_id: UUID) -> list[InstalledView]:
    """List the packs that a tenant has."""
    rows = session.scalars(select(PackInstall).where(PackInstall.tenant_id == tenant_id))
    return [_view(row) for row in rows]


def find_installed(
    session: Session, tenant_id: UUID, pack_id: str, *, lock: bool = False
) -> InstalledView | None:
    """Give what a tenant has of a pack, or None; locked where asked."""
    row = _row(session, tenant_id, pack_id, lock=lock)
    return _view(row) if row is not None else None


def get_installed(
    session: Session, tenant_id: UUID, pack_id: str, *, lock: bool = False
) -> InstalledView:
    """Give what a tenant has of a pack; raises NotFoundError."""
    found = find_installed(session, tenant_id, pack_id, lock=lock)
    if found is None:
        raise NotFoundError("this pack is not installed", pack=pack_id)
    return found


def before_of(session: Session, tenant_id: UUID, pack_id: str) -> Mapping[str, Any] | None:
    """Give what the last upgrade of a pack changed; None where there is nothing to go back to."""
    row = _row(session, tenant_id, pack_id, lock=False)
    return row.before if row is not None else None


def goes_back_to(
    tenant_id: InstrumentedAttribute[UUID], digest: InstrumentedAttribute[str]
) -> ColumnElement[bool]:
    """Tell inside a query whether taking an upgrade back would need a block's package.

    What was before is searched as text: a digest stands nowhere in it but where it is meant.
    """
    return exists().where(
        PackInstall.tenant_id == tenant_id, cast(PackInstall.before, Text).contains(digest)
    )


def had_of(session: Session, tenant_id: UUID, install_id: UUID) -> dict[str, Had]:
    """Give the parts of an installed pack by their file."""
    rows = session.scalars(
        select(PackPart)
        .where(PackPart.tenant_id == tenant_id, PackPart.install_id == install_id)
        .order_by(PackPart.file)
    )
    found = [{one: getattr(row, one) for one in Had.__slots__} for row in rows]
    return {one["file"]: Had(**{**one, "stood": one["stood"] or ()}) for one in found}


def packs_with(session: Session, tenant_id: UUID, part_id: UUID) -> list[InstalledView]:
    """List the installed packs of which something is a part."""
    rows = session.scalars(
        select(PackInstall)
        .join(PackPart, PackPart.install_id == PackInstall.id)
        .where(
            PackInstall.tenant_id == tenant_id,
            PackPart.tenant_id == tenant_id,
            PackPart.part_id == part_id,
        )
        .order_by(PackInstall.pack_id)
    )
    return [_view(row) for row in rows.unique()]


def keep_installed(
    desk: Desk,
    manifest: Mapping[str, Any],
    digest: str,
    parts: Iterable[Had],
    *,
    before: Mapping[str, Any] | None,
) -> InstalledView:
    """Write which version a tenant has now, in the place of the one it had, and its parts."""
    session, tenant_id = desk.where
    row = _row(session, tenant_id, manifest["id"], lock=True)
    if row is None:
        row = PackInstall(id=new_id(), tenant_id=tenant_id, pack_id=manifest["id"])
    row.version, row.digest, row.manifest = manifest["version"], digest, dict(manifest)
    row.before = dict(before) if before is not None else None
    row.goes_back_to = before["manifest"]["version"] if before is not None else ""
    row.installed_at, row.installed_by = desk.now, desk.by
    with or_taken(session, ConflictError("somebody installs this pack right now: look again")):
        session.add(row)
    session.execute(
        delete(PackPart).where(PackPart.tenant_id == tenant_id, PackPart.install_id == row.id)
    )
    for one in parts:
        said = {name: getattr(one, name) for name in Had.__slots__}
        said |= {"document": dict(one.document), "stood": list(one.stood)}
        session.add(PackPart(id=new_id(), tenant_id=tenant_id, install_id=row.id, **said))
    session.flush()
    return _view(row)


def forget_installed(session: Session, tenant_id: UUID, pack_id: str) -> None:
    """Forget that a tenant has a pack; what became of its parts is not looked at."""
    session.execute(
        delete(PackInstall).where(
            PackInstall.tenant_id == tenant_id, PackInstall.pack_id == pack_id
        )
    )


def _row(session: Session, tenant_id: UUID, pack_id: str, *, lock: bool) -> PackInstall | None:
    wanted = select(PackInstall).where(
        PackInstall.tenant_id == tenant_id, PackInstall.pack_id == pack_id
    )
    return session.scalar(wanted.with_for_update() if lock else wanted)


def _view(row: PackInstall) -> InstalledView:
    said = row.manifest
    return InstalledView(
        id=row.id,
        pack_id=row.pack_id,
        version=row.version,
        digest=row.digest,
        title=said["title"],
        summary=said["summary"],
        publisher=said["publisher"],
        installed_at=row.installed_at,
        installed_by=row.installed_by,
        goes_back_to=row.goes_back_to,
    )
