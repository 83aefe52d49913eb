"""Importing services: a file is read and compared first, then applied as a whole.

As the inventory does it: applied once, in one transaction; the same file again changes nothing;
what an earlier import of the same name brought and the file no longer has goes only where asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from kernel.errors import ConflictError, InvalidError, Problem
from kernel.ids import new_id
from runtime.services._tables import ORIGIN_MAX, ServiceImport, ServiceRow
from runtime.services.deriving import LATE_MAX
from runtime.services.model import parse_service, service_document
from runtime.services.reading import read_services
from runtime.services.store import ServiceView, add_service, remove_service, save_service, view_of
from tenancy.rows import get_owned

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=1)
SHOWN_MAX = 20


class ImportAppliedError(ConflictError):
    """Somebody applied the import already."""

    code = "services.import_applied"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """What an import would do, or has done once `applied_at` is set."""

    id: UUID
    origin: str
    format: str
    counts: Mapping[str, Any]
    problems: Sequence[Mapping[str, str]]
    created_at: datetime
    created_by: str
    applied_at: datetime | None


@dataclass(slots=True)
class _Difference:
    """What applying would change."""

    new: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, tuple[ServiceView, dict[str, Any]]] = field(default_factory=dict)
    same: int = 0
    gone: dict[str, UUID] = field(default_factory=dict)

    def counts(self) -> dict[str, Any]:
        """Say how many of each, and some of their keys."""
        named: dict[str, Mapping[str, Any]] = {
            "new": self.new,
            "changed": self.changed,
            "gone": self.gone,
        }
        return {
            **{name: len(found) for name, found in named.items()},
            **{f"{name}_keys": sorted(found)[:SHOWN_MAX] for name, found in named.items()},
            "same": self.same,
        }


def stage_import(  # noqa: PLR0913  what is read, for whom and when
    session: Session,
    tenant_id: UUID,
    content: bytes,
    *,
    origin: str,
    zone: str,
    by: str,
    now: datetime,
) -> ImportView:
    """Read a file and keep what it says; nothing changes yet.

    Raises:
        InvalidError: the import has no name, or the file cannot be read at all.
    """
    name = origin.strip()
    if not 0 < len(name) <= ORIGIN_MAX:
        message = f"origin: name what is imported, with 1 to {ORIGIN_MAX} characters"
        raise InvalidError(message, problems=[Problem("/origin", message)])
    gathered = read_services(content, zone=zone)
    difference = _compare(session, tenant_id, gathered.services, name)
    _forget_old(session, tenant_id, now=now)
    row = ServiceImport(
        id=new_id(),
        tenant_id=tenant_id,
        origin=name,
        format=gathered.format,
        document={"services": list(gathered.services.values())},
        problems=[{"pointer": one.pointer, "message": one.message} for one in gathered.problems],
        counts={**difference.counts(), "left_out": gathered.left_out},
        created_at=now,
        created_by=by,
        applied_at=None,
    )
    session.add(row)
    session.flush()
    return _view_of(row)


def apply_import(
    session: Session,
    tenant_id: UUID,
    import_id: UUID,
    *,
    remove_gone: bool,
    by: str,
    now: datetime,
) -> ImportView:
    """Make the services what the file says, in the caller's transaction; compared anew, once.

    Raises:
        ImportAppliedError: somebody applied it already.
        NotFoundError: there is no such import.
        InvalidError: a service names a calendar that is not there.
    """
    row = get_owned(session, ServiceImport, tenant_id, import_id, name="import", lock=True)
    if row.applied_at is not None or row.document is None:
        raise ImportAppliedError("this import is applied already: read the file again")
    services = {one["key"]: one for one in row.document["services"]}
    found = _compare(session, tenant_id, services, row.origin)
    for document in found.new.values():
        kept = _within_reach(document, now=now)
        add_service(session, tenant_id, document=kept, by=by, now=now, origin=row.origin)
    for view, document in found.changed.values():
        save_service(
            session,
            tenant_id,
            view.id,
            document=document | {"watched_from": format_instant(view.watched_from)},
            expected_revision=view.revision,
            by=by,
            now=now,
            origin=row.origin,
        )
    for service_id in found.gone.values() if remove_gone else ():
        remove_service(session, tenant_id, service_id)
    removed = len(found.gone) if remove_gone else 0
    left_out = row.counts.get("left_out", 0)
    row.counts = {**found.counts(), "left_out": left_out, "removed": removed}
    row.applied_at, row.document = now, None
    session.flush()
    log.info("services_imported", origin=row.origin, services=len(services))
    return _view_of(row)


def get_import(session: Session, tenant_id: UUID, import_id: UUID) -> ImportView:
    """Give one import; raises NotFoundError."""
    return _view_of(get_owned(session, ServiceImport, tenant_id, import_id, name="import"))


def _compare(
    session: Session, tenant_id: UUID, services: Mapping[str, dict[str, Any]], origin: str
) -> _Difference:
    rows = session.scalars(select(ServiceRow).where(ServiceRow.tenant_id == tenant_id))
    known = {row.key: view_of(row) for row in rows}
    found = _Difference()
    for key, document in services.items():
        there = known.get(key)
        if there is None:
            found.new[key] = document
        elif _said(document) != _said(service_document(there.service)) or there.origin != origin:
            found.changed[key] = there, document
        else:
            found.same += 1
    found.gone = {
        key: one.id for key, one in known.items() if one.origin == origin and key not in services
    }
    return found


def _said(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a document says, as the check reads it; since when it is in use stays as it was."""
    return service_document(parse_service({**document, "watched_from": None}))


def _within_reach(document: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Let a service that is in use for longer than anything is known begin where that begins."""
    since = parse_service(document).watched_from
    if since is None or since >= now - LATE_MAX:
        return document
    return document | {"watched_from": format_instant(now - LATE_MAX + timedelta(minutes=1))}


def _forget_old(session: Session, tenant_id: UUID, *, now: datetime) -> None:
    """Drop what was read and never applied."""
    session.execute(
        delete(ServiceImport)
        .where(
            ServiceImport.tenant_id == tenant_id,
            ServiceImport.applied_at.is_(None),
            ServiceImport.created_at < now - KEPT_FOR,
        )
        .execution_options(synchronize_session=False)
    )


def _view_of(row: ServiceImport) -> ImportView:
    return ImportView(**{name: getattr(row, name) for name in ImportView.__dataclass_fields__})
