"""Sources of those who post alarms over TMF642, told apart by what they call themselves.

They have no address of their own: an API token lets them in, and `sourceSystemId` says who it is.
The first alarm of a system adds its source, so that its page is there without anybody's doing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kernel.errors import ConflictError
from kernel.ids import new_id, new_secret, sha256_of
from runtime.alarms._tables import Source
from runtime.alarms.sources._tables import SourceSender
from runtime.alarms.sources.kinds import TMF642
from runtime.alarms.sources.listing import SourceView, view_of
from tenancy.rows import insert_new

log = structlog.get_logger(__name__)

SENDERS_MAX = 500
_TITLE = "TMF642"
_NAME_SHOWN = 100


def sender_of(
    session: Session, tenant_id: UUID, system: str, *, now: datetime
) -> SourceView | None:
    """Give the source of a system, added where it is new.

    None where it has no name, or the tenant has as many as it may: alarms are taken even so,
    without a page.
    """
    if not system:
        return None
    found = _find(session, tenant_id, system)
    if found is not None:
        return view_of(found)
    held = select(func.count(SourceSender.source_id)).where(SourceSender.tenant_id == tenant_id)
    if (session.scalar(held) or 0) >= SENDERS_MAX:
        log.warning("sender_without_source", system=system[:_NAME_SHOWN], most=SENDERS_MAX)
        return None
    return _add(session, tenant_id, system, now=now)


def name_sender(session: Session, tenant_id: UUID, source_id: UUID, *, system: str) -> None:
    """Say what the sender of a new source calls itself.

    Raises:
        ConflictError: another source is of this system.
    """
    row = {"source_id": source_id, "tenant_id": tenant_id, "system": system}
    if not insert_new(session, SourceSender, row, keys=("tenant_id", "system")):
        told = f"{system} has a source already: look for it in the list, it can be renamed there"
        raise ConflictError(told)


def system_of(session: Session, tenant_id: UUID, source_id: UUID) -> str:
    """Give what the sender of a source calls itself, "" where its address tells it."""
    mine = (SourceSender.tenant_id == tenant_id, SourceSender.source_id == source_id)
    return session.scalar(select(SourceSender.system).where(*mine)) or ""


def _find(session: Session, tenant_id: UUID, system: str) -> Source | None:
    return session.scalar(
        select(Source)
        .join(SourceSender, SourceSender.source_id == Source.id)
        .where(
            Source.tenant_id == tenant_id,
            SourceSender.tenant_id == tenant_id,
            SourceSender.system == system,
        )
    )


def _add(session: Session, tenant_id: UUID, system: str, *, now: datetime) -> SourceView | None:
    """Add a source under the first name that is free; another's call may be doing the same."""
    for name in _names(system):
        source_id = new_id()
        row = {
            "id": source_id,
            "tenant_id": tenant_id,
            "kind": TMF642,
            "name": name,
            "key_digest": sha256_of(new_secret("in")),
            "key_sealed": "",
            "config": {},
            "created_at": now,
            "accepted": 0,
            "rejected": 0,
            "last_problem": "",
        }
        if insert_new(session, Source, row, keys=("tenant_id", "name")):
            name_sender(session, tenant_id, source_id, system=system)
            log.info("source_added", source_id=str(source_id), kind=TMF642)
        found = _find(session, tenant_id, system)
        if found is not None:
            return view_of(found)
    return None


def _names(system: str) -> Iterator[str]:
    short = system[:_NAME_SHOWN].strip() or _TITLE
    yield short
    yield f"{short} ({_TITLE})"
    for number in range(2, SENDERS_MAX + 2):
        yield f"{short} ({_TITLE} {number})"
