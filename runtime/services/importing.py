"""Importing services: a file is read and compared first, then applied as a whole.

As the inventory does it: applied once, in one transaction; the same file again changes nothing;
what an earlier import of the same name brought and the file no longer has goes only where asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from kernel.clock import format_instant
from runtime.imports.reading import count_changes
from runtime.imports.staging import ImportView, Staged, apply_once, checked_origin, stage_file
from runtime.services._tables import ServiceRow
from runtime.services.deriving import LATE_MAX
from runtime.services.model import parse_service, service_document
from runtime.services.reading import read_services
from runtime.services.store import ServiceView, add_service, remove_service, save_service, view_of
from tenancy.audit.trail import note

log = structlog.get_logger(__name__)

KIND = "services"


@dataclass(slots=True)
class _Difference:
    """What applying would change."""

    new: dict[str, dict[str, Any]] = field(default_factory=dict)
    changed: dict[str, tuple[ServiceView, dict[str, Any]]] = field(default_factory=dict)
    same: int = 0
    gone: dict[str, UUID] = field(default_factory=dict)

    def counts(self) -> dict[str, Any]:
        """Say how many of each, and some of their keys."""
        return count_changes(
            new=sorted(self.new),
            changed=sorted(self.changed),
            gone=sorted(self.gone),
            same=self.same,
        )


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
    name = checked_origin(origin)
    gathered = read_services(content, zone=zone)
    document = {"services": list(gathered.services.values())}
    return stage_file(
        session,
        tenant_id,
        gathered,
        said=Staged(origin=name, format=gathered.format, document=document),
        kind=KIND,
        counts=_compare(session, tenant_id, gathered.services, name).counts(),
        by=by,
        now=now,
    )


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

    def make(said: Staged) -> dict[str, Any]:
        services = {one["key"]: one for one in said.document["services"]}
        found = _compare(session, tenant_id, services, said.origin)
        _write(session, tenant_id, found, origin=said.origin, by=by, now=now)
        gone = list(found.gone.values()) if remove_gone else []
        for service_id in gone:
            remove_service(session, tenant_id, service_id)
        log.info("services_imported", origin=said.origin, services=len(services))
        counts = {**found.counts(), "removed": len(gone)}
        facts = {"origin": said.origin, **counts}
        note(session, tenant_id, "services.imported", now=now, facts=facts)
        return counts

    return apply_once(session, tenant_id, import_id, kind=KIND, make=make, now=now)


def _write(
    session: Session, tenant_id: UUID, found: _Difference, *, origin: str, by: str, now: datetime
) -> None:
    for document in found.new.values():
        kept = _within_reach(document, now=now)
        add_service(session, tenant_id, document=kept, by=by, now=now, origin=origin)
    for view, document in found.changed.values():
        save_service(
            session,
            tenant_id,
            view.id,
            document=document | {"watched_from": format_instant(view.watched_from)},
            expected_revision=view.revision,
            by=by,
            now=now,
            origin=origin,
        )


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
